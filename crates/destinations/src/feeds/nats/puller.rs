//! The feed: a durable consumer, asked for a batch at a time.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::{Batch, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer};
use async_nats::jetstream::{self, AckKind, Message};
use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;

use crate::feeds::{BATCH_MAX, Delivery, Feed, Headers, Opening};
use crate::kinds::nats::{News, Server};
use crate::seam::{BoxFuture, Fault};

/// How long the server holds a request for messages.
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// After which time the server hands out again what was not acknowledged. Committing takes far less, and what comes again
/// for all that is recognised; after a crash it is how long the rest of the last batch takes.
const ACK_WAIT: Duration = Duration::from_secs(10);
/// After which time a message that could not be stored comes again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What is pulled, as whom.
pub(super) struct Pulled {
    pub(super) server: Server,
    pub(super) stream: String,
    pub(super) consumer: String,
    pub(super) subject: Option<String>,
}

pub(super) struct Puller {
    consumer: Consumer<Config>,
    news: watch::Receiver<News>,
    /// When the stream was made, in seconds since 1970: one that is made anew counts its messages anew.
    made_s: i64,
    /// The request that the server is answering.
    batch: Option<Batch>,
    /// The last batch that was handed out.
    given: Vec<Message>,
}

impl Puller {
    pub(super) async fn open(pulled: &Pulled, opening: &Opening) -> Result<Self, Fault> {
        let (client, news) = pulled.server.connect(&opening.shared, opening.deadline).await?;
        let context = jetstream::new(client);
        let stream = context.get_stream(&pulled.stream).await;
        let stream =
            stream.map_err(|error| Fault::retry(format!("NATS: stream {}: {error}", pulled.stream)))?;
        let made_s = stream.cached_info().created.unix_timestamp();
        let config = Config {
            durable_name: Some(pulled.consumer.clone()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            filter_subject: pulled.subject.clone().unwrap_or_default(),
            ..Config::default()
        };
        let consumer = stream.get_or_create_consumer(&pulled.consumer, config).await;
        let consumer =
            consumer.map_err(|error| Fault::retry(format!("NATS: consumer {}: {error}", pulled.consumer)))?;
        if consumer.cached_info().config.ack_policy != AckPolicy::Explicit {
            let what = format!("NATS: consumer {} does not acknowledge each message", pulled.consumer);
            return Err(Fault::fail(format!("{what}; set its ack policy to explicit")));
        }
        Ok(Self { consumer, news, made_s, batch: None, given: Vec::new() })
    }

    /// What the server has now, and at least one message.
    async fn pull(&mut self) -> Result<Vec<Delivery>, Fault> {
        loop {
            let batch = match &mut self.batch {
                Some(batch) => batch,
                None => {
                    let request = self.consumer.batch().max_messages(BATCH_MAX).expires(REQUEST_MAX);
                    self.batch.insert(request.messages().await.map_err(|error| broke(&error))?)
                }
            };
            let Some(first) = batch.next().await else {
                self.batch = None;
                continue;
            };
            // From here to the end nothing waits, so that no message is lost from sight.
            let mut given = vec![first.map_err(|error| broke(&error))?];
            while given.len() < BATCH_MAX {
                match batch.next().now_or_never() {
                    Some(Some(Ok(message))) => given.push(message),
                    // An error comes again, or the server knows what it has not been told about.
                    Some(Some(Err(_)) | None) => {
                        self.batch = None;
                        break;
                    }
                    None => break,
                }
            }
            let deliveries = given.iter().map(|message| delivery(message, self.made_s)).collect();
            self.given = given;
            return deliveries;
        }
    }
}

impl Feed for Puller {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>, Fault>> {
        Box::pin(async move {
            // The library would connect again by itself; a feed that broke is told and opened again.
            let mut news = self.news.clone();
            tokio::select! {
                pulled = self.pull() => pulled,
                _ = news.wait_for(|news| news.is_ended) => Err(Fault::lost("the connection to NATS ended")),
            }
        })
    }

    fn settle<'a>(&'a mut self, taken: &'a [bool]) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let given = std::mem::take(&mut self.given);
            let told = given.iter().zip(taken).map(|(message, is_taken)| async move {
                if *is_taken {
                    message.double_ack().await
                } else {
                    message.ack_with(AckKind::Nak(Some(AGAIN_AFTER))).await
                }
            });
            let told: Result<(), _> = join_all(told).await.into_iter().collect();
            told.map_err(|error| Fault::lost(format!("NATS: acknowledging: {error}")))
        })
    }
}

fn broke(error: &dyn std::fmt::Display) -> Fault {
    Fault::lost(format!("NATS: {error}"))
}

fn delivery(message: &Message, made_s: i64) -> Result<Delivery, Fault> {
    let info = message.info().map_err(|error| broke(&error))?;
    let (stream, sequence) = (info.stream, info.stream_sequence);
    let mut headers = Headers::default()
        .fact("nats-subject", message.subject.as_str())
        .fact("nats-stream", stream)
        .fact("nats-sequence", sequence.to_string());
    for (name, values) in message.headers.iter().flat_map(async_nats::HeaderMap::iter) {
        if let Some(value) = values.first() {
            headers.sent(name.as_ref(), value.as_str());
        }
    }
    Ok(Delivery {
        place: format!("/{stream}/{}", message.subject),
        headers: headers.into_lines(),
        body: message.payload.clone(),
        key: Some(format!("{stream}:{made_s}:{sequence}")),
    })
}
