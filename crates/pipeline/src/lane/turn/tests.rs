//! One slot gathers; what others have taken goes to it, and nothing is forgotten when its turn ends.

use hooktide_model::{Seq, Timestamp};

use super::super::tests::job;
use super::super::{Lane, Next};
use super::*;

fn gathered(lane: &Lane) -> Option<i64> {
    match lane.gather(Timestamp::EPOCH) {
        Gathered::Job(job) => Some(job.message.seq().0),
        _ => None,
    }
}

fn push(lane: &Lane, seq: i64) -> bool {
    assert_eq!(lane.try_reserve(), Some(true));
    lane.push_reserved(job(seq))
}

#[tokio::test]
async fn only_the_slot_whose_turn_it_is_takes_and_it_hears_of_what_comes() {
    let lane = Lane::new(Seq(1), 1000, 10);
    assert!(push(&lane, 1), "a first slot");
    assert!(push(&lane, 2), "a second one");
    let Next::Job { job: first, .. } = lane.next(Timestamp::EPOCH) else { panic!("there is a job") };
    let Next::Job { job: second, .. } = lane.next(Timestamp::EPOCH) else { panic!("there is another") };
    assert!(lane.begin_gathering(*first).is_some());
    assert!(lane.begin_gathering(*second).is_none(), "there is one turn");
    assert_eq!(gathered(&lane), Some(2), "what the other slot had");
    assert_eq!(gathered(&lane), None);

    assert!(!push(&lane, 3), "no slot is started beside it");
    lane.gather_called().await;
    assert!(matches!(lane.next(Timestamp::EPOCH), Next::Wait), "the other slot takes nothing");
    assert_eq!(gathered(&lane), Some(3));
}

#[test]
fn what_did_not_fit_is_the_next_to_be_taken() {
    let lane = Lane::new(Seq(1), 1000, 10);
    push(&lane, 1);
    let Next::Job { job: first, .. } = lane.next(Timestamp::EPOCH) else { panic!("there is a job") };
    assert!(lane.begin_gathering(*first).is_some());
    push(&lane, 2);
    push(&lane, 3);
    let Gathered::Job(left) = lane.gather(Timestamp::EPOCH) else { panic!("there is a job") };
    assert_eq!(lane.len(), 1);
    assert!(lane.end_gathering(Some(*left), Timestamp::EPOCH), "a slot is started for it");
    assert_eq!(lane.len(), 2);
    let Next::Job { job: next, .. } = lane.next(Timestamp::EPOCH) else { panic!("there is a job") };
    assert_eq!(next.message.seq(), Seq(2));
}

#[tokio::test]
async fn closing_ends_a_turn() {
    let lane = Lane::new(Seq(1), 1000, 10);
    push(&lane, 1);
    let Next::Job { job: first, .. } = lane.next(Timestamp::EPOCH) else { panic!("there is a job") };
    assert!(lane.begin_gathering(*first).is_some());
    lane.close();
    lane.gather_called().await;
    assert!(matches!(lane.gather(Timestamp::EPOCH), Gathered::Closed));
}
