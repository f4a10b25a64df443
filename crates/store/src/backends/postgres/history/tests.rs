//! History on a real server, with rows that the tests write themselves.

mod partitions;
mod plans;
mod reads;
mod receipts;
mod retention;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_model::clock::ManualClock;
use hooktide_model::{
    AttemptStatus, Clock, ContentType, EventTypeName, IdMint, OrgId, Seq, SeqSource, Timestamp, Trigger,
};
use hooktide_testkit::ScratchSchema;
use tokio_postgres::types::ToSql;

use super::{Partitions, PgHistory};
use crate::backends::common::{joined, pack_body, pack_targets, uid_key};
use crate::backends::postgres::DatabaseOptions;
use crate::backends::postgres::database::Database;
use crate::backends::postgres::schema::bring_up;
use crate::vault::Vault;
use crate::{NewMessage, Placement, Target};

/// Few connections: tests share the server.
const POOL_SIZE: usize = 3;
const DAY: Duration = Duration::from_secs(24 * 3600);

const INSERT_MESSAGE: &str = "INSERT INTO message (seq, app, event_type, uid, channels, tags, deliver_at, expires_at, targets, \
     hops, content_type, plain_bytes, body, params) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const INSERT_KEY: &str =
    "INSERT INTO message_key (key, request, msg, born, kind) VALUES ($1, NULL, $2, $2, $3)";
const INSERT_ATTEMPT: &str = "INSERT INTO attempt (seq, msg, ep, number, trigger, status, code, duration_ms, url, next_due, response) \
     VALUES ($1, $2, $3, 1, $4, $5, $6, 12, 'https://receiver.example/hooks', $7, '\\x7468616e6b73')";
const INSERT_WAITING: &str =
    "INSERT INTO schedule (owner, ep, due, msg, id, tries, trigger) VALUES ($1, $2, $3, $4, 0, $5, 0)";

/// A store's history, a clock moved by hand, and what writes rows.
struct Place {
    history: PgHistory,
    partitions: Partitions,
    database: Database,
    clock: ManualClock,
    seqs: SeqSource,
    schema: ScratchSchema,
}

impl Place {
    /// An empty store with partitions of that span.
    async fn open(span: Duration) -> Self {
        let schema = ScratchSchema::create().await;
        let options = DatabaseOptions { url: schema.url(), pool_size: POOL_SIZE };
        let database = Database::open(&options).await.expect("the database can be opened");
        bring_up(&database).await.expect("the schema can be made");
        // A day begins here.
        let clock = ManualClock::at(Timestamp::from_unix_ms(1_795_132_800_000));
        let partitions =
            Partitions::open(database.clone(), span, clock.now()).await.expect("partitions can be made");
        let vault = Vault::new(b"a main secret of sufficient length").expect("the secret is long enough");
        let mint = IdMint::new(&[7; 32]);
        let history = PgHistory::new(database.clone(), mint, Arc::new(vault), Arc::new(clock.clone()));
        Self { history, partitions, database, clock, seqs: SeqSource::default(), schema }
    }

    fn key(&self) -> Seq {
        self.seqs.next(self.clock.now())
    }

    async fn run(&self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> u64 {
        let client = self.database.client().await.expect("the pool gives a connection");
        let prepared = client.prepare_cached(statement).await.expect("the statement is right");
        client.execute(&prepared, values).await.expect("the statement runs")
    }

    async fn number(&self, statement: &str) -> i64 {
        let client = self.database.client().await.expect("the pool gives a connection");
        client.query_one(statement, &[]).await.expect("the statement runs").get(0)
    }

    fn new_message(&self, app: Seq, endpoints: &[Seq]) -> NewMessage {
        let target = |endpoint: &Seq| Target { endpoint: *endpoint, placement: Placement::Lane };
        NewMessage {
            org: OrgId::trusted("org_history"),
            app,
            event_type: EventTypeName::trusted("invoice.paid"),
            uid: None,
            channels: vec![],
            tags: vec![],
            deliver_at: None,
            content_type: ContentType::Json,
            payload: Bytes::from_static(b"{\"paid\":true}"),
            params: None,
            payload_expires_at: self.clock.now().plus(90 * DAY),
            targets: endpoints.iter().map(target).collect(),
            idempotency: None,
            receipt: None,
            hops: 0,
        }
    }

    /// Write the message as it is; its key.
    async fn store(&self, message: &NewMessage) -> Seq {
        let seq = self.key();
        self.partitions.ensure(seq).await.expect("a partition is made");
        let (body, plain_bytes) = pack_body(&message.payload);
        let plain_bytes = plain_bytes.map(|bytes| i32::try_from(bytes).expect("the body is small"));
        let targets = pack_targets(message.targets.iter().map(|target| target.endpoint));
        let content_type = match &message.content_type {
            ContentType::Json => None,
            ContentType::Other(text) => Some(text.as_str()),
        };
        let values: [&(dyn ToSql + Sync); 14] = [
            &seq.0,
            &message.app.0,
            &message.event_type.as_str(),
            &message.uid.as_ref().map(|uid| uid.as_str()),
            &joined(&message.channels, |channel| channel.as_str()),
            &joined(&message.tags, |tag| tag.as_str()),
            &message.deliver_at.map(Timestamp::unix_ms),
            &message.payload_expires_at.unix_ms(),
            &targets.as_slice(),
            &i16::from(message.hops),
            &content_type,
            &plain_bytes,
            &body,
            &message.params.as_deref(),
        ];
        self.run(INSERT_MESSAGE, &values).await;
        if let Some(uid) = &message.uid {
            self.remember(&uid_key(message.app, uid.as_str()), seq, 2).await;
        }
        seq
    }

    /// Write a key of a message, born with it.
    async fn remember(&self, key: &[u8], message: Seq, kind: i16) {
        self.run(INSERT_KEY, &[&key, &message.0, &kind]).await;
    }

    /// Write a message of an application with nothing special; its key.
    async fn message(&self, app: Seq, endpoints: &[Seq]) -> Seq {
        self.store(&self.new_message(app, endpoints)).await
    }

    /// Write an attempt under that key.
    async fn attempt_at(&self, seq: Seq, message: Seq, endpoint: Seq, what: Try) {
        self.partitions.ensure(seq).await.expect("a partition is made");
        let Try { status, code, next_due, trigger } = what;
        let due = next_due.map(Timestamp::unix_ms);
        let (trigger, status) = (trigger as i16, status as i16);
        self.run(INSERT_ATTEMPT, &[&seq.0, &message.0, &endpoint.0, &trigger, &status, &code, &due]).await;
    }

    /// Write an attempt that begins now; its key.
    async fn attempt(&self, message: Seq, endpoint: Seq, what: Try) -> Seq {
        let seq = self.key();
        self.attempt_at(seq, message, endpoint, what).await;
        seq
    }

    /// Write a schedule row that is due now.
    async fn wait(&self, owner: i64, endpoint: Seq, message: Seq, tries: i16) {
        let due = self.clock.now().unix_ms();
        self.run(INSERT_WAITING, &[&owner, &endpoint.0, &due, &message.0, &tries]).await;
    }
}

/// How an attempt ended.
#[derive(Clone, Copy)]
struct Try {
    status: AttemptStatus,
    code: i16,
    next_due: Option<Timestamp>,
    trigger: Trigger,
}

const GOOD: Try =
    Try { status: AttemptStatus::Success, code: 200, next_due: None, trigger: Trigger::Scheduled };
const BAD: Try = Try { status: AttemptStatus::Fail, code: 500, next_due: None, trigger: Trigger::Scheduled };
