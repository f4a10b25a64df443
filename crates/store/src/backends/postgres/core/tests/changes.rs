//! How a node hears what another one changed.

use hooktide_model::{AppId, EndpointId, Seq};

use super::super::changes::{CHANNEL, Changed, Changes};
use super::{Place, endpoint, event_type, given_endpoints, id, org};
use crate::Configuration;
use futures_util::StreamExt;
use tokio_postgres::AsyncMessage;

async fn next(messages: &mut crate::backends::postgres::database::Messages) -> Changed {
    let waiting = async {
        loop {
            match messages.next().await.expect("the connection stays").expect("the connection stays") {
                AsyncMessage::Notification(told) if told.channel() == CHANNEL => {
                    return Changed::parse(told.payload());
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await.expect("a change is told")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_is_told_when_it_is_committed() {
    let place = Place::new().await;
    let core = place.open().await;
    let (client, mut messages) = core.database.dial("listener").await.unwrap();
    let listening = client.batch_execute("LISTEN hooktide_configuration");
    let told = async {
        // The answer comes only while the connection is read.
        let mut listening = std::pin::pin!(listening);
        loop {
            tokio::select! {
                done = &mut listening => return done.unwrap(),
                _ = messages.next() => {}
            }
        }
    };
    told.await;
    let (one, two) = (Seq(1), Seq(2));
    let app = given_endpoints(&core, &[2]).await;
    let endpoint_id: EndpointId = id(&core, 2);
    let of_endpoint = Changed::Endpoint { endpoint: two, app: one };
    // Other schemas of this database are told of too: other tests.
    let mut expect = async |wanted: Changed| while next(&mut messages).await != wanted {};
    expect(Changed::Application(one)).await;
    expect(of_endpoint).await;
    core.note_failing_since(two, Some(hooktide_model::Timestamp::EPOCH)).await.unwrap();
    expect(of_endpoint).await;
    core.disable_endpoint(two, hooktide_model::Timestamp::EPOCH).await.unwrap();
    expect(of_endpoint).await;
    core.delete_endpoint(app, endpoint_id).await.unwrap();
    expect(of_endpoint).await;
    core.insert_endpoint(endpoint(&core, app, 3), None).await.unwrap();
    core.delete_application(&org(), app).await.unwrap();
    expect(Changed::Endpoint { endpoint: Seq(3), app: one }).await;
    expect(Changed::Application(one)).await;
    core.insert_event_type(event_type("a.b"), None).await.unwrap();
    expect(Changed::Other).await;
    assert_eq!(Changed::parse("source 7 8"), Changed::Source { source: Seq(7), app: Seq(8) });
    assert_eq!(Changed::parse("later 7"), Changed::Other);
    let _: AppId = app;
}

#[tokio::test]
async fn look_finds_what_was_not_heard() {
    let place = Place::new().await;
    let core = place.open().await;
    let raw = place.raw().await;
    let mut changes = Changes::default();
    assert!(changes.look(&raw).await.unwrap(), "the first look finds everything new");
    while changes.look(&raw).await.unwrap() {}
    let app = given_endpoints(&core, &[]).await;
    assert!(changes.look(&raw).await.unwrap());
    // Whatever other tests' transactions do meanwhile: it settles, and then nothing is found any more.
    let settled = async { while changes.look(&raw).await.unwrap() || changes.is_unsettled() {} };
    tokio::time::timeout(std::time::Duration::from_secs(30), settled).await.expect("it settles");
    assert!(!changes.look(&raw).await.unwrap());
    core.delete_application(&org(), app).await.unwrap();
    assert!(changes.look(&raw).await.unwrap());
}

#[test]
fn number_that_was_drawn_before_its_commit_is_found_again_after_it() {
    let mut changes = Changes::default();
    assert!(changes.judge(1, 100, 100));
    assert!(changes.judge(1, 100, 100), "everybody who may have drawn it is done: forget once more");
    assert!(!changes.judge(1, 100, 100));
    // Transaction 105 has drawn 2 and is not committed.
    assert!(changes.judge(2, 105, 106));
    assert!(!changes.judge(2, 105, 107), "it still runs");
    assert!(!changes.judge(2, 106, 108), "another that may have drawn it runs");
    assert!(changes.judge(2, 107, 109), "all that ran after the number was seen are done");
    assert!(!changes.judge(2, 109, 109));
}
