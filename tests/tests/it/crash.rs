//! Kill -9 under load, round after round: nothing acknowledged is lost, nothing is invented, a repeat needs a delivery
//! that was in flight, and the databases are sound after every kill.
//!
//! `HOOKTIDE_CRASH_ROUNDS` sets the number of rounds, `HOOKTIDE_CRASH_SEED` replays a run.

use hooktide_testkit::{Dice, Kill, Receiver, ServerSetup, ServerUnderTest};

use crate::load::Load;

const ROUNDS_DEFAULT: u64 = 50;

/// As many as the environment says, or else `default`.
pub(crate) fn rounds(default: u64) -> u64 {
    match std::env::var("HOOKTIDE_CRASH_ROUNDS") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("HOOKTIDE_CRASH_ROUNDS={text} is no number")),
        Err(_) => default,
    }
}

/// The server of both directions' loops.
pub(crate) fn setup() -> ServerSetup {
    ServerSetup::new()
        .retries("20ms,40ms,80ms,160ms,320ms,320ms,320ms,320ms")
        // Small chunks, so that kills also meet rolls and the sealing of chunks.
        .env("HOOKTIDE_STORAGE_CHUNK_EVENTS", "2000")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_under_load_breaks_no_promise() {
    let mut dice = Dice::from_env("HOOKTIDE_CRASH_SEED");
    let receiver = Receiver::start().await;
    let mut server = setup().start().await;
    let mut settled = Vec::new();
    for round in 0..rounds(ROUNDS_DEFAULT) {
        let load = one_round(&mut server, &receiver, &mut dice, round).await;
        settled.push(load);
    }
    // What was settled stays settled: no later kill sent it again or made it vanish.
    let api = server.api();
    for load in &mut settled {
        load.settle_and_check(&api, &receiver).await;
    }
}

async fn one_round(server: &mut ServerUnderTest, receiver: &Receiver, dice: &mut Dice, round: u64) -> Load {
    let mut load = Load::prepare(&server.api(), receiver, &format!("round-{round}"), dice).await;
    load.start(&server.api());
    load.wait_for_sent(receiver, draw(dice, 20, 500)).await;
    kill(server, receiver, &mut load, draw(dice, 0, 60)).await;
    load.finish().await;
    server.restart().await;
    if dice.between(0, 2) == 0 {
        // Killed again while it recovers.
        kill(server, receiver, &mut load, 0).await;
        server.restart().await;
    }
    load.repeat_unanswered(&server.api()).await;
    let summary = load.settle_and_check(&server.api(), receiver).await;
    println!("round {round}: {summary:?}");
    load
}

pub(crate) fn draw(dice: &mut Dice, low: u64, high: u64) -> usize {
    usize::try_from(dice.between(low, high)).expect("small")
}

/// Kills after `more` further requests, notes what was in flight and checks what is on disk.
async fn kill(server: &mut ServerUnderTest, receiver: &Receiver, load: &mut Load, more: usize) {
    // On record before the kill: none of this may ever be sent again.
    let recorded = load.recorded(&server.api()).await;
    load.wait_for_sent(receiver, load.sent(receiver) + more).await;
    server.kill9();
    // What the dead server had written may still lie in a socket's buffer.
    receiver.wait_until_quiet().await;
    load.ledger.kills.push(Kill { in_flight: load.in_flight(receiver, &recorded) });
    server.at_rest().assert_sound(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_between_commit_and_answer_is_repaired_by_the_key() {
    let mut dice = Dice::from_env("HOOKTIDE_CRASH_SEED");
    let receiver = Receiver::start().await;
    let mut server = ServerSetup::new().retries("20ms,40ms,80ms,160ms,320ms").start().await;
    for round in 0..10 {
        let mut load = Load::prepare(&server.api(), &receiver, &format!("fast-{round}"), &mut dice).await;
        load.start(&server.api());
        // Killed as soon as the first requests arrive: most calls are between their commit and their answer.
        load.wait_for_sent(&receiver, 1 + round).await;
        kill(&mut server, &receiver, &mut load, 0).await;
        load.finish().await;
        server.restart().await;
        load.repeat_unanswered(&server.api()).await;
        // The second repetition must find the first one's message.
        load.repeat_unanswered(&server.api()).await;
        load.settle_and_check(&server.api(), &receiver).await;
    }
}
