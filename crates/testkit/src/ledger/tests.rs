use super::{Answer, Delivery, DeliveryState, Digest, Kill, Ledger, Sent, ServerView, Violation};

/// One acknowledged and delivered message, recorded once: a run without fault.
fn kept() -> (Ledger, ServerView) {
    let mut ledger = Ledger::new(7, &["a"]);
    ledger.enter("k1", b"one", Answer::Accepted("m1".into()));
    send(&mut ledger, "m1", b"one");
    let mut server = ServerView::default();
    record(&mut server, "m1", DeliveryState::Succeeded, 1);
    (ledger, server)
}

fn send(ledger: &mut Ledger, message: &str, body: &[u8]) {
    ledger.sent.push(Sent { delivery: Delivery::new(message, "a"), digest: Digest::of(body) });
}

fn record(server: &mut ServerView, message: &str, state: DeliveryState, attempts: usize) {
    server.messages.insert(message.to_owned());
    server.states.insert(Delivery::new(message, "a"), state);
    server.attempts.insert(Delivery::new(message, "a"), attempts);
}

#[track_caller]
fn finds(ledger: &Ledger, server: &ServerView, expected: &[Violation]) {
    assert_eq!(ledger.check(server).unwrap_err(), expected);
}

#[test]
fn faultless_run_passes_with_its_counts() {
    let (ledger, server) = kept();
    let summary = ledger.check(&server).unwrap();
    assert_eq!((summary.acknowledged, summary.delivered, summary.repeated), (1, 1, 0));
}

#[test]
fn acknowledged_message_that_nobody_knows_is_lost() {
    let (mut ledger, server) = kept();
    ledger.enter("k2", b"two", Answer::Accepted("m2".into()));
    let expected = [
        Violation::Vanished { message: "m2".into() },
        Violation::Lost { delivery: Delivery::new("m2", "a") },
    ];
    finds(&ledger, &server, &expected);
}

#[test]
fn pending_and_failed_are_not_lost() {
    let (mut ledger, mut server) = kept();
    ledger.enter("k2", b"two", Answer::Accepted("m2".into()));
    ledger.enter("k3", b"three", Answer::Accepted("m3".into()));
    record(&mut server, "m2", DeliveryState::Pending, 0);
    record(&mut server, "m3", DeliveryState::Failed, 3);
    assert_eq!(ledger.check(&server).unwrap().acknowledged, 3);
}

#[test]
fn claimed_success_without_a_request_is_found() {
    let (mut ledger, mut server) = kept();
    ledger.enter("k2", b"two", Answer::Accepted("m2".into()));
    record(&mut server, "m2", DeliveryState::Succeeded, 1);
    finds(&ledger, &server, &[Violation::NeverSent { delivery: Delivery::new("m2", "a") }]);
}

#[test]
fn delivery_of_an_unanswered_call_is_its_own() {
    let (mut ledger, mut server) = kept();
    ledger.enter("k2", b"two", Answer::Unanswered);
    send(&mut ledger, "m2", b"two");
    record(&mut server, "m2", DeliveryState::Succeeded, 1);
    assert_eq!(ledger.check(&server).unwrap().unanswered, 1);
    assert_eq!(ledger.unanswered(), ["k2"]);
}

#[test]
fn delivery_that_nobody_published_is_invented() {
    let (mut ledger, mut server) = kept();
    send(&mut ledger, "m9", b"nine");
    record(&mut server, "m9", DeliveryState::Succeeded, 1);
    finds(&ledger, &server, &[Violation::Invented { message: "m9".into() }]);
}

#[test]
fn changed_bytes_are_found() {
    let (mut ledger, mut server) = kept();
    ledger.enter("k2", b"two", Answer::Accepted("m2".into()));
    send(&mut ledger, "m2", b"tw0");
    record(&mut server, "m2", DeliveryState::Succeeded, 1);
    finds(&ledger, &server, &[Violation::Altered { message: "m2".into() }]);
}

#[test]
fn two_answers_with_two_ids_are_twins() {
    let (mut ledger, mut server) = kept();
    ledger.enter("k1", b"one", Answer::Accepted("m2".into()));
    send(&mut ledger, "m2", b"one");
    record(&mut server, "m2", DeliveryState::Succeeded, 1);
    finds(
        &ledger,
        &server,
        &[Violation::Twins { key: "k1".into(), messages: vec!["m1".into(), "m2".into()] }],
    );
}

#[test]
fn twin_that_was_only_delivered_is_found() {
    let (mut ledger, mut server) = kept();
    ledger.enter("k2", b"two", Answer::Unanswered);
    for message in ["m2", "m3"] {
        send(&mut ledger, message, b"two");
        record(&mut server, message, DeliveryState::Succeeded, 1);
    }
    finds(
        &ledger,
        &server,
        &[Violation::Twins { key: "k2".into(), messages: vec!["m2".into(), "m3".into()] }],
    );
}

#[test]
fn one_message_for_two_keys_is_found() {
    let (mut ledger, server) = kept();
    ledger.enter("k2", b"one", Answer::Accepted("m1".into()));
    finds(
        &ledger,
        &server,
        &[Violation::Shared { message: "m1".into(), keys: vec!["k1".into(), "k2".into()] }],
    );
}

#[test]
fn repeat_without_a_kill_is_found() {
    let (mut ledger, server) = kept();
    send(&mut ledger, "m1", b"one");
    let delivery = Delivery::new("m1", "a");
    finds(&ledger, &server, &[Violation::Repeated { delivery, sent: 2, recorded: 1, excused: 0 }]);
}

#[test]
fn repeat_is_excused_once_per_kill_that_caught_it_in_flight() {
    let (mut ledger, server) = kept();
    send(&mut ledger, "m1", b"one");
    ledger.kills.push(Kill { in_flight: [Delivery::new("m1", "a")].into() });
    let summary = ledger.check(&server).unwrap();
    assert_eq!((summary.repeated, summary.in_flight), (1, 1));

    send(&mut ledger, "m1", b"one");
    ledger.kills.push(Kill { in_flight: [Delivery::new("m2", "a")].into() });
    let delivery = Delivery::new("m1", "a");
    finds(&ledger, &server, &[Violation::Repeated { delivery, sent: 3, recorded: 1, excused: 1 }]);
}

#[test]
fn recorded_retries_are_no_repeats() {
    let (mut ledger, mut server) = kept();
    send(&mut ledger, "m1", b"one");
    record(&mut server, "m1", DeliveryState::Succeeded, 2);
    assert_eq!(ledger.check(&server).unwrap().repeated, 0);
}

#[test]
#[should_panic(expected = "seed 7")]
fn failure_names_the_seed() {
    let (mut ledger, server) = kept();
    send(&mut ledger, "m1", b"one");
    let _ = ledger.assert_kept(&server);
}
