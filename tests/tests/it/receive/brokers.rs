//! Sources that fetch from brokers, each over the real server: what is published is committed, delivered, and only then
//! acknowledged; and the same over TLS, there and back.

mod amqp;
mod broker;
mod claims;
mod mqtt;
mod nats;
mod redis_stream;
mod secure;
