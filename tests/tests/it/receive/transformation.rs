//! Scripts on a source's endpoints: they read the request that came in and change what goes out.

use hooktide_testkit::{ServerSetup, verdict};
use serde_json::json;

use super::provider::{Inbox, SECRET};

#[tokio::test]
async fn script_reads_the_request_and_changes_what_goes_out() {
    let inbox = Inbox::new("github").await;
    let endpoint = inbox.endpoint("/script").await;
    let path = inbox.door.api(&format!("/endpoint/{endpoint}/transformation"));
    let code = "function handler(webhook) {
        const { method, path, query, headers } = webhook.request;
        webhook.headers['x-github-event'] = headers['x-github-event'];
        webhook.payload = { method, path, branch: query.branch, ref: webhook.payload.ref,
                            signature: headers['x-hub-signature-256'], url: webhook.url };
        return webhook;
    }";
    let _ = inbox.api.patch(&path, json!({ "code": code, "enabled": true })).await.expect(204);
    assert_eq!(inbox.api.get(&path).await.expect(200).json()["enabled"], true);

    let signed =
        inbox.door.sign(&[("x-github-delivery", "t-1"), ("x-github-event", "push")], r#"{"ref":"main"}"#);
    let target = format!("{}/deploy?branch=main", inbox.door.path);
    let taken = inbox.door.request(&inbox.api, &target, &signed).await.expect(200);
    let sent = inbox.delivered("/script", 1).await.swap_remove(0);
    let url = inbox.receiver.url("/script");
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let wanted = json!({
        "method": "POST", "path": "/deploy", "branch": "main", "ref": "main", "signature": "[redacted]", "url": url,
    });
    assert_eq!(body, wanted);
    assert_eq!((sent.method.as_str(), sent.header("x-github-event")), ("POST", "push"));
    let secret =
        inbox.api.get(&inbox.door.api(&format!("/endpoint/{endpoint}/secret"))).await.expect(200).json();
    verdict(&sent, "webhook", secret["key"].as_str().unwrap()).unwrap();
    let token = inbox.door.path.trim_start_matches("/in/");
    assert!(
        !String::from_utf8_lossy(&sent.body).contains(token)
            && !String::from_utf8_lossy(&sent.body).contains(SECRET)
    );

    // Tried on the same event it shows the same bytes, by the receipt and by the message.
    let receipt = taken.header("hooktide-receipt");
    for named in [receipt, sent.message_id().to_owned()] {
        let tried = inbox
            .api
            .post(&format!("{path}/simulate"), json!({ "messageId": named }))
            .await
            .expect(200)
            .json();
        assert_eq!(tried["payload"], String::from_utf8(sent.body.to_vec()).unwrap(), "{tried}");
        assert_eq!(tried["headers"], json!({ "x-github-event": "push" }));
    }
}

#[tokio::test]
async fn failing_script_is_a_failed_delivery_and_the_event_stays() {
    let setup = ServerSetup::new().retries("20ms");
    let inbox = Inbox::with(setup, json!({ "type": "none" })).await;
    let endpoint = inbox.endpoint("/dead").await;
    let path = inbox.door.api(&format!("/endpoint/{endpoint}/transformation"));
    let code = "function handler(webhook) { throw new Error('dead letter'); }";
    let _ = inbox.api.patch(&path, json!({ "code": code, "enabled": true })).await.expect(204);
    inbox.endpoint("/alive").await;
    let taken = inbox.send(&inbox.door.sign(&[], r#"{"n":1}"#)).await.expect(202);
    assert_eq!(inbox.delivered("/alive", 1).await[0].body, br#"{"n":1}"#[..]);
    assert_eq!(inbox.receiver.count(|it| it.path() == "/dead"), 0);

    let receipt = taken.header("hooktide-receipt");
    let kept = inbox.receipt(&json!(receipt)).await;
    assert_eq!(kept["outcome"], "accepted", "{kept}");
    let mended = "function handler(webhook) { webhook.payload.again = true; return webhook; }";
    let _ = inbox.api.patch(&path, json!({ "code": mended })).await.expect(204);
    let _ =
        inbox.api.post(&inbox.door.api(&format!("/receipt/{receipt}/replay")), json!({})).await.expect(202);
    let again = inbox.delivered("/dead", 1).await;
    assert_eq!(again[0].body, br#"{"n":1,"again":true}"#[..]);
}
