//! Claims about accepting a message.

use std::time::Duration;

use bytes::Bytes;
use hooktide_model::{Channel, ContentType, Tag, Uid};

use super::super::harness::{Dice, Harness, by_hand, is_unavailable};
use crate::{DeliverySource, Idempotency, ObjectRef, Placement, StoreError, Target};

/// Bodies of every kind: text, bytes that compress and bytes that do not, nothing at all.
fn bodies(seed: u64) -> Vec<(ContentType, Bytes)> {
    let mut dice = Dice(seed);
    let noise: Vec<u8> = (0..200 * 1024).map(|_| dice.roll(256) as u8).collect();
    vec![
        (ContentType::Json, Bytes::from_static(b"{ \"spaces\" :  \"stay\\u00e9\" }")),
        (ContentType::Other("application/octet-stream".to_owned()), Bytes::from_static(&[0, 255, 1, 254, 0])),
        (ContentType::Other("text/plain; charset=latin1".to_owned()), Bytes::new()),
        (ContentType::Json, Bytes::from(vec![b'a'; 200 * 1024])),
        (ContentType::Other("image/png".to_owned()), Bytes::from(noise)),
    ]
}

pub(super) async fn message_reads_back_with_its_exact_bytes(harness: &Harness) {
    let app = harness.seq();
    let mut accepted = Vec::new();
    for round in 0..4 {
        for (number, (content_type, payload)) in bodies(harness.seed).into_iter().enumerate() {
            let mut message = harness.message(app);
            message.content_type = content_type;
            message.payload = payload;
            message.uid = Some(Uid::trusted(&format!("event-{round}-{number}")));
            message.channels = vec![Channel::trusted("de"), Channel::trusted("a:b+c")];
            message.tags = vec![Tag::trusted("x/y\\z#1")];
            message.hops = number as u8;
            message.params = (number % 2 == 0).then(|| format!("{{\"n\":{number}}}").into());
            message.deliver_at = Some(harness.now().plus(Duration::from_secs(number as u64)));
            let answer = harness.accept(message.clone()).await;
            assert!(!answer.replayed);
            accepted.push((answer.id, message));
            harness.clock.advance(Duration::from_millis(7));
        }
    }
    for again in [false, true] {
        for (id, wanted) in &accepted {
            let id_ref = ObjectRef::Id(*id);
            let found =
                harness.store().message(harness.app_id(app), &id_ref, true).await.expect("a message is read");
            let found = found.expect("an accepted message is there");
            assert_eq!((found.id, found.app, &found.uid), (*id, app, &wanted.uid));
            assert_eq!(found.payload.as_ref(), Some(&wanted.payload), "the bytes are exact");
            assert_eq!(found.content_type, wanted.content_type);
            assert_eq!((&found.channels, &found.tags), (&wanted.channels, &wanted.tags));
            assert_eq!(
                (found.deliver_at, found.payload_expires_at),
                (wanted.deliver_at, wanted.payload_expires_at)
            );
            assert_eq!((found.event_type, found.hops), (wanted.event_type.clone(), wanted.hops));
            assert_eq!(found.params, wanted.params);
        }
        if !again {
            harness.reopen().await;
        }
    }
}

pub(super) async fn listener_hears_of_each_commit_once(harness: &Harness) {
    let (app, endpoint, ear) = (harness.seq(), harness.seq(), harness.ear());
    let mut messages = Vec::new();
    for number in 0..20_u8 {
        let mut message = harness.message(app);
        message.targets.push(Target { endpoint, placement: Placement::Lane });
        message.idempotency = Some(Idempotency { key: [number; 16], request: [1; 16] });
        messages.push(harness.accept(message.clone()).await.id.seq());
        assert!(harness.accept(message.clone()).await.replayed);
        message.idempotency = Some(Idempotency { key: [number; 16], request: [2; 16] });
        let refused = harness.store().accept(message).await;
        assert!(matches!(refused, Err(StoreError::KeyReused)), "{refused:?}");
    }
    let mut attempts = Vec::new();
    for message in &messages {
        let outcome = harness.outcome(*message, endpoint, DeliverySource::Lane);
        attempts.push(outcome.attempt.seq);
        harness.record(outcome).await;
    }
    let due = harness.now();
    harness.store().schedule(by_hand(messages[0], endpoint, due), None).await.expect("a resend is scheduled");
    ear.look(|heard| {
        assert_eq!(heard.committed.len(), messages.len());
        assert!(messages.iter().all(|message| heard.committed.get(message) == Some(&1)));
        assert_eq!(heard.not_committed, 2 * messages.len(), "a replay and a refusal each");
        assert_eq!(heard.recorded.len(), attempts.len());
        assert!(attempts.iter().all(|attempt| heard.recorded.get(attempt) == Some(&1)));
        assert_eq!(heard.scheduled, vec![(endpoint, due)]);
    });
}

pub(super) async fn closed_store_refuses_and_says_so(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    let store = harness.store();
    assert!(store.is_writable());
    store.close().await;
    assert!(!store.is_writable());
    let late = store.accept(harness.message(app)).await;
    assert!(is_unavailable(&late), "{late:?}");
    let late = store.schedule(by_hand(message, endpoint, harness.now()), None).await;
    assert!(is_unavailable(&late), "{late:?}");
    // Neither waits for ever: the process is ending.
    store.record(harness.outcome(message, endpoint, DeliverySource::Lane)).await;
    store.close().await;
    assert_eq!(harness.ear().look(|heard| (heard.not_committed, heard.recorded.len())), (1, 0));
}
