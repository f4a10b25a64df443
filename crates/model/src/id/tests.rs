//! Ids keep their order, survive text, and refuse what is not theirs.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn mint() -> IdMint {
    IdMint::new(&[7; 32])
}

#[test]
fn an_id_is_prefix_and_27_characters_and_reads_back() {
    let seq = SeqSource::default().next(Timestamp::from_unix_ms(1_795_000_000_123));
    let id: MessageId = mint().id(seq);
    let text = id.to_string();
    assert_eq!(text.len(), 4 + BASE62_CHARS);
    assert_eq!(text.parse::<MessageId>(), Ok(id));
    assert_eq!(id.seq(), seq);
    assert!(mint().made(id));
    assert!(!IdMint::new(&[8; 32]).made(id));
}

#[test]
fn keys_grow_when_the_clock_steps_back() {
    let source = SeqSource::default();
    let now = Timestamp::from_unix_ms(1_795_000_000_000);
    let first = source.next(now);
    let second = source.next(now.minus(Duration::from_secs(3600)));
    assert!(second > first);
}

#[test]
fn a_key_tells_its_time_to_4_ms() {
    let now = Timestamp::from_unix_ms(1_795_000_000_126);
    assert_eq!(Seq::first_at(now).time().unix_ms(), 1_795_000_000_124);
}

#[test]
fn a_foreign_prefix_and_overflowing_base62_are_refused() {
    assert!("app_aaaaaaaaaaaaaaaaaaaaaaaaaaa".parse::<MessageId>().is_err());
    assert!("msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<MessageId>().is_err());
    assert!("msg_".parse::<MessageId>().is_err());
}

proptest! {
    #[test]
    fn text_order_is_key_order(a in 0..i64::MAX, b in 0..i64::MAX) {
        let (x, y): (MessageId, MessageId) = (mint().id(Seq(a)), mint().id(Seq(b)));
        prop_assert_eq!(a.cmp(&b), x.to_string().cmp(&y.to_string()));
    }

    #[test]
    fn no_text_panics_the_parser(text in ".{0,40}") {
        let _ = text.parse::<MessageId>();
        let _ = format!("msg_{text}").parse::<MessageId>();
    }
}

#[test]
fn nodes_with_different_slots_make_different_keys() {
    let now = Timestamp::from_unix_ms(1_795_000_000_000);
    let (one, other) = (SeqSource::default(), SeqSource::after(Seq::first_at(now)));
    one.take_slot(0, Seq::MIN);
    other.take_slot(1023, Seq::first_at(now));
    let mut last = (Seq::MIN, Seq::MIN);
    for _ in 0..5_000 {
        let keys = (one.next(now), other.next(now));
        assert_eq!((keys.0.slot(), keys.1.slot()), (0, 1023));
        assert!(keys.0 > last.0 && keys.1 > last.1, "keys grow");
        last = keys;
    }
}
