//! Where everything Hooktide promises is kept.
//!
//! [`Store`] is the seam: configuration, history and schedule behind one trait, so that the flow and the API do
//! not know which database is underneath. [`backends`] lists the implementations; [`conformance`] is the suite
//! that each of them must pass.

pub mod backends;
pub mod conformance;
mod error;
mod flow;
mod nodes;
mod queries;
mod seam;
pub mod transfer;
pub mod vault;

pub use error::StoreError;
pub use flow::{
    Accepted, ConfigurationChange, DeliverySource, Due, FlowListener, Idempotency, InHand, NewAttempt,
    NewMessage, NewReceipt, NewRefusal, NewRow, NothingInHand, Outcome, Placement, ScheduleRow, Target,
};
pub use nodes::{Load, NodeState};
pub use queries::{
    AttemptCounts, AttemptFilter, ListedAttempt, ListedMessage, MessageFilter, ObjectRef, ReceiptFilter,
    Written,
};
pub use seam::{Configuration, Flow, History, Store};
