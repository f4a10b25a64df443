//! Receipts in a group: with their message, or alone when a request was refused.
//!
//! A crash before the commit leaves neither message nor receipt; after it, both.

use hooktide_model::{ReceiptOutcome, Seq};
use rusqlite::params;
use tokio::sync::oneshot;

use super::super::chunk::ReceiptEntry;
use super::effects::Effects;
use super::thread::Writer;
use crate::StoreError;
use crate::backends::common::queue::{Prepared, PreparedRefusal};

/// Appends: keys only grow.
const INSERT_RECEIPT: &str =
    "INSERT INTO receipt (seq, source, outcome, head, plain_bytes, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// A receipt's row but its key.
struct Row<'a> {
    source: Seq,
    outcome: ReceiptOutcome,
    head: &'a [u8],
    plain_bytes: Option<u32>,
    body: Option<&'a [u8]>,
}

/// A refused request that was kept.
pub(super) struct Kept {
    pub(super) seq: Seq,
    pub(super) reply: oneshot::Sender<Result<Seq, StoreError>>,
}

impl Writer {
    /// Insert the receipt of a message that was just inserted under `seq`; the message's payload is its body.
    pub(super) fn apply_receipt(
        &self,
        prepared: &Prepared,
        seq: Seq,
        effects: &mut Effects,
    ) -> rusqlite::Result<()> {
        let Some(receipt) = &prepared.receipt else { return Ok(()) };
        let row = Row {
            source: receipt.source,
            outcome: ReceiptOutcome::Accepted,
            head: &receipt.head,
            plain_bytes: None,
            body: None,
        };
        self.insert_receipt(seq, &row, effects)
    }

    /// Keep a request whose key came before with another body.
    pub(super) fn apply_conflict(&self, prepared: &Prepared, effects: &mut Effects) -> rusqlite::Result<()> {
        let Some(receipt) = &prepared.receipt else { return Ok(()) };
        let row = Row {
            source: receipt.source,
            outcome: ReceiptOutcome::Conflict,
            head: &receipt.head,
            plain_bytes: prepared.plain_bytes,
            body: Some(&prepared.body),
        };
        self.insert_receipt(self.seqs.next(self.clock.now()), &row, effects)
    }

    /// Keep a refused request.
    pub(super) fn apply_refusal(
        &self,
        refusal: &mut PreparedRefusal,
        effects: &mut Effects,
    ) -> rusqlite::Result<()> {
        let seq = self.seqs.next(self.clock.now());
        let row = Row {
            source: refusal.source,
            outcome: ReceiptOutcome::Refused,
            head: &refusal.head,
            plain_bytes: refusal.plain_bytes,
            body: refusal.body.as_deref(),
        };
        self.insert_receipt(seq, &row, effects)?;
        refusal.seq = Some(seq);
        Ok(())
    }

    fn insert_receipt(&self, seq: Seq, row: &Row<'_>, effects: &mut Effects) -> rusqlite::Result<()> {
        let outcome = row.outcome as u8;
        let values = params![seq.0, row.source.0, outcome, row.head, row.plain_bytes, row.body];
        self.connection.prepare_cached(INSERT_RECEIPT)?.execute(values)?;
        effects.receipts.push((row.source, ReceiptEntry { seq: seq.0, outcome }));
        Ok(())
    }
}
