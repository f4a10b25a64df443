//! Mails and configurations. Sending is in the conformance suite.

use std::time::Duration;

use bytes::Bytes;
use lettre::message::Mailbox;
use serde_json::{Value, json};

use super::config::check;
use super::mail;
use crate::seam::{Parcel, Policy};

fn parcel(key: &str) -> Parcel {
    Parcel {
        message_id: "msg_1".into(),
        event_type: "order.paid".into(),
        content_type: "application/json".into(),
        payload: Bytes::new(),
        headers: Vec::new(),
        occurred_at_ms: 1_700_000_000_123,
        attempt: 1,
        hops: 0,
        idempotency_key: key.into(),
        endpoint_id: "ep_1".into(),
        timeout: Duration::from_secs(1),
    }
}

fn write(key: &str, subject: &str, text: &str) -> String {
    let from: Mailbox = "Shöp <shop@example.com>".parse().unwrap();
    let to: Vec<Mailbox> = vec!["a@example.com".parse().unwrap(), "b@example.com".parse().unwrap()];
    let mail = mail::write(&parcel(key), &from, &to, subject, text.to_owned()).unwrap();
    assert!(mail.is_ascii());
    String::from_utf8(mail).unwrap()
}

fn places(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut config =
        json!({"url": "smtps://u:p@mail.example.com", "from": "a@example.com", "to": ["b@example.com"]});
    change(&mut config);
    let mistakes = check(&config, &Policy::default()).err().unwrap_or_default();
    mistakes.into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn event_adds_no_header_and_ends_no_mail() {
    let mail = write(
        "key\r\nBcc: evil@example.com>",
        "paid\r\nBcc: evil@example.com\n\nhi",
        "x\r\n.\r\nQUIT\r\nä\n",
    );
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert!(head.contains("Subject: paid  Bcc: evil@example.com  hi"), "{head}");
    assert!(head.contains("Message-ID: <key=0D=0ABcc=3A=20evil=40example.com=3E@example.com>"), "{head}");
    let same = write("msg_1.ep_1", "s", "t");
    assert!(
        same.contains("Message-ID: <msg_1.ep_1@example.com>") && same.contains("Idempotency-Key: msg_1.ep_1")
    );
    assert!(same.contains("To: a@example.com, b@example.com"), "{same}");
    assert_eq!(same, write("msg_1.ep_1", "s", "t"), "a repeated mail is the same mail");
}

#[test]
fn configuration_is_judged() {
    assert!(places(|_| ()).is_empty());
    assert!(places(|config| config["url"] = json!("smtp://mail.example.com?starttls=disable")).is_empty());
    assert_eq!(places(|config| config["url"] = json!("smtps://mail.example.com?starttls=disable")), ["url"]);
    assert_eq!(places(|config| config["url"] = json!("smtp://user@mail.example.com")), ["url"]);
    assert_eq!(places(|config| config["url"] = json!("smtp://mail.example.com:22")), ["url"]);
    assert_eq!(places(|config| config["from"] = json!("nobody")), ["from"]);
    assert_eq!(places(|config| config["to"] = json!(["b@example.com", "c@example.com\r\nRCPT"])), ["to.1"]);
    assert_eq!(places(|config| config["to"] = json!([])), ["to"]);
}
