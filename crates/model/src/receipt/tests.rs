use super::*;

#[test]
fn every_byte_of_a_header_survives() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(bytes_of_text(&text_of_bytes(&bytes)), bytes);
}

#[test]
fn outcomes_are_stored_under_numbers_of_their_own() {
    for outcome in [ReceiptOutcome::Accepted, ReceiptOutcome::Refused, ReceiptOutcome::Conflict] {
        assert_eq!(ReceiptOutcome::from_number(outcome as u8), Some(outcome));
    }
    assert_eq!(ReceiptOutcome::from_number(3), None);
}
