//! Handshakes (groups 21 and 22): every row of the reference through the door, with its wrong turns; and secrets that
//! are learnt in one.

use hooktide_testkit::{Method, Reply, ServerSetup, wait_until};
use serde_json::{Value, json};

use super::provider::{Door, Inbox, SECRET, Signed, hmac_hex, secret_of, sign_as};

const CHALLENGE: &str = "the-text-of-a-challenge";

/// A question and what must come back.
struct Row {
    kind: &'static str,
    method: Method,
    query: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// Whether the provider signs the question.
    signed: bool,
    status: u16,
    answer: Expected,
}

enum Expected {
    Empty,
    Plain(&'static str),
    Json(&'static str),
    Headers(&'static [(&'static str, &'static str)]),
}

impl Row {
    const ASK: Self = Self {
        kind: "",
        method: Method::POST,
        query: "",
        headers: &[],
        body: "",
        signed: false,
        status: 200,
        answer: Expected::Empty,
    };
}

const ROWS: &[Row] = &[
    Row {
        kind: "slack",
        body: "{\"type\":\"url_verification\",\"challenge\":\"abc\"}",
        signed: true,
        answer: Expected::Plain("abc"),
        ..Row::ASK
    },
    Row {
        kind: "meta",
        method: Method::GET,
        query: "?hub.mode=subscribe&hub.verify_token=the-text-of-a-challenge&hub.challenge=1158201444",
        answer: Expected::Plain("1158201444"),
        ..Row::ASK
    },
    Row {
        kind: "meta",
        method: Method::GET,
        query: "?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1158201444",
        status: 403,
        ..Row::ASK
    },
    Row {
        kind: "websub",
        method: Method::GET,
        query: "?hub.mode=subscribe&hub.topic=the-text-of-a-challenge&hub.challenge=c-1&hub.lease_seconds=10",
        answer: Expected::Plain("c-1"),
        ..Row::ASK
    },
    Row {
        kind: "websub",
        method: Method::GET,
        query: "?hub.mode=subscribe&hub.topic=https%3A%2F%2Funwanted&hub.challenge=c-1&hub.lease_seconds=10",
        status: 404,
        ..Row::ASK
    },
    Row {
        kind: "websub",
        method: Method::GET,
        query: "?hub.mode=unsubscribe&hub.topic=the-text-of-a-challenge&hub.challenge=c-1",
        status: 404,
        ..Row::ASK
    },
    Row {
        kind: "microsoft-graph",
        query: "?validationToken=Validation%3A+Testing+client+application+reachability",
        answer: Expected::Plain("Validation: Testing client application reachability"),
        ..Row::ASK
    },
    Row {
        kind: "azure-event-grid",
        query: "?secret=a-secret-of-your-own-choice-0123456789",
        headers: &[("aeg-event-type", "SubscriptionValidation")],
        body: "[{\"id\":\"1\",\"data\":{\"validationCode\":\"512d38b6\"}}]",
        answer: Expected::Json("{\"validationResponse\":\"512d38b6\"}"),
        ..Row::ASK
    },
    Row {
        kind: "azure-event-grid",
        query: "?secret=wrong",
        headers: &[("aeg-event-type", "SubscriptionValidation")],
        body: "[{\"id\":\"1\",\"data\":{\"validationCode\":\"512d38b6\"}}]",
        status: 401,
        ..Row::ASK
    },
    Row {
        kind: "cloudevents",
        method: Method::OPTIONS,
        headers: &[("webhook-request-origin", "eventemitter.example.com")],
        answer: Expected::Headers(&[
            ("webhook-allowed-origin", "eventemitter.example.com"),
            ("webhook-allowed-rate", "*"),
            ("allow", "POST"),
        ]),
        ..Row::ASK
    },
    Row {
        kind: "cloudevents",
        method: Method::OPTIONS,
        headers: &[("webhook-request-origin", "eventemitter.example.com"), ("webhook-request-rate", "120")],
        answer: Expected::Headers(&[("webhook-allowed-rate", "120")]),
        ..Row::ASK
    },
    Row {
        kind: "x",
        method: Method::GET,
        query: "?crc_token=challenge_string",
        // HMAC-SHA256 of the token by the secret of these tests.
        answer: Expected::Json("{\"response_token\":\"sha256=\"}"),
        ..Row::ASK
    },
    Row {
        kind: "dropbox",
        method: Method::GET,
        query: "?challenge=abc%3Cscript%3E",
        answer: Expected::Plain("abc<script>"),
        ..Row::ASK
    },
    Row {
        kind: "okta",
        method: Method::GET,
        headers: &[("x-okta-verification-challenge", "okta-1")],
        answer: Expected::Json("{\"verification\":\"okta-1\"}"),
        ..Row::ASK
    },
    Row {
        kind: "twitch",
        headers: &[
            ("twitch-eventsub-message-id", "e76c6bd4"),
            ("twitch-eventsub-message-type", "webhook_callback_verification"),
        ],
        body: "{\"challenge\":\"pogchamp-kappa-360noscope-vohiyo\"}",
        signed: true,
        answer: Expected::Plain("pogchamp-kappa-360noscope-vohiyo"),
        ..Row::ASK
    },
    Row { kind: "xero", body: "{\"events\":[]}", signed: true, ..Row::ASK },
    Row {
        kind: "monday",
        body: "{\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\"}",
        answer: Expected::Json("{\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\"}"),
        ..Row::ASK
    },
    Row {
        kind: "front",
        headers: &[("x-front-challenge", "f-1"), ("x-front-request-timestamp", "1790000000000")],
        body: "{}",
        signed: true,
        answer: Expected::Json("{\"challenge\":\"f-1\"}"),
        ..Row::ASK
    },
    Row {
        kind: "braintree",
        method: Method::GET,
        query: "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53",
        answer: Expected::Plain("the-text-of-a-challenge|"),
        ..Row::ASK
    },
    Row { kind: "trello", method: Method::HEAD, ..Row::ASK },
    Row {
        kind: "github",
        headers: &[("x-github-event", "ping"), ("x-github-delivery", "p-1")],
        body: "{\"zen\":\"Keep it logically awesome.\"}",
        signed: true,
        ..Row::ASK
    },
    Row {
        kind: "pagerduty",
        body: "{\"event\":{\"id\":\"1\",\"event_type\":\"pagey.ping\"}}",
        signed: true,
        ..Row::ASK
    },
    Row {
        kind: "figma",
        body: "{\"event_type\":\"PING\",\"passcode\":\"\",\"timestamp\":\"2020-02-23T20:27:16Z\",\"webhook_id\":\"22\"}",
        signed: true,
        ..Row::ASK
    },
    Row {
        kind: "bitbucket-data-center",
        headers: &[("x-event-key", "diagnostics:ping")],
        body: "{\"test\":true}",
        signed: true,
        ..Row::ASK
    },
];

fn source(kind: &str) -> Value {
    json!({ "type": kind, "config": { "secret": secret_of(kind), "verifyToken": CHALLENGE } })
}

async fn ask(inbox: &Inbox, door: &Door, row: &Row) -> Reply {
    let signed = match row.signed {
        true => sign_as(row.kind, secret_of(row.kind), row.headers, row.body),
        false => sign_as("none", "", row.headers, row.body),
    };
    send(inbox, door, row.method.clone(), row.query, &signed).await
}

async fn send(inbox: &Inbox, door: &Door, method: Method, query: &str, signed: &Signed) -> Reply {
    let mut request = inbox.api.anonymous().request(method, &format!("={}{query}", door.path));
    for (name, value) in &signed.headers {
        request = request.header(name, value);
    }
    request.bytes(signed.body.clone()).send().await
}

fn check(row: &Row, answer: &Reply) {
    let what = format!("{} {} {}: {answer}", row.kind, row.method, row.query);
    assert_eq!(answer.status, row.status, "{what}");
    match row.answer {
        Expected::Empty if answer.status < 400 => assert_eq!(answer.text(), "", "{what}"),
        Expected::Empty => {
            assert!(!answer.text().contains("c-1") && !answer.text().contains("115820"), "{what}")
        }
        Expected::Plain(text) => {
            assert!(answer.text().starts_with(text), "{what}");
            assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{what}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
        }
        Expected::Json(text) => {
            let wanted: Value = serde_json::from_str(text).unwrap();
            for (name, value) in wanted.as_object().unwrap() {
                let found = answer.json()[name].as_str().unwrap_or_default().to_owned();
                assert!(found.starts_with(value.as_str().unwrap()), "{name} of {what}");
            }
        }
        Expected::Headers(lines) => {
            for (name, value) in lines {
                assert_eq!(answer.header(name), *value, "{name} of {what}");
            }
        }
    }
    assert_eq!(answer.header("set-cookie"), "", "{what}");
}

/// Group 21: each row as it is asked.
#[tokio::test]
async fn every_handshake_gets_its_exact_answer() {
    let inbox = Inbox::new("github").await;
    for row in ROWS {
        let door = Door::create(&inbox.api, source(row.kind)).await;
        check(row, &ask(&inbox, &door, row).await);
    }
}

/// Group 21: proofs of knowledge are the right ones.
#[tokio::test]
async fn proofs_in_handshakes_are_made_with_the_secret() {
    let inbox = Inbox::new("zoom").await;
    let question =
        "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"}}";
    let answer = inbox.send(&inbox.door.sign(&[], question)).await.expect(200).json();
    assert_eq!(answer["encryptedToken"], hmac_hex(SECRET, "qgg8vlvZRS6UYooatFL8Aw"));

    let door = Door::create(&inbox.api, source("x")).await;
    let answer =
        door.ask(&inbox.api, Method::GET, "?crc_token=challenge_string", &[]).await.expect(200).json();
    let proof = sign_as("x", SECRET, &[], "challenge_string").header("x-twitter-webhooks-signature");
    assert_eq!(answer["response_token"], proof);
}

/// Group 21: a question that the provider signs is answered to nobody else.
#[tokio::test]
async fn signed_questions_are_answered_to_their_provider_only() {
    let inbox = Inbox::new("github").await;
    for row in ROWS.iter().filter(|row| row.signed && row.kind != "figma") {
        let door = Door::create(&inbox.api, source(row.kind)).await;
        let forged = sign_as(row.kind, "another-secret-entirely", row.headers, row.body);
        let answer = send(&inbox, &door, row.method.clone(), row.query, &forged).await;
        assert_eq!(answer.status, 401, "{}: {answer}", row.kind);
        assert!(!answer.text().contains("challenge\":"), "{}: {answer}", row.kind);
        if row.kind == "xero" {
            assert_eq!(answer.text(), "", "an empty body, as the provider demands");
        }
    }
}

/// Group 21: a handshake belongs to its provider, its method and its source.
#[tokio::test]
async fn questions_at_another_providers_door_are_not_answered() {
    let inbox = Inbox::new("github").await;
    for row in ROWS.iter().filter(|row| !matches!(row.answer, Expected::Empty)) {
        let answer = ask(&inbox, &inbox.door, row).await;
        assert!(matches!(answer.status, 401 | 405 | 415), "{}: {answer}", row.kind);
        let nowhere = format!("=/in/unknown{}", row.query);
        let answer = inbox.api.anonymous().request(row.method.clone(), &nowhere).send().await;
        assert_eq!(answer.error(404), "not_found", "{}", row.kind);
        let own = Door::create(&inbox.api, source(row.kind)).await;
        let other_method = if row.method == Method::PUT { Method::POST } else { Method::PUT };
        let signed = sign_as("none", "", row.headers, row.body);
        let answer = send(&inbox, &own, other_method, row.query, &signed).await;
        assert_eq!(answer.error(405), "method_not_allowed", "{}", row.kind);
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 0);
}

/// Group 21: what is echoed has a limit and ends no header line.
#[tokio::test]
async fn echo_has_a_limit() {
    let inbox = Inbox::with(ServerSetup::new(), source("dropbox")).await;
    let fits = format!("?challenge={}", "a".repeat(1024));
    let _ = inbox.door.ask(&inbox.api, Method::GET, &fits, &[]).await.expect(200);
    for query in [
        format!("?challenge={}", "a".repeat(1025)),
        "?challenge=".to_owned(),
        "?challenge=a&challenge=b".to_owned(),
    ] {
        let answer = inbox.door.ask(&inbox.api, Method::GET, &query, &[]).await;
        assert_eq!(answer.error(405), "method_not_allowed", "{query}");
    }
    let events = Door::create(&inbox.api, source("cloudevents")).await;
    let long = "a".repeat(1025);
    let answer = events.ask(&inbox.api, Method::OPTIONS, "", &[("webhook-request-origin", &long)]).await;
    assert_eq!(answer.status, 405, "{answer}");
}

/// Group 21: a topic that nobody asked for is confirmed for nobody, and a confirmation is a request of the provider's.
#[tokio::test]
async fn subscription_of_a_foreign_topic_is_not_confirmed() {
    let inbox = Inbox::with(
        ServerSetup::new(),
        json!({ "type": "aws-sns", "config": { "verifyToken": "arn:aws:sns:us-west-2:1:mine" } }),
    )
    .await;
    for topic in ["arn:aws:sns:us-west-2:1:mine", "arn:aws:sns:us-west-2:2:theirs"] {
        let body = json!({
            "Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": topic, "Message": "m", "Token": "t",
            "SubscribeURL": inbox.receiver.url("/confirm"), "Timestamp": "2026-09-21T12:26:40.000Z",
            "SignatureVersion": "2", "Signature": "AAAA", "SigningCertURL": inbox.receiver.url("/cert.pem"),
        });
        let answer =
            inbox.send(&sign_as("none", "", &[("content-type", "text/plain")], &body.to_string())).await;
        assert!(matches!(answer.status, 401 | 403), "{topic}: {answer}");
    }
    assert_eq!(inbox.receiver.connections(), 0, "nobody was called");
}

/// Group 22: Asana hands its secret over; it survives, and nobody can exchange it.
#[tokio::test]
async fn secret_handed_over_in_a_header_is_kept_and_not_exchanged() {
    let mut inbox = Inbox::with(ServerSetup::new(), json!({ "type": "asana" })).await;
    inbox.endpoint("/events").await;
    let hand_over = |secret: &str| sign_as("none", "", &[("x-hook-secret", secret)], "{}");
    let answer = inbox.send(&hand_over("the-learnt-secret-0123456789")).await.expect(200);
    assert_eq!(answer.header("x-hook-secret"), "the-learnt-secret-0123456789");
    for _ in 0..2 {
        let other = inbox.send(&hand_over("another-secret-0123456789")).await;
        assert_eq!(other.error(401), "secret_already_learnt");
        assert_eq!(other.header("x-hook-secret"), "");
        // The same one again is the provider asking again.
        let _ = inbox.send(&hand_over("the-learnt-secret-0123456789")).await.expect(200);
        inbox.server.kill9();
        inbox.server.restart().await;
        inbox.api = inbox.server.api();
    }
    let event = |secret| sign_as("asana", secret, &[], "{\"events\":[{\"action\":\"changed\"}]}");
    inbox.send(&event("another-secret-0123456789")).await.error(401);
    let _ = inbox.send(&event("the-learnt-secret-0123456789")).await.expect(200);
    inbox.delivered("/events", 1).await;
    let shown = inbox.api.get(&inbox.door.api("")).await.expect(200).text();
    assert!(!shown.contains("the-learnt-secret"), "{shown}");
}

/// Group 22: Notion hands its token over in the body; two that come at the same moment leave one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_tokens_handed_over_at_the_same_time_one_is_kept() {
    let inbox = Inbox::with(ServerSetup::new(), json!({ "type": "notion" })).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (api, door) = (inbox.api.clone(), inbox.door.clone());
        let token = format!("secret_number_{number}_0123456789");
        let offer = sign_as("none", "", &[], &json!({ "verification_token": token }).to_string());
        calls.spawn(async move { (token, door.send(&api, &offer).await.status) });
    }
    let kept: Vec<String> = calls
        .join_all()
        .await
        .into_iter()
        .filter(|(_, status)| *status == 200)
        .map(|(token, _)| token)
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let event = sign_as("notion", &kept[0], &[], "{\"id\":\"1\",\"type\":\"page.created\"}");
    let _ = inbox.send(&event).await.expect(200);
    wait_until("one receipt", async || (inbox.receipts("accepted").await.len() == 1).then_some(())).await;
}

/// Group 21: shedding load does not shed handshakes, of any provider.
#[tokio::test]
async fn handshakes_are_answered_however_busy_the_source_is() {
    let inbox = Inbox::new("github").await;
    for row in ROWS.iter().filter(|row| matches!(row.answer, Expected::Plain(_) | Expected::Json(_))) {
        let mut busy = source(row.kind);
        busy["throttleRate"] = 1.into();
        let door = Door::create(&inbox.api, busy).await;
        for _ in 0..4 {
            check(row, &ask(&inbox, &door, row).await);
        }
    }
}
