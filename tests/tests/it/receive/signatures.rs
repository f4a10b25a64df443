//! Proofs (groups 1 to 4): what is wrong with one is told by its code and has no effect, and what is right in any of
//! its permitted forms is taken.

use hooktide_testkit::{ServerSetup, unix_seconds};
use hooktide_verify::{Now, Outgoing, PROVIDERS, Provider, Secret, provider, sign};
use serde_json::json;

use super::provider::{Door, Inbox, SECRET, Signed, hmac_hex, of, secret_of, sign_as, sign_at};

/// Providers that cannot be signed for with what their source is given: public keys, fetched keys, or no proof at all.
const NOT_SIGNED_FOR: &[&str] = &[
    "adobe-io-events",
    "aws-sns",
    "discord",
    "google-pubsub",
    "mollie-classic",
    "none",
    "orum-io",
    "paypal",
    "plaid",
    "sendgrid",
    "telnyx",
    "travis-ci",
];

/// Group 1, every provider: its sample by its secret is taken with its success, by another secret it is refused with
/// its refusal.
#[tokio::test]
async fn every_provider_is_taken_by_its_secret_and_refused_by_another() {
    let inbox = Inbox::new("github").await;
    let mut left_out = Vec::new();
    for provider in PROVIDERS {
        let Some(guide) = provider.secret else {
            left_out.push(provider.name);
            continue;
        };
        let url = format!("https://hooks.example.com/{}", provider.name);
        let source = json!({ "type": provider.name, "config": { "secret": guide.example }, "url": url });
        let door = Door::create(&inbox.api, source).await;
        let Some(good) = sample(provider, guide.example, &url, &door) else {
            left_out.push(provider.name);
            continue;
        };
        let wrong = sample(provider, &other(guide.example), &url, &door).expect("as before");
        let answer = door.request(&inbox.api, &wrong.0, &wrong.1).await;
        assert_eq!(answer.status, provider.refusal_status, "{}: {answer}", provider.name);
        let answer = door.request(&inbox.api, &good.0, &good.1).await;
        assert_eq!(answer.status, provider.success_status, "{}: {answer}", provider.name);
        let receipts = inbox.api.all(&door.api("/receipt")).await;
        let outcomes: Vec<_> = receipts.iter().map(|it| it["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["accepted", "refused"], "{}: {receipts:?}", provider.name);
    }
    left_out.sort_unstable();
    let mut expected = NOT_SIGNED_FOR.to_vec();
    expected.sort_unstable();
    assert_eq!(left_out, expected);
}

/// The provider's sample with the target it goes to.
fn sample(provider: &Provider, secret: &str, url: &str, door: &Door) -> Option<(String, Signed)> {
    let mut outgoing = Outgoing::post(url, provider.sample.body);
    outgoing.target.clone_from(&door.path);
    outgoing.set_header("content-type", *provider.content_types.first().unwrap_or(&"application/json"));
    for (name, value) in provider.sample.headers {
        outgoing.set_header(name, *value);
    }
    let now = Now::from_unix_s(unix_seconds());
    sign(&provider.scheme, &Secret::new("test", secret), &mut outgoing, now).ok()?;
    let query = outgoing.target.find('?').map_or("", |at| &outgoing.target[at..]);
    Some((format!("{}{query}", door.path), of(outgoing)))
}

/// A secret of the same form, with one letter in its middle exchanged.
fn other(secret: &str) -> String {
    let middle = secret.len() / 2;
    let letter = if secret.as_bytes()[middle] == b'3' { '4' } else { '3' };
    format!("{}{letter}{}", &secret[..middle], &secret[middle + 1..])
}

/// Group 2, hexadecimal after a prefix.
#[tokio::test]
async fn each_fault_of_a_hexadecimal_signature_is_named() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/never").await;
    let header = "x-hub-signature-256";
    let good = inbox.door.sign(&[("x-github-delivery", "d")], "{}");
    let value = good.header(header);
    let digits = value.strip_prefix("sha256=").unwrap();
    let cases = [
        ("header_missing", good.clone().without(header)),
        ("header_repeated", good.clone().and(header, &value)),
        ("header_repeated", good.clone().and(header, "sha256=00")),
        ("signature_malformed", good.clone().with(header, "")),
        ("signature_malformed", good.clone().with(header, digits)),
        ("signature_malformed", good.clone().with(header, &format!("sha1={digits}"))),
        ("signature_malformed", good.clone().with(header, &format!("SHA256={digits}"))),
        ("signature_malformed", good.clone().with(header, &value[..value.len() - 2])),
        ("signature_malformed", good.clone().with(header, &format!("{value}00"))),
        ("signature_malformed", good.clone().with(header, &format!("sha256={}", "z".repeat(64)))),
        ("no_signature_matched", good.clone().with(header, &format!("sha256={}", "0".repeat(64)))),
    ];
    for (number, (code, wrong)) in cases.iter().enumerate() {
        let answer = inbox.send(wrong).await;
        assert_eq!(answer.error(401), *code, "case {number}: {:?}", wrong.headers);
    }
    // Upper case is another spelling: it is refused, and the reason says that the number is right.
    let upper = good.clone().with(header, &format!("sha256={}", digits.to_uppercase()));
    let answer = inbox.send(&upper).await;
    assert_eq!(answer.error(401), "signature_malformed");
    assert!(answer.text().contains("lower-case"), "{answer}");
    assert_eq!(inbox.others("/never", &good).await.len(), 0, "only the last one had an effect");
}

/// Group 2, base64.
#[tokio::test]
async fn each_fault_of_a_base64_signature_is_named() {
    let inbox = Inbox::new("shopify").await;
    let header = "x-shopify-hmac-sha256";
    let good = inbox.door.sign(&[("x-shopify-topic", "orders/create"), ("x-shopify-webhook-id", "w")], "{}");
    let value = good.header(header);
    let cases = [
        ("header_missing", good.clone().without(header)),
        ("signature_malformed", good.clone().with(header, "")),
        ("signature_malformed", good.clone().with(header, "not base64 at all")),
        ("signature_malformed", good.clone().with(header, &value[..20])),
        ("no_signature_matched", good.clone().with(header, &format!("{}=", "A".repeat(43)))),
    ];
    for (number, (code, wrong)) in cases.iter().enumerate() {
        let answer = inbox.send(wrong).await;
        assert_eq!(answer.error(401), *code, "case {number}: {:?}", wrong.headers);
    }
    let _ = inbox.send(&good).await.expect(200);
}

/// Group 3: several signatures, of which any may be the right one.
#[tokio::test]
async fn any_of_several_signatures_is_enough() {
    let inbox = Inbox::new("stripe").await;
    let wrong = format!("v1={}", "0".repeat(64));
    for (number, order) in [[true, false], [false, true], [false, false]].into_iter().enumerate() {
        let good = inbox.door.sign(&[], &format!("{{\"id\":\"evt_{number}\",\"type\":\"a\"}}"));
        let header = good.header("stripe-signature");
        let (time, right) = header.split_once(',').unwrap();
        let [first, second] = order.map(|is_right| if is_right { right } else { wrong.as_str() });
        let both = good.with("stripe-signature", &format!("{time},{first},{second}"));
        let answer = inbox.send(&both).await;
        assert_eq!(answer.status, if order.contains(&true) { 200 } else { 401 }, "{order:?}: {answer}");
    }
    let source =
        json!({ "type": "standard-webhooks", "config": { "secret": secret_of("standard-webhooks") } });
    let door = Door::create(&inbox.api, source).await;
    for (number, before) in [true, false].into_iter().enumerate() {
        let good = door.sign(&[("webhook-id", &format!("m{number}"))], "{\"type\":\"a\"}");
        let right = good.header("webhook-signature");
        let wrong = format!("v1,{}=", "A".repeat(43));
        let both = if before { format!("{wrong} {right}") } else { format!("{right} {wrong}") };
        let _ = door.send(&inbox.api, &good.with("webhook-signature", &both)).await.expect(202);
    }
}

/// Group 4: both sides of the tolerance, in seconds, in milliseconds and as a date. The edges themselves, to the
/// millisecond, are the library's own tests; here a clock runs on, so that five seconds are left on each side.
#[tokio::test]
async fn time_of_signing_decides_on_both_sides_of_the_tolerance() {
    const SLACK: i64 = 5;
    let inbox = Inbox::new("github").await;
    for (kind, tolerance) in [("slack", 300), ("hubspot", 300), ("twitch", 600)] {
        let source =
            json!({ "type": kind, "config": { "secret": SECRET }, "url": "http://unsigned.example/" });
        let door = Door::create(&inbox.api, source).await;
        let (inside, outside) = (tolerance - SLACK, tolerance + SLACK);
        for (offset, expected) in
            [(-inside, ""), (inside, ""), (-outside, "timestamp_too_old"), (outside, "timestamp_too_new")]
        {
            let id = format!("{kind}{offset}");
            let headers: &[(&str, &str)] = match kind {
                "twitch" => {
                    &[("twitch-eventsub-message-id", &id), ("twitch-eventsub-message-type", "notification")]
                }
                _ => &[],
            };
            let body = format!("{{\"event_id\":\"{id}\"}}");
            let signed = sign_at(kind, SECRET, headers, body, unix_seconds() + offset);
            let answer = door.send(&inbox.api, &signed).await;
            match expected {
                "" => drop(answer.ok()),
                code => assert_eq!(
                    answer.error(provider(kind).expect("it is known").refusal_status),
                    code,
                    "{kind} {offset}"
                ),
            }
        }
        let taken = inbox.api.all(&door.api("/receipt?outcome=accepted")).await;
        assert_eq!(taken.len(), 2, "{kind}: {taken:?}");
    }
}

/// Group 4: a time in another unit or spelling, signed as it stands, is no time.
#[tokio::test]
async fn time_in_another_spelling_is_refused_though_it_is_signed() {
    let inbox = Inbox::new("slack").await;
    let now = unix_seconds();
    let cases = [
        ("timestamp_malformed", format!("+{now}")),
        ("timestamp_malformed", format!("{now}.0")),
        ("timestamp_malformed", "yesterday".to_owned()),
        ("timestamp_malformed", format!("-{now}")),
        ("timestamp_too_new", format!("{now}000")),
        ("timestamp_too_old", "0".to_owned()),
        ("timestamp_malformed", "9".repeat(40)),
    ];
    for (code, time) in cases {
        let proof = hmac_hex(SECRET, &format!("v0:{time}:{{}}"));
        let signed = sign_as("slack", SECRET, &[], "{}")
            .with("x-slack-request-timestamp", &time)
            .with("x-slack-signature", &format!("v0={proof}"));
        assert_eq!(inbox.send(&signed).await.error(401), code, "{time}");
    }
}

/// Group 4: what was kept is judged by its proof alone, however long ago it was signed.
#[tokio::test]
async fn stored_request_is_replayed_a_week_later_without_its_time_being_checked() {
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "stripe", "config": { "secret": SECRET } })).await;
    inbox.endpoint("/late").await;
    let body = "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}";
    let week_old = sign_at("stripe", SECRET, &[], body, unix_seconds() - 7 * 86_400);
    assert_eq!(inbox.send(&week_old).await.error(401), "timestamp_too_old");
    let kept = inbox.receipts("refused").await.remove(0);
    let replay = inbox.door.api(&format!("/receipt/{}/replay", kept["id"].as_str().unwrap()));
    let _ = inbox.api.post(&replay, json!({})).await.expect(202);
    assert_eq!(inbox.delivered("/late", 1).await[0].body, body.as_bytes());
    // One by another secret stays out, at any age.
    let forged = sign_at("stripe", "another-secret-entirely", &[], body, unix_seconds() - 7 * 86_400);
    inbox.send(&forged).await.error(401);
    let kept = inbox.receipts("refused").await.remove(0);
    let replay = inbox.door.api(&format!("/receipt/{}/replay", kept["id"].as_str().unwrap()));
    assert_eq!(inbox.api.post(&replay, json!({})).await.error(400), "still_refused");
}
