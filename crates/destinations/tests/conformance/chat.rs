//! What chat services say beside yes and no.

use std::time::Duration;

use hooktide_destinations::seam::Outcome;
use hooktide_testkit::{Behaviour, Receiver};
use serde_json::{Value, json};

use crate::support::{AMPLE, open, order};

async fn outcome(config: &Value) -> (Outcome, String) {
    let delivered = open("notify", config).deliver(&order(AMPLE)).await;
    (delivered.outcome, String::from_utf8(delivered.detail.to_vec()).unwrap())
}

fn later(seconds: u64) -> Outcome {
    Outcome::Retry { after: Some(Duration::from_secs(seconds)) }
}

#[tokio::test]
async fn discord_is_waited_for_and_says_when_to_come_again() {
    let receiver = Receiver::start().await;
    receiver.script(
        "/api/webhooks/1/token",
        [
            Behaviour::status(429).header("retry-after", "7").body("{}"),
            Behaviour::status(502),
            Behaviour::status(401).body("{\"message\": \"Invalid Webhook Token\"}"),
            Behaviour::status(200).body("{\"id\": \"1\"}"),
        ],
    );
    let config = json!({"service": "discord", "webhook_url": receiver.url("/api/webhooks/1/token")});
    assert_eq!(outcome(&config).await.0, later(7));
    assert_eq!(outcome(&config).await.0, Outcome::Retry { after: None });
    let (refused, detail) = outcome(&config).await;
    assert!(refused == Outcome::Failed && detail.contains("Invalid Webhook Token"), "{detail}");
    assert_eq!(outcome(&config).await, (Outcome::Done, "posted to Discord".to_owned()));
    let request = receiver.all().pop().unwrap();
    assert_eq!(request.target, "/api/webhooks/1/token?wait=true");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["allowed_mentions"], json!({"parse": []}));
    assert!(body["content"].as_str().unwrap().starts_with("order.paid (msg_"), "{body}");
}

#[tokio::test]
async fn telegram_tells_in_the_body_when_to_come_again_and_never_its_token() {
    let receiver = Receiver::start().await;
    let flood = "{\"ok\":false,\"error_code\":429,\"parameters\":{\"retry_after\":9}}";
    let echo = "no bot 12:hunter2 here";
    receiver.script(
        "/bot12:hunter2/sendMessage",
        [Behaviour::status(429).body(flood), Behaviour::status(404).body(echo), Behaviour::ok()],
    );
    let config = json!({
        "service": "telegram", "url": receiver.url(""), "bot_token": "12:hunter2", "chat_id": "-100", "text": "hi <b>",
    });
    assert_eq!(outcome(&config).await.0, later(9));
    let (refused, detail) = outcome(&config).await;
    assert_eq!(refused, Outcome::Failed);
    assert_eq!(detail, "Telegram answered 404: no bot [redacted] here");
    assert_eq!(outcome(&config).await.0, Outcome::Done);
    let body: Value = serde_json::from_slice(&receiver.all().pop().unwrap().body).unwrap();
    assert_eq!(body, json!({"chat_id": "-100", "text": "hi <b>"}));
}

#[tokio::test]
async fn teams_gets_a_card() {
    let receiver = Receiver::start().await;
    receiver.script("/workflows/1", [Behaviour::status(202)]);
    let config =
        json!({"service": "teams", "webhook_url": receiver.url("/workflows/1?sig=x"), "text": "paid"});
    assert_eq!(outcome(&config).await.0, Outcome::Done);
    let body: Value = serde_json::from_slice(&receiver.all().pop().unwrap().body).unwrap();
    assert_eq!(body.pointer("/attachments/0/content/body/0/text"), Some(&json!("paid")));
}
