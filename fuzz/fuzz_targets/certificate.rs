//! Fetched documents: whatever stands where a certificate, a key or a set of keys is expected, nothing is believed by it
//! and nothing panics.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hooktide_fuzz::{Input, NOW, Only};
use hooktide_verify::{Outgoing, Secret, provider, verify};
use libfuzzer_sys::fuzz_target;

const CERTIFICATE: &str = include_str!("../../crates/verify/tests/suite/keys/cert.pem");

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let block = |der: &[u8]| {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
    };
    // As text, as one certificate, as the issuers of a good one, or as a good one that was bent.
    let document = match input.choice(4) {
        0 => input.rest().to_vec(),
        1 => block(input.rest()).into_bytes(),
        2 => {
            let cut = input.choice(256) * 4;
            let (first, second) = input.rest().split_at(cut.min(input.rest().len()));
            format!("{CERTIFICATE}{}{}", block(first), block(second)).into_bytes()
        }
        _ => {
            let inner: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
            let mut der = STANDARD.decode(inner).expect("the test's own");
            let at = (input.choice(256) << 8 | input.choice(256)) % der.len();
            let to = (at + input.choice(4)).min(der.len());
            der.splice(at..to, input.rest().iter().copied());
            block(&der).into_bytes()
        }
    };
    for (name, url) in [("paypal", "paypal-cert-url"), ("adobe-io-events", "x-adobe-public-key1-path")] {
        let service = provider(name).expect("it is listed");
        let mut sent = Outgoing::post("https://hooks.example.com/in", service.sample.body);
        for (name, value) in service.sample.headers {
            sent.set_header(name, *value);
        }
        for (name, value) in [
            ("paypal-transmission-sig", "AAAA"),
            ("paypal-transmission-time", "2026-09-21T14:13:20Z"),
            ("paypal-auth-algo", "SHA256withRSA"),
            ("x-adobe-digital-signature-1", "AAAA"),
        ] {
            sent.set_header(name, value);
        }
        assert!(sent.headers.iter().any(|(name, _)| name == url));
        let secrets = [Secret::new("held", service.secret.map_or("", |guide| guide.example))];
        let verdict =
            sent.received(|request| verify(&service.scheme, &secrets, request, NOW, &Only(&document)));
        assert!(verdict.refused().is_some(), "{name}");
    }
});
