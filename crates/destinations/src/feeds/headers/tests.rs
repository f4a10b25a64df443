//! Whose lines stay.

use super::*;

#[test]
fn sender_neither_passes_for_the_broker_nor_floods() {
    let mut headers = Headers::default().fact("nats-subject", "real");
    headers.sent("Nats-Subject", "forged");
    headers.sent("event_type", "a.b");
    headers.sent("not a name", "x");
    headers.sent("long", vec![b'x'; VALUE_BYTES_MAX + 1]);
    (0..2 * LINES_MAX).for_each(|number| headers.sent(&format!("x-{number}"), "x"));
    (0..2).for_each(|hops| headers.sent("hooktide_hops", hops.to_string()));
    let lines = headers.into_lines();
    assert_eq!(lines.len(), 1 + LINES_MAX + 1);
    assert_eq!(lines[1 + LINES_MAX], ("hooktide-hops".to_owned(), b"0".to_vec()), "a loop ends all the same");
    assert_eq!(lines[0], ("nats-subject".to_owned(), b"real".to_vec()));
    assert_eq!(lines[1], ("event-type".to_owned(), b"a.b".to_vec()));
    assert_eq!(lines[2].0, "x-0");
}
