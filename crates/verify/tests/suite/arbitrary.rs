//! No input makes a provider panic, and nothing arbitrary is accepted.

use hooktide_verify::{
    NoKnownKeys, Now, Request, Scheme, Secret, answer, dedupe_key, evaluate, split, verify,
};
use proptest::prelude::*;

use super::minted::{NOW, judge_at, proving, secret, signed, signs_body};
use super::minted_keys::MintedKeys;

/// An application and a tenant of Entra ID, which a secret may name.
const ADDRESSEE: &str = "925bff9f-f6e2-4a69-b858-f71ea2b9b6d0 84bd8158-6d4d-4958-8b9f-9d6445542f95";

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_requests_are_refused_without_a_panic(
        values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 6),
        numbers in proptest::collection::vec("[0-9tvh=,; .:-]{0,40}", 6),
        secret in ".{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
        now_ms in any::<i64>(),
    ) {
        for provider in proving() {
            let mut names = provider.scheme.proof_headers();
            names.extend(["webhook-id", "webhook-timestamp", "x-slack-request-timestamp", "x-zm-request-timestamp"]);
            for source in [&values, &numbers.iter().map(|text| text.clone().into_bytes()).collect()] {
                let headers: Vec<(&str, &[u8])> =
                    names.iter().copied().zip(source.iter().map(Vec::as_slice)).collect();
                let request = Request { method: "POST", url: None, target: "/?%", headers: &headers, body: &body };
                let example = provider.secret.as_ref().map_or("unused", |guide| guide.example);
                let secrets = [
                    Secret::new("a", secret.clone()),
                    Secret::new("b", example),
                    Secret::new("c", format!("state {ADDRESSEE}")),
                    Secret::new("d", ADDRESSEE),
                ];
                let now = Now { unix_ms: now_ms };
                let verdict = verify(&provider.scheme, &secrets, &request, now, &NoKnownKeys);
                // An empty token is no secret, and any other would have to be guessed.
                if !matches!(provider.scheme, Scheme::AnyOf(_)) {
                    prop_assert!(verdict.refused().is_some());
                }
                let request = Request { url: Some("https://hooks.example.com/in"), ..request };
                let verdict = verify(&provider.scheme, &secrets, &request, now, &MintedKeys);
                prop_assert!(verdict.accepted().is_none(), "{}", provider.name);
                let _ = answer(provider.handshakes, &request, &secrets, now);
                let _ = dedupe_key(&provider.dedupe, &request);
                let _ = provider.event_type.as_ref().map(|rule| evaluate(rule, &request));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Good requests with bytes replaced, cut out and put in: nothing panics, and none is accepted whose proof covers
    /// every byte of the body, unless nothing changed.
    #[test]
    fn bent_requests_never_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<Option<u8>>(), 0..4_usize), 1..6),
        bends_body in any::<bool>(),
    ) {
        for provider in proving() {
            let good = signed(provider);
            let mut bent = good.clone();
            for (at, byte, cut) in &edits {
                let place = if bends_body || bent.headers.is_empty() {
                    &mut bent.body
                } else {
                    let header = at.index(bent.headers.len());
                    &mut bent.headers[header].1
                };
                if !place.is_empty() {
                    let from = at.index(place.len());
                    let to = (from + cut).min(place.len());
                    place.splice(from..to, *byte);
                }
            }
            let verdict = judge_at(provider, &[secret(provider)], &bent, NOW);
            if bends_body && bent.body != good.body && signs_body(&provider.scheme) {
                prop_assert!(verdict.accepted().is_none(), "{}", provider.name);
            }
            let _ = bent.received(|request| answer(provider.handshakes, request, &[secret(provider)], NOW));
            if let Some(rule) = &provider.split {
                let _ = bent.received(|request| split(rule, request));
            }
        }
    }
}
