//! The conformance of every destination kind, against real servers.
//!
//! One suite, run over every fixture; a fixture says where its server is and how to see what arrived there. A server
//! that cannot be reached fails its tests by name. `HOOKTIDE_TEST_<SERVER>_URL` names another server than the one on
//! loopback.

#![expect(clippy::unwrap_used, reason = "a panic is the report of a test")]

mod chat;
mod files;
mod fixture;
mod mails;
mod objects;
mod programs;
mod proxy;
mod rows;
mod servers;
mod suite;
mod support;
mod tls;

use hooktide_destinations::kinds::KINDS;

/// Kinds without a destination to open; they are tested where they are delivered.
const BY_THE_ENGINE: &[&str] = &["http", "message"];

macro_rules! conformance {
    ($($name:ident: $fixture:path;)+) => {
        /// Every fixture: the name of its tests and the kind it stands for.
        const FIXTURES: &[(&str, &str)] = &[$((stringify!($name), <$fixture as fixture::Fixture>::KIND)),+];

        $(mod $name {
            use $fixture as Tested;

            conformance!(@cases Tested:
                what_is_confirmed_has_happened
                a_retry_carries_the_same_idempotency_key
                every_payload_arrives_as_it_is_or_is_refused
                a_refused_connection_is_tried_again
                a_silent_server_is_left_in_time
                an_unconfirmed_delivery_is_an_unknown_outcome
                a_cut_connection_is_opened_again
                an_idle_connection_is_closed
                a_permanent_failure_is_told_as_one
                the_guard_is_asked_for_every_connection
                no_secret_is_told
                a_configuration_is_checked
            );
        })+
    };
    (@cases $fixture:ident: $($case:ident)+) => {
        $(#[tokio::test]
        async fn $case() {
            crate::suite::$case::<$fixture>().await;
        })+
    };
}

conformance! {
    postgres: crate::servers::sql::Postgres;
    mariadb: crate::servers::sql::Mariadb;
    sqlite: crate::servers::sql::Sqlite;
    redis_set: crate::servers::redis::Set;
    redis_publish: crate::servers::redis::Publish;
    redis_stream: crate::servers::redis::Stream;
    nats_jetstream: crate::servers::nats::JetStream;
    nats_core: crate::servers::nats::Core;
    amqp: crate::servers::amqp::Amqp;
    mqtt: crate::servers::mqtt::Mqtt;
    file: crate::servers::file::File;
    command: crate::servers::command::Command;
    notify_slack: crate::servers::notify::Slack;
    notify_discord: crate::servers::notify::Discord;
    notify_teams: crate::servers::notify::Teams;
    notify_telegram: crate::servers::notify::Telegram;
    notify_ntfy: crate::servers::notify::Ntfy;
    email: crate::servers::email::Email;
    s3: crate::servers::s3::S3;
}

#[test]
fn every_kind_has_a_fixture() {
    for kind in KINDS.iter().filter(|kind| !BY_THE_ENGINE.contains(&kind.name)) {
        assert!(FIXTURES.iter().any(|(_, tested)| *tested == kind.name), "{} is not tested", kind.name);
    }
}
