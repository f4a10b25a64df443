//! Throwaway: HISTORY_CLAIMS over a naive writer.
use super::*;
use crate::conformance::*;
use crate::*;
use async_trait::async_trait;
use hooktide_model::*;
use parking_lot::Mutex;
use std::sync::OnceLock;

struct Naive {
    history: PgHistory,
    partitions: Partitions,
    clock: ManualClock,
    seqs: SeqSource,
    database: Database,
    listener: OnceLock<Arc<dyn FlowListener>>,
}
impl Naive {
    async fn run(&self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> u64 {
        let client = self.database.client().await.unwrap();
        let prepared = client.prepare_cached(statement).await.unwrap();
        client.execute(&prepared, values).await.unwrap()
    }
    async fn wait(&self, ep: Seq, due: Timestamp, msg: Seq, tries: i16, trigger: Trigger) {
        self.run(
            "INSERT INTO schedule (owner, ep, due, msg, id, tries, trigger) VALUES (1,$1,$2,$3,$4,$5,$6)",
            &[&ep.0, &due.unix_ms(), &msg.0, &self.seqs.next(self.clock.now()).0, &tries, &(trigger as i16)],
        )
        .await;
        self.listener.get().unwrap().scheduled(ep, due);
    }
}
#[async_trait]
impl Flow for Naive {
    fn set_listener(&self, listener: Arc<dyn FlowListener>) {
        let _ = self.listener.set(listener);
    }
    async fn accept(&self, message: NewMessage) -> Result<Accepted, StoreError> {
        let seq = self.seqs.next(self.clock.now());
        self.partitions.ensure(seq).await?;
        let (body, plain_bytes) = pack_body(&message.payload);
        let plain_bytes = plain_bytes.map(|b| b as i32);
        let targets = pack_targets(message.targets.iter().map(|t| t.endpoint));
        let ct = match &message.content_type {
            ContentType::Json => None,
            ContentType::Other(t) => Some(t.as_str()),
        };
        self.run(
            INSERT_MESSAGE,
            &[
                &seq.0,
                &message.app.0,
                &message.event_type.as_str(),
                &message.uid.as_ref().map(|u| u.as_str()),
                &joined(&message.channels, |c| c.as_str()),
                &joined(&message.tags, |c| c.as_str()),
                &message.deliver_at.map(Timestamp::unix_ms),
                &message.payload_expires_at.unix_ms(),
                &targets.as_slice(),
                &i16::from(message.hops),
                &ct,
                &plain_bytes,
                &body,
                &message.params.as_deref(),
            ],
        )
        .await;
        for t in &message.targets {
            if let Placement::Scheduled { due, .. } = t.placement {
                self.wait(t.endpoint, due, seq, 0, Trigger::Scheduled).await;
            }
        }
        Ok(Accepted { id: self.history.mint.id(seq), replayed: false })
    }
    async fn refuse(&self, _: NewRefusal) -> Result<Seq, StoreError> {
        unimplemented!()
    }
    async fn record(&self, o: Outcome) {
        let a = &o.attempt;
        self.partitions.ensure(a.seq).await.unwrap();
        self.run("INSERT INTO attempt (seq,msg,ep,number,trigger,status,code,duration_ms,url,next_due,response) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
          &[&a.seq.0,&o.message.0,&o.endpoint.0,&(a.number as i16),&(a.trigger as i16),&(a.status as i16),&(a.status_code as i16),&(a.duration_ms as i32),&&*a.url,&o.next_due.map(Timestamp::unix_ms),&&a.response[..]]).await;
        if let DeliverySource::Schedule(row) = o.source {
            self.run(
                "DELETE FROM schedule WHERE ep=$1 AND msg=$2 AND id=$3",
                &[&o.endpoint.0, &o.message.0, &row.id],
            )
            .await;
        }
        if let Some(due) = o.next_due {
            self.wait(o.endpoint, due, o.message, a.number as i16, a.trigger).await;
        }
        self.listener.get().unwrap().recorded(&o);
    }
    async fn schedule(&self, row: NewRow, _: Option<Idempotency>) -> Result<(), StoreError> {
        self.wait(row.endpoint, row.due, row.message, 0, row.trigger).await;
        Ok(())
    }
    async fn due(
        &self,
        endpoint: Seq,
        now: Timestamp,
        limit: usize,
        _: Arc<dyn InHand>,
    ) -> Result<(Vec<Due>, Option<Timestamp>), StoreError> {
        let client = self.database.client().await?;
        let rows = client.query("SELECT owner, due, msg, id, tries, trigger FROM schedule WHERE ep=$1 AND due<=$2 ORDER BY due, msg LIMIT $3", &[&endpoint.0,&now.unix_ms(),&(limit as i64)]).await.unwrap();
        let mut found = vec![];
        for r in rows {
            let msg: i64 = r.get(2);
            let m = client.query(super::super::messages::BY_KEYS, &[&vec![msg]]).await.unwrap();
            let m = super::super::unpack_message(&self.history.mint, now, &m[0], 0)?.unwrap();
            found.push(Due {
                row: ScheduleRow { segment: r.get(0), due: Timestamp::from_unix_ms(r.get(1)), id: r.get(3) },
                message: Arc::new(m),
                tries: r.get::<_, i16>(4) as u16,
                trigger: crate::backends::common::trigger(r.get::<_, i16>(5) as u8),
            });
        }
        Ok((found, None))
    }
    async fn scheduled_endpoints(&self) -> Result<Vec<(Seq, Timestamp)>, StoreError> {
        unimplemented!()
    }
    fn scheduled_count(&self) -> u64 {
        0
    }
    fn is_writable(&self) -> bool {
        true
    }
    async fn close(&self) {}
    async fn sweep(&self) -> Result<usize, StoreError> {
        Ok(0)
    }
}
#[async_trait]
#[allow(unused_variables)]
impl Configuration for Naive {
    async fn insert_application(
        &self,
        application: Application,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Application>, StoreError> {
        unimplemented!()
    }
    async fn save_application(&self, application: Application) -> Result<Application, StoreError> {
        unimplemented!()
    }
    async fn delete_application(&self, org: &OrgId, app: AppId) -> Result<(), StoreError> {
        unimplemented!()
    }
    async fn application(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Application>, StoreError> {
        unimplemented!()
    }
    async fn applications(
        &self,
        org: &OrgId,
        page: PageRequest<AppId>,
    ) -> Result<Page<Application>, StoreError> {
        unimplemented!()
    }
    async fn insert_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        unimplemented!()
    }
    async fn save_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        unimplemented!()
    }
    async fn delete_endpoint(&self, app: AppId, endpoint: EndpointId) -> Result<(), StoreError> {
        unimplemented!()
    }
    async fn endpoint(
        &self,
        app: AppId,
        endpoint: &ObjectRef<EndpointId>,
    ) -> Result<Option<Endpoint>, StoreError> {
        unimplemented!()
    }
    async fn endpoints(
        &self,
        app: AppId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<Endpoint>, StoreError> {
        unimplemented!()
    }
    async fn all_endpoints(&self, app: AppId) -> Result<Vec<Endpoint>, StoreError> {
        unimplemented!()
    }
    async fn endpoint_by_key(&self, endpoint: Seq) -> Result<Option<(Endpoint, Application)>, StoreError> {
        unimplemented!()
    }
    async fn note_failing_since(&self, endpoint: Seq, since: Option<Timestamp>) -> Result<(), StoreError> {
        unimplemented!()
    }
    async fn disable_endpoint(&self, endpoint: Seq, now: Timestamp) -> Result<bool, StoreError> {
        unimplemented!()
    }
    async fn insert_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        unimplemented!()
    }
    async fn save_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        unimplemented!()
    }
    async fn delete_source(&self, org: &OrgId, source: SourceId) -> Result<(), StoreError> {
        unimplemented!()
    }
    async fn source(&self, org: &OrgId, source: &ObjectRef<SourceId>) -> Result<Option<Source>, StoreError> {
        unimplemented!()
    }
    async fn source_by_token(&self, hash: TokenHash) -> Result<Option<Source>, StoreError> {
        unimplemented!()
    }
    async fn sources(&self, org: &OrgId, page: PageRequest<SourceId>) -> Result<Page<Source>, StoreError> {
        unimplemented!()
    }
    async fn fetching_sources(&self, limit: usize) -> Result<Vec<Source>, StoreError> {
        unimplemented!()
    }
    async fn source_application(&self, app: AppId) -> Result<Option<Application>, StoreError> {
        unimplemented!()
    }
    async fn insert_event_type(
        &self,
        event_type: EventType,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<EventType>, StoreError> {
        unimplemented!()
    }
    async fn save_event_type(&self, event_type: EventType) -> Result<EventType, StoreError> {
        unimplemented!()
    }
    async fn expunge_event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<(), StoreError> {
        unimplemented!()
    }
    async fn event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<Option<EventType>, StoreError> {
        unimplemented!()
    }
    async fn event_types(
        &self,
        org: &OrgId,
        include_archived: bool,
        page: PageRequest<EventTypeName>,
    ) -> Result<Page<EventType>, StoreError> {
        unimplemented!()
    }
}
#[async_trait]
impl History for Naive {
    async fn message(
        &self,
        app: AppId,
        message: &ObjectRef<MessageId>,
        with_payload: bool,
    ) -> Result<Option<Message>, StoreError> {
        self.history.message(app, message, with_payload).await
    }
    async fn messages(&self, app: AppId, filter: MessageFilter) -> Result<Page<Message>, StoreError> {
        self.history.messages(app, filter).await
    }
    async fn messages_of_endpoint(
        &self,
        endpoint: EndpointId,
        status: Option<hooktide_model::DeliveryStatus>,
        filter: MessageFilter,
    ) -> Result<Page<ListedMessage>, StoreError> {
        self.history.messages_of_endpoint(endpoint, status, filter).await
    }
    async fn attempt(&self, message: MessageId, attempt: AttemptId) -> Result<Option<Attempt>, StoreError> {
        self.history.attempt(message, attempt).await
    }
    async fn attempts_of_endpoint(
        &self,
        endpoint: EndpointId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError> {
        self.history.attempts_of_endpoint(endpoint, filter).await
    }
    async fn attempts_of_message(
        &self,
        message: MessageId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError> {
        self.history.attempts_of_message(message, filter).await
    }
    async fn deliveries(
        &self,
        message: MessageId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<DeliveryState>, StoreError> {
        self.history.deliveries(message, page).await
    }
    async fn attempt_counts(
        &self,
        endpoint: EndpointId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<AttemptCounts, StoreError> {
        self.history.attempt_counts(endpoint, since, until).await
    }
    async fn receipt(&self, source: SourceId, receipt: ReceiptId) -> Result<Option<Receipt>, StoreError> {
        self.history.receipt(source, receipt).await
    }
    async fn receipt_head(&self, message: MessageId) -> Result<Option<ReceiptHead>, StoreError> {
        self.history.receipt_head(message).await
    }
    async fn receipts(&self, source: SourceId, filter: ReceiptFilter) -> Result<Page<Receipt>, StoreError> {
        self.history.receipts(source, filter).await
    }
    async fn expunge_payload(&self, app: AppId, message: MessageId) -> Result<(), StoreError> {
        self.history.expunge_payload(app, message).await
    }
    async fn expunge_response(&self, message: MessageId, attempt: AttemptId) -> Result<(), StoreError> {
        self.history.expunge_response(message, attempt).await
    }
}
impl Store for Naive {
    fn mint(&self) -> &IdMint {
        &self.history.mint
    }
    fn seqs(&self) -> &SeqSource {
        &self.seqs
    }
}

struct Lab {
    schema: ScratchSchema,
    span: Duration,
}
#[async_trait]
impl crate::conformance::Place for Lab {
    async fn open(&self, clock: ManualClock) -> Arc<dyn Store> {
        let database =
            Database::open(&DatabaseOptions { url: self.schema.url(), pool_size: 3 }).await.unwrap();
        bring_up(&database).await.unwrap();
        let last: i64 = database.client().await.unwrap().query_one("SELECT greatest((SELECT coalesce(max(seq),0) FROM message),(SELECT coalesce(max(seq),0) FROM attempt),(SELECT coalesce(max(id),0) FROM schedule))", &[]).await.unwrap().get(0);
        let partitions = Partitions::open(database.clone(), self.span, clock.now()).await.unwrap();
        let vault = Vault::new(b"a main secret of sufficient length").unwrap();
        let history =
            PgHistory::new(database.clone(), IdMint::new(&[7; 32]), Arc::new(vault), Arc::new(clock.clone()));
        Arc::new(Naive {
            history,
            partitions,
            clock,
            seqs: SeqSource::after(Seq(last)),
            database,
            listener: OnceLock::new(),
        })
    }
    async fn kill(&self, _: Arc<dyn Store>) {}
    fn idempotency_window(&self) -> Duration {
        DAY
    }
    fn dedupe_window(&self) -> Duration {
        DAY
    }
}

async fn hold(span: Duration, seeds: &[u64]) {
    let broken = Mutex::new(vec![]);
    for (name, claim) in crate::conformance::history::HISTORY_CLAIMS {
        for seed in if name.starts_with("lists") { seeds } else { &seeds[..1] } {
            let (claim, seed) = (*claim, *seed);
            let schema = ScratchSchema::create().await;
            let t = tokio::time::Instant::now();
            let held = tokio::spawn(async move {
                let harness = Harness::new(Box::new(Lab { schema, span }), seed).await;
                claim(&harness).await;
            });
            let bad = held.await.is_err();
            println!(
                "{name} seed {seed} span {span:?}: {} {:?}",
                if bad { "BROKEN" } else { "ok" },
                t.elapsed()
            );
            if bad {
                broken.lock().push((name, seed));
            }
        }
    }
    assert!(broken.lock().is_empty(), "{:?}", broken.lock());
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_small_spans() {
    hold(Duration::from_millis(100), &[1, 2, 3]).await;
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_one_span() {
    hold(DAY, &[1, 4]).await;
}
