//! `hooktide migrate`: what the store's schema is, and bringing it up to date by hand.

use std::process::Output;

use hooktide_testkit::{ScratchSchema, ServerSetup, ServerUnderTest};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

async fn server() -> ServerUnderTest {
    ServerSetup::new()
        .embedded()
        .env("HOOKTIDE_JWT_SECRET", "0123456789abcdef0123456789abcdef")
        .env("HOOKTIDE_MAIN_SECRET", "fedcba9876543210fedcba9876543210")
        .start()
        .await
}

#[tokio::test]
async fn schema_of_a_running_embedded_store_is_shown() {
    let server = server().await;
    let shown = server.run(&["migrate", "status"]);
    assert!(shown.lines().count() >= 7, "{shown}");
    assert!(shown.lines().all(|line| line.contains("  applied 20")), "{shown}");
    assert_eq!(server.run(&["migrate", "up"]), shown, "it has nothing to do");
}

#[tokio::test]
async fn schema_in_postgresql_is_shown_applied_and_refused_when_newer() {
    let (server, schema) = (server().await, ScratchSchema::create().await);
    let url = schema.url();
    let migrate = |verb| server.run_raw(&["migrate", verb, "--database-url", &url]);

    let waiting = migrate("status");
    assert!(waiting.status.success() && said(&waiting).contains("   1  store  waits"), "{}", said(&waiting));
    let applied = migrate("up");
    assert!(applied.status.success() && !said(&applied).contains("waits"), "{}", said(&applied));
    assert_eq!(said(&migrate("status")), said(&applied));

    let newer =
        "INSERT INTO hooktide_schema SELECT 1000, 'later', applied_on, checksum FROM hooktide_schema LIMIT 1";
    schema.connect().await.batch_execute(newer).await.unwrap();
    for verb in ["status", "up"] {
        let refused = migrate(verb);
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("a newer Hooktide has written this database"), "{}", said(&refused));
    }
}

#[tokio::test]
async fn password_of_a_database_that_does_not_answer_is_not_shown() {
    let server = server().await;
    let url = "postgres://me:hunter2@127.0.0.1:1/shop";
    let output = server.run_raw(&["migrate", "status", "--database-url", url]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("database \"shop\" at 127.0.0.1") && !said.contains("hunter2"), "{said}");
}
