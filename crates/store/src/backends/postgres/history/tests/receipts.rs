//! A source's receipts: their bodies, their outcomes, and who may see them.

use hooktide_model::{MessageId, Order, PageRequest, ReceiptHead, ReceiptId, ReceiptOutcome, Seq, SourceId};

use super::{DAY, Place};
use crate::backends::common::{pack_body, seal_head};
use crate::{History, ReceiptFilter};

const INSERT: &str =
    "INSERT INTO receipt (seq, source, outcome, head, plain_bytes, body) VALUES ($1, $2, $3, $4, $5, $6)";

fn head(code: &str) -> ReceiptHead {
    ReceiptHead {
        received_ms: 1_795_132_800_000,
        method: "POST".to_owned(),
        target: "/".to_owned(),
        url: None,
        headers: vec![],
        peer: None,
        code: code.to_owned(),
        detail: String::new(),
        secret: None,
        status: 200,
        dedupe_key: None,
        body_bytes: None,
        secret_names: vec![],
        replay_of: None,
        events: None,
        part_of: None,
    }
}

async fn keep(place: &Place, seq: Seq, source: Seq, outcome: ReceiptOutcome, body: Option<&[u8]>) {
    let sealed = seal_head(&place.history.vault, source, &head("any")).unwrap();
    let (body, plain_bytes) = body.map(pack_body).unzip();
    let plain_bytes = plain_bytes.flatten().map(|bytes| i32::try_from(bytes).unwrap());
    place.run(INSERT, &[&seq.0, &source.0, &(outcome as i16), &sealed, &plain_bytes, &body]).await;
}

#[tokio::test]
async fn body_is_the_messages_own_or_what_was_kept_of_a_refusal() {
    let place = Place::open(DAY).await;
    let (source, app) = (place.key(), place.key());
    let accepted = place.message(app, &[]).await;
    keep(&place, accepted, source, ReceiptOutcome::Accepted, None).await;
    let long = "refused ".repeat(100);
    let (refused, bare) = (place.key(), place.key());
    keep(&place, refused, source, ReceiptOutcome::Refused, Some(long.as_bytes())).await;
    keep(&place, bare, source, ReceiptOutcome::Conflict, None).await;
    let mint = &place.history.mint;
    let read = async |seq: Seq, source: Seq| {
        place.history.receipt(mint.id(source), mint.id::<ReceiptId>(seq)).await.unwrap()
    };
    let found = read(accepted, source).await.expect("it is there");
    assert_eq!(found.message, Some(mint.id::<MessageId>(accepted)));
    assert_eq!(found.body.as_deref(), Some(&b"{\"paid\":true}"[..]));
    assert_eq!(found.head, head("any"));
    assert_eq!(read(refused, source).await.unwrap().body.as_deref(), Some(long.as_bytes()));
    assert_eq!(read(bare, source).await.unwrap().body, None);
    assert_eq!(read(accepted, place.key()).await, None, "another source's");
    assert_eq!(place.history.receipt_head(mint.id(accepted)).await.unwrap(), Some(head("any")));
    assert_eq!(place.history.receipt_head(mint.id(refused)).await.unwrap(), None);
    place.clock.advance(90 * DAY);
    assert_eq!(read(accepted, source).await.unwrap().body, None, "it has expired with the message");
    assert!(read(refused, source).await.unwrap().body.is_some());
}

#[tokio::test]
async fn rare_outcome_is_found_among_many_receipts() {
    let place = Place::open(DAY).await;
    let source = place.key();
    let mut refused = Vec::new();
    for number in 0..800 {
        let seq = place.key();
        let outcome = if number % 300 == 1 { ReceiptOutcome::Refused } else { ReceiptOutcome::Accepted };
        place.partitions.ensure(seq).await.unwrap();
        keep(&place, seq, source, outcome, None).await;
        if outcome == ReceiptOutcome::Refused {
            refused.push(seq);
        }
        if number % 200 == 0 {
            place.clock.advance(DAY);
        }
    }
    let id: SourceId = place.history.mint.id(source);
    for (order, limit) in [(Order::Ascending, 2), (Order::Descending, 50)] {
        let mut found: Vec<ReceiptId> = Vec::new();
        loop {
            let cursor = found.last().copied();
            let page = PageRequest { limit, order, cursor, backwards: false };
            let filter =
                ReceiptFilter { page, before: None, after: None, outcome: Some(ReceiptOutcome::Refused) };
            let page = place.history.receipts(id, filter).await.unwrap();
            found.extend(page.data.iter().map(|receipt| receipt.id));
            if page.done {
                break;
            }
        }
        let mut seqs: Vec<Seq> = found.iter().map(|receipt| receipt.seq()).collect();
        seqs.sort_unstable();
        assert_eq!(seqs, refused, "{order:?}");
    }
    let page = PageRequest { limit: 7, order: Order::Descending, cursor: None, backwards: false };
    let filter = ReceiptFilter { page, before: None, after: None, outcome: None };
    let page = place.history.receipts(id, filter).await.unwrap();
    assert_eq!((page.data.len(), page.done), (7, false));
    assert!(page.data.is_sorted_by(|one, next| one.id > next.id));
}
