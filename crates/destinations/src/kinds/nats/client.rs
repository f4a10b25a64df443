//! Publishing and its proof.
//!
//! The client library dials by itself, so it gets vetted addresses as literals, a TLS verifier that holds the
//! certificate against the configured name, and no leave to follow the addresses that a server announces.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_nats::client::PublishErrorKind as CoreErrorKind;
use async_nats::connection::State;
use async_nats::header::HeaderMap;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::{ConnectErrorKind, ConnectOptions, Event, ServerAddr, Subscriber, jetstream};
use bytes::Bytes;
use futures_util::StreamExt;
use hooktide_model::message::HOPS_NAME;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::guard::DIAL_ADDRESSES_MAX;
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Fault, Parcel, Secret, ServiceUrl, Shared, tls_pinned_to, vetted};

/// What the server's own list of connections shows.
const CONNECTION_NAME: &str = "hooktide";
/// Commands on their way to the server; a slot has two at most.
const COMMANDS_WAITING_MAX: usize = 8;

/// How much longer than the slot the library would wait for any answer.
const ANSWER_MARGIN: Duration = Duration::from_secs(1);

/// Who is connected to, and as whom.
pub(crate) struct Server {
    pub(crate) url: ServiceUrl,
    pub(crate) token: Option<Secret>,
}

pub(super) struct NatsClient {
    pub(super) server: Server,
    pub(super) subject: Template,
    pub(super) value: Option<Template>,
    pub(super) is_jetstream: bool,
}

pub(super) struct Job {
    subject: String,
    headers: HeaderMap,
    payload: Bytes,
}

pub(super) struct Connection {
    client: async_nats::Client,
    /// A subject of our own: what comes back on it proves that the server has read everything before it.
    echo: (String, Subscriber),
    /// What the server said against us, and whether the connection has ended.
    news: watch::Receiver<News>,
}

/// What a connection was told.
#[derive(Default)]
pub(crate) struct News {
    pub(crate) refusal: Option<String>,
    pub(crate) is_ended: bool,
}

impl Server {
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.token.iter().chain(&self.url.password)
    }

    /// Connects through the guard.
    pub(crate) async fn connect(
        &self,
        shared: &Shared,
        deadline: Instant,
    ) -> Result<(async_nats::Client, watch::Receiver<News>), Fault> {
        let addresses = vetted(shared, &self.url.address).await?;
        let servers = servers(addresses.as_slice())?;
        let (sender, news) = watch::channel(News::default());
        let sender = Arc::new(sender);
        let options = self
            .options(shared, deadline.saturating_duration_since(Instant::now()))?
            .event_callback(move |event| {
                let sender = Arc::clone(&sender);
                async move { note(&sender, event) }
            });
        let client = options.connect(servers).await.map_err(|error| connect_fault(error.kind(), &error))?;
        Ok((client, news))
    }

    fn options(&self, shared: &Shared, time_left: Duration) -> Result<ConnectOptions, Fault> {
        let mut options = ConnectOptions::new()
            .name(CONNECTION_NAME)
            .connection_timeout(time_left + ANSWER_MARGIN)
            .client_capacity(COMMANDS_WAITING_MAX)
            .max_reconnects(DIAL_ADDRESSES_MAX)
            .retain_servers_order()
            .ignore_discovered_servers();
        if let Some(user) = &self.url.user {
            let password = self.url.password.as_ref().map_or("", |password| password.expose());
            options = options.user_and_password(user.clone(), password.to_owned());
        }
        if let Some(token) = &self.token {
            options = options.token(token.expose().to_owned());
        }
        if self.url.scheme.is_tls {
            let tls = tls_pinned_to(shared, self.url.address.server_name())?;
            options = options.require_tls(true).tls_client_config(tls);
        }
        Ok(options)
    }
}

impl NatsClient {
    async fn publish_stored(
        &self,
        connection: &Connection,
        job: &Job,
        deadline: Instant,
    ) -> Result<Done, Fault> {
        let mut context = jetstream::new(connection.client.clone());
        // The slot's deadline comes first and knows the words for it.
        context.set_timeout(deadline.saturating_duration_since(Instant::now()) + ANSWER_MARGIN);
        let sent = context
            .publish_with_headers(job.subject.clone(), job.headers.clone(), job.payload.clone())
            .await
            .map_err(|error| jetstream_fault(error.kind(), &error))?;
        let ack = match sent.await {
            Ok(ack) => ack,
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => {
                return Err(no_stream(&context, &job.subject).await);
            }
            Err(error) => return Err(jetstream_fault(error.kind(), &error)),
        };
        let known = if ack.duplicate { ", which had it already" } else { "" };
        Ok(Done::new(format!("stored in stream {} as {}{known}", ack.stream, ack.sequence)))
    }

    async fn publish_core(&self, connection: &mut Connection, job: &Job) -> Result<Done, Fault> {
        connection.news.mark_unchanged();
        let client = &connection.client;
        let (echo, echoes) = &mut connection.echo;
        client
            .publish_with_headers(job.subject.clone(), job.headers.clone(), job.payload.clone())
            .await
            .map_err(|error| core_fault(error.kind(), &error))?;
        client.publish(echo.clone(), Bytes::new()).await.map_err(|error| core_fault(error.kind(), &error))?;
        if echoes.next().await.is_none() {
            return Err(Fault::lost("connection to NATS ended before the server had answered"));
        }
        match connection.news.borrow().refusal.clone() {
            Some(refusal) => Err(Fault::fail(format!("NATS: {refusal}"))),
            None => Ok(Done::new("published; the server has read it")),
        }
    }
}

impl Client for NatsClient {
    type Connection = Connection;
    type Job = Job;

    /// A stream drops the second message with the same id; core subscribers would see two.
    fn is_repeatable(&self) -> bool {
        self.is_jetstream
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.server.secrets().collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Job, Fault> {
        let reading = Reading::new(parcel);
        let subject = reading.render(&self.subject)?;
        if !is_subject(&subject) {
            return Err(Fault::fail(format!(
                "`{subject}` is not a subject: no spaces, wildcards or empty parts; correct the template"
            )));
        }
        let payload = match &self.value {
            Some(template) => reading.render(template)?.into(),
            None => parcel.payload.clone(),
        };
        Ok(Job { subject, headers: headers(parcel), payload })
    }

    async fn connect(&self, shared: &Shared, deadline: Instant) -> Result<Connection, Fault> {
        let (client, news) = self.server.connect(shared, deadline).await?;
        let subject = client.new_inbox();
        let echoes = client
            .subscribe(subject.clone())
            .await
            .map_err(|error| Fault::lost(format!("connection to NATS: {error}")))?;
        Ok(Connection { client, echo: (subject, echoes), news })
    }

    async fn act(&self, connection: &mut Connection, job: &Job, deadline: Instant) -> Result<Done, Fault> {
        let size = job.payload.len();
        let size_max = connection.client.max_payload();
        if size > size_max {
            return Err(too_large(format!("the payload has {size} bytes, the server takes {size_max}")));
        }
        // The library would connect again by itself and wait for an answer that went down with the old connection.
        let mut news = connection.news.clone();
        let publish = async {
            match self.is_jetstream {
                true => self.publish_stored(connection, job, deadline).await,
                false => self.publish_core(connection, job).await,
            }
        };
        tokio::select! {
            biased;
            outcome = publish => outcome,
            _ = news.wait_for(|news| news.is_ended) => Err(Fault::lost("the connection to NATS ended")),
        }
    }

    fn is_open(connection: &mut Connection) -> bool {
        let news = connection.news.borrow();
        !news.is_ended && news.refusal.is_none() && connection.client.connection_state() == State::Connected
    }

    async fn ended(connection: &mut Connection) {
        // An error means that the client has dropped its end: ended too.
        let _ended = connection.news.wait_for(|news| news.is_ended).await.is_ok();
    }
}

fn note(sender: &watch::Sender<News>, event: Event) {
    match event {
        Event::Disconnected | Event::Closed => sender.send_modify(|news| news.is_ended = true),
        Event::ServerError(error) => sender.send_modify(|news| news.refusal = Some(error.to_string())),
        _ => {}
    }
}

fn servers(addresses: &[SocketAddr]) -> Result<Vec<ServerAddr>, Fault> {
    let parsed = addresses.iter().take(DIAL_ADDRESSES_MAX).map(|address| format!("nats://{address}").parse());
    parsed.collect::<Result<_, _>>().map_err(|error| Fault::fail(format!("internal error: {error}")))
}

fn headers(parcel: &Parcel) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("Nats-Msg-Id", &parcel.idempotency_key),
        ("webhook-id", &parcel.message_id),
        ("event-type", &parcel.event_type),
        ("content-type", &parcel.content_type),
    ] {
        // Ids and types have no line breaks; what had one would be another header.
        if !value.contains(['\r', '\n']) {
            headers.insert(name, value.as_str());
        }
    }
    headers.insert(HOPS_NAME, parcel.hops.to_string());
    headers
}

fn is_subject(subject: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|character| {
                !character.is_whitespace() && !character.is_control() && !matches!(character, '*' | '>')
            })
    };
    subject.split('.').all(is_part)
}

/// Nobody answered for the subject. Only when JetStream itself says that no stream has it is that for good; otherwise a
/// leader may just be being elected.
async fn no_stream(context: &jetstream::Context, subject: &str) -> Fault {
    match context.stream_by_subject(subject).await {
        Err(error) if error.kind() == jetstream::context::GetStreamByNameErrorKind::NotFound => Fault::fail(
            format!("no stream takes the subject `{subject}`; create one, or set jetstream to false"),
        )
        .with_code(NO_RESPONDERS),
        _ => Fault::retry(format!("no stream answered for the subject `{subject}`")).with_code(NO_RESPONDERS),
    }
}

/// The protocol's status for a request that nobody takes.
const NO_RESPONDERS: u16 = 503;

fn too_large(what: String) -> Fault {
    Fault::fail(format!("{what}; raise max_payload on the server or send less with `value`"))
}

fn jetstream_fault(kind: PublishErrorKind, error: &dyn std::fmt::Display) -> Fault {
    match kind {
        PublishErrorKind::MaxPayloadExceeded => too_large(error.to_string()),
        PublishErrorKind::BrokenPipe => Fault::lost(format!("connection to NATS: {error}")),
        _ => Fault::retry(format!("NATS: {error}")),
    }
}

fn core_fault(kind: CoreErrorKind, error: &dyn std::fmt::Display) -> Fault {
    match kind {
        CoreErrorKind::MaxPayloadExceeded => too_large(error.to_string()),
        CoreErrorKind::InvalidSubject => Fault::fail(format!("NATS: {error}")),
        CoreErrorKind::Send => Fault::lost(format!("connection to NATS: {error}")),
    }
}

fn connect_fault(kind: ConnectErrorKind, error: &dyn std::fmt::Display) -> Fault {
    match kind {
        // A password may be changing just now.
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            Fault::retry(format!("NATS: {error}"))
        }
        _ => Fault::lost(format!("connection to NATS: {error}")),
    }
}
