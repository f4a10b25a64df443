//! The flow: a file per verb.
//!
//! [`receive`] judges a provider's request and [`accept`] matches a publish to its endpoints and reserves room; the store commits; [`dispatch`] hears of the
//! commit and puts deliveries into lanes; [`deliver`] signs and sends; [`record`] turns the answer into an outcome
//! and hands it back to the store; [`sweep`] keeps time. ARCHITECTURE.md tells what a crash leaves behind at each.

mod accept;
mod catalogue;
mod deliver;
mod dispatch;
mod engine;
mod facade;
mod filters;
mod handshake;
mod health;
mod keyed;
mod keys;
mod lane;
mod lanes;
mod meters;
mod outlet;
mod receive;
mod record;
mod recover;
mod refill;
mod replay;
mod request;
mod slot;
mod source;
mod subscriber;
mod sweep;
mod throttle;
mod timer;

pub use accept::{Publish, PublishError};
pub use catalogue::{AppConfig, Catalogue};
pub use facade::{Pipeline, PipelineConfig, RecoverError, ResendError};
pub use receive::{ENCODED, Inbound, Received, Refused};
pub use replay::{ReplayError, Replayed};
pub use source::SourceConfig;
