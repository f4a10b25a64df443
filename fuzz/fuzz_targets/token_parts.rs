//! Tokens whose head and claims are well-formed JSON of a stranger's choice: none is believed, whatever it says.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hooktide_fuzz::{Held, Input, NOW};
use hooktide_verify::{Outgoing, Secret, VerifyOptions, provider, verify_with};
use libfuzzer_sys::fuzz_target;

const ADDRESSEE: &str = "925bff9f-f6e2-4a69-b858-f71ea2b9b6d0 84bd8158-6d4d-4958-8b9f-9d6445542f95";
const NAMES: [(&str, &str, &str); 4] = [
    ("azure-event-grid", "authorization", ADDRESSEE),
    ("google-pubsub", "authorization", "https://hooks.example.com push@project.iam.gserviceaccount.com"),
    ("plaid", "plaid-verification", "unused"),
    ("netlify", "x-webhook-signature", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
];

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (name, header, secret) = NAMES[input.choice(NAMES.len())];
    let prefix = if header == "authorization" { "Bearer " } else { "" };
    let mut part = || URL_SAFE_NO_PAD.encode(input.line());
    let token = format!("{prefix}{}.{}.{}", part(), part(), part());
    let mut sent = Outgoing::post("https://hooks.example.com/in", input.rest());
    sent.set_header(header, token);
    let scheme = &provider(name).expect("it is listed").scheme;
    let secrets = [Secret::new("held", secret)];
    let options = VerifyOptions { check_time: false };
    let verdict = sent.received(|request| verify_with(scheme, &secrets, request, NOW, &Held, options));
    assert!(verdict.accepted().is_none(), "{name}");
});
