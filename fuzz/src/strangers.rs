//! The claim of most targets: a request that nobody signed is refused, and no request or secret makes anything panic.

use hooktide_verify::{
    NoKnownKeys, Provider, Secret, VerifyOptions, dedupe_key, evaluate, provider, split, verify, verify_with,
};

use crate::{Held, Input, NOW, with_request};

/// Texts for sources whose proof is a text that is sent: too long to be found by chance, so that only a defect accepts.
const UNKNOWN: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
/// What names an application and a tenant of Entra ID.
const ADDRESSEE: &str = "925bff9f-f6e2-4a69-b858-f71ea2b9b6d0 84bd8158-6d4d-4958-8b9f-9d6445542f95";

/// Judges an arbitrary request by one of these providers' schemes.
///
/// # Panics
/// If it is believed, or a name is not listed.
pub fn believe_no_stranger(names: &[&str], bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let provider = provider(names[input.choice(names.len())]).expect("targets name listed providers");
    let odd = [Secret::new("odd", input.text())];
    let mut headers = provider.scheme.proof_headers();
    headers.extend(provider.headers);
    headers.extend(provider.sample.headers.iter().map(|(name, _)| *name));
    headers.sort_unstable();
    headers.dedup();
    with_request(&mut input, &headers, |request| {
        let options = VerifyOptions { check_time: false };
        let _ = verify(&provider.scheme, &odd, request, NOW, &Held);
        for text in held(provider) {
            let held = [Secret::new("held", text)];
            for keys in [&Held as &dyn hooktide_verify::KnownKeys, &NoKnownKeys] {
                let verdict = verify_with(&provider.scheme, &held, request, NOW, keys, options);
                assert!(verdict.accepted().is_none(), "{}", provider.name);
            }
        }
        let _ = dedupe_key(&provider.dedupe, request);
        for rule in [&provider.event_type, &provider.delivery_id].into_iter().flatten() {
            let _ = evaluate(rule, request);
        }
        if let Some(rule) = &provider.split {
            let _ = split(rule, request);
        }
    });
}

/// The secrets of a source.
fn held(provider: &Provider) -> Vec<String> {
    match provider.name {
        "microsoft-graph" => vec![UNKNOWN.to_owned(), format!("{UNKNOWN} {ADDRESSEE}")],
        "azure-event-grid" => vec![UNKNOWN.to_owned(), ADDRESSEE.to_owned()],
        _ => vec![provider.secret.map_or(UNKNOWN, |guide| guide.example).to_owned()],
    }
}
