//! Certificates and keys that a proof needs (group 9): fetched over TLS from the hosts that a scheme pins and nowhere
//! else, once for many requests, and within what a provider waits.

use std::time::Duration;

use hooktide_testkit::{Behaviour, wait_until};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::key_host::{KEY, KeyHost, SNS, TOPIC, certificate, signed, sns_certificate, sns_message};
use super::provider::{Inbox, Signed};

/// What providers wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
const PEM: &str = "/SimpleNotificationService-1.pem";
const ENTRA: &str = "login.microsoftonline.com";
const ENTRA_KEYS: &str = "/common/discovery/v2.0/keys";
const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";

fn sns_url(path: &str) -> String {
    format!("https://{SNS}{path}")
}

fn sns_source() -> Value {
    json!({ "type": "aws-sns", "config": { "verifyToken": TOPIC } })
}

/// A source of SNS' messages, and the host of its certificates.
async fn sns() -> (KeyHost, Inbox) {
    let host = KeyHost::start(&[SNS]).await;
    let inbox = Inbox::with(host.setup(), sns_source()).await;
    (host, inbox)
}

/// The code of the newest refusal.
async fn refusal(inbox: &Inbox) -> String {
    let receipts = inbox.receipts("refused").await;
    receipts[0]["code"].as_str().unwrap_or_else(|| panic!("{receipts:?}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificate_is_fetched_from_its_pinned_host_once_for_many_messages() {
    let (host, inbox) = sns().await;
    host.put(PEM, sns_certificate());
    let _ = inbox.endpoint("/acted").await;
    let first = sns_message("1", &sns_url(PEM));
    let _ = inbox.send(&first).await.expect(200);
    assert_eq!(inbox.delivered("/acted", 1).await[0].body, first.body);
    for id in ["2", "3"] {
        let _ = inbox.send(&sns_message(id, &sns_url(PEM))).await.expect(200);
    }
    let _ = inbox.delivered("/acted", 3).await;
    assert_eq!((host.asked(PEM), host.pages.connections()), (1, 1), "the certificate is remembered");

    let text = String::from_utf8(first.body.clone()).unwrap();
    let bent = first.with_body(text.replace("Hello", "Hullo"));
    assert_eq!(inbox.send(&bent).await.status, 401);
    assert_eq!(refusal(&inbox).await, "no_signature_matched");
    assert!(host.names.lookups(SNS) > 0, "its name was looked up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_come_together_fetch_their_certificate_once() {
    let (host, inbox) = sns().await;
    host.put(PEM, sns_certificate());
    let messages: Vec<Signed> = (0..8).map(|id| sns_message(&format!("{id}"), &sns_url(PEM))).collect();
    let mut calls = tokio::task::JoinSet::new();
    for message in messages {
        let (door, api) = (inbox.door.clone(), inbox.api.clone());
        calls.spawn(async move { door.send(&api, &message).await.status });
    }
    while let Some(status) = calls.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(host.asked(PEM), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificate_on_a_host_that_is_not_pinned_is_never_asked_for() {
    let (host, inbox) = sns().await;
    for path in [PEM, "/a.pem", "/"] {
        host.put(path, sns_certificate());
    }
    for url in [
        format!("https://{SNS}.example.net{PEM}"),
        format!("https://{SNS}:8443{PEM}"),
        format!("https://user@{SNS}{PEM}"),
        format!("http://{SNS}{PEM}"),
        format!("https://sns.s3.amazonaws.com{PEM}"),
        format!("https://{}{PEM}", host.pages.addr().ip()),
        format!("https://example.net/#{}", sns_url(PEM)),
        sns_url("/a.txt"),
    ] {
        assert_eq!(inbox.send(&sns_message("1", &url)).await.status, 401, "{url}");
        assert_eq!(refusal(&inbox).await, "url_not_pinned", "{url}");
    }
    assert_eq!(host.names.queries(), 0, "no name was looked up");
    assert_eq!(host.pages.connections(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirect_to_a_certificate_is_not_followed() {
    let (host, inbox) = sns().await;
    host.put("/elsewhere.pem", sns_certificate());
    for (path, status) in [("/301.pem", 301), ("/302.pem", 302), ("/307.pem", 307)] {
        let away = Behaviour::status(status).header("location", &sns_url("/elsewhere.pem"));
        host.pages.script(path, [away]);
        let reply = inbox.send(&sns_message("1", &sns_url(path))).await;
        assert_eq!((reply.status, host.asked(path)), (503, 1), "{reply}");
    }
    assert_eq!(host.asked("/elsewhere.pem"), 0);
    assert!(inbox.receipts("accepted").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn huge_slow_cut_or_missing_certificate_is_given_up_while_the_provider_waits() {
    let (host, inbox) = sns().await;
    let good = sns_certificate();
    let padded = [good.as_bytes(), &vec![b'\n'; 1 << 20]].concat();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", good.len());
    let started = [head.as_bytes(), &good.as_bytes()[..100]].concat();
    for (path, behaviour) in [
        ("/huge.pem", Behaviour::ok().body(padded)),
        ("/endless.pem", Behaviour::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec().into())),
        ("/silent.pem", Behaviour::hang()),
        ("/slow.pem", Behaviour::Drip(started.clone().into())),
        ("/cut.pem", Behaviour::Raw(started.into())),
        ("/missing.pem", Behaviour::status(404).body(good.clone())),
    ] {
        host.pages.script(path, [behaviour]);
        let begun = Instant::now();
        let reply = inbox.send(&sns_message("1", &sns_url(path))).await;
        assert_eq!((reply.status, host.asked(path)), (503, 1), "{path}: {reply}");
        assert!(begun.elapsed() < PATIENCE, "{path} took {:?}", begun.elapsed());
        // A provider that sends again at once does not make the server ask again at once.
        assert_eq!(inbox.send(&sns_message("1", &sns_url(path))).await.status, 503, "{path}");
        assert_eq!(host.asked(path), 1, "{path}");
    }
    // None of that is in the way of a certificate that is there.
    host.put(PEM, good);
    let _ = inbox.send(&sns_message("1", &sns_url(PEM))).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificate_that_has_expired_or_is_another_is_refused_with_its_reason() {
    let (host, inbox) = sns().await;
    let other_key =
        rcgen::generate_simple_self_signed(vec!["sns.amazonaws.com".to_owned()]).unwrap().cert.pem();
    for (path, document, code) in [
        ("/expired.pem", certificate("sns.amazonaws.com", (2020, 2021)), "certificate_expired"),
        ("/early.pem", certificate("sns.amazonaws.com", (2045, 2046)), "certificate_not_yet_valid"),
        ("/name.pem", certificate("sqs.amazonaws.com", (2026, 2046)), "certificate_name"),
        ("/key.pem", other_key, "no_signature_matched"),
        ("/none.pem", "no certificate".to_owned(), "certificate_unusable"),
        ("/private.pem", KEY.to_owned(), "certificate_unusable"),
    ] {
        host.put(path, document);
        let reply = inbox.send(&sns_message("1", &sns_url(path))).await;
        assert_eq!(reply.status, 401, "{path}: {reply}");
        assert_eq!(refusal(&inbox).await, code, "{path}");
    }
    assert!(inbox.receipts("accepted").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_that_cannot_prove_its_name_is_not_believed() {
    let host = KeyHost::start(&["sns.eu-west-1.amazonaws.com"]).await;
    host.put(PEM, sns_certificate());
    let trusting = Inbox::with(host.setup(), sns_source()).await;
    assert_eq!(
        trusting.send(&sns_message("1", &sns_url(PEM))).await.status,
        503,
        "a certificate for another name"
    );
    let url = format!("https://sns.eu-west-1.amazonaws.com{PEM}");
    let wary = Inbox::with(host.setup_without_trust(), sns_source()).await;
    assert_eq!(wary.send(&sns_message("1", &url)).await.status, 503, "an authority that nobody knows");
    assert_eq!((host.asked(PEM), host.pages.connections()), (0, 2));
    let _ = trusting.send(&sns_message("1", &url)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn name_that_leads_into_a_private_network_is_not_connected_to() {
    let host = KeyHost::start(&[SNS]).await;
    host.put(PEM, sns_certificate());
    let setup = host.setup().env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "10.0.0.0/8");
    let inbox = Inbox::with(setup, sns_source()).await;
    assert_eq!(inbox.send(&sns_message("1", &sns_url(PEM))).await.status, 503);
    assert!(host.names.lookups(SNS) > 0, "its name was looked up");
    assert_eq!(host.pages.connections(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscription_is_confirmed_on_sns_once_its_proof_is_accepted() {
    let (host, inbox) = sns().await;
    host.put(PEM, sns_certificate());
    let confirmation = |topic: &str, token: &str| {
        let body = json!({
            "Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": topic, "Message": "Confirm",
            "Timestamp": "2026-09-21T12:26:40.000Z", "SignatureVersion": "2", "Signature": "", "Token": token,
            "SigningCertURL": sns_url(PEM), "SubscribeURL": sns_url(&format!("/?Token={token}")),
        });
        signed("aws-sns", "", &[("content-type", "text/plain")], &body.to_string())
    };
    let confirmed = |token: &str| {
        let target = format!("/?Token={token}");
        host.pages.count(|request| request.target == target)
    };
    let _ = inbox.send(&confirmation(TOPIC, "wanted")).await.expect(200);
    assert_eq!(confirmed("wanted"), 1);
    assert_eq!(inbox.send(&confirmation("arn:aws:sns:us-east-1:1:Other", "other")).await.status, 403);
    let good = confirmation(TOPIC, "bent");
    let text = String::from_utf8(good.body.clone()).unwrap();
    assert_eq!(inbox.send(&good.with_body(text.replace("Confirm\"", "Konfirm\""))).await.status, 401);
    assert_eq!((confirmed("other"), confirmed("bent")), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paypals_certificate_comes_from_paypal() {
    let host = KeyHost::start(&["api.paypal.com"]).await;
    let path = "/v1/notifications/certs/CERT-1";
    host.put(path, certificate("messageverificationcerts.paypal.com", (2026, 2046)));
    let source = json!({ "type": "paypal", "config": { "secret": "7BL18047GB137423B" } });
    let inbox = Inbox::with(host.setup(), source).await;
    let sent = |host: &str| {
        let url = format!("https://{host}{path}");
        let headers = [("paypal-transmission-id", "69cd13f0"), ("paypal-cert-url", url.as_str())];
        signed(
            "paypal",
            "7BL18047GB137423B",
            &headers,
            r#"{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}"#,
        )
    };
    assert_eq!(inbox.send(&sent("api.paypal.com.example.net")).await.status, 401);
    assert_eq!(refusal(&inbox).await, "url_not_pinned");
    let _ = inbox.send(&sent("api.paypal.com")).await.expect(200);
    assert_eq!((host.asked(path), host.pages.connections()), (1, 1));
}

/// The public half of the key as Microsoft publishes keys.
fn keys(id: &str) -> String {
    let modulus = "s0t3bP5QVFgboE7_RqwZHJEfmfKIcpTdCrEd6Yirjeo8BCOKXDK9JLHpXMPP5Nyer8DlsG3zMt0O1IM-Iix6eh3iff3wQL3WXFIoEjKMYpEcetv5N_fadZLaeKb9fnunjoLx05if4nDmfAcOtBLmWWrSZWvyJVIl4Ct8ArXw89DAlAvAylki7o-2TGYcgr3FCjf8HFD0CZesixeKP5IqFrFaT9OwXcHdJ6zGKIOKdsdiuwTakm854vjvO8kuGtDscNJlldTZ8hsIS36R8kvKoCoF_q1PQg7wLYzDAfc4U5Hwg7j-XN5p_EYJO1CUpHRYVrOLuWORoHvo6oEQ90Wkiw";
    json!({"keys": [{
        "kty": "RSA", "use": "sig", "kid": id, "e": "AQAB", "n": modulus,
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
    }]})
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_event_grid_are_checked_with_microsofts_keys_and_renewed_ones_are_found() {
    let host = KeyHost::start(&[ENTRA]).await;
    // The signer names its key `simulated`; Microsoft's set does not have that yet.
    host.put(ENTRA_KEYS, keys("old"));
    let audience = format!("api://contoso-webhook {TENANT}");
    let source = json!({ "type": "azure-event-grid", "config": { "secret": audience } });
    let inbox = Inbox::with(host.setup(), source).await;
    let event = |id: &str| {
        let body = json!([{"id": id, "eventType": "Microsoft.Storage.BlobCreated", "data": {}}]).to_string();
        signed("azure-event-grid", &audience, &[("aeg-event-type", "Notification")], &body)
    };
    assert_eq!(inbox.send(&event("1")).await.status, 401);
    assert_eq!(refusal(&inbox).await, "key_unknown");
    host.put(ENTRA_KEYS, keys("simulated"));
    // A set that lacks the key is asked for again after a while, and not by every stranger's request.
    let asked = host.asked(ENTRA_KEYS);
    assert_eq!(inbox.send(&event("1")).await.status, 401);
    assert_eq!((asked, host.asked(ENTRA_KEYS)), (1, 1));
    let accepted = wait_until("the renewed set to be fetched", async || {
        let reply = inbox.send(&event("1")).await;
        (reply.status == 200).then_some(reply)
    });
    let _ = accepted.await;
    assert_eq!(host.asked(ENTRA_KEYS), 2);
    let bare = event("2").without("authorization");
    let answer = inbox.send(&bare).await;
    assert_eq!(answer.status, 401, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rich_notifications_of_graph_need_their_tokens() {
    let host = KeyHost::start(&[ENTRA]).await;
    host.put(ENTRA_KEYS, keys("simulated"));
    let secret = format!("a-state 925bff9f-f6e2-4a69-b858-f71ea2b9b6d0 {TENANT}");
    let source = json!({ "type": "microsoft-graph", "config": { "secret": secret } });
    let inbox = Inbox::with(host.setup(), source).await;
    let _ = inbox.endpoint("/acted").await;
    let body = r#"{"value":[{"clientState":"","changeType":"created","resource":"teams/1"}]}"#;
    let good = signed("microsoft-graph", &secret, &[], body);
    let mut without: Value = serde_json::from_slice(&good.body).unwrap();
    without.as_object_mut().unwrap().remove("validationTokens");
    assert_eq!(inbox.send(&good.clone().with_body(without.to_string())).await.status, 401);
    assert_eq!((refusal(&inbox).await.as_str(), host.pages.connections()), ("token_missing", 0));
    let foreign =
        signed("microsoft-graph", &secret.replace(TENANT, "9f4ebab6-520d-49c0-85cc-7b25c78d4a93"), &[], body);
    assert_eq!(inbox.send(&foreign).await.status, 401);
    assert_eq!((refusal(&inbox).await.as_str(), host.pages.connections()), ("issuer_mismatch", 0));
    let _ = inbox.send(&good).await.expect(202);
    assert_eq!(inbox.delivered("/acted", 1).await[0].body, good.body);
    assert_eq!(host.asked(ENTRA_KEYS), 1);
}
