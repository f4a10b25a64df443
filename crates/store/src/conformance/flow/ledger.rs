//! The ledger: whatever the order of steps, kills included, every delivery is open or ended exactly as recorded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Seq, Timestamp, Trigger};

use super::super::harness::{Dice, Harness, by_hand};
use crate::{DeliverySource, NothingInHand, Outcome, Placement, ScheduleRow, Target};

/// Steps of the walk.
const STEPS: usize = 260;
/// Further than any due time in the walk.
const FAR: Duration = Duration::from_secs(100_000);

/// A delivery that has not ended. Two resends of one message are two deliveries.
type Delivery = (Seq, Seq, bool);

#[derive(Default)]
struct Ledger {
    app: Seq,
    endpoints: Vec<Seq>,
    messages: Vec<(Seq, Seq)>,
    /// How many of each are open.
    open: BTreeMap<Delivery, usize>,
    /// Open deliveries that are in a lane, not in the schedule as far as the flow knows.
    in_lanes: Vec<(Seq, Seq)>,
}

impl Ledger {
    fn add(&mut self, delivery: Delivery) {
        *self.open.entry(delivery).or_default() += 1;
    }

    fn end(&mut self, delivery: Delivery) {
        match self.open.get_mut(&delivery) {
            Some(count) if *count > 1 => *count -= 1,
            _ => assert!(self.open.remove(&delivery).is_some(), "{delivery:?} was given though it had ended"),
        }
    }
}

pub(super) async fn nothing_is_lost_and_nothing_doubled_whatever_the_order(harness: &Harness) {
    let mut dice = Dice(harness.seed);
    let mut ledger = Ledger { app: harness.seq(), ..Ledger::default() };
    ledger.endpoints = (0..3).map(|_| harness.seq()).collect();
    for step in 0..STEPS {
        match dice.roll(100) {
            0..40 => accept(harness, &mut dice, &mut ledger).await,
            40..58 => end_lane_delivery(harness, &mut dice, &mut ledger).await,
            58..76 => serve_due(harness, &mut dice, &mut ledger).await,
            76..84 => resend(harness, &mut dice, &mut ledger).await,
            84..95 => harness.clock.advance(Duration::from_millis(dice.roll(2500) as u64)),
            95..98 => {
                harness.kill().await;
                ledger.in_lanes.clear();
                check(harness, &ledger, step, true).await;
            }
            _ => {
                harness.reopen().await;
                ledger.in_lanes.clear();
                check(harness, &ledger, step, true).await;
            }
        }
        if step % 20 == 0 {
            check(harness, &ledger, step, false).await;
        }
    }
    harness.kill().await;
    ledger.in_lanes.clear();
    check(harness, &ledger, STEPS, true).await;
}

async fn accept(harness: &Harness, dice: &mut Dice, ledger: &mut Ledger) {
    let mut message = harness.message(ledger.app);
    for endpoint in &ledger.endpoints {
        if dice.roll(3) == 0 {
            continue;
        }
        let due = harness.now().plus(Duration::from_millis(dice.roll(4000) as u64));
        let placement = if dice.roll(3) > 0 { Placement::Lane } else { Placement::scheduled(due) };
        message.targets.push(Target { endpoint: *endpoint, placement });
    }
    let targets = message.targets.clone();
    let message = harness.accept(message).await.id.seq();
    for target in targets {
        ledger.add((message, target.endpoint, false));
        ledger.messages.push((message, target.endpoint));
        if target.placement == Placement::Lane {
            ledger.in_lanes.push((message, target.endpoint));
        }
    }
}

/// Record a success, a failure with another try, or the last failure.
async fn end(
    harness: &Harness,
    dice: &mut Dice,
    ledger: &mut Ledger,
    mut outcome: Outcome,
    delivery: Delivery,
) {
    let next = match dice.roll(4) {
        0 | 1 => None,
        2 => Some(Duration::from_millis(dice.roll(5000) as u64)),
        _ => Some(Duration::from_secs(600)),
    };
    outcome.next_due = next.map(|wait| harness.now().plus(wait));
    outcome.attempt.trigger = if delivery.2 { Trigger::Manual } else { Trigger::Scheduled };
    harness.record(outcome).await;
    if next.is_none() {
        ledger.end(delivery);
    }
}

async fn end_lane_delivery(harness: &Harness, dice: &mut Dice, ledger: &mut Ledger) {
    if ledger.in_lanes.is_empty() {
        return;
    }
    let (message, endpoint) = ledger.in_lanes.swap_remove(dice.roll(ledger.in_lanes.len()));
    let outcome = harness.outcome(message, endpoint, DeliverySource::Lane);
    end(harness, dice, ledger, outcome, (message, endpoint, false)).await;
}

async fn serve_due(harness: &Harness, dice: &mut Dice, ledger: &mut Ledger) {
    let endpoint = ledger.endpoints[dice.roll(ledger.endpoints.len())];
    let (due, _) = harness.due(endpoint, 1 + dice.roll(5)).await;
    for due in due {
        let (message, manual) = (due.message.seq(), due.trigger == Trigger::Manual);
        // As the flow does: what is in a lane is not taken from the schedule too.
        if !manual && ledger.in_lanes.contains(&(message, endpoint)) {
            continue;
        }
        let outcome = harness.outcome(message, endpoint, DeliverySource::Schedule(due.row));
        end(harness, dice, ledger, outcome, (message, endpoint, manual)).await;
    }
}

async fn resend(harness: &Harness, dice: &mut Dice, ledger: &mut Ledger) {
    if ledger.messages.is_empty() {
        return;
    }
    let (message, endpoint) = ledger.messages[dice.roll(ledger.messages.len())];
    let scheduled = harness.store().schedule(by_hand(message, endpoint, harness.now()), None).await;
    scheduled.expect("a resend is scheduled");
    ledger.add((message, endpoint, true));
}

/// Every open delivery has exactly one row, or is in a lane and has at most one; nothing else has any.
async fn check(harness: &Harness, ledger: &Ledger, step: usize, no_lanes: bool) {
    let place = format!("seed {}, step {step}", harness.seed);
    let (mut rows, mut earliest) = (BTreeMap::<Delivery, usize>::new(), Vec::new());
    for endpoint in &ledger.endpoints {
        let all = harness
            .store()
            .due(*endpoint, harness.now().plus(FAR), 100_000, Arc::new(NothingInHand))
            .await
            .expect("the schedule is read")
            .0;
        let mut keys: Vec<(Seq, ScheduleRow)> = all.iter().map(|due| (due.message.seq(), due.row)).collect();
        earliest.extend(keys.iter().map(|(_, row)| row.due).min().map(|due: Timestamp| (*endpoint, due)));
        let count = keys.len();
        keys.sort_unstable_by_key(|(message, row)| (*message, row.segment, row.due, row.id));
        keys.dedup();
        assert_eq!(keys.len(), count, "{place}: a row is given twice");
        for due in all {
            *rows.entry((due.message.seq(), *endpoint, due.trigger == Trigger::Manual)).or_default() += 1;
        }
    }
    if no_lanes {
        assert_eq!(rows, ledger.open, "{place}: rows and open deliveries differ");
        assert_eq!(harness.store().scheduled_count(), ledger.open.values().sum::<usize>() as u64, "{place}");
        assert_eq!(harness.scheduled_endpoints().await, earliest, "{place}");
        return;
    }
    for (delivery, count) in &rows {
        assert!(ledger.open.get(delivery) >= Some(count), "{place}: {delivery:?} has {count} rows");
    }
    for (delivery, count) in &ledger.open {
        let in_lane = !delivery.2 && ledger.in_lanes.contains(&(delivery.0, delivery.1));
        let found = rows.get(delivery).copied().unwrap_or(0) + usize::from(in_lane);
        assert!(found >= *count, "{place}: {delivery:?} is open {count} times and found {found} times");
    }
}
