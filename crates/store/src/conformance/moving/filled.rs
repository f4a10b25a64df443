//! Fill a store, by chance and with all kinds of rows.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_model::{
    AppId, Application, Channel, ContentType, Endpoint, EndpointId, EventTypeName, OrgId, Seq, SeqSource,
    Source, SourceId, Tag, Trigger, Uid,
};

use super::super::configuration::{ConfigurationSubject, new, org, other_org};
use super::super::flow::{refusal, taken};
use super::super::harness::{Dice, Harness, by_hand};
use crate::{Configuration, DeliverySource, Idempotency, NewMessage, Outcome, Placement, StoreError, Target};

/// Messages and requests in a filled store.
const EVENTS: usize = 240;
/// Endpoints of each application.
const ENDPOINTS: usize = 3;

/// What a store was filled with, as far as it must be known to ask for it.
pub struct Filled {
    pub(super) orgs: Vec<OrgId>,
    pub(super) apps: Vec<AppId>,
    pub(super) endpoints: Vec<EndpointId>,
    pub(super) sources: Vec<SourceId>,
    pub(super) messages: Vec<(Seq, Seq)>,
    /// Messages that were accepted with a key, to be sent again.
    pub(super) keyed: Vec<NewMessage>,
    /// An application that was inserted with a key, to be inserted again.
    pub(super) inserted: Option<(Application, Idempotency)>,
    /// Deliveries that are only in memory now.
    pub in_memory: usize,
}

/// Fill an empty store; the harness's seed decides.
pub async fn fill(harness: &Harness) -> Filled {
    let mut dice = Dice(harness.seed);
    let mut filled = configured(harness).await;
    let sources = filled.sources.clone();
    for number in 0..EVENTS {
        match dice.roll(12) {
            0 => {
                let source = sources[dice.roll(sources.len())].seq();
                let body: Option<&'static [u8]> = (dice.roll(2) == 0).then_some(b"{\"refused\":true}");
                let kept = harness.store().refuse(refusal(harness, source, body)).await;
                kept.expect("a refused request is kept");
            }
            _ => message(harness, &mut dice, &mut filled, number).await,
        }
        if dice.roll(4) == 0 {
            retry(harness, &mut dice, &filled).await;
        }
        if dice.roll(9) == 0 {
            by_hand_or_erased(harness, &mut dice, &filled).await;
        }
        // Now and then so far that keys are forgotten.
        let seconds = if dice.roll(40) == 0 { 7 * 3600 } else { dice.roll(90) };
        harness.clock.advance(Duration::from_secs(seconds as u64));
    }
    // At one moment, so that no row is written for the last ones.
    for _ in 0..5 {
        let app = filled.apps[0];
        let new = to_lanes(harness, app, &filled);
        filled.in_memory += new.targets.len();
        let accepted = harness.accept(new).await;
        filled.messages.push((app.seq(), accepted.id.seq()));
    }
    filled
}

/// Applications, endpoints, sources, event types, and a key of a configuration call.
async fn configured(harness: &Harness) -> Filled {
    let store = harness.store();
    let subject = ConfigurationSubject {
        mint: store.mint().clone(),
        seqs: SeqSource::after(store.seqs().last()),
        clock: harness.clock.clone(),
        idempotency_window: Duration::from_secs(24 * 3600),
        store: store as Arc<dyn Configuration>,
    };
    let mut filled = Filled {
        orgs: vec![org(), other_org()],
        apps: Vec::new(),
        endpoints: Vec::new(),
        sources: Vec::new(),
        messages: Vec::new(),
        keyed: Vec::new(),
        inserted: None,
        in_memory: 0,
    };
    for (number, org) in [org(), other_org()].into_iter().enumerate() {
        let mut application = subject.application(&org, Some("customer"));
        if number == 0 {
            application.throttle_rate = None;
        }
        let key = Idempotency { key: [200 + number as u8; 16], request: [1; 16] };
        let application = new(subject.store.insert_application(application, Some(key)).await);
        filled.inserted = Some((application.clone(), key));
        filled.apps.push(application.id);
        let source: Source = new(subject.store.insert_source(subject.source(&org, Some("door")), None).await);
        filled.sources.push(source.id);
        filled.apps.push(source.app);
        for app in [application.id, source.app] {
            for endpoint in endpoints(&subject, app) {
                let endpoint = new(subject.store.insert_endpoint(endpoint, None).await);
                filled.endpoints.push(endpoint.id);
            }
        }
        for (name, is_archived) in [("invoice.paid", false), ("invoice.sent", true)] {
            let mut event_type = subject.event_type(&org, name);
            event_type.archived = is_archived;
            new(subject.store.insert_event_type(event_type, None).await);
        }
    }
    // A number that is given to nobody else.
    let gone = new(subject.store.insert_event_type(subject.event_type(&org(), "gone"), None).await);
    subject.store.expunge_event_type(&gone.org, &gone.name).await.expect("it is there");
    let failing = filled.endpoints[0].seq();
    let noted = subject.store.note_failing_since(failing, Some(harness.now())).await;
    noted.expect("a failing endpoint is noted");
    filled
}

/// One with every field set, one with hardly any, one that is off.
fn endpoints(subject: &ConfigurationSubject, app: AppId) -> [Endpoint; ENDPOINTS] {
    let full = subject.endpoint(app, Some("full"));
    let plain = Endpoint {
        destination: None,
        transformation: None,
        filter: None,
        ordering_key: None,
        throttle_rate: None,
        event_types: None,
        channels: None,
        ..subject.endpoint(app, None)
    };
    let off = Endpoint { disabled: true, channels: Some(Vec::new()), ..subject.endpoint(app, None) };
    [full, plain, off]
}

/// Accept a message of any kind, and record what becomes of some of its deliveries.
async fn message(harness: &Harness, dice: &mut Dice, filled: &mut Filled, number: usize) {
    let at = dice.roll(filled.apps.len());
    let app = filled.apps[at];
    let is_received = at % 2 == 1;
    let mut new = if is_received {
        let source = filled.sources[at / 2].seq();
        NewMessage { app: app.seq(), ..taken(harness, source, number as u8, 1) }
    } else {
        harness.message(app.seq())
    };
    let targets = dice.roll(ENDPOINTS + 1);
    new.targets = of_app(filled, at)
        .take(targets)
        .map(|endpoint| {
            let due = harness.now().plus(Duration::from_secs(dice.roll(3) as u64 * 600));
            let placement = if dice.roll(2) == 0 { Placement::Lane } else { Placement::scheduled(due) };
            Target { endpoint: endpoint.seq(), placement }
        })
        .collect();
    vary(&mut new, dice, number);
    if !is_received && dice.roll(3) == 0 {
        new.idempotency = Some(Idempotency { key: key_of(0xff, number), request: [2; 16] });
    }
    if new.idempotency.is_some() {
        filled.keyed.push(new.clone());
    }
    match harness.store().accept(new.clone()).await {
        Ok(accepted) if !accepted.replayed => {
            filled.messages.push((app.seq(), accepted.id.seq()));
            for target in new.targets.iter().filter(|target| target.placement == Placement::Lane) {
                let source = DeliverySource::Lane;
                record(harness, dice, accepted.id.seq(), target.endpoint, source, 1).await;
            }
        }
        // The number of a key came round again.
        Ok(_) | Err(StoreError::KeyReused) => {}
        Err(error) => panic!("a message is accepted: {error}"),
    }
}

fn vary(new: &mut NewMessage, dice: &mut Dice, number: usize) {
    new.event_type = EventTypeName::trusted(["invoice.paid", "invoice.sent", "user.created"][dice.roll(3)]);
    if dice.roll(3) == 0 {
        new.uid = Some(Uid::trusted(&format!("event-{number}")));
    }
    if dice.roll(3) == 0 {
        new.channels = vec![Channel::trusted("red"), Channel::trusted("green")];
        new.tags = vec![Tag::trusted("blue")];
    }
    if dice.roll(4) == 0 {
        new.params = Some(Arc::from("{\"to\":\"Grüße\\u0000\"}"));
        new.hops = 3;
    }
    match dice.roll(4) {
        0 => new.payload = Bytes::from(format!("{{\"long\":\"{}\"}}", "again and ".repeat(200))),
        1 => {
            new.payload = Bytes::from((0..300).map(|_| dice.roll(256) as u8).collect::<Vec<u8>>());
            new.content_type = ContentType::Other("application/octet-stream".to_owned());
        }
        _ => {}
    }
}

/// The endpoints of the application at that place.
fn of_app(filled: &Filled, at: usize) -> impl Iterator<Item = EndpointId> {
    filled.endpoints.clone().into_iter().skip(at * ENDPOINTS).take(ENDPOINTS)
}

fn to_lanes(harness: &Harness, app: AppId, filled: &Filled) -> NewMessage {
    let mut new = harness.message(app.seq());
    new.targets = of_app(filled, 0)
        .map(|endpoint| Target { endpoint: endpoint.seq(), placement: Placement::Lane })
        .collect();
    new
}

/// A success, a failure that is tried again, or the end.
async fn record(
    harness: &Harness,
    dice: &mut Dice,
    message: Seq,
    endpoint: Seq,
    source: DeliverySource,
    number: u16,
) {
    let outcome = match dice.roll(4) {
        0 => harness.failure(message, endpoint, source, None),
        1 => harness.failure(message, endpoint, source, Some(Duration::from_secs(dice.roll(9000) as u64))),
        _ => harness.outcome(message, endpoint, source),
    };
    let mut outcome = Outcome { ..outcome };
    outcome.attempt.number = number;
    outcome.attempt.response = Bytes::from(format!("answer {}", dice.roll(1000)));
    if dice.roll(5) == 0 {
        outcome.attempt.url = Arc::from(format!("https://receiver.example/{}", dice.roll(4)));
    }
    harness.record(outcome).await;
}

/// Try something that is due.
async fn retry(harness: &Harness, dice: &mut Dice, filled: &Filled) {
    let endpoint = filled.endpoints[dice.roll(filled.endpoints.len())].seq();
    let (due, _) = harness.due(endpoint, 3).await;
    for one in due {
        let source = DeliverySource::Schedule(one.row);
        record(harness, dice, one.message.seq(), endpoint, source, one.tries + 1).await;
    }
}

/// Resend a message, or erase what it held.
async fn by_hand_or_erased(harness: &Harness, dice: &mut Dice, filled: &Filled) {
    let Some((app, message)) = filled.messages.get(dice.roll(filled.messages.len())).copied() else { return };
    let store = harness.store();
    if dice.roll(2) == 0 {
        let at = filled.apps.iter().position(|one| one.seq() == app).unwrap_or(0);
        let endpoint = of_app(filled, at).next().expect("each application has endpoints").seq();
        let key = Idempotency { key: key_of(0xfe, dice.roll(256)), request: [3; 16] };
        let row = by_hand(message, endpoint, harness.now());
        assert_eq!(row.trigger, Trigger::Manual);
        // The key may be known from elsewhere.
        let _ = store.schedule(row, Some(key)).await;
    } else {
        let (app, id) = (store.mint().id(Seq(app.0)), store.mint().id(message));
        store.expunge_payload(app, id).await.expect("the message is there");
    }
}

/// Keys of publishes, of resends and of what sources take are never the same: each is a hash that says what it is for.
fn key_of(purpose: u8, number: usize) -> [u8; 16] {
    let mut key = [number as u8; 16];
    key[0] = purpose;
    key
}
