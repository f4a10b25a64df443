//! The tables that a group writes, and the one statement that writes them.
//!
//! Each statement of a transaction costs the database a turn of its own: messages to and fro, snapshots, plans opened
//! and closed. So the parts are made one, and what a group does not need is left out. All parts see what was there
//! before the statement; none writes what another reads. That the fence may come after the rows changes nothing: when
//! it fails, nothing of the statement was.

use std::fmt::Write;

use tokio_postgres::types::ToSql;

use super::columns::Columns;
use super::keys::KeyColumns;

/// A part: its bit, its name, what it does, with its own parameters from `$1` on.
struct Part {
    bit: u8,
    name: &'static str,
    text: &'static str,
    parameters: usize,
}

const KEYS: u8 = 1;
const MESSAGES: u8 = 2;
const RECEIPTS: u8 = 4;
const ATTEMPTS: u8 = 8;
const ENDED: u8 = 16;
const ROWS: u8 = 32;

/// In the order in which [`Tables::values`] gives their values.
const PARTS: [Part; 6] = [
    // Fails when a key is there already, also one whose time is over.
    Part {
        bit: KEYS,
        name: "new_key",
        text: "INSERT INTO message_key (key, request, msg, born, kind) \
             SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::smallint[])",
        parameters: 5,
    },
    // Appends.
    Part {
        bit: MESSAGES,
        name: "new_message",
        text: "INSERT INTO message (seq, app, event_type, uid, channels, tags, deliver_at, expires_at, targets, hops, \
             content_type, plain_bytes, body, params) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], \
             $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bytea[], $10::smallint[], $11::text[], \
             $12::int[], $13::bytea[], $14::text[])",
        parameters: 14,
    },
    // Appends.
    Part {
        bit: RECEIPTS,
        name: "new_receipt",
        text: "INSERT INTO receipt (seq, source, outcome, head, plain_bytes, body) SELECT * FROM \
             unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bytea[], $5::int[], $6::bytea[])",
        parameters: 6,
    },
    // Appends.
    Part {
        bit: ATTEMPTS,
        name: "new_attempt",
        text: "INSERT INTO attempt (seq, msg, ep, number, trigger, status, code, duration_ms, url, next_due, response) \
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::smallint[], \
             $6::smallint[], $7::smallint[], $8::int[], $9::text[], $10::bigint[], $11::bytea[])",
        parameters: 11,
    },
    // By the whole key.
    Part {
        bit: ENDED,
        name: "gone",
        text: "DELETE FROM schedule AS row USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], \
             $5::bigint[]) AS ended (owner, ep, due, msg, id) WHERE row.owner = ended.owner AND row.ep = ended.ep \
             AND row.due = ended.due AND row.msg = ended.msg AND row.id = ended.id RETURNING 1",
        parameters: 5,
    },
    // The key ends with a number that no other row has.
    Part {
        bit: ROWS,
        name: "new_row",
        text: "INSERT INTO schedule (owner, ep, due, msg, id, tries, trigger) SELECT * FROM unnest($1::bigint[], \
             $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::smallint[])",
        parameters: 7,
    },
];

/// Which tables a group writes.
#[derive(Clone, Copy)]
pub(super) struct Tables(u8);

impl Tables {
    /// Those that the columns have rows for.
    pub(super) fn of(columns: &Columns<'_>, keys: Option<&KeyColumns<'_>>) -> Self {
        let Columns { messages, receipts, attempts, rows, ended } = columns;
        let wanted = [
            (KEYS, keys.is_none_or(|keys| keys.key.is_empty())),
            (MESSAGES, messages.seq.is_empty()),
            (RECEIPTS, receipts.seq.is_empty()),
            (ATTEMPTS, attempts.seq.is_empty()),
            (ENDED, ended.ep.is_empty()),
            (ROWS, rows.ep.is_empty()),
        ];
        Self(wanted.iter().filter(|(_, is_empty)| !is_empty).map(|(bit, _)| bit).sum())
    }

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    fn parts(self) -> impl Iterator<Item = &'static Part> {
        PARTS.iter().filter(move |part| self.0 & part.bit != 0)
    }

    /// `$1` is the node; answers how many rows of the schedule went.
    pub(super) fn statement(self) -> String {
        let (mut text, mut before) = (String::new(), 1);
        for part in self.parts() {
            let opening = if text.is_empty() { "WITH" } else { "," };
            let moved = moved(part.text, before);
            write!(text, "{opening} {} AS ({moved}) ", part.name)
                .expect("a text takes what is written to it");
            before += part.parameters;
        }
        let gone = if self.0 & ENDED == 0 { "0::bigint" } else { "(SELECT count(*) FROM gone)" };
        format!("{text}SELECT hooktide_fence($1), {gone}")
    }

    /// The values of the statement's parameters.
    pub(super) fn values<'a>(
        self,
        node: &'a i64,
        columns: &'a Columns<'_>,
        keys: Option<&'a KeyColumns<'_>>,
    ) -> Vec<&'a (dyn ToSql + Sync)> {
        let mut values: Vec<&'a (dyn ToSql + Sync)> = vec![node];
        for part in self.parts() {
            match part.bit {
                KEYS => values.extend(keys.map(KeyColumns::values).into_iter().flatten()),
                MESSAGES => values.extend(columns.messages.values()),
                RECEIPTS => values.extend(columns.receipts.values()),
                ATTEMPTS => values.extend(columns.attempts.values()),
                ENDED => values.extend(columns.ended.key_values()),
                _ => values.extend(columns.rows.values()),
            }
        }
        values
    }
}

/// A part's text with its parameters behind so many others.
fn moved(text: &str, before: usize) -> String {
    let mut pieces = text.split('$');
    let mut moved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(piece.len());
        let number: usize = piece[..end].parse().unwrap_or(0);
        write!(moved, "${}{}", number + before, &piece[end..]).expect("a text takes what is written to it");
    }
    moved
}

#[cfg(test)]
mod tests;
