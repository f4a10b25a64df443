//! SIGTERM: nothing is lost, nothing is sent twice, the exit is clean and in time.

use std::time::Duration;

use hooktide_testkit::{Behaviour, Dice, Gate, Receiver, ServerSetup};
use tokio::time::Instant;

use crate::load::Load;
use crate::world::World;

/// The default grace of 25 s and what a busy machine adds.
const BOUND: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rolling_restarts_under_load_lose_and_repeat_nothing() {
    let mut dice = Dice::from_env("HOOKTIDE_SHUTDOWN_SEED");
    let receiver = Receiver::start().await;
    let mut server = ServerSetup::new().retries("20ms,40ms,80ms,160ms,320ms").start().await;
    for round in 0..5 {
        let mut load = Load::prepare(&server.api(), &receiver, &format!("roll-{round}"), &mut dice).await;
        load.start(&server.api());
        load.wait_for_sent(&receiver, usize::try_from(dice.between(20, 300)).unwrap()).await;

        let status = server.sigterm(BOUND).await;

        assert_eq!(status.code(), Some(0), "{status}");
        load.finish().await;
        server.at_rest().assert_sound(1);
        server.restart().await;
        load.repeat_unanswered(&server.api()).await;
        // No kill is noted in the ledger, so not a single repeat is excused.
        let summary = load.settle_and_check(&server.api(), &receiver).await;
        println!("round {round}: {summary:?}");
    }
}

#[tokio::test]
async fn hanging_receiver_does_not_hold_the_exit_beyond_the_grace() {
    let setup = ServerSetup::new().env("HOOKTIDE_SHUTDOWN_GRACE", "1s");
    let mut world = World::with(setup).await;
    let gate = Gate::closed();
    world.receiver.script("/hang", [Behaviour::ok().held_by(&gate)]);
    let endpoint = world.endpoint("/hang").await;
    let message = world.publish().await;
    world.received("/hang", &message, 1).await;

    let started = Instant::now();
    let status = world.server.sigterm(BOUND).await;

    assert_eq!(status.code(), Some(0), "{status}");
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    gate.open();
    world.server.restart().await;
    world.server.api().wait_for_status(&world.app, &message, &endpoint, 0).await;
}

#[tokio::test]
async fn delivery_in_flight_is_finished_before_the_exit() {
    let mut world = World::new().await;
    let gate = Gate::closed();
    world.receiver.script("/slow", [Behaviour::ok().held_by(&gate)]);
    let endpoint = world.endpoint("/slow").await;
    let message = world.publish().await;
    world.received("/slow", &message, 1).await;

    world.server.terminate();
    gate.open();
    let status = world.server.wait_for_exit(BOUND).await;

    assert_eq!(status.code(), Some(0), "{status}");
    world.server.restart().await;
    world.server.api().wait_for_status(&world.app, &message, &endpoint, 0).await;
    world.server.api().wait_for_attempts(&world.app, &message, 1).await;
    assert_eq!(world.receiver.count(|it| it.message_id() == message), 1);
}

#[tokio::test]
async fn idle_server_exits_at_once_and_waiting_retries_do_not_hold_it() {
    let mut world = World::with(ServerSetup::new().retries("1h")).await;
    world.receiver.script("/later", [Behaviour::status(500)]);
    world.endpoint("/later").await;
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 1).await;
    let started = Instant::now();
    let status = world.server.sigterm(BOUND).await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
