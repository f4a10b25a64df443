//! A store that cannot commit: the provider is told to send again, and what it sends then is taken.

use hooktide_testkit::{ServerSetup, wait_until};
use serde_json::json;

use super::provider::{Inbox, SECRET, sign_as};
use crate::disk_full::Volume;

#[tokio::test]
async fn full_disk_is_503_and_the_same_event_is_taken_later() {
    let Some(volume) = Volume::mount() else { return };
    let setup = ServerSetup::new().embedded().in_dir(volume.path());
    let inbox = Inbox::with(setup, json!({ "type": "github", "config": { "secret": SECRET } })).await;
    inbox.endpoint("/later").await;
    volume.fill(1 << 20);
    let mut number = 0;
    let (refused, signed) = wait_until("the store refuses", async || {
        number += 1;
        let delivery = format!("d-{number}");
        let headers = [("x-github-event", "push"), ("x-github-delivery", delivery.as_str())];
        let signed = inbox.door.sign(&headers, &format!("{{\"n\":{number}}}"));
        let answer = inbox.send(&signed).await;
        assert!(matches!(answer.status, 200 | 503), "{answer}");
        (answer.status == 503).then_some((answer, signed))
    })
    .await;
    assert_eq!(refused.error(503), "store_unavailable");
    assert_ne!(refused.header("retry-after"), "");
    // What is not believed is told so all the same.
    let forged = sign_as("github", "another-secret-entirely", &[], "{}");
    assert_eq!(inbox.send(&forged).await.error(401), "no_signature_matched");

    volume.empty();
    wait_until("the store takes it", async || (inbox.send(&signed).await.status == 200).then_some(())).await;
    inbox.receiver.wait_for(1, |it| it.body == signed.body).await;
    assert_eq!(inbox.receipts("accepted").await.len(), number, "each event once");
}
