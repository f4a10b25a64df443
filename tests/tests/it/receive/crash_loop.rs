//! Kill -9 under incoming load, round after round (group 12): a provider that never sends again what was answered 2xx
//! loses nothing, what was not answered and is sent again has one effect, nothing is invented, and a repeat needs a
//! delivery that was in flight.
//!
//! `HOOKTIDE_CRASH_ROUNDS` sets the number of rounds, `HOOKTIDE_CRASH_SEED` replays a run.

use hooktide_testkit::{Dice, Kill, Receiver, ServerSetup, ServerUnderTest};

use super::load::InboundLoad;
use crate::crash::{draw, rounds, setup};

const ROUNDS_DEFAULT: u64 = 20;
/// Rounds that are killed among the first requests.
const EARLY_ROUNDS: u64 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_under_incoming_load_breaks_no_promise() {
    let mut dice = Dice::from_env("HOOKTIDE_CRASH_SEED");
    let receiver = Receiver::start().await;
    let mut server = setup().start().await;
    let mut settled = Vec::new();
    for round in 0..rounds(ROUNDS_DEFAULT) {
        let mut load = InboundLoad::prepare(&server, &receiver, &format!("in-{round}"), &mut dice).await;
        load.start(&server.api());
        load.wait_for_sent(&receiver, draw(&mut dice, 20, 300)).await;
        kill(&mut server, &receiver, &mut load, draw(&mut dice, 0, 60)).await;
        load.finish().await;
        server.restart().await;
        if dice.between(0, 2) == 0 {
            // Killed again while it recovers.
            kill(&mut server, &receiver, &mut load, 0).await;
            server.restart().await;
        }
        let api = server.api();
        load.enter(&api).await;
        let redelivered = load.redeliver_unanswered(&api).await;
        let summary = load.settle_and_check(&api, &receiver).await;
        println!("round {round}: {redelivered} sent again, {summary:?}");
        settled.push(load);
    }
    // What was settled stays settled: no later kill sent it again or made it vanish.
    let api = server.api();
    for load in &mut settled {
        load.settle_and_check(&api, &receiver).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_between_commit_and_answer_leaves_one_event() {
    let mut dice = Dice::from_env("HOOKTIDE_CRASH_SEED");
    let receiver = Receiver::start().await;
    let mut server = ServerSetup::new().retries("20ms,40ms,80ms,160ms,320ms").start().await;
    for round in 0..EARLY_ROUNDS {
        let mut load = InboundLoad::prepare(&server, &receiver, &format!("early-{round}"), &mut dice).await;
        load.start(&server.api());
        // Killed as soon as the first requests arrive: most are between their commit and their answer.
        load.wait_for_sent(&receiver, 1 + usize::try_from(round).expect("small")).await;
        kill(&mut server, &receiver, &mut load, 0).await;
        load.finish().await;
        server.restart().await;
        let api = server.api();
        load.enter(&api).await;
        load.redeliver_unanswered(&api).await;
        // The second time must find the event of the first.
        load.redeliver_all(&api).await;
        load.settle_and_check(&api, &receiver).await;
    }
}

/// Kills after `more` further requests, notes what was in flight and checks what is on disk.
async fn kill(server: &mut ServerUnderTest, receiver: &Receiver, load: &mut InboundLoad, more: usize) {
    // On record before the kill: none of this may ever be sent again.
    let recorded = server.at_rest().on_record();
    if more > 0 {
        load.wait_for_sent(receiver, load.sent(receiver) + more).await;
    }
    server.kill9();
    // What the dead server had written may still lie in a socket's buffer.
    receiver.wait_until_quiet().await;
    load.ledger.kills.push(Kill { in_flight: load.in_flight(receiver, &recorded) });
    // Configuration and history.
    server.at_rest().assert_sound(2);
}
