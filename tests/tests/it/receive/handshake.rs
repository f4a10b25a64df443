//! Questions that providers ask before they send, and secrets that they hand over.

use hooktide_testkit::{Method, ServerSetup};
use serde_json::json;

use super::provider::{Inbox, SECRET, sign_as};

#[tokio::test]
async fn slack_gets_its_challenge_back_if_it_signs() {
    let inbox = Inbox::new("slack").await;
    inbox.endpoint("/never").await;
    let question = "{\"type\":\"url_verification\",\"challenge\":\"c-<b>1</b>\"}";
    let answer = inbox.send(&inbox.door.sign(&[], question)).await.expect(200);
    assert_eq!(answer.text(), "c-<b>1</b>");
    assert!(answer.header("content-type").starts_with("text/plain"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let forged = inbox.send(&sign_as("slack", "another-secret-entirely", &[], question)).await;
    assert_eq!(forged.error(401), "no_signature_matched");
    assert!(!forged.text().contains("c-<b>"));
    assert_eq!(inbox.receipts("accepted").await.len(), 0, "a question is no event");
    let last = inbox.door.sign(&[], "{\"type\":\"event_callback\",\"event_id\":\"E\"}");
    assert_eq!(inbox.others("/never", &last).await.len(), 0);
}

#[tokio::test]
async fn zoom_gets_proof_that_the_secret_is_known() {
    let inbox = Inbox::new("zoom").await;
    let question =
        "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"}}";
    let answer = inbox.send(&inbox.door.sign(&[], question)).await.expect(200).json();
    assert_eq!(answer["plainToken"], "qgg8vlvZRS6UYooatFL8Aw");
    let encrypted = answer["encryptedToken"].as_str().unwrap();
    assert!(encrypted.len() == 64 && encrypted.bytes().all(|it| it.is_ascii_hexdigit()), "{encrypted}");
}

#[tokio::test]
async fn handshake_is_answered_while_the_rate_is_used_up() {
    let source = json!({ "type": "slack", "config": { "secret": SECRET }, "throttleRate": 1 });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let event = |id: u32| {
        let body =
            format!("{{\"type\":\"event_callback\",\"event_id\":\"E{id}\",\"event\":{{\"type\":\"x\"}}}}");
        inbox.door.sign(&[], &body)
    };
    let mut throttled = None;
    for id in 0..20 {
        let answer = inbox.send(&event(id)).await;
        if answer.status == 429 {
            throttled = Some(answer);
            break;
        }
    }
    let throttled = throttled.expect("the rate is kept");
    assert_eq!(throttled.error(429), "rate_limited");
    assert_eq!(throttled.header("retry-after"), "1");
    let question = "{\"type\":\"url_verification\",\"challenge\":\"still\"}";
    assert_eq!(inbox.send(&inbox.door.sign(&[], question)).await.expect(200).text(), "still");
}

#[tokio::test]
async fn question_of_another_provider_is_no_question() {
    let inbox = Inbox::new("github").await;
    let question = "{\"type\":\"url_verification\",\"challenge\":\"mine\"}";
    let answer = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d")], question)).await.expect(200);
    assert_eq!(answer.text(), "");
    assert_eq!(inbox.receipts("accepted").await.len(), 1);
}

#[tokio::test]
async fn head_and_options_never_act() {
    let inbox = Inbox::with(ServerSetup::new(), json!({ "type": "none" })).await;
    inbox.endpoint("/never").await;
    for method in [Method::HEAD, Method::OPTIONS] {
        let request = inbox.api.anonymous().request(method.clone(), &format!("={}", inbox.door.path));
        let answer = request.header("origin", "https://scanner.example").send().await;
        assert_eq!(answer.status, 405, "{method}: {answer}");
        assert!(answer.header("allow").contains("POST"), "{method}: {answer}");
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 0);
    let last = inbox.door.sign(&[], "{}");
    assert_eq!(inbox.others("/never", &last).await.len(), 0);
}
