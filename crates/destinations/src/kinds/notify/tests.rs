//! Bodies, limits and what a service has no use for. Delivering is in the conformance suite.

use serde_json::{Value, json};

use super::config::{Config, FIELDS, check};
use super::services::Service;
use super::text::{cut, json_bytes, utf16};
use crate::seam::{Policy, fields};

fn config(config: Value) -> Config {
    fields::read(FIELDS, &config).unwrap()
}

fn mistakes(config: Value) -> Vec<String> {
    let mistakes = check(&config, &Policy::default()).err().unwrap_or_default();
    mistakes.into_iter().map(|mistake| format!("{} {}", mistake.path, mistake.what)).collect()
}

#[test]
fn text_is_cut_at_a_character_and_says_so() {
    assert_eq!(cut("hello", 5, utf16), "hello");
    assert_eq!(cut("hello!", 5, utf16), "hell…");
    assert_eq!(cut("a🎉🎉", 4, utf16), "a🎉…");
    assert_eq!(cut("ää\"\"", 6, json_bytes), "ä…");
    assert_eq!(cut("x", 0, utf16), "…");
    for (service, pointer, units_max) in [
        (Service::Slack, "/text", 40_000),
        (Service::Discord, "/content", 2_000),
        (Service::Telegram, "/text", 4_096),
        (Service::Ntfy, "/message", 4_096),
    ] {
        let config = config(json!({"service": "ntfy", "topic": "t"}));
        let body = service.body(&config, &"🎉<".repeat(50_000), None);
        let text = body.pointer(pointer).unwrap().as_str().unwrap();
        assert!(text.encode_utf16().count() <= units_max && text.ends_with('…'), "{service:?}");
    }
    let card = Service::Teams.body(&config(json!({"service": "teams"})), &"\"\n".repeat(50_000), None);
    assert!(card.to_string().len() < 28 * 1024);
}

#[test]
fn event_mentions_nobody() {
    let config = config(json!({"service": "slack"}));
    let slack = Service::Slack.body(&config, "<!channel> & @here", None);
    assert_eq!(slack, json!({"text": "&lt;!channel&gt; &amp; @here"}));
    let discord = Service::Discord.body(&config, "@everyone", None);
    assert_eq!(discord["allowed_mentions"], json!({"parse": []}));
}

#[test]
fn service_needs_its_fields_and_no_others() {
    assert_eq!(mistakes(json!({"service": "slack"})).first().unwrap(), "webhook_url is missing");
    let telegram = json!({"service": "telegram", "bot_token": "1:x", "chat_id": "7"});
    assert!(mistakes(telegram.clone()).is_empty());
    let mut wrong = telegram;
    wrong["topic"] = json!("t");
    assert_eq!(mistakes(wrong), ["topic means nothing for this service"]);
    let ntfy =
        json!({"service": "ntfy", "topic": "t", "token": "tk", "title": "x", "priority": 5, "tags": ["ok"]});
    assert!(mistakes(ntfy).is_empty());
    let private = mistakes(json!({"service": "slack", "webhook_url": "http://127.0.0.1/hunter2"}));
    assert_eq!(private, ["webhook_url may not be connected to"]);
}
