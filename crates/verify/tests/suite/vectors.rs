//! Signatures that providers and their libraries publish, judged by `verify`.

use hooktide_verify::{
    NoKnownKeys, Now, Request, Scheme, Secret, Template, VerifyOptions, provider, verify_with,
};
use serde_json::Value;

const VECTORS: &str = include_str!("vectors.json");

fn scheme(vector: &Value) -> Scheme {
    if let Some(name) = vector["provider"].as_str() {
        return provider(name).expect("vectors name listed providers").scheme.clone();
    }
    let template: Template = serde_json::from_value(vector["template"].clone()).expect("a template");
    if vector["plain"] == true {
        return Scheme::PlainHash(template);
    }
    template.check().expect("a template without mistakes");
    Scheme::Hmac(template)
}

fn accepts(vector: &Value, body: &[u8], secret: &str) -> bool {
    let headers: Vec<(&str, &[u8])> = vector["expect"]
        .as_object()
        .expect("headers")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("text").as_bytes()))
        .collect();
    let request = Request {
        method: vector["method"].as_str().unwrap_or("POST"),
        url: vector["url"].as_str(),
        target: "/in",
        headers: &headers,
        body,
    };
    let secrets = [Secret::new("published", secret)];
    // Published signatures are years old.
    let options = VerifyOptions { check_time: false };
    let now = Now::from_unix_s(1_800_000_000);
    verify_with(&scheme(vector), &secrets, &request, now, &NoKnownKeys, options).accepted().is_some()
}

#[test]
fn every_published_vector_is_accepted_and_none_with_another_body_or_secret() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).expect("the file is JSON");
    assert!(vectors.len() >= 25, "{}", vectors.len());
    for vector in &vectors {
        let body = vector["body"].as_str().expect("a body").as_bytes();
        let secret = vector["secret"].as_str().expect("a secret");
        let id = &vector["id"];
        assert!(accepts(vector, body, secret), "{id}");
        assert!(!accepts(vector, &[body, b"x"].concat(), secret), "{id}: another body");
        if !secret.starts_with("wh") {
            assert!(!accepts(vector, body, &format!("{secret}x")), "{id}: another secret");
        }
    }
}
