//! What nodes tell each other so that it happens sooner: never needed for it to happen.
//!
//! Sent apart from the transactions that they tell of: a notification inside a transaction makes the commits of all
//! nodes wait for each other. Many become one, a few milliseconds late.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use hooktide_model::{Seq, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_postgres::AsyncMessage;

use super::super::core::{CHANNEL, Changed};
use super::super::database::Database;
use super::super::shared::Shared;
use crate::{ConfigurationChange, StoreError};

/// Rows of the schedule that need a lease: `key:endpoint:due`, separated by blanks.
const DUE: &str = "hooktide_due";
/// Sources with new receipts: their keys, separated by blanks.
const RECEIVED: &str = "hooktide_received";
/// A node has handed over its work.
const NODES: &str = "hooktide_nodes";
const LISTEN: &str =
    "LISTEN hooktide_configuration; LISTEN hooktide_due; LISTEN hooktide_received; LISTEN hooktide_nodes";
/// How long nudges wait for company.
const COMPANY: Duration = Duration::from_millis(10);
/// Bytes of one notification: the database takes 8,000.
const PAYLOAD_BYTES_MAX: usize = 7_500;
/// Nudges that wait at most; more are left to the look behind them.
const WAITING_MAX: usize = 10_000;
/// Pause before listening is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// What is still to be told.
#[derive(Default)]
pub(in super::super) struct Nudges {
    waiting: Mutex<Waiting>,
    filled: Notify,
    /// No other node lives: nobody to tell.
    pub(super) alone: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    due: HashMap<(Seq, Seq), Timestamp>,
    received: HashSet<Seq>,
}

impl Nudges {
    /// A row of that endpoint waits for whoever has the lease of `key`.
    pub(in super::super) fn due(&self, key: Seq, endpoint: Seq, due: Timestamp) {
        self.add(|waiting| {
            if waiting.due.len() < WAITING_MAX {
                let earliest = waiting.due.entry((key, endpoint)).or_insert(due);
                *earliest = due.min(*earliest);
            }
        });
    }

    /// A receipt of that source is stored.
    pub(in super::super) fn received(&self, source: Seq) {
        self.add(|waiting| {
            if waiting.received.len() < WAITING_MAX {
                waiting.received.insert(source);
            }
        });
    }

    fn add(&self, change: impl FnOnce(&mut Waiting)) {
        if !self.alone.load(Ordering::Relaxed) {
            change(&mut self.waiting.lock());
            self.filled.notify_one();
        }
    }
}

/// Tell the others, until the store is closed.
pub(super) async fn send(shared: Arc<Shared>) {
    loop {
        shared.nudges.filled.notified().await;
        tokio::time::sleep(COMPANY).await;
        let waiting = std::mem::take(&mut *shared.nudges.waiting.lock());
        let due = waiting
            .due
            .iter()
            .map(|((key, endpoint), due)| format!("{}:{}:{}", key.0, endpoint.0, due.unix_ms()));
        let received = waiting.received.iter().map(|source| source.0.to_string());
        let payloads = packed(due).into_iter().map(|text| (DUE, text));
        for (channel, text) in payloads.chain(packed(received).into_iter().map(|text| (RECEIVED, text))) {
            if let Err(error) = notify(&shared, channel, &text).await {
                tracing::debug!(%error, "failed to nudge other nodes: they look by themselves");
            }
        }
    }
}

/// Say that there is work to be taken over.
pub(super) async fn tell_of_hand_over(shared: &Shared) -> Result<(), StoreError> {
    notify(shared, NODES, "").await
}

async fn notify(shared: &Shared, channel: &str, text: &str) -> Result<(), StoreError> {
    let client = shared.database.client().await?;
    let told = client.execute("SELECT pg_notify($1, $2)", &[&channel, &text]).await;
    told.map(|_| ()).map_err(|error| Database::fault(&error))
}

/// As few texts as hold all items.
fn packed(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for item in items {
        match texts.last_mut().filter(|text| text.len() + item.len() < PAYLOAD_BYTES_MAX) {
            Some(text) => write!(text, " {item}").expect("a string takes all"),
            None => texts.push(item),
        }
    }
    texts
}

/// Listen, until the store is closed. After each interruption configuration is taken to have changed.
pub(super) async fn listen(shared: Arc<Shared>) {
    loop {
        if let Err(error) = hear(&shared).await {
            tracing::debug!(%error, "failed to listen to other nodes, trying again");
        }
        shared.tell(|listener| listener.configuration_changed(ConfigurationChange::Anything));
        tokio::time::sleep(RETRY).await;
    }
}

async fn hear(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let (client, mut messages) = shared.database.dial("listener").await?;
    let mut listening = std::pin::pin!(client.batch_execute(LISTEN));
    let mut is_listening = false;
    loop {
        tokio::select! {
            done = &mut listening, if !is_listening => {
                done.map_err(|error| Database::fault(&error))?;
                is_listening = true;
                // What changed before.
                shared.tell(|listener| listener.configuration_changed(ConfigurationChange::Anything));
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(told))) => heard(shared, told.channel(), told.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(Database::fault(&error)),
                None => return Ok(()),
            }
        }
    }
}

fn heard(shared: &Shared, channel: &str, text: &str) {
    match channel {
        CHANNEL => shared.tell(|listener| listener.configuration_changed(what_changed(text))),
        NODES => {
            shared.leases.forget_refusals();
            shared.membership.call.notify_one();
        }
        RECEIVED => {
            for source in text.split(' ').filter_map(|key| key.parse().ok()) {
                shared.tell(|listener| listener.received(Seq(source)));
            }
        }
        DUE => {
            for (key, endpoint, due) in text.split(' ').filter_map(parse_due) {
                if shared.leases.has(key) {
                    shared.tell(|listener| listener.scheduled(endpoint, due));
                }
            }
        }
        _ => {}
    }
}

fn what_changed(text: &str) -> ConfigurationChange {
    match Changed::parse(text) {
        Changed::Application(app) => ConfigurationChange::Application(app),
        Changed::Endpoint { endpoint, app } => ConfigurationChange::Endpoint { endpoint, app },
        Changed::Source { source, app } => ConfigurationChange::Source { source, app },
        Changed::Other => ConfigurationChange::Anything,
    }
}

fn parse_due(item: &str) -> Option<(Seq, Seq, Timestamp)> {
    let mut parts = item.splitn(3, ':').map(str::parse::<i64>);
    let mut next = || parts.next()?.ok();
    Some((Seq(next()?), Seq(next()?), Timestamp::from_unix_ms(next()?)))
}
