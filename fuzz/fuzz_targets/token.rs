//! Shared tokens in every place: a token nobody was told is never believed.
#![no_main]

use std::borrow::Cow;

use hooktide_fuzz::{Input, with_request};
use hooktide_verify::{NoKnownKeys, Now, Scheme, Secret, TokenAt, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let at = match input.choice(5) {
        0 => TokenAt::Header { name: Cow::Borrowed("x-token"), prefix: Cow::Borrowed("Token ") },
        1 => TokenAt::Query(Cow::Borrowed("token")),
        2 => TokenAt::BodyField(Cow::Borrowed("/token")),
        3 => TokenAt::Basic,
        _ => TokenAt::Bearer,
    };
    let scheme = Scheme::Token(at);
    with_request(&mut input, &["x-token", "authorization"], |request| {
        // Too long to be found by chance, so that only a defect accepts.
        let secrets = [Secret::new("a", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")];
        let verdict = verify(&scheme, &secrets, request, Now::from_unix_s(0), &NoKnownKeys);
        assert!(verdict.accepted().is_none(), "{scheme:?}");
    });
});
