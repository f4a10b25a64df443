//! Standard Webhooks: arbitrary headers and keys never panic and never prove a body.
#![no_main]

use hooktide_fuzz::{Input, with_request};
use hooktide_verify::{HeaderNames, NoKnownKeys, Now, Scheme, Secret, StandardWebhooks, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let names = [HeaderNames::Webhook, HeaderNames::Svix, HeaderNames::Either][input.choice(3)];
    let scheme = Scheme::StandardWebhooks(StandardWebhooks { headers: names, tolerance_s: u64::MAX });
    let odd = Secret::new("odd", input.text());
    let headers = [
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "svix-id",
        "svix-timestamp",
        "svix-signature",
    ];
    with_request(&mut input, &headers, |request| {
        let now = Now::from_unix_s(1_614_265_330);
        let _ = verify(&scheme, &[odd], request, now, &NoKnownKeys);
        let held = [
            Secret::new("v1", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            Secret::new("v1a", "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
        ];
        assert!(verify(&scheme, &held, request, now, &NoKnownKeys).accepted().is_none());
    });
});
