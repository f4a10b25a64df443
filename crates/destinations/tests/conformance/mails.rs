//! Mails beyond the suite: refusals that pass, logging in, and servers without STARTTLS.

use hooktide_destinations::seam::{Delivered, Outcome};
use serde_json::json;

use crate::fixture::Fixture;
use crate::servers::email::Email;
use crate::support::{AMPLE, open, order};

fn text(delivered: &Delivered) -> String {
    String::from_utf8(delivered.detail.to_vec()).unwrap()
}

#[tokio::test]
async fn refusal_that_passes_is_tried_again_and_the_next_mail_goes_through() {
    let fixture = Email::start().await;
    let mut config = fixture.config(&fixture.server().unwrap(), None);
    config["to"] = json!(["later@example.com"]);
    let delivered = open("email", &config).deliver(&order(AMPLE)).await;
    assert_eq!((delivered.outcome, delivered.code), (Outcome::Retry { after: None }, Some(450)));
    assert!(text(&delivered).contains("450: come back later"), "{}", text(&delivered));
}

#[tokio::test]
async fn one_session_carries_many_mails_and_survives_a_refused_one() {
    let fixture = Email::start().await;
    let mut config = fixture.config(&fixture.server().unwrap(), None);
    config["subject"] = json!("{{ payload.note }}\r\nBcc: evil@example.com");
    let mut destination = open("email", &config);
    for _ in 0..3 {
        let parcel = order(AMPLE);
        assert_eq!(destination.deliver(&parcel).await.outcome, Outcome::Done);
        assert_eq!(fixture.seen(&parcel, 1).await.len(), 1);
    }
    assert!(fixture.mails().iter().all(|mail| mail.contains("Subject: hello  Bcc: evil@example.com")));
}

#[tokio::test]
async fn password_is_checked_by_the_server_and_a_wrong_one_is_tried_again() {
    let fixture = Email::start().await;
    let server = fixture.server().unwrap();
    let right = open("email", &fixture.config(&server, Some("open-sesame"))).deliver(&order(AMPLE)).await;
    assert_eq!(right.outcome, Outcome::Done, "{}", text(&right));
    let wrong = open("email", &fixture.config(&server, Some("canary-hunter2"))).deliver(&order(AMPLE)).await;
    assert_eq!((wrong.outcome, wrong.code), (Outcome::Retry { after: None }, Some(535)), "{}", text(&wrong));
}

#[tokio::test]
async fn nothing_is_sent_in_clear_to_a_server_without_starttls() {
    let fixture = Email::start().await;
    let mut config = fixture.config(&fixture.server().unwrap(), Some("open-sesame"));
    let url = config["url"].as_str().unwrap().replace("?starttls=disable", "");
    config["url"] = json!(url);
    let delivered = open("email", &config).deliver(&order(AMPLE)).await;
    assert_eq!(delivered.outcome, Outcome::Failed, "{}", text(&delivered));
    assert!(text(&delivered).contains("offers no STARTTLS"), "{}", text(&delivered));
    assert!(fixture.mails().is_empty());
}
