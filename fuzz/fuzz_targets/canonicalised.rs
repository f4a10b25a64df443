//! Families that sign fields in an order of their own: nothing arbitrary or bent is believed.
#![no_main]

use hooktide_fuzz::{Input, believe_no_stranger, bend_samples};
use libfuzzer_sys::fuzz_target;

const NAMES: &[&str] = &["twilio", "adyen", "contentful", "aws-sns", "paypal"];

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    match input.choice(2) {
        0 => believe_no_stranger(NAMES, input.rest()),
        _ => bend_samples(NAMES, input.rest()),
    }
});
