//! Keys, refusals and configurations. Storing is in the conformance suite.

use bytes::Bytes;
use hooktide_model::Timestamp;
use serde_json::{Value, json};

use super::client::judge_key;
use super::config::check;
use super::refusal::judge;
use crate::kinds::http::HttpResponse;
use crate::seam::{Policy, Verdict};

fn refused(status: u16, body: &'static str) -> (Verdict, String) {
    let answer = HttpResponse {
        allowed_origin: None,
        status,
        retry_after: None,
        body: Bytes::from_static(body.as_bytes()),
        truncated: false,
    };
    let fault = judge(&answer, Timestamp::EPOCH).unwrap_err();
    (fault.verdict, fault.detail)
}

fn config(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut config = json!({
        "url": "https://s3.example.com", "bucket": "events", "access_key_id": "id", "secret_access_key": "hunter2",
    });
    change(&mut config);
    let mistakes = check(&config, &Policy::default()).err().unwrap_or_default();
    mistakes.into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn key_stays_in_its_bucket() {
    for key in ["a", "order.paid/2026-01-31/msg_1", "ü/x y+z"] {
        assert!(judge_key(key).is_ok(), "{key}");
    }
    for key in ["", "/a", "a/", "a//b", "../other/a", "a/./b", "a/..", "a\nb", &"x".repeat(1_025)] {
        assert!(judge_key(key).is_err(), "{key:?}");
    }
}

#[test]
fn refusal_is_judged_by_the_store_s_own_code() {
    let missing =
        "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>";
    let expected = (Verdict::Fail, "the store answered 404 NoSuchBucket: no such bucket".to_owned());
    assert_eq!(refused(404, missing), expected);
    assert_eq!(refused(403, "<Error><Code>AccessDenied</Code></Error>").0, Verdict::Retry);
    assert_eq!(refused(400, "<Error><Code>RequestTimeout</Code></Error>").0, Verdict::Retry);
    assert_eq!(refused(503, "slow down").0, Verdict::Retry);
    let (verdict, detail) = refused(301, "<Error><Code>PermanentRedirect</Code></Error>");
    assert!(verdict == Verdict::Fail && detail.contains("region"), "{detail}");
}

#[test]
fn bucket_and_store_are_judged() {
    assert!(config(|_| ()).is_empty());
    assert!(config(|config| config["path_style"] = json!(false)).is_empty());
    assert_eq!(config(|config| config["url"] = json!("ftp://x")), ["url"]);
    assert_eq!(config(|config| config["url"] = json!("http://10.0.0.1")), ["url"]);
    assert_eq!(config(|config| config["bucket"] = json!("..")), ["bucket"]);
    let virtual_host = config(|config| {
        config["path_style"] = json!(false);
        config["bucket"] = json!("evil.com/x");
    });
    assert_eq!(virtual_host, ["bucket"]);
}
