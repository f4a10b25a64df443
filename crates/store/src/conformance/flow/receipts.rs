//! Claims about requests that sources took or refused.

use std::time::Duration;

use bytes::Bytes;
use hooktide_model::receipt::text_of_bytes;
use hooktide_model::{
    MessageId, Order, PageRequest, Receipt, ReceiptHead, ReceiptId, ReceiptOutcome, Seq, SourceId,
};

use super::super::harness::{Harness, is_unavailable};
use crate::{Idempotency, NewMessage, NewReceipt, NewRefusal, ReceiptFilter, StoreError};

pub(in super::super) fn receipt(harness: &Harness, source: Seq, code: &str) -> NewReceipt {
    let head = ReceiptHead {
        received_ms: harness.now().unix_ms(),
        method: "POST".to_owned(),
        target: "/hook?a=%20".to_owned(),
        url: None,
        headers: vec![("X-Odd".to_owned(), text_of_bytes(&[0xff, b' ', 0x80]))],
        peer: Some("192.0.2.1:4711".to_owned()),
        code: code.to_owned(),
        detail: "as it was judged".to_owned(),
        secret: Some("current".to_owned()),
        status: 200,
        dedupe_key: Some("event-1".to_owned()),
        body_bytes: Some(13),
        secret_names: vec!["x-pass".to_owned()],
        replay_of: None,
        events: Some(3),
        part_of: None,
    };
    NewReceipt { source, head }
}

/// A message that a source took; `key` makes it the same event as another, `request` stands for its body.
pub(in super::super) fn taken(harness: &Harness, source: Seq, key: u8, request: u8) -> NewMessage {
    NewMessage {
        idempotency: Some(Idempotency { key: [key; 16], request: [request; 16] }),
        receipt: Some(receipt(harness, source, "accepted")),
        ..harness.message(harness.seq())
    }
}

pub(in super::super) fn refusal(harness: &Harness, source: Seq, body: Option<&'static [u8]>) -> NewRefusal {
    let receipt = receipt(harness, source, "no_signature_matched");
    NewRefusal { receipt, body: body.map(Bytes::from_static) }
}

fn source_id(harness: &Harness, source: Seq) -> SourceId {
    harness.store().mint().id(source)
}

async fn read(harness: &Harness, source: Seq, seq: Seq) -> Option<Receipt> {
    let id: ReceiptId = harness.store().mint().id(seq);
    harness.store().receipt(source_id(harness, source), id).await.expect("a receipt is read")
}

/// Keys and outcomes of all receipts, newest first, three at a time.
async fn listed(
    harness: &Harness,
    source: Seq,
    outcome: Option<ReceiptOutcome>,
) -> Vec<(Seq, ReceiptOutcome)> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = PageRequest { limit: 3, order: Order::Descending, cursor, backwards: false };
        let filter = ReceiptFilter { page, before: None, after: None, outcome };
        let page =
            harness.store().receipts(source_id(harness, source), filter).await.expect("receipts are listed");
        cursor = page.data.last().map(|receipt| receipt.id);
        all.extend(page.data.iter().map(|receipt| (receipt.id.seq(), receipt.outcome)));
        if page.done {
            return all;
        }
    }
}

pub(super) async fn accepted_receipt_is_there_with_its_message(harness: &Harness) {
    let source = harness.seq();
    let message = taken(harness, source, 1, 1);
    let written = message.receipt.clone().expect("it was given one").head;
    let accepted = harness.accept(message).await;
    for round in 0..3 {
        let found = read(harness, source, accepted.id.seq()).await.expect("the receipt is there");
        assert_eq!(found.outcome, ReceiptOutcome::Accepted, "round {round}");
        assert_eq!(found.head, written, "round {round}");
        assert_eq!(found.message, Some(accepted.id), "round {round}");
        assert_eq!(found.body.as_deref(), Some(&b"{\"paid\":true}"[..]), "round {round}");
        assert_eq!(read(harness, harness.seq(), accepted.id.seq()).await, None, "another source's");
        assert_eq!(head_of(harness, accepted.id).await, Some(written.clone()), "round {round}");
        harness.fill(10).await;
        harness.kill().await;
    }
}

pub(super) async fn only_a_message_that_a_source_took_has_an_original_request(harness: &Harness) {
    let published = harness.accept(harness.message(harness.seq())).await;
    assert_eq!(head_of(harness, published.id).await, None);
    let refused = harness.store().refuse(refusal(harness, harness.seq(), None)).await.expect("kept");
    assert_eq!(head_of(harness, harness.store().mint().id(refused)).await, None);
}

async fn head_of(harness: &Harness, message: MessageId) -> Option<ReceiptHead> {
    harness.store().receipt_head(message).await.expect("a head is read")
}

pub(super) async fn refused_request_is_kept_with_its_body(harness: &Harness) {
    let source = harness.seq();
    let kept = harness.store().refuse(refusal(harness, source, Some(b"{\"odd\"  :1}"))).await.expect("kept");
    let bare = harness.store().refuse(refusal(harness, source, None)).await.expect("kept");
    for round in 0..3 {
        let found = read(harness, source, kept).await.expect("the receipt is there");
        assert_eq!((found.outcome, found.message), (ReceiptOutcome::Refused, None), "round {round}");
        assert_eq!(found.body.as_deref(), Some(&b"{\"odd\"  :1}"[..]), "round {round}");
        let found = read(harness, source, bare).await.expect("the receipt is there");
        assert_eq!(found.body, None, "round {round}");
        harness.fill(10).await;
        harness.kill().await;
    }
    harness.store().close().await;
    let late = harness.store().refuse(refusal(harness, source, None)).await;
    assert!(is_unavailable(&late), "{late:?}");
}

pub(super) async fn same_event_is_replayed_and_leaves_no_receipt(harness: &Harness) {
    let source = harness.seq();
    let first = harness.accept(taken(harness, source, 1, 1)).await;
    for round in 0..3 {
        harness.fill(10).await;
        let again = harness.accept(taken(harness, source, 1, 1)).await;
        assert!(again.replayed && again.id == first.id, "round {round}");
        let expected = [(first.id.seq(), ReceiptOutcome::Accepted)];
        assert_eq!(listed(harness, source, None).await, expected, "round {round}");
        harness.kill().await;
    }
}

pub(super) async fn same_event_with_another_body_is_kept_as_a_conflict(harness: &Harness) {
    let source = harness.seq();
    let first = harness.accept(taken(harness, source, 1, 1)).await;
    for round in 0..3 {
        let other = NewMessage { payload: Bytes::from_static(b"{}"), ..taken(harness, source, 1, 2) };
        let refused = harness.store().accept(other).await;
        assert!(matches!(refused, Err(StoreError::KeyReused)), "round {round}: {refused:?}");
        let conflicts = listed(harness, source, Some(ReceiptOutcome::Conflict)).await;
        assert_eq!(conflicts.len(), round + 1);
        let found = read(harness, source, conflicts[0].0).await.expect("the receipt is there");
        assert_eq!((found.message, found.body.as_deref()), (None, Some(&b"{}"[..])));
        harness.fill(10).await;
        harness.kill().await;
    }
    let accepted = listed(harness, source, Some(ReceiptOutcome::Accepted)).await;
    assert_eq!(accepted, [(first.id.seq(), ReceiptOutcome::Accepted)]);
}

pub(super) async fn events_are_recognised_for_a_window_of_their_own(harness: &Harness) {
    let source = harness.seq();
    let first = harness.accept(taken(harness, source, 1, 1)).await;
    harness.fill(23).await;
    harness.clock.advance(harness.dedupe_window() - Duration::from_millis(8));
    assert!(harness.dedupe_window() > harness.idempotency_window());
    assert!(harness.accept(taken(harness, source, 1, 1)).await.replayed, "just inside the window");
    harness.clock.advance(Duration::from_millis(16));
    let second = harness.accept(taken(harness, source, 1, 2)).await;
    assert!(!second.replayed && second.id != first.id, "past the window it is another event");
}

pub(super) async fn receipts_are_listed_by_source_and_outcome(harness: &Harness) {
    let (source, other) = (harness.seq(), harness.seq());
    let mut expected = Vec::new();
    for number in 0..12_u8 {
        let seq = if number % 3 == 0 {
            harness.store().refuse(refusal(harness, source, None)).await.expect("kept")
        } else {
            harness.accept(taken(harness, source, number, 1)).await.id.seq()
        };
        let outcome = if number % 3 == 0 { ReceiptOutcome::Refused } else { ReceiptOutcome::Accepted };
        expected.insert(0, (seq, outcome));
        harness.store().refuse(refusal(harness, other, None)).await.expect("kept");
        harness.fill(2).await;
    }
    for round in 0..2 {
        assert_eq!(listed(harness, source, None).await, expected, "round {round}");
        for outcome in [ReceiptOutcome::Accepted, ReceiptOutcome::Refused] {
            let only: Vec<_> = expected.iter().copied().filter(|(_, it)| *it == outcome).collect();
            assert_eq!(listed(harness, source, Some(outcome)).await, only, "round {round}");
        }
        assert_eq!(listed(harness, source, Some(ReceiptOutcome::Conflict)).await, []);
        harness.reopen().await;
    }
}

pub(super) async fn receipts_are_listed_by_the_time_of_their_commit(harness: &Harness) {
    let source = harness.seq();
    let mut all = Vec::new();
    for number in 0..3 {
        all.push(harness.accept(taken(harness, source, number, 1)).await.id.seq());
        harness.clock.advance(Duration::from_secs(60));
    }
    let time = |number: usize| all[number].time();
    let windows: [(Option<usize>, Option<usize>, &[Seq]); 4] = [
        (None, None, &all),
        (Some(0), None, &all[1..]),
        (None, Some(2), &all[..2]),
        (Some(0), Some(2), &all[1..2]),
    ];
    for (after, before, expected) in windows {
        let page = PageRequest { limit: 10, order: Order::Ascending, cursor: None, backwards: false };
        let filter = ReceiptFilter { page, after: after.map(time), before: before.map(time), outcome: None };
        let page =
            harness.store().receipts(source_id(harness, source), filter).await.expect("receipts are listed");
        let found: Vec<Seq> = page.data.iter().map(|receipt| receipt.id.seq()).collect();
        assert_eq!(found, expected, "{after:?} to {before:?}");
    }
}

pub(super) async fn listener_hears_of_every_receipt_when_lists_have_it(harness: &Harness) {
    let (source, ear) = (harness.seq(), harness.ear());
    harness.accept(taken(harness, source, 1, 1)).await;
    harness.accept(taken(harness, source, 1, 1)).await;
    let conflict = harness.store().accept(taken(harness, source, 1, 2)).await;
    assert!(matches!(conflict, Err(StoreError::KeyReused)), "{conflict:?}");
    harness.store().refuse(refusal(harness, source, None)).await.expect("kept");
    harness.accept(harness.message(harness.seq())).await;
    let heard = ear.look(|heard| heard.received.clone());
    assert_eq!(heard, [source; 3], "what came again has no receipt, and a published message none either");
    assert_eq!(listed(harness, source, None).await.len(), heard.len());
}
