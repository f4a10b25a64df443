//! The fixtures, one file per destination kind.

pub(crate) mod amqp;
pub(crate) mod mqtt;
pub(crate) mod nats;
pub(crate) mod redis;
pub(crate) mod sql;
