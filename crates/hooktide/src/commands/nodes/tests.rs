//! What people read.

use super::*;

#[test]
fn spans_are_short() {
    let spans = [0.25, 59.6, 300.0, 7300.0, 400_000.0].map(span);
    assert_eq!(spans, ["250ms", "60s", "5m", "2h", "5d"]);
}
