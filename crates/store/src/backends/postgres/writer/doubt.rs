//! A group whose commit was under way when the connection was lost.
//!
//! Its callers have been told that nothing is known. What it would change in memory waits here until the database says
//! whether it was stored: first the session must end that the group was sent to, which may not even have read it yet, then
//! one row of the group is looked for. All of the group is there, or nothing.

use tokio_postgres::Error;

use super::columns::Row;
use super::line::{Line, Session};
use super::step::Step;

/// Ends the session that the group was sent to, and waits for its end; no row when it has ended already.
const END_SESSION: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = $1 AND \
     backend_start::TEXT = $2";
/// Waits for the group's transaction, which holds a share of this row, and says whether the node is still its own.
const SETTLE: &str = "SELECT holder = id FROM node WHERE id = $1 FOR UPDATE";
/// By primary key.
const HAS_MESSAGE: &str = "SELECT EXISTS (SELECT FROM message WHERE seq = $1)";
/// By primary key.
const HAS_RECEIPT: &str = "SELECT EXISTS (SELECT FROM receipt WHERE seq = $1)";
/// By the index (msg, seq).
const HAS_ATTEMPT: &str = "SELECT EXISTS (SELECT FROM attempt WHERE msg = $1 AND seq = $2)";
/// By primary key.
const HAS_ROW: &str =
    "SELECT EXISTS (SELECT FROM schedule WHERE owner = $1 AND ep = $2 AND due = $3 AND msg = $4 AND id = $5)";

/// The group.
pub(super) struct Doubt {
    pub(super) steps: Vec<Step>,
    pub(super) backing: Vec<Row>,
    /// The node that wrote it.
    pub(super) node: i64,
    /// The session that it was sent to.
    pub(super) session: Session,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// All of it is stored.
    Stored,
    /// Nothing is.
    Nothing,
}

/// A row that is there exactly if the group is.
enum Probe {
    Message(i64),
    Receipt(i64),
    Attempt(i64, i64),
    Row(Row),
}

impl Doubt {
    /// Ask the database; `None` when it cannot say yet.
    pub(super) async fn resolve(&self, line: &Line) -> Result<Option<Truth>, Error> {
        let Some(probe) = self.probe() else { return Ok(Some(Truth::Nothing)) };
        let client = &line.client;
        let ended = client.query_opt(END_SESSION, &[&self.session.number, &self.session.began]).await?;
        if ended.is_some_and(|row| !row.get::<_, bool>(0)) {
            return Ok(None);
        }
        client.query_opt(SETTLE, &[&self.node]).await?;
        let row = match probe {
            Probe::Message(seq) => client.query_one(HAS_MESSAGE, &[&seq]).await?,
            Probe::Receipt(seq) => client.query_one(HAS_RECEIPT, &[&seq]).await?,
            Probe::Attempt(message, seq) => client.query_one(HAS_ATTEMPT, &[&message, &seq]).await?,
            Probe::Row(row) => {
                let due = row.key.due.unix_ms();
                let key = row.key.segment;
                client.query_one(HAS_ROW, &[&key, &row.endpoint.0, &due, &row.message.0, &row.key.id]).await?
            }
        };
        Ok(Some(if row.try_get(0)? { Truth::Stored } else { Truth::Nothing }))
    }

    fn probe(&self) -> Option<Probe> {
        let of_step = |step: &Step| match step {
            Step::Accept(accept) if accept.settled.is_none() => Some(Probe::Message(accept.seq.0)),
            Step::Accept(accept) => accept.is_kept_conflict().then_some(Probe::Receipt(accept.conflict.0)),
            Step::Refuse { seq, .. } => Some(Probe::Receipt(seq.0)),
            Step::Record { outcome, .. } => Some(Probe::Attempt(outcome.message.0, outcome.attempt.seq.0)),
            Step::Schedule(_) => None,
        };
        let of_row = |step: &Step| match step {
            Step::Schedule(schedule) if schedule.settled.is_none() => {
                let crate::NewRow { message, endpoint, due, trigger, lease } = schedule.row;
                let segment = lease.map_or(self.node, |key| -key.0);
                let key = crate::ScheduleRow { segment, due, id: schedule.id.0 };
                Some(Probe::Row(Row { key, endpoint, message, tries: 0, trigger }))
            }
            _ => None,
        };
        // What only a retention far in the past would take away first; a row may be gone once it was served.
        let lasting = self.steps.iter().find_map(of_step);
        lasting
            .or_else(|| self.steps.iter().find_map(of_row))
            .or_else(|| self.backing.first().map(|row| Probe::Row(*row)))
    }
}
