//! `hooktide dev`: what a newcomer reads and pastes must work as it stands.

use hooktide_testkit::{DEADLINE, ServerSetup, ServerUnderTest, output_within, raw_exchange, wait_until};
use serde_json::json;
use tokio::time::Instant;

/// The word after `mark` in what the server printed.
async fn printed(server: &ServerUnderTest, mark: &str) -> String {
    let text = wait_until(mark, async || {
        let log = server.log();
        let rest = log.split(mark).nth(1)?;
        let word = rest.split([' ', '\n', '"', '\'', '\\']).find(|it| !it.is_empty())?;
        Some(word.to_owned())
    });
    text.await
}

#[tokio::test]
async fn newcomer_sees_a_verified_delivery_at_once() {
    let started = Instant::now();
    let server = ServerSetup::new().dev().start().await;
    let token = printed(&server, "export TOKEN=").await;
    let api = server.api().with_token(&token);

    let body = json!({ "eventType": "invoice.paid", "payload": { "invoice": "in_1" } });
    let message = api.publish_with("demo", body).await;

    let line = wait_until("a line about the delivery", async || {
        server.log().lines().find(|line| line.contains(&message)).map(str::to_owned)
    })
    .await;
    assert!(line.to_lowercase().contains("verified"), "{line}");
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let attempts = api.wait_for_attempts("demo", &message, 1).await;
    assert_eq!(attempts[0]["status"], 0);
    let _ = api.get("/app/demo/attempt/endpoint/demo-receiver").await.expect(200);
}

#[tokio::test]
async fn receiver_can_be_made_to_fail_and_recovers() {
    let server = ServerSetup::new().dev().start().await;
    let token = printed(&server, "export TOKEN=").await;
    let api = server.api().with_token(&token);
    let receiver = printed(&server, "Receiver").await;
    let address = receiver.trim_start_matches("http://").parse().unwrap();
    let fail =
        raw_exchange(address, b"GET /fail?times=2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert_eq!(fail.status, Some(200), "{fail:?}");

    let message = api.publish("demo", "invoice.paid", json!({})).await;

    let attempts = api.wait_for_attempts("demo", &message, 3).await;
    let codes: Vec<bool> = attempts.iter().rev().map(|it| it["status"] == json!(0)).collect();
    assert_eq!(codes, [false, false, true]);
}

#[tokio::test]
async fn second_start_keeps_the_data() {
    let mut server = ServerSetup::new().dev().start().await;
    let token = printed(&server, "export TOKEN=").await;
    let message = server.api().with_token(&token).publish("demo", "user.created", json!({})).await;
    server.api().with_token(&token).wait_for_attempts("demo", &message, 1).await;
    let status = server.sigterm(std::time::Duration::from_secs(30)).await;
    assert_eq!(status.code(), Some(0));

    server.restart().await;

    let api = server.api().with_token(&token);
    let _ = api.get(&format!("/app/demo/msg/{message}")).await.expect(200);
    let next = api.publish("demo", "user.created", json!({})).await;
    let attempts = api.wait_for_attempts("demo", &next, 1).await;
    assert_eq!(attempts[0]["status"], 0, "the endpoint points at where the receiver listens now");
}

#[tokio::test]
async fn pasted_request_of_a_provider_arrives_at_the_receiver() {
    let server = ServerSetup::new().dev().start().await;
    let command = wait_until("a command for the source", async || {
        server.log().lines().find(|line| line.trim().starts_with("curl -si ")).map(str::to_owned)
    })
    .await;
    let mut shell = std::process::Command::new("sh");
    let output = output_within(shell.args(["-c", command.trim()]), DEADLINE);
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200"), "{command}\n{answer}");
    let is_delivery = |line: &&str| line.contains("msg_") && line.to_lowercase().contains("verified");
    wait_until("a line about the delivery", async || {
        server.log().lines().find(is_delivery).map(str::to_owned)
    })
    .await;
}

#[tokio::test]
async fn pasted_commands_write_a_row_of_a_table() {
    let server = ServerSetup::new().dev().start().await;
    let token = printed(&server, "export TOKEN=").await;
    let log = wait_until("the whole banner", async || {
        let log = server.log();
        log.contains("Stop with Ctrl-C").then_some(log)
    })
    .await;
    let step = log.split("5. Act").nth(1).expect("there is a fifth step").replace("\\\n", "");
    let commands: Vec<&str> = step.lines().filter(|line| line.trim().starts_with("curl ")).collect();
    for command in &commands {
        let mut shell = std::process::Command::new("sh");
        let output = output_within(shell.args(["-c", command.trim()]).env("TOKEN", &token), DEADLINE);
        assert!(output.status.success(), "{command}\n{output:?}");
    }
    let file = step.split("sqlite3 ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a file");
    let rows = wait_until("a row", async || {
        let connection = rusqlite::Connection::open(file).expect("the file is there");
        let mut select = connection.prepare("SELECT event, zen FROM webhook").expect("the table is there");
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("it can be read");
        let rows: Vec<(String, String)> = rows.map(|row| row.expect("a row")).collect();
        (!rows.is_empty()).then_some(rows)
    })
    .await;
    assert_eq!(rows, [("ping".to_owned(), "Non-blocking is better than blocking.".to_owned())]);
}
