//! What the backends share: everything about configuration, history and flow that is not a database's own.
//!
//! How values are packed and sealed into columns, which keys a page ranges over, what a filter lets through, where a
//! delivery stands; the queue before a writer, and what a writer remembers of deliveries in memory. A change here is a
//! change of what every backend stores or answers.

mod archived;
mod committed;
pub(super) mod configuration;
mod damaged;
mod fits;
mod forward;
mod keys;
mod message;
mod migration_state;
pub(super) mod outstanding;
mod packing;
pub(super) mod queue;
mod range;
mod receipt_head;
mod retention;
mod sealing;
mod standing;

pub(super) use archived::{check_id_key, id_key_of};
pub(super) use committed::{committed, stopped};
pub use retention::Retention;

pub(super) use damaged::Damaged;
pub(super) use fits::{
    attempt_fits, filters_by_message, filters_messages, message_fits, message_fits_attempts,
};
pub(super) use forward::{forward_configuration, forward_history};
pub(super) use keys::uid_key;
pub(super) use message::stored_message;
pub use migration_state::MigrationState;
pub(super) use migration_state::{AppliedMigration, known_migrations, migration_states};
pub(super) use packing::{joined, pack_body, pack_targets, split, trigger, unpack_body, unpack_targets};
pub(super) use range::{Range, instants};
pub(super) use receipt_head::{open_head, seal_head};
pub(super) use sealing::{fill_random, open, seal};
pub(super) use standing::{Standing, page_of_states};
