//! The feed: a consumer of the group.

use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::timeout;

use super::reply::{Entry, delivery, entries};
use crate::feeds::{BATCH_MAX, Delivery, Feed, Opening};
use crate::kinds::redis::{Connection, connect, fault};
use crate::seam::{BoxFuture, Fault, Secret, ServiceUrl};

/// How long the server holds a question that it has no answer to.
const BLOCK: Duration = Duration::from_secs(5);
/// How much longer than that an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// The server's word for a group that is there.
const GROUP_IS_THERE: &str = "BUSYGROUP";

/// What is read, as whom.
pub(super) struct Stream {
    pub(super) url: ServiceUrl,
    pub(super) password: Option<Secret>,
    pub(super) database: u16,
    pub(super) stream: String,
    pub(super) group: String,
    pub(super) consumer: String,
    pub(super) is_from_now: bool,
    pub(super) payload_field: String,
}

pub(super) struct Reader {
    stream: Arc<Stream>,
    connection: Connection,
    /// Whether what was given before and not acknowledged has all been read.
    is_caught_up: bool,
    /// The ids of the last batch.
    given: Vec<String>,
}

impl Reader {
    pub(super) async fn open(stream: Arc<Stream>, opening: &Opening) -> Result<Self, Fault> {
        let (url, password) = (&stream.url, stream.password.as_ref());
        let connection = connect(&opening.shared, url, password, stream.database, opening.deadline).await?;
        let mut reader = Self { stream, connection, is_caught_up: false, given: Vec::new() };
        reader.make_group().await?;
        Ok(reader)
    }

    async fn make_group(&mut self) -> Result<(), Fault> {
        let from = if self.stream.is_from_now { "$" } else { "0" };
        let mut make = redis::cmd("XGROUP");
        make.arg("CREATE").arg(&self.stream.stream).arg(&self.stream.group).arg(from).arg("MKSTREAM");
        let made: Result<Value, _> = make.query_async(&mut self.connection.connection).await;
        match made {
            Err(error) if error.code() != Some(GROUP_IS_THERE) => Err(fault(&error)),
            _ => Ok(()),
        }
    }

    fn question(&self) -> Cmd {
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(&self.stream.group).arg(&self.stream.consumer).arg("COUNT").arg(BATCH_MAX);
        if self.is_caught_up {
            read.arg("BLOCK").arg(BLOCK.as_millis().to_string());
        }
        let after = if self.is_caught_up { ">" } else { "0" };
        read.arg("STREAMS").arg(&self.stream.stream).arg(after).take()
    }

    async fn ask(&mut self, question: &Cmd) -> Result<Value, Fault> {
        let asking = question.query_async(&mut self.connection.connection);
        let answer = timeout(BLOCK + ANSWER_MAX, asking).await;
        let answer =
            answer.map_err(|_| Fault::lost(format!("Redis did not answer within {ANSWER_MAX:?}")))?;
        answer.map_err(|error| fault(&error))
    }

    async fn acknowledge<'a>(&mut self, ids: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
        let ids: Vec<&str> = ids.collect();
        if ids.is_empty() {
            return Ok(());
        }
        let acknowledge = redis::cmd("XACK").arg(&self.stream.stream).arg(&self.stream.group).arg(ids).take();
        self.ask(&acknowledge).await.map(|_| ())
    }

    async fn read(&mut self) -> Result<Vec<Delivery>, Fault> {
        loop {
            let answer = self.ask(&self.question()).await?;
            let found = entries(answer).ok_or_else(|| Fault::lost("the server's answer is no stream"))?;
            if found.is_empty() {
                self.is_caught_up = true;
                continue;
            }
            let (there, gone): (Vec<Entry>, Vec<Entry>) =
                found.into_iter().partition(|entry| entry.fields.is_some());
            // Deleted from the stream since they were given: nobody can do anything with them.
            self.acknowledge(gone.iter().map(|entry| entry.id.as_str())).await?;
            if !there.is_empty() {
                self.given = there.iter().map(|entry| entry.id.clone()).collect();
                let stream = &self.stream;
                return Ok(there
                    .into_iter()
                    .map(|entry| delivery(&stream.stream, &stream.payload_field, entry))
                    .collect());
            }
        }
    }
}

impl Feed for Reader {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>, Fault>> {
        Box::pin(self.read())
    }

    fn settle<'a>(&'a mut self, taken: &'a [bool]) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let given = std::mem::take(&mut self.given);
            let durable = given.iter().zip(taken).filter(|(_, is_taken)| **is_taken);
            self.acknowledge(durable.map(|(id, _)| id.as_str())).await
        })
    }
}
