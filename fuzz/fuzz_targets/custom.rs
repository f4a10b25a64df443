//! Schemes that users write: what is no scheme is an error, and what is one signs what it verifies or says why not.
#![no_main]

use hooktide_fuzz::{Input, NOW, with_request};
use hooktide_verify::{CustomScheme, NoKnownKeys, Outgoing, Secret, sign, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let Ok(custom) = serde_json::from_slice::<CustomScheme>(input.line()) else {
        return;
    };
    let written = serde_json::to_string(&custom).expect("what was read can be written");
    assert_eq!(serde_json::from_str::<CustomScheme>(&written).expect("and read again"), custom);
    let Ok(scheme) = custom.checked() else {
        return;
    };
    let secrets = [Secret::new("held", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")];
    let names: Vec<String> = scheme.proof_headers().into_iter().map(str::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    with_request(&mut input, &names, |request| {
        let verdict = verify(&scheme, &secrets, request, NOW, &NoKnownKeys);
        assert!(verdict.accepted().is_none(), "{scheme:?}");
        let mut outgoing = Outgoing::post("https://hooks.example.com/in?a=b", request.body);
        let _ = sign(&scheme, &secrets[0], &mut outgoing, NOW);
    });
});
