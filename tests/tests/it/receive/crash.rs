//! A 2xx is a promise: what was answered is acted on, even by the next life of the server.

use hooktide_testkit::{Behaviour, ServerSetup};
use serde_json::json;

use super::provider::{Inbox, SECRET};

#[tokio::test]
async fn event_is_acted_on_after_a_kill_right_after_the_answer() {
    let setup = ServerSetup::new().retries("50ms,100ms,200ms,400ms");
    let mut inbox = Inbox::with(setup, json!({ "type": "github", "config": { "secret": SECRET } })).await;
    inbox.endpoint("/promised").await;
    // Nothing is answered while the first server lives.
    inbox.receiver.script("/promised", (0..8).map(|_| Behaviour::hang()));
    let mut receipts = Vec::new();
    for number in 0..8 {
        let delivery = format!("d-{number}");
        let headers = [("x-github-event", "push"), ("x-github-delivery", delivery.as_str())];
        let signed = inbox.door.sign(&headers, &format!("{{\"n\":{number}}}"));
        receipts.push(inbox.send(&signed).await.expect(200).header("hooktide-receipt"));
    }
    inbox.server.kill9();
    inbox.receiver.script("/promised", [Behaviour::ok()]);
    inbox.server.restart().await;
    inbox.api = inbox.server.api();
    let mut kept: Vec<String> =
        inbox.receipts("accepted").await.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    kept.reverse();
    assert_eq!(kept, receipts);
    for number in 0..8 {
        let body = format!("{{\"n\":{number}}}");
        inbox.receiver.wait_for(1, |it| it.body == body.as_bytes() && it.answered_at.is_some()).await;
    }
}
