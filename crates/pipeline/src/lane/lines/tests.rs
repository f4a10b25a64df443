//! Deliveries of a key come in order, whatever fails; random runs say so for many keys at once.

use hooktide_store::ScheduleRow;
use proptest::prelude::*;

use super::*;
use crate::lane::tests::job as plain;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

/// A delivery whose place in the schedule is its number.
fn job(seq: i64) -> Job {
    let source = DeliverySource::Schedule(ScheduleRow { segment: 1, due: at(seq), id: 0 });
    Job { source, order: Some(0), ..plain(seq) }
}

fn taken(lines: &mut Lines, now: i64) -> Option<i64> {
    lines.take(at(now)).map(|job| job.message.seq().0)
}

#[test]
fn a_key_waits_for_its_retry_and_others_do_not() {
    let mut lines = Lines::default();
    for (seq, key) in [(1, 7), (2, 7), (3, 8)] {
        lines.add(key, job(seq));
    }
    assert_eq!(
        (taken(&mut lines, 10), taken(&mut lines, 10), taken(&mut lines, 10)),
        (Some(1), Some(3), None)
    );
    assert!(!lines.release(Seq(1), Some(at(50))), "it is tried again: nothing of its key may go");
    assert!(!lines.release(Seq(3), None), "the other key has ended");
    assert_eq!(taken(&mut lines, 49), None);
    assert_eq!(taken(&mut lines, 50), None, "its row is still to be read");
    assert!(lines.is_low(at(50)));
    lines.add(7, job(1));
    lines.read_ended();
    assert_eq!(taken(&mut lines, 50), Some(1));
    assert!(lines.release(Seq(1), None));
    assert_eq!(taken(&mut lines, 50), Some(2));
    assert!(!lines.release(Seq(2), None) && lines.is_empty());
}

#[test]
fn a_retry_that_was_read_too_early_waits_and_its_key_with_it() {
    let mut lines = Lines::default();
    lines.add(7, Job { not_before: Some(at(50)), ..job(1) });
    lines.add(7, job(2));
    lines.add(8, job(3));
    lines.read_ended();
    assert_eq!((taken(&mut lines, 49), taken(&mut lines, 49)), (Some(3), None), "another key does not wait");
    assert_eq!(taken(&mut lines, 50), Some(1));
    assert!(lines.release(Seq(1), None));
    assert_eq!(taken(&mut lines, 50), Some(2));
}

#[test]
fn a_delivery_that_is_gone_does_not_hold_its_key_for_ever() {
    let mut lines = Lines::default();
    lines.add(7, job(1));
    lines.add(7, job(2));
    assert_eq!(taken(&mut lines, 10), Some(1));
    assert!(!lines.release(Seq(1), Some(at(20))));
    assert_eq!(taken(&mut lines, 20), None);
    for _ in 0..READS_MAX {
        lines.read_ended();
    }
    assert_eq!(taken(&mut lines, 20), Some(2));
}

proptest! {
    /// Whatever fails and whenever rows are read: of each key, the order of endings is the order of the schedule.
    #[test]
    fn endings_of_a_key_are_in_order(
        keys in prop::collection::vec(0_u64..4, 1..40),
        steps in prop::collection::vec((0_usize..4, any::<bool>()), 200),
    ) {
        let mut lines = Lines::default();
        let key_of = |seq: i64| keys[usize::try_from(seq).unwrap()];
        let mut unread: BTreeSet<i64> = (0..i64::try_from(keys.len()).unwrap()).collect();
        let (mut running, mut ended, mut now) = (Vec::new(), Vec::new(), 0);
        let run = |lines: &mut Lines, unread: &mut BTreeSet<i64>, running: &mut Vec<i64>,
                       ended: &mut Vec<i64>, now: i64, step: usize, fails: bool| {
            match step {
                // The schedule is read in its order.
                0 => {
                    for seq in std::mem::take(unread) {
                        lines.add(key_of(seq), job(seq));
                    }
                    lines.read_ended();
                }
                1 => running.extend(taken(lines, now)),
                _ if running.is_empty() => {}
                _ => {
                    let seq = running.remove(step % running.len());
                    lines.release(Seq(seq), fails.then(|| at(now + 3)));
                    if fails { unread.insert(seq); } else { ended.push(seq); }
                }
            }
        };
        for (step, fails) in steps {
            now += 1;
            run(&mut lines, &mut unread, &mut running, &mut ended, now, step, fails);
        }
        // Then everything succeeds.
        for _ in 0..keys.len() * 4 {
            for step in [0, 1, 2] {
                now += 1;
                run(&mut lines, &mut unread, &mut running, &mut ended, now, step, false);
            }
        }
        prop_assert_eq!(ended.len(), keys.len());
        for key in 0..4 {
            let of_key: Vec<i64> = ended.iter().copied().filter(|seq| key_of(*seq) == key).collect();
            prop_assert!(of_key.is_sorted(), "key {}: {:?}", key, of_key);
        }
        prop_assert!(lines.is_empty());
    }
}
