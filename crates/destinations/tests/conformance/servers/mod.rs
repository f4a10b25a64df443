//! The fixtures, one file per destination kind.

pub(crate) mod amqp;
pub(crate) mod command;
pub(crate) mod email;
pub(crate) mod file;
pub(crate) mod mqtt;
pub(crate) mod nats;
pub(crate) mod notify;
pub(crate) mod redis;
pub(crate) mod s3;
pub(crate) mod sql;
