//! Every provider over one arbitrary request: nothing panics, and nothing is believed but by its own rules.
#![no_main]

use hooktide_fuzz::{Input, with_request};
use hooktide_verify::{NoKnownKeys, Now, PROVIDERS, Secret, answer, dedupe_key, evaluate, split, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let provider = PROVIDERS[input.choice(PROVIDERS.len())];
    let secret = input.text();
    let mut names = provider.scheme.proof_headers();
    names.extend(provider.headers);
    names.extend(provider.sample.headers.iter().map(|(name, _)| *name));
    with_request(&mut input, &names, |request| {
        let now = Now::from_unix_s(1_790_000_000);
        let example = provider.secret.map_or("", |guide| guide.example);
        let secrets = [Secret::new("a", secret), Secret::new("b", example), Secret::challenge("c", secret)];
        let _ = verify(&provider.scheme, &secrets, request, now, &NoKnownKeys);
        let _ = answer(provider.handshakes, request, &secrets, now);
        let _ = dedupe_key(&provider.dedupe, request);
        for rule in [&provider.event_type, &provider.delivery_id].into_iter().flatten() {
            let _ = evaluate(rule, request);
        }
        if let Some(rule) = &provider.split {
            let _ = split(rule, request);
        }
    });
});
