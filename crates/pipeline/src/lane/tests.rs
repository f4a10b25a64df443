//! A lane keeps its promises: places, members, slots, and calls that are never lost.

use hooktide_model::{ContentType, EventTypeName, IdMint, Timestamp};

use super::*;

pub(super) fn job(seq: i64) -> Job {
    let message = Message {
        id: IdMint::new(&[1; 32]).id(Seq(seq)),
        app: Seq(1),
        event_type: EventTypeName::trusted("a"),
        uid: None,
        channels: Vec::new(),
        tags: Vec::new(),
        deliver_at: None,
        content_type: ContentType::Json,
        payload: Some(bytes::Bytes::from_static(b"{}")),
        payload_expires_at: Timestamp::MAX,
        hops: 0,
        params: None,
    };
    Job {
        message: Arc::new(message),
        tries: 0,
        trigger: Trigger::Scheduled,
        source: DeliverySource::Lane,
        shared_by: 1,
        order: None,
        not_before: None,
        life: 0,
    }
}

fn push(lane: &Lane, seq: i64) -> bool {
    assert_eq!(lane.try_reserve(), Some(true));
    lane.push_reserved(job(seq))
}

fn take(lane: &Lane) -> (Seq, bool) {
    match lane.next(Timestamp::EPOCH) {
        Next::Job { job, start_slot } => (job.message.seq(), start_slot),
        _ => panic!("the lane has a job"),
    }
}

#[test]
fn a_new_lane_holds_little_and_success_lets_it_hold_more() {
    let lane = Lane::new(Seq(1), 1000, 10);
    let places = std::iter::from_fn(|| lane.try_reserve().filter(|has_room| *has_room)).count();
    assert_eq!(places, ALLOWANCE_MIN);
    lane.speed_up();
    assert_eq!(lane.try_reserve(), Some(true));
    lane.slow_down();
    assert_eq!(lane.try_reserve(), Some(false));
}

#[test]
fn slots_start_few_and_grow_with_success() {
    let lane = Lane::new(Seq(1), 1000, 10);
    let started = (0..10).filter(|seq| push(&lane, *seq)).count();
    assert_eq!(started, CONCURRENCY_START);
    let (_, start_slot) = take(&lane);
    assert!(!start_slot);
    lane.speed_up();
    let (_, start_slot) = take(&lane);
    assert!(start_slot, "one more success, one more slot");
}

#[test]
fn a_delivery_is_in_the_lane_once_until_its_outcome_is_durable() {
    let lane = Lane::new(Seq(1), 1000, 10);
    push(&lane, 7);
    assert_eq!(lane.add_due(vec![job(7)], None), 0, "its schedule row is read while it waits");
    take(&lane);
    assert_eq!(lane.add_due(vec![job(7)], None), 0, "and while it is being sent");
    lane.release(Seq(7), Trigger::Scheduled, None);
    assert!(lane.add_due(vec![job(7)], None) > 0, "a retry is a new delivery");
}

#[tokio::test]
async fn a_call_between_the_look_and_the_wait_is_not_lost() {
    let lane = Lane::new(Seq(1), 1000, 1);
    assert!(lane.call(), "the first call starts a slot");
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Wait));
    assert!(!push(&lane, 1), "the waiting slot is called instead");
    lane.called().await;
    assert_eq!(take(&lane).0, Seq(1));
}

#[test]
fn a_slot_that_stops_waiting_as_it_is_called_goes_on() {
    let lane = Lane::new(Seq(1), 1000, 1);
    lane.call();
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Wait));
    push(&lane, 1);
    assert!(!lane.stop_waiting());
    assert_eq!(take(&lane).0, Seq(1));
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Wait));
    assert!(lane.stop_waiting());
    assert!(!lane.leave(Timestamp::EPOCH));
    lane.release(Seq(1), Trigger::Scheduled, None);
    assert!(lane.close_if_unused());
    assert_eq!(lane.try_reserve(), None);
}

#[test]
fn work_that_comes_as_the_last_slot_leaves_starts_another() {
    let lane = Lane::new(Seq(1), 1000, 1);
    lane.call();
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Wait));
    assert!(lane.stop_waiting());
    assert!(!push(&lane, 1), "the slot still counts");
    assert!(lane.leave(Timestamp::EPOCH));
}

#[test]
fn a_due_time_noted_during_a_refill_survives_it() {
    let lane = Lane::new(Seq(1), 1000, 1);
    let now = Timestamp::from_unix_ms(1000);
    assert!(lane.note_due(now));
    assert!(matches!(lane.next(now), Next::Refill));
    assert!(lane.note_due(Timestamp::from_unix_ms(1500)));
    lane.add_due(Vec::new(), Some(Timestamp::from_unix_ms(9000)));
    assert!(!lane.note_due(Timestamp::from_unix_ms(1600)), "1500 is known");
    assert!(matches!(lane.next(Timestamp::from_unix_ms(1500)), Next::Refill));
}

#[test]
fn a_row_read_before_its_outcome_was_committed_is_not_delivered_again() {
    let lane = Lane::new(Seq(1), 1000, 1);
    push(&lane, 7);
    take(&lane);
    lane.note_due(Timestamp::EPOCH);
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Refill));
    lane.release(Seq(7), Trigger::Scheduled, None);
    assert_eq!(lane.add_due(vec![job(7)], None), 0, "the row may be gone");
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Refill), "so it is read again");
    assert!(lane.add_due(vec![job(7)], None) > 0, "and this time it stands");
}

#[test]
fn a_lane_stands_in_line_for_a_connection_once() {
    let lane = Lane::new(Seq(1), 1000, 10);
    assert!(push(&lane, 1));
    lane.slot_not_started();
    assert!(!push(&lane, 2), "it is in line already");
    assert!(lane.served(Timestamp::EPOCH), "its turn has come");
    assert!(push(&lane, 3), "and further slots may start");
}

#[test]
fn a_lane_with_nothing_left_to_do_gives_its_turn_away() {
    let lane = Lane::new(Seq(1), 1000, 10);
    assert!(lane.call());
    lane.slot_not_started();
    assert!(!lane.served(Timestamp::EPOCH));
    assert!(lane.close_if_unused());
}
