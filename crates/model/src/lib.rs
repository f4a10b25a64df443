//! The nouns and rules of Hooktide: pure, without I/O, clock or randomness of its own.
//!
//! Every other crate speaks in these words. Nothing here may depend on another crate of the workspace.

pub mod application;
pub mod attempt;
mod base62;
pub mod classify;
pub mod clock;
pub mod endpoint;
pub mod event_type;
pub mod id;
pub mod message;
pub mod name;
pub mod page;
pub mod receipt;
pub mod retry;
pub mod source;
pub mod time;

pub use application::Application;
pub use attempt::{Attempt, AttemptStatus, DeliveryState, DeliveryStatus, Trigger};
pub use clock::Clock;
pub use endpoint::{Endpoint, EndpointDestination, EndpointSecret, EndpointTransformation};
pub use event_type::EventType;
pub use id::{
    AppId, AttemptId, EndpointId, IdMint, MessageId, ReceiptId, SLOTS, Seq, SeqSource, SourceId, TaskId,
};
pub use message::{ContentType, Message};
pub use name::{Channel, EventTypeName, Metadata, OrgId, Tag, Uid};
pub use page::{Order, Page, PageRequest};
pub use receipt::{Receipt, ReceiptHead, ReceiptOutcome};
pub use retry::RetrySchedule;
pub use source::{
    Source, SourceFeed, SourceResponse, SourceSecret, SourceSecretUse, SourceSettings, SourceSplit,
    SourceToken, TokenHash,
};
pub use time::Timestamp;
