//! Servers that are refused, and those that are used with a warning.

use hooktide_testkit::{OwnPostgres, ScratchSchema};

use super::options;
use crate::StoreError;
use crate::backends::postgres::checks::{Facts, Standby};
use crate::backends::postgres::{DatabaseOptions, check};

/// A server with nothing to say about.
fn good() -> Facts {
    Facts {
        version: 150_020,
        version_text: "15.20".to_owned(),
        encoding: "UTF8".to_owned(),
        database: "shop".to_owned(),
        user: "hooktide".to_owned(),
        schema: Some("public".to_owned()),
        has_fsync: true,
        has_full_page_writes: true,
        synchronous_commit: "on".to_owned(),
        names_standbys: false,
        is_standby: false,
        may_create: Some(true),
        foreign_owner: None,
    }
}

fn standby(state: Option<&str>) -> Standby {
    Standby { name: "second".to_owned(), state: state.map(str::to_owned) }
}

fn refused(outcome: Result<Vec<String>, StoreError>) -> String {
    match outcome {
        Err(StoreError::Database(text)) => text,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn at(url: String) -> DatabaseOptions {
    DatabaseOptions { url, pool_size: 1 }
}

#[test]
fn what_breaks_promises_is_refused_with_what_to_run() {
    assert_eq!(good().judge(&[]).unwrap(), Vec::<String>::new());
    let none = || None::<String>;
    let cases = [
        (
            Facts { version: 130_016, version_text: "13.16".to_owned(), ..good() },
            "PostgreSQL 13.16 is too old",
        ),
        (Facts { is_standby: true, ..good() }, "connect to the primary"),
        (Facts { encoding: "LATIN1".to_owned(), ..good() }, "createdb --encoding=UTF8"),
        (Facts { has_fsync: false, ..good() }, "ALTER SYSTEM SET fsync = on"),
        (Facts { synchronous_commit: "off".to_owned(), ..good() }, "not through a pooler"),
        (Facts { synchronous_commit: "local".to_owned(), ..good() }, "not through a pooler"),
        (Facts { schema: none(), may_create: None, ..good() }, "CREATE SCHEMA"),
        (
            Facts { may_create: Some(false), ..good() },
            "GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"hooktide\"",
        ),
        (Facts { foreign_owner: Some("dba".to_owned()), ..good() }, "GRANT \"dba\" TO \"hooktide\""),
    ];
    for (facts, words) in cases {
        let text = refused(facts.judge(&[]));
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn standbys_that_nobody_waits_for_are_warned_of() {
    let named = Facts { names_standbys: true, ..good() };
    let cases: [(&Facts, &[Standby], Option<&str>); 6] = [
        (&good(), &[standby(Some("async"))], Some("commits do not wait for standby \"second\"")),
        (&good(), &[standby(None)], Some("GRANT pg_monitor TO \"hooktide\"")),
        (&named, &[standby(Some("sync")), standby(Some("async"))], None),
        (&named, &[standby(Some("quorum"))], None),
        (&named, &[], Some("no such standby is connected")),
        (&named, &[standby(None)], Some("GRANT pg_monitor")),
    ];
    for (facts, standbys, words) in cases {
        let warnings = facts.judge(standbys).unwrap();
        match words {
            None => assert_eq!(warnings, Vec::<String>::new(), "{standbys:?}"),
            Some(words) => {
                assert!(warnings.len() == 1 && warnings[0].contains(words), "{words}: {warnings:?}")
            }
        }
    }
}

#[tokio::test]
async fn server_of_tests_is_fit() {
    let schema = ScratchSchema::create().await;
    check(&options(&schema)).await.expect("the server that tests use keeps promises");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_server_without_fsync_is_refused_and_without_full_pages_warned_of() {
    let careless = OwnPostgres::start(&["fsync=off", "full_page_writes=off"]);
    assert!(refused(check(&at(careless.url())).await).contains("fsync=off"));
    drop(careless);
    let risky = OwnPostgres::start(&["full_page_writes=off", "synchronous_commit=off"]);
    let warnings =
        check(&at(risky.url())).await.expect("a session of ours waits for its commits all the same");
    assert!(warnings.len() == 1 && warnings[0].contains("full_page_writes = on"), "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standby_that_follows_is_warned_of_and_not_written_to() {
    let primary = OwnPostgres::start(&[]);
    assert_eq!(check(&at(primary.url())).await.unwrap(), Vec::<String>::new());
    let standby = primary.start_standby("second");
    let seen = async {
        loop {
            let warnings = check(&at(primary.url())).await.unwrap();
            if !warnings.is_empty() {
                return warnings;
            }
        }
    };
    let warnings = tokio::time::timeout(std::time::Duration::from_secs(60), seen).await.expect("it is seen");
    assert!(warnings[0].contains("standby \"second\"") && warnings[0].contains("ANY 1 (*)"), "{warnings:?}");
    let refusal = check(&at(standby.url())).await.unwrap_err();
    assert!(refusal.to_string().contains("failed to reach"), "{refusal}");
}

#[tokio::test]
async fn database_of_another_encoding_is_refused() {
    let admin = ScratchSchema::create().await;
    let client = admin.connect().await;
    let name = format!("{}_ascii", admin.name());
    let make =
        format!("CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    client.batch_execute(&make).await.unwrap();
    let outcome = check(&at(ScratchSchema::server_url().replace("/test", &format!("/{name}")))).await;
    client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    let text = refused(outcome);
    assert!(text.contains("SQL_ASCII") && text.contains("createdb"), "{text}");
}

#[tokio::test]
async fn account_without_rights_is_refused() {
    let schema = ScratchSchema::create().await;
    let client = schema.connect().await;
    let user = format!("{}_user", schema.name());
    client.batch_execute(&format!("CREATE ROLE {user} LOGIN")).await.unwrap();
    let url = schema.url().replace("//postgres@", &format!("//{user}@"));
    let blind = check(&at(url.clone())).await;
    client.batch_execute(&format!("GRANT USAGE ON SCHEMA {} TO {user}", schema.name())).await.unwrap();
    let closed = check(&at(url.clone())).await;
    client.batch_execute(&format!("GRANT CREATE ON SCHEMA {} TO {user}", schema.name())).await.unwrap();
    let open = check(&at(url.clone())).await;
    let made = crate::backends::postgres::migrate(&options(&schema)).await;
    let foreign = check(&at(url)).await;
    client.batch_execute(&format!("DROP OWNED BY {user}; DROP ROLE {user}")).await.unwrap();

    assert!(refused(blind).contains("CREATE SCHEMA"));
    assert!(refused(closed).contains("GRANT USAGE, CREATE"));
    open.expect("with both rights it is enough");
    made.unwrap();
    assert!(refused(foreign).contains("GRANT \"postgres\" TO"));
}
