//! Windows of time compare with what lists show.

use super::*;

#[test]
fn a_window_of_time_compares_with_the_time_that_is_shown() {
    let time = Timestamp::from_unix_ms(1_795_000_000_004);
    let page = PageRequest::<hooktide_model::MessageId> {
        limit: 1,
        order: Order::Descending,
        cursor: None,
        backwards: false,
    };
    let key = Seq::first_at(time).0 + 5;
    assert!(!Range::new(&page, Some(time), None).holds(key), "after is strict");
    assert!(!Range::new(&page, None, Some(time)).holds(key), "before is strict");
    let earlier = Timestamp::from_unix_ms(1_795_000_000_003);
    assert!(Range::new(&page, Some(earlier), None).holds(key));
    let later = Timestamp::from_unix_ms(1_795_000_000_005);
    assert!(Range::new(&page, None, Some(later)).holds(key));
}
