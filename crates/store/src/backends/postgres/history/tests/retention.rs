//! What retention drops, what it keeps, and who it holds up.

use std::time::Duration;

use hooktide_model::{Clock, MessageId, Seq};

use super::{DAY, GOOD, Place};
use crate::backends::common::Retention;
use crate::backends::postgres::history::{KeyWindows, sweep};
use crate::{History, ObjectRef, StoreError};

const WINDOWS: KeyWindows = KeyWindows { idempotency: DAY, dedupe: Duration::from_secs(3 * 24 * 3600) };
const THREE_DAYS: Retention = Retention { history: Duration::from_secs(3 * 24 * 3600), disk_bytes_max: 0 };
const NODE: &str = "INSERT INTO node (slot, holder, name, version, started_at, heartbeat_at, low_water, last_seq, info) \
     VALUES (NULL, NULL, $1, '1', now(), now(), $2, 0, '')";

async fn swept(place: &Place, retention: Retention) -> usize {
    sweep(&place.partitions, place.clock.now(), retention, WINDOWS).await.expect("a sweep succeeds")
}

/// A message with an attempt on each of so many days; the clock stands at the last one.
async fn days(place: &Place, count: usize) -> (Seq, Vec<Seq>) {
    let (app, endpoint) = (place.key(), place.key());
    let mut messages = Vec::new();
    for day in 0..count {
        if day > 0 {
            place.clock.advance(DAY);
        }
        let message = place.message(app, &[endpoint]).await;
        place.attempt(message, endpoint, GOOD).await;
        messages.push(message);
    }
    (app, messages)
}

/// Which of the messages are still there.
async fn left(place: &Place, app: Seq, messages: &[Seq]) -> Vec<bool> {
    let mut there = Vec::new();
    for message in messages {
        let id: MessageId = place.history.mint.id(*message);
        let app = place.history.mint.id(app);
        there.push(place.history.message(app, &ObjectRef::Id(id), true).await.unwrap().is_some());
    }
    there
}

#[tokio::test]
async fn old_partitions_go_whole_and_the_rest_stays() {
    let place = Place::open(DAY).await;
    let (app, messages) = days(&place, 6).await;
    assert_eq!(swept(&place, THREE_DAYS).await, 2);
    assert_eq!(left(&place, app, &messages).await, [false, false, true, true, true, true]);
    assert_eq!(place.number("SELECT count(*) FROM attempt").await, 4, "attempts go with them");
    assert_eq!(swept(&place, THREE_DAYS).await, 0);
    assert!(place.partitions.covers(Seq::first_at(place.clock.now().plus(2 * DAY))), "a sweep looks ahead");
    assert!(!place.partitions.covers(messages[0]), "what is dropped is not known any more");
}

#[tokio::test]
async fn waiting_delivery_keeps_its_message_and_no_other() {
    let place = Place::open(DAY).await;
    let (app, messages) = days(&place, 7).await;
    place.wait(-5, Seq(5), messages[1], 3).await;
    assert_eq!(swept(&place, THREE_DAYS).await, 2, "those before and after");
    assert_eq!(left(&place, app, &messages).await, [false, true, false, true, true, true, true]);
    place.run("DELETE FROM schedule", &[]).await;
    assert_eq!(swept(&place, THREE_DAYS).await, 1);
}

#[tokio::test]
async fn delivery_in_a_nodes_memory_keeps_its_message() {
    let place = Place::open(DAY).await;
    let (app, messages) = days(&place, 7).await;
    for (name, mark) in [("alive", 2), ("handed over", 0), ("taken over", 0)] {
        let mark: Seq = messages[mark];
        place.run(NODE, &[&name, &mark.0]).await;
    }
    place.run("UPDATE node SET holder = id WHERE name = 'alive'", &[]).await;
    place.run("UPDATE node SET holder = (SELECT holder FROM node WHERE name = 'alive') WHERE name = 'taken over'", &[]).await;
    assert_eq!(swept(&place, THREE_DAYS).await, 2, "a node that left rows for everything needs nothing");
    assert_eq!(left(&place, app, &messages).await, [false, false, true, true, true, true, true]);
    place.run("UPDATE node SET low_water = $1", &[&messages[6].0]).await;
    assert_eq!(swept(&place, THREE_DAYS).await, 1);
}

#[tokio::test]
async fn more_than_the_disk_share_goes_oldest_first_but_never_today() {
    let place = Place::open(DAY).await;
    let (app, messages) = days(&place, 5).await;
    let year = 365 * DAY;
    let all = Retention { history: year, disk_bytes_max: 1 << 40 };
    assert_eq!(swept(&place, all).await, 0);
    let sizes = "SELECT sum(pg_total_relation_size(inhrelid))::BIGINT FROM pg_inherits JOIN pg_class ON oid = inhrelid \
         WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
    let bytes = place.number(sizes).await.unsigned_abs();
    assert_eq!(swept(&place, Retention { history: year, disk_bytes_max: bytes - 1 }).await, 1);
    assert_eq!(left(&place, app, &messages).await, [false, true, true, true, true]);
    assert_eq!(swept(&place, Retention { history: year, disk_bytes_max: 1 }).await, 3);
    assert_eq!(left(&place, app, &messages).await, [false, false, false, false, true]);
}

#[tokio::test]
async fn two_sweeps_at_once_drop_each_partition_once() {
    let place = Place::open(DAY).await;
    let (app, messages) = days(&place, 8).await;
    let now = place.clock.now();
    let sweeps = [
        sweep(&place.partitions, now, THREE_DAYS, WINDOWS),
        sweep(&place.partitions, now, THREE_DAYS, WINDOWS),
    ];
    let dropped: Vec<usize> =
        futures_util::future::join_all(sweeps).await.into_iter().collect::<Result<_, StoreError>>().unwrap();
    let rest = swept(&place, THREE_DAYS).await;
    assert_eq!(dropped.iter().sum::<usize>() + rest, 4, "{dropped:?}, then {rest}");
    assert_eq!(left(&place, app, &messages).await, [false, false, false, false, true, true, true, true]);
}

#[tokio::test]
async fn reader_only_delays_a_drop() {
    let place = Place::open(DAY).await;
    let (app, messages) = days(&place, 5).await;
    let reader = place.schema.connect().await;
    reader.batch_execute("BEGIN; LOCK TABLE message IN ACCESS SHARE MODE").await.unwrap();
    assert_eq!(swept(&place, THREE_DAYS).await, 0);
    assert_eq!(left(&place, app, &messages).await, [true; 5], "others read on");
    reader.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(swept(&place, THREE_DAYS).await, 1);
}

#[tokio::test]
async fn each_kind_of_key_is_forgotten_by_its_own_window() {
    let place = Place::open(DAY).await;
    let (_, messages) = days(&place, 6).await;
    for (day, message) in messages.iter().enumerate() {
        for kind in 0..3_i16 {
            let key = [u8::try_from(day).unwrap(), u8::try_from(kind).unwrap()];
            place.remember(&key, *message, kind).await;
        }
    }
    place.clock.advance(Duration::from_secs(60));
    assert_eq!(swept(&place, THREE_DAYS).await, 2);
    let mut days_left = Vec::new();
    for kind in 0..3 {
        let kept = format!("SELECT count(*) FROM message_key WHERE kind = {kind}");
        days_left.push(place.number(&kept).await);
    }
    // A day back there is the fifth, just outside; three days back the third; the messages of the third are there.
    assert_eq!(days_left, [1, 3, 4]);
}

#[tokio::test]
async fn event_id_is_free_once_its_message_is_gone_though_an_older_one_stays() {
    let place = Place::open(DAY).await;
    let (_, messages) = days(&place, 7).await;
    for message in &messages {
        place.remember(&message.0.to_be_bytes(), *message, 2).await;
    }
    place.wait(1, Seq(5), messages[0], 0).await;
    assert_eq!(swept(&place, THREE_DAYS).await, 2);
    let kept =
        format!("SELECT count(*) FROM message_key WHERE msg IN ({}, {})", messages[1].0, messages[2].0);
    assert_eq!(place.number(&kept).await, 0);
    assert_eq!(place.number("SELECT count(*) FROM message_key").await, 5);
}

#[tokio::test]
async fn more_keys_than_a_batch_are_forgotten_in_one_sweep() {
    let place = Place::open(DAY).await;
    let (_, messages) = days(&place, 3).await;
    let many = "INSERT INTO message_key (key, request, msg, born, kind) \
         SELECT int8send($1::BIGINT + n), NULL, $1, $1, 0 FROM generate_series(1::BIGINT, 12000) n";
    place.run(many, &[&messages[0].0]).await;
    swept(&place, THREE_DAYS).await;
    assert_eq!(place.number("SELECT count(*) FROM message_key").await, 0);
}
