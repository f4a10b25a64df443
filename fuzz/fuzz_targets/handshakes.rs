//! Handshakes: what is echoed is bounded plain text, and what is to be fetched is `https` on a pinned host.
#![no_main]

use hooktide_fuzz::{Input, NOW, with_request};
use hooktide_verify::{PROVIDERS, Request, Secret, answer};
use libfuzzer_sys::fuzz_target;

/// More than any answer has: echoes are bounded, and JSON may escape each of their bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let provider = PROVIDERS[input.choice(PROVIDERS.len())];
    let method = ["POST", "GET", "HEAD", "OPTIONS"][input.choice(4)];
    let secrets = [Secret::new("held", input.text()), Secret::challenge("wanted", input.text())];
    let names = [
        "aeg-event-type",
        "webhook-request-origin",
        "x-hook-secret",
        "x-okta-verification-challenge",
        "content-type",
    ];
    with_request(&mut input, &names, |request| {
        let request = Request { method, ..*request };
        let Some(answer) = answer(provider.handshakes, &request, &secrets, NOW) else {
            return;
        };
        assert!(answer.body.len() <= ANSWER_BYTES_MAX, "{}", provider.name);
        for (name, value) in &answer.headers {
            assert!(!value.chars().any(char::is_control), "{} {name}", provider.name);
        }
        assert!(answer.fetch.is_none_or(|url| url.starts_with("https://sns.")), "{}", provider.name);
    });
});
