//! What chat services say beside yes and no, and the limits that they document.

use std::time::Duration;

use hooktide_destinations::seam::Outcome;
use hooktide_testkit::{Api, Behaviour, Method, Receiver};
use serde_json::{Value, json};

use crate::servers::notify::{chat, posted};
use crate::support::{AMPLE, open, order, parcel, unique};

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

/// How long a service takes a text to be.
type Length = fn(&str) -> usize;

/// Each service with where its text stands, the longest that it documents, and what counts it: UTF-16 units, or bytes.
const LIMITS: &[(&str, &str, usize, Length)] = &[
    ("slack", "/text", 40_000, |text| text.encode_utf16().count()),
    ("discord", "/content", 2_000, |text| text.encode_utf16().count()),
    ("telegram", "/text", 4_096, |text| text.encode_utf16().count()),
    ("teams", "/attachments/0/content/body/0/text", 24 * 1024, str::len),
];

fn configuration(service: &str, text: &str) -> Value {
    let server = chat();
    match service {
        "slack" => {
            json!({"service": service, "webhook_url": format!("http://{server}/services/T0"), "text": text})
        }
        "discord" => {
            json!({"service": service, "webhook_url": format!("http://{server}/api/webhooks/1/t"), "text": text})
        }
        "teams" => {
            json!({"service": service, "webhook_url": format!("http://{server}/workflows/1?sig=s"), "text": text})
        }
        _ => json!({
            "service": service, "url": format!("http://{server}"), "bot_token": "12:t", "chat_id": "@shop", "text": text,
        }),
    }
}

/// What is longer than a service takes is cut, in its own way of counting, and what is left is taken.
#[tokio::test]
async fn long_texts_are_cut_to_what_each_service_documents() {
    for (service, place, longest, length) in LIMITS {
        for piece in ["a", "é", "\u{1f980}"] {
            let text = piece.repeat(41_000 / piece.len() + longest);
            let parcel = parcel(json!({ "note": text }).to_string(), AMPLE);
            let config = configuration(service, "{{ payload.note }}");
            let delivered = open("notify", &config).deliver(&parcel).await;
            let told = String::from_utf8_lossy(&delivered.detail).into_owned();
            assert_eq!(delivered.outcome, Outcome::Done, "{service}: {told}");
            let taken = posted(&parcel).await.remove(0);
            let taken = taken["body"].pointer(place).and_then(Value::as_str).expect("a text");
            assert!(taken.starts_with(piece) && taken.ends_with('…'), "{service}");
            // What is cut may be one character too much, and no more than that.
            let room = length(piece).max(length("…"));
            assert!((longest - room..=*longest).contains(&length(taken)), "{service}: {}", length(taken));
        }
    }
}

/// Texts of any kind are the service's own form still.
#[tokio::test]
async fn texts_that_look_like_markup_are_taken_as_texts() {
    for (service, place, ..) in LIMITS {
        let text = "<!channel> @everyone & \"quotes\"\n\t\\ {\"type\": \"Nonsense\"} \u{0}\u{1f} _*`[x](y)";
        let parcel = parcel(json!({ "note": text }).to_string(), AMPLE);
        let delivered = open("notify", &configuration(service, "{{ payload.note }}")).deliver(&parcel).await;
        assert_eq!(delivered.outcome, Outcome::Done, "{service}: {:?}", delivered.detail);
        let taken = posted(&parcel).await.remove(0);
        let taken = taken["body"].pointer(place).and_then(Value::as_str).expect("a text").to_owned();
        let expected = match *service {
            "slack" => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
            _ => text.to_owned(),
        };
        assert_eq!(taken, expected, "{service}");
    }
}

/// The judges are awake: what no vendor takes is refused, so that what is taken means something.
#[tokio::test]
async fn services_of_the_tests_refuse_what_the_vendors_would() {
    let card = |content: Value| {
        json!({"type": "message", "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "content": content},
        ]})
    };
    let block = |block: Value| card(json!({"type": "AdaptiveCard", "version": "1.4", "body": [block]}));
    let cases = [
        ("/services/T0", json!({"txt": "a"}), 400),
        ("/services/T0", json!({"text": 7}), 400),
        ("/services/T0", json!({"text": "a".repeat(40_001)}), 400),
        ("/services/T0", json!({"text": "a"}), 200),
        ("/api/webhooks/1/t", json!({"content": "a", "allowed_mentions": {"parse": ["nobody"]}}), 400),
        ("/api/webhooks/1/t", json!({"content": ""}), 400),
        ("/api/webhooks/1/t", json!({"content": "a".repeat(2_001)}), 400),
        ("/api/webhooks/1/t?wait=true", json!({"content": "a"}), 200),
        ("/workflows/1?sig=s", json!({"text": "a"}), 400),
        ("/workflows/1?sig=s", block(json!({"type": "TextBlok", "text": "a"})), 400),
        ("/workflows/1?sig=s", block(json!({"type": "TextBlock", "text": "a", "size": "odd"})), 400),
        ("/workflows/1?sig=s", block(json!({"type": "TextBlock", "text": "a".repeat(29_000)})), 413),
        ("/workflows/1?sig=s", block(json!({"type": "TextBlock", "text": "a", "wrap": true})), 202),
        ("/bot12:t/sendMessage", json!({"chat_id": "-1", "text": "a".repeat(4_097)}), 400),
        ("/bot12:t/sendMessage", json!({"text": "a"}), 400),
        ("/bot12:t/sendMessage", json!({"chat_id": "-1", "text": "a"}), 200),
        ("/bot12:t/sendMail", json!({"chat_id": "-1", "text": "a"}), 404),
    ];
    let api = Api::new(chat().parse().unwrap(), None);
    for (path, body, status) in cases {
        let reply = api.request(Method::POST, &format!("={path}")).json(&body).send().await;
        assert_eq!(reply.status, status, "{path}: {reply}");
    }
}

/// The player of Telegram has the message in its own history.
#[tokio::test]
async fn telegram_has_what_was_sent() {
    let token = format!("77:{}", unique("t"));
    let config = json!({
        "service": "telegram", "url": format!("http://{}", chat()), "bot_token": token, "chat_id": "-100", "text": "paid",
    });
    assert_eq!(outcome(&config).await.0, Outcome::Done);
    let api = Api::new(chat().parse().unwrap(), None);
    let request = api.request(Method::POST, "=/getUpdatesHistory").json(&json!({ "token": token }));
    let history = request.send().await.expect(200).json();
    assert_eq!(history.pointer("/result/0/message"), Some(&json!({"chat_id": "-100", "text": "paid"})));
    assert_eq!(history["result"].as_array().map(Vec::len), Some(1));
}
