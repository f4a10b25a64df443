//! The flow: a file per verb.
//!
//! [`receive`] judges a provider's request, [`feed`] fetches where there is none, and [`accept`] matches a publish to its endpoints and reserves room; the store commits; [`dispatch`] hears of the
//! commit and puts deliveries into lanes; [`deliver`] has [`transform`] run the endpoint's script, signs and sends, or [`gather`] does for many at once; [`record`] turns the answer into an outcome
//! and hands it back to the store; [`sweep`] keeps time. ARCHITECTURE.md tells what a crash leaves behind at each.

mod accept;
mod catalogue;
mod chain;
mod commit;
mod deliver;
mod dispatch;
mod engine;
mod facade;
mod feed;
mod filters;
mod follow;
mod gather;
mod handshake;
mod health;
mod hops;
mod http_clients;
mod keyed;
mod keys;
mod lane;
mod lanes;
mod leases;
mod meters;
mod original;
mod outlet;
mod put_off;
mod receive;
mod record;
mod recover;
mod refill;
mod replay;
mod request;
mod scripts;
mod seen;
mod slot;
mod source;
mod split;
mod subscriber;
mod sweep;
mod tailor;
mod throttle;
mod timer;
mod transform;
mod trial;

pub use accept::{Publish, PublishError};
pub use catalogue::{AppConfig, Catalogue};
pub use facade::{Pipeline, PipelineConfig, RecoverError, ResendError};
pub use feed::{FEEDS_MAX, FeedState, FetchLimits};
pub use follow::{FOLLOWERS_MAX, FOLLOWERS_PER_ORG_MAX, Follower};
pub use hops::{HOPS, hops_of};
pub use receive::{ENCODED, Inbound, Received, Refused};
pub use replay::{ReplayError, Replayed};
pub use scripts::SCRIPT_TIME_MAX;
pub use seen::{HIDDEN, SeenRequest, is_sensitive_name};
pub use source::{SourceConfig, scheme_of};
pub use trial::{Trial, TrialError, moment_of_message, params_of_message};
