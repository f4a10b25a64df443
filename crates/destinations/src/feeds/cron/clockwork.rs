//! The feed: waits for the next time of the schedule.
//!
//! Times that went by while nothing ran are not made up for, except the last one, if it was due since
//! [`Opening::since`]. Whether that one has been an event before, its key knows.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_model::{Clock, Timestamp};

use super::schedule::Schedule;
use crate::feeds::{Delivery, Feed, Opening};
use crate::seam::{BoxFuture, Fault};

/// The longest that nobody looks at the clock, which may jump.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How late a time may be and still be one of those that are made up for one by one, while the feed runs.
pub(super) const LATE_MAX: Duration = Duration::from_secs(60);
/// The header of receipts that tells the time that was due.
const SCHEDULED_AT: &str = "cron-scheduled-at";

pub(super) struct Clockwork {
    schedule: Arc<Schedule>,
    payload: Bytes,
    content_type: String,
    clock: Arc<dyn Clock>,
    progress: Progress,
}

/// How far the schedule has been followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// Nothing before this is due.
    pub(super) since: Timestamp,
    /// The last time that became an event.
    pub(super) done: Option<Timestamp>,
    /// The time that was handed out and is not settled.
    pub(super) given: Option<Timestamp>,
}

impl Progress {
    /// The time that is due, or how long until one may be.
    pub(super) fn due(&self, schedule: &Schedule, now: Timestamp) -> Result<Timestamp, Duration> {
        let late = self.done.and_then(|done| schedule.after(done)).filter(|next| {
            // In turn while the feed keeps up: a slow commit drops no time.
            *next <= now && now.since(*next) <= LATE_MAX
        });
        let latest = || {
            let found = schedule.latest(now)?;
            (found >= self.since && self.done.is_none_or(|done| found > done)).then_some(found)
        };
        late.or_else(latest).ok_or_else(|| {
            let next = schedule.after(now.max(self.done.unwrap_or(now)));
            next.map_or(LOOK_EVERY, |next| next.since(now).min(LOOK_EVERY))
        })
    }
}

impl Clockwork {
    pub(super) fn new(
        schedule: Arc<Schedule>,
        payload: Bytes,
        content_type: String,
        opening: &Opening,
    ) -> Self {
        let progress = Progress { since: opening.since, done: None, given: None };
        Self { schedule, payload, content_type, clock: Arc::clone(&opening.shared.clock), progress }
    }

    async fn wait(&mut self) -> Timestamp {
        loop {
            match self.progress.due(&self.schedule, self.clock.now()) {
                Ok(due) => return due,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    fn tick(&self, due: Timestamp) -> Delivery {
        let header = |name: &str, value: String| (name.to_owned(), value.into_bytes());
        Delivery {
            place: "/".to_owned(),
            headers: vec![
                header("content-type", self.content_type.clone()),
                header(SCHEDULED_AT, due.to_string()),
            ],
            body: self.payload.clone(),
            key: Some(format!("cron:{}", due.unix_ms())),
        }
    }
}

impl Feed for Clockwork {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>, Fault>> {
        Box::pin(async move {
            let due = self.wait().await;
            self.progress.given = Some(due);
            Ok(vec![self.tick(due)])
        })
    }

    fn settle<'a>(&'a mut self, taken: &'a [bool]) -> BoxFuture<'a, Result<(), Fault>> {
        let given = self.progress.given.take();
        if taken.first() == Some(&true) {
            self.progress.done = given;
        }
        Box::pin(async { Ok(()) })
    }
}
