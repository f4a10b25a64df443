//! Partitions are made ahead, once, and for whatever key is asked for.

use std::time::Duration;

use futures_util::future::join_all;
use hooktide_model::{Clock, Seq, Timestamp};

use super::{DAY, Place};
use crate::backends::postgres::history::Partitions;

const COUNT: &str = "SELECT count(*) FROM pg_inherits WHERE inhparent IN (to_regclass('message'), to_regclass('receipt'), \
     to_regclass('attempt')) AND EXISTS (SELECT FROM pg_class WHERE oid = inhrelid AND relkind = 'r')";
/// Indexes of tables that are attached to the ones of their parents, per partition of all three.
const ATTACHED_INDEXES: &str = "SELECT count(*) FROM pg_inherits JOIN pg_class ON oid = inhrelid \
     WHERE relkind = 'i' AND relnamespace = current_schema()::regnamespace";
const LOOSE_INDEXES: &str = "SELECT count(*) FROM pg_index JOIN pg_class ON oid = indexrelid \
     WHERE relkind = 'i' AND NOT relispartition AND relnamespace = current_schema()::regnamespace \
     AND indrelid IN (SELECT inhrelid FROM pg_inherits)";

#[tokio::test]
async fn two_spans_ahead_exist_and_have_the_indexes_of_their_parents() {
    let place = Place::open(DAY).await;
    let now = place.clock.now();
    for ahead in 0..3 {
        assert!(place.partitions.covers(Seq::first_at(now.plus(ahead * DAY))), "{ahead} ahead");
    }
    assert!(!place.partitions.covers(Seq::first_at(now.plus(3 * DAY))));
    assert!(!place.partitions.covers(Seq::first_at(now.minus(Duration::from_millis(4)))));
    assert_eq!(place.number(COUNT).await, 9);
    // Two of the messages, two of the receipts, four of the attempts, in three spans; none that was made twice.
    assert_eq!(place.number(ATTACHED_INDEXES).await, 24);
    assert_eq!(place.number(LOOSE_INDEXES).await, 0);
    place.clock.advance(DAY);
    place.partitions.look_ahead(place.clock.now()).await.unwrap();
    assert_eq!(place.number(COUNT).await, 12);
}

#[tokio::test]
async fn key_beyond_what_was_made_ahead_gets_its_partition() {
    let place = Place::open(Duration::from_secs(3600)).await;
    let far = Seq::first_at(place.clock.now().plus(40 * DAY));
    assert!(!place.partitions.covers(far));
    place.partitions.ensure(far).await.unwrap();
    assert!(place.partitions.covers(far));
    let gap = Seq::first_at(place.clock.now().plus(20 * DAY));
    assert!(!place.partitions.covers(gap), "nothing is made for the time between");
    place.partitions.ensure(gap).await.unwrap();
    assert!(place.partitions.covers(gap));
}

#[tokio::test]
async fn nodes_that_ask_together_make_it_once() {
    let place = Place::open(DAY).await;
    let start = place.clock.now();
    let nodes: Vec<Partitions> =
        join_all((0..3).map(|_| Partitions::open(place.database.clone(), DAY, start)))
            .await
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap();
    let far = Seq::first_at(start.plus(10 * DAY));
    let asked = nodes.iter().flat_map(|node| [node.ensure(far), node.ensure(far)]);
    for made in join_all(asked).await {
        made.unwrap();
    }
    assert!(nodes.iter().all(|node| node.covers(far)));
    assert_eq!(place.number(COUNT).await, 18);
}

#[tokio::test]
async fn spans_of_another_length_fill_what_is_left() {
    let place = Place::open(DAY).await;
    let start = place.clock.now();
    let longer = Partitions::open(place.database.clone(), 7 * DAY, start).await.unwrap();
    let shorter = Partitions::open(place.database.clone(), DAY / 8, start).await.unwrap();
    for hours in (0..24 * 30).step_by(5) {
        let key = Seq::first_at(start.plus(hours * Duration::from_secs(3600)));
        let asked = if hours % 2 == 0 { &longer } else { &shorter };
        asked.ensure(key).await.unwrap_or_else(|error| panic!("{hours} hours on: {error}"));
        assert!(asked.covers(key), "{hours} hours on");
    }
    longer.reload().await.unwrap();
    let known = longer.known();
    assert!(known.windows(2).all(|pair| pair[0].high <= pair[1].low), "{known:?}");
}

#[tokio::test]
async fn writers_and_readers_go_on_while_partitions_are_made() {
    let place = Place::open(DAY).await;
    let app = place.key();
    let busy = place.schema.connect().await;
    busy.batch_execute("BEGIN; LOCK TABLE message, receipt, attempt IN ROW EXCLUSIVE MODE").await.unwrap();
    place.partitions.ensure(Seq::first_at(place.clock.now().plus(9 * DAY))).await.unwrap();
    place.message(app, &[]).await;
    busy.batch_execute("ROLLBACK").await.unwrap();
}

#[test]
fn span_follows_how_long_history_is_kept() {
    let hour = Duration::from_secs(3600);
    let spans = [(hour, hour), (3 * DAY, 3 * DAY / 30), (30 * DAY, DAY), (365 * DAY, DAY)];
    for (history, span) in spans {
        assert_eq!(Partitions::span(history), span, "{history:?}");
    }
}

#[tokio::test]
async fn bounds_are_whole_spans_of_unix_time() {
    let place = Place::open(Duration::from_millis(200)).await;
    for bounds in place.partitions.known() {
        let (low, high) = (Seq(bounds.low).time(), Seq(bounds.high).time());
        assert_eq!(low.unix_ms() % 200, 0);
        assert_eq!(high, low.plus(Duration::from_millis(200)));
        assert_eq!(Seq::first_at(Timestamp::from_unix_ms(low.unix_ms())).0, bounds.low);
    }
}
