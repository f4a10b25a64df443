//! What the flow hands to the store and gets back: messages, outcomes, and deliveries that are due.

use std::sync::Arc;

use bytes::Bytes;
use hooktide_model::{
    AttemptStatus, Channel, ContentType, EventTypeName, Message, MessageId, OrgId, ReceiptHead, Seq, Tag,
    Timestamp, Trigger, Uid,
};
use smallvec::SmallVec;

/// A caller's idempotency key, already bound to its organisation and operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Hash of organisation, operation and key.
    pub key: [u8; 16],
    /// Hash of the request: the same key must come with the same request.
    pub request: [u8; 16],
}

/// Where a target's delivery goes when its message is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Room was reserved in the endpoint's lane: no schedule row is written.
    Lane,
    /// A schedule row is written in the same transaction.
    Scheduled {
        /// When it is due.
        due: Timestamp,
        /// Only the node that has this lease may try it: see [`crate::Flow::lease`]. `None` where any node may.
        lease: Option<Seq>,
    },
}

impl Placement {
    /// In the schedule, for whichever node.
    #[must_use]
    pub const fn scheduled(due: Timestamp) -> Self {
        Self::Scheduled { due, lease: None }
    }
}

/// One endpoint that a new message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The endpoint's key.
    pub endpoint: Seq,
    /// Where its delivery goes.
    pub placement: Placement,
}

/// A message to be committed.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The organisation, for the idempotency scope.
    pub org: OrgId,
    /// The application's key.
    pub app: Seq,
    /// What happened.
    pub event_type: EventTypeName,
    /// The publisher's own id, unique in the application.
    pub uid: Option<Uid>,
    /// Channels it is published on.
    pub channels: Vec<Channel>,
    /// Labels for lists.
    pub tags: Vec<Tag>,
    /// Not delivered before this time.
    pub deliver_at: Option<Timestamp>,
    /// The media type of the payload.
    pub content_type: ContentType,
    /// The payload's bytes.
    pub payload: Bytes,
    /// What its publisher hands to scripts: a JSON object as text.
    pub params: Option<Arc<str>>,
    /// When the payload stops being readable.
    pub payload_expires_at: Timestamp,
    /// The endpoints it goes to.
    pub targets: SmallVec<[Target; 4]>,
    /// The caller's idempotency key; for a message that a source took, what makes it the same event as another.
    pub idempotency: Option<Idempotency>,
    /// The request that it came with, if a source took it.
    pub receipt: Option<NewReceipt>,
    /// How often what happened was passed on before.
    pub hops: u8,
}

/// A request to be kept.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// The source's key.
    pub source: Seq,
    /// Request and verdict.
    pub head: ReceiptHead,
}

/// A refused request to be kept.
#[derive(Clone, Debug)]
pub struct NewRefusal {
    /// Request and verdict.
    pub receipt: NewReceipt,
    /// The body, if it is to be kept.
    pub body: Option<Bytes>,
}

/// The answer to a committed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The message's id: the earlier one when the idempotency key was seen before.
    pub id: MessageId,
    /// Whether the key was seen before and nothing new was stored.
    pub replayed: bool,
}

/// The schedule row that a delivery came from. Opaque to the flow; handed back with the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScheduleRow {
    /// The part of the schedule that holds the row: a segment of history, or whose rows they are.
    pub segment: i64,
    /// The row's due time, part of its key.
    pub due: Timestamp,
    /// Tells rows of one delivery and time apart where the backend lets them be; 0 elsewhere.
    pub id: i64,
}

/// A schedule row that is asked for by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// The message's key.
    pub message: Seq,
    /// The endpoint's key.
    pub endpoint: Seq,
    /// When it is due.
    pub due: Timestamp,
    /// What asked for it.
    pub trigger: Trigger,
    /// As in [`Placement::Scheduled`].
    pub lease: Option<Seq>,
}

/// How the delivery that was tried had reached its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliverySource {
    /// Straight from its commit.
    Lane,
    /// From a schedule row, which the outcome replaces.
    Schedule(ScheduleRow),
}

/// The try to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttempt {
    /// The attempt's key: its start time is inside.
    pub seq: Seq,
    /// The try's number, from 1.
    pub number: u16,
    /// What asked for it.
    pub trigger: Trigger,
    /// How it ended.
    pub status: AttemptStatus,
    /// The HTTP status, 0 without an answer.
    pub status_code: u16,
    /// Milliseconds from start to the last byte read.
    pub duration_ms: u32,
    /// Where it was sent.
    pub url: Arc<str>,
    /// The answer's first bytes, or what went wrong.
    pub response: Bytes,
}

/// What became of one delivery: an attempt, and either its end or its next due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The message's key.
    pub message: Seq,
    /// The endpoint's key.
    pub endpoint: Seq,
    /// Where the delivery came from.
    pub source: DeliverySource,
    /// The try.
    pub attempt: NewAttempt,
    /// When to try next; `None` when the delivery has ended.
    pub next_due: Option<Timestamp>,
    /// Where its next row stands in the schedule, if not at `next_due`: a delivery that others must not overtake keeps
    /// its place.
    pub place: Option<Timestamp>,
}

/// A delivery read from the schedule.
#[derive(Clone, Debug)]
pub struct Due {
    /// The row it came from.
    pub row: ScheduleRow,
    /// The message, with its payload unless that was expunged.
    pub message: Arc<Message>,
    /// Tries already made.
    pub tries: u16,
    /// What asked for it.
    pub trigger: Trigger,
}

/// What of configuration was changed, by whichever node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigurationChange {
    /// It is not known what.
    Anything,
    /// This application.
    Application(Seq),
    /// An endpoint of an application.
    Endpoint {
        /// The endpoint.
        endpoint: Seq,
        /// Its application.
        app: Seq,
    },
    /// A source and the application that it owns.
    Source {
        /// The source.
        source: Seq,
        /// Its application.
        app: Seq,
    },
}

/// Told what became durable, on the store's committing thread, after each commit: must be quick, must not block.
pub trait FlowListener: Send + Sync + 'static {
    /// The message is durable. Lane targets must now be put into their lanes; scheduled ones are in the schedule.
    fn committed(&self, message: &Arc<Message>, targets: &[Target]);
    /// The message was not stored (refused, replayed or failed): reserved room must be given back.
    fn not_committed(&self, targets: &[Target]);
    /// The outcome is durable.
    fn recorded(&self, outcome: &Outcome);
    /// Rows for this endpoint were written to the schedule other than by the two calls above; `due` is the earliest.
    fn scheduled(&self, endpoint: Seq, due: Timestamp);
    /// A receipt of this source is durable, and lists have it.
    fn received(&self, source: Seq);
    /// Another node has changed configuration: what is remembered of it may be old.
    fn configuration_changed(&self, change: ConfigurationChange) {
        let _ = change;
    }
    /// Other nodes deliver from now on what this one had in hand: let go of all of it, without an outcome. New
    /// deliveries are this node's again.
    fn disowned(&self) {}
}

/// What the flow has of an endpoint's deliveries: the schedule's rows of these are not read again. Asked once per row,
/// so it must be quick.
pub trait InHand: Send + Sync + 'static {
    /// Whether that delivery is in hand.
    fn has(&self, message: Seq, trigger: Trigger) -> bool;
}

/// Nothing is in hand.
#[derive(Clone, Copy, Debug)]
pub struct NothingInHand;

impl InHand for NothingInHand {
    fn has(&self, _: Seq, _: Trigger) -> bool {
        false
    }
}
