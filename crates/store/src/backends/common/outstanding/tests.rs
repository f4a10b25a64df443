//! The low-water mark moves as deliveries end.

use super::*;

#[test]
fn a_resend_that_ends_first_leaves_the_first_delivery_open() {
    let mut outstanding = Outstanding::default();
    outstanding.add(Seq(10), SmallVec::from_slice(&[Seq(1)]));
    let resend = ScheduleRow { segment: 1, due: Timestamp::from_unix_ms(5), id: 0 };
    outstanding.finish_row(Seq(10), Seq(1), resend);
    assert_eq!(outstanding.low_water(Seq(12)), Seq(10));
    let row = ScheduleRow { segment: 1, due: Timestamp::EPOCH, id: 0 };
    outstanding.backed(vec![(Seq(10), Seq(1), row)]);
    outstanding.finish_row(Seq(10), Seq(1), resend);
    assert_eq!(outstanding.backing_row(Seq(10), Seq(1)), Some(row));
    outstanding.finish_row(Seq(10), Seq(1), row);
    assert_eq!(outstanding.backing_row(Seq(10), Seq(1)), None);
}

#[test]
fn the_mark_moves_when_the_oldest_is_finished_or_backed() {
    let mut outstanding = Outstanding::default();
    outstanding.add(Seq(10), SmallVec::from_slice(&[Seq(1), Seq(2)]));
    outstanding.add(Seq(11), SmallVec::from_slice(&[Seq(1)]));
    outstanding.finish(Seq(11), Seq(1));
    assert_eq!(outstanding.low_water(Seq(12)), Seq(10));
    outstanding.finish(Seq(10), Seq(2));
    assert_eq!(outstanding.low_water(Seq(12)), Seq(10));
    let row = ScheduleRow { segment: 1, due: Timestamp::EPOCH, id: 0 };
    outstanding.backed(vec![(Seq(10), Seq(1), row)]);
    assert_eq!((outstanding.low_water(Seq(12)), outstanding.len()), (Seq(12), 0));
    assert_eq!(outstanding.backing_row(Seq(10), Seq(1)), Some(row));
    outstanding.finish(Seq(10), Seq(1));
    assert_eq!(outstanding.backing_row(Seq(10), Seq(1)), None);
}
