//! Handshakes answer their own shape and method only, with exactly what the provider wants.

use hooktide_verify::{Answer, ECHO_BYTES_MAX, Now, PROVIDERS, Request, Secret, answer, provider};

/// A question as a provider asks it.
#[derive(Clone, Copy)]
struct Question {
    provider: &'static str,
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static [u8])],
    body: &'static [u8],
}

impl Question {
    const POST: Self = Self { provider: "", method: "POST", target: "/in", headers: &[], body: b"" };
    const GET: Self = Self { method: "GET", ..Self::POST };

    fn ask_with(&self, secrets: &[Secret]) -> Option<Answer> {
        let Self { method, target, headers, body, .. } = *self;
        let request = Request { method, url: None, target, headers, body };
        answer(
            provider(self.provider).expect("it is listed").handshakes,
            &request,
            secrets,
            Now::from_unix_s(0),
        )
    }

    fn ask(&self) -> Option<Answer> {
        self.ask_with(&[
            Secret::new("current", "zm-secret-token-example"),
            Secret::challenge("wanted", "wanted"),
        ])
    }
}

const META: Question = Question {
    provider: "meta",
    target: "/in?hub.mode=subscribe&hub.verify_token=wanted&hub.challenge=%3Cb%3E115",
    ..Question::GET
};
const WEBSUB: Question = Question {
    provider: "websub",
    target: "/in?hub.mode=subscribe&hub.topic=wanted&hub.challenge=%3Cb%3E115&hub.lease_seconds=60",
    ..Question::GET
};
const DROPBOX: Question =
    Question { provider: "dropbox", target: "/in?challenge=%3Cb%3E115", ..Question::GET };
const OKTA: Question =
    Question { provider: "okta", headers: &[("X-Okta-Verification-Challenge", b"a\"b")], ..Question::GET };
const X: Question = Question { provider: "x", target: "/in?crc_token=115", ..Question::GET };
const TRELLO: Question = Question { provider: "trello", method: "HEAD", ..Question::POST };
const TWITCH: Question = Question {
    provider: "twitch",
    headers: &[("Twitch-Eventsub-Message-Type", b"webhook_callback_verification")],
    body: br#"{"challenge":"<b>115","subscription":{"status":"webhook_callback_verification_pending"}}"#,
    ..Question::POST
};
const SLACK: Question = Question {
    provider: "slack",
    body: br#"{"type":"url_verification","challenge":"<b>115"}"#,
    ..Question::POST
};
const ZOOM: Question = Question {
    provider: "zoom",
    body: br#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#,
    ..Question::POST
};
const ASANA: Question = Question {
    provider: "asana",
    headers: &[("X-Hook-Secret", b"b537207f20cbfa02")],
    body: b"{}",
    ..Question::POST
};
const NOTION: Question =
    Question { provider: "notion", body: br#"{"verification_token":"secret_tMrlL1qK5"}"#, ..Question::POST };
const FRONT: Question =
    Question { provider: "front", headers: &[("X-Front-Challenge", b"115")], body: b"{}", ..Question::POST };
const CLOUDEVENTS: Question = Question {
    provider: "cloudevents",
    method: "OPTIONS",
    headers: &[("WebHook-Request-Origin", b"events.example.com")],
    ..Question::POST
};
const ALL: &[Question] =
    &[META, WEBSUB, DROPBOX, OKTA, X, TRELLO, TWITCH, SLACK, ZOOM, ASANA, NOTION, FRONT, CLOUDEVENTS];

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.body).expect("the answer is JSON")
}

fn has(answer: &Answer, name: &str, value: &str) -> bool {
    answer.headers.contains(&(name.to_owned(), value.to_owned()))
}

#[test]
fn every_handshake_is_answered_by_its_own_provider_and_method_only() {
    for question in ALL {
        let found = question.ask().unwrap_or_else(|| panic!("{}", question.provider));
        assert_eq!(found.status, 200, "{}", question.provider);
        assert!(found.fetch.is_none(), "{}", question.provider);
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT"] {
            let other = Question { method, ..*question };
            assert_eq!(other.ask().is_some(), method == question.method, "{} {method}", question.provider);
        }
        for name in ["github", "stripe", "none", "custom"] {
            let other = Question { provider: name, ..*question };
            assert!(other.ask().is_none(), "{} at {name}", question.provider);
        }
    }
}

#[test]
fn head_and_options_learn_nothing_fetch_nothing_and_are_answered_where_a_provider_asks_so() {
    for provider in PROVIDERS {
        for handshake in provider.handshakes {
            if matches!(handshake.method, "HEAD" | "OPTIONS") {
                assert!(handshake.learn.is_none() && handshake.fetch.is_none(), "{}", provider.name);
                assert!(
                    matches!(provider.name, "trello" | "cloudevents" | "azure-event-grid"),
                    "{}",
                    provider.name
                );
            }
        }
    }
}

#[test]
fn a_delivery_is_no_handshake() {
    for question in ALL {
        let provider = provider(question.provider).expect("it is listed");
        let headers: Vec<(&str, &[u8])> =
            provider.sample.headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        for method in provider.methods {
            let request = Request {
                method,
                url: None,
                target: "/in",
                headers: &headers,
                body: provider.sample.body.as_bytes(),
            };
            assert!(
                answer(provider.handshakes, &request, &[], Now::from_unix_s(0)).is_none(),
                "{}",
                provider.name
            );
        }
    }
}

#[test]
fn an_echo_is_plain_text_that_no_browser_takes_for_a_page() {
    for question in [META, WEBSUB, DROPBOX, TWITCH, SLACK] {
        let found = question.ask().expect("a handshake");
        assert_eq!(found.body, b"<b>115", "{}", question.provider);
        assert!(has(&found, "content-type", "text/plain; charset=utf-8"), "{}", question.provider);
        assert!(has(&found, "x-content-type-options", "nosniff"), "{}", question.provider);
    }
}

#[test]
fn a_challenge_too_long_to_echo_is_not_answered() {
    let ask = |name: &str, method: &str, target: &str, headers: &[(&str, &[u8])], body: &[u8]| {
        let request = Request { method, url: None, target, headers, body };
        let handshakes = provider(name).expect("it is listed").handshakes;
        answer(handshakes, &request, &[Secret::challenge("wanted", "wanted")], Now::from_unix_s(0)).is_some()
    };
    for (length, is_answered) in [(ECHO_BYTES_MAX, true), (ECHO_BYTES_MAX + 1, false)] {
        let long = "x".repeat(length);
        let query = |start: &str| format!("/in?{start}={long}");
        let subscribe = |name: &str| query(&format!("hub.mode=subscribe&hub.{name}=wanted&hub.challenge"));
        let slack = format!(r#"{{"type":"url_verification","challenge":"{long}"}}"#);
        let twitch: &[(&str, &[u8])] = TWITCH.headers;
        let line = long.as_bytes();
        assert_eq!(ask("meta", "GET", &subscribe("verify_token"), &[], b""), is_answered);
        assert_eq!(ask("websub", "GET", &subscribe("topic"), &[], b""), is_answered);
        assert_eq!(ask("dropbox", "GET", &query("challenge"), &[], b""), is_answered);
        assert_eq!(ask("slack", "POST", "/in", &[], slack.as_bytes()), is_answered);
        assert_eq!(ask("twitch", "POST", "/in", twitch, slack.as_bytes()), is_answered);
        assert_eq!(ask("okta", "GET", "/in", &[("x-okta-verification-challenge", line)], b""), is_answered);
        assert_eq!(ask("asana", "POST", "/in", &[("x-hook-secret", line)], b""), is_answered);
        assert_eq!(
            ask("cloudevents", "OPTIONS", "/in", &[("webhook-request-origin", line)], b""),
            is_answered
        );
    }
}

#[test]
fn only_the_wanted_token_or_topic_gets_the_challenge() {
    for (question, status) in [(META, 403), (WEBSUB, 404)] {
        let wrong = Question { target: question.target.replace("wanted", "other").leak(), ..question };
        let missing = Question { target: question.target.replace("=wanted", "=").leak(), ..question };
        let signing = Secret::new("signing", "wanted");
        let expired = Secret::challenge("old", "wanted").valid(None, Some(0));
        let answers = [
            wrong.ask(),
            missing.ask(),
            missing.ask_with(&[Secret::challenge("empty", "")]),
            question.ask_with(&[]),
            question.ask_with(&[signing]),
            question.ask_with(&[expired]),
        ];
        for (position, found) in answers.into_iter().enumerate() {
            let found = found.expect("it is refused, not ignored");
            assert_eq!((found.status, found.body.len()), (status, 0), "{} {position}", question.provider);
        }
    }
    let unsubscribe = Question { target: WEBSUB.target.replace("subscribe", "unsubscribe").leak(), ..WEBSUB };
    let found = unsubscribe.ask().expect("it is refused, not ignored");
    assert_eq!((found.status, found.body.len()), (404, 0), "nobody else ends a subscription");
}

#[test]
fn signed_handshakes_say_that_they_must_be_verified_first() {
    for question in ALL {
        let is_signed = matches!(question.provider, "slack" | "zoom" | "twitch" | "front");
        assert_eq!(
            question.ask().expect("a handshake").needs_verification,
            is_signed,
            "{}",
            question.provider
        );
    }
}

#[test]
fn answers_in_json_are_what_the_provider_computes() {
    assert_eq!(json(&OKTA.ask().expect("a handshake")), serde_json::json!({ "verification": "a\"b" }));
    assert_eq!(json(&FRONT.ask().expect("a handshake")), serde_json::json!({ "challenge": "115" }));
    let zoom = json(&ZOOM.ask().expect("a handshake"));
    assert_eq!(zoom["plainToken"], "qgg8vlvZRS6UYooatFL8Aw");
    assert_eq!(zoom["encryptedToken"], ZOOM_ENCRYPTED);
    assert_eq!(json(&X.ask().expect("a handshake"))["response_token"], X_RESPONSE);
    assert!(X.ask_with(&[]).is_none() && ZOOM.ask_with(&[]).is_none(), "without a secret there is no answer");
    let other = X.ask_with(&[Secret::new("other", "other")]).expect("a handshake");
    assert_ne!(json(&other)["response_token"], X_RESPONSE);
}

/// Both computed with another implementation of HMAC-SHA256.
const ZOOM_ENCRYPTED: &str = "6960602df36f953241f386f4331438274e838169915a40c6c9f8a828a083ab6c";
const X_RESPONSE: &str = "sha256=Atn0sShYpIFHg8GfzdA58/mj/jFGldjcWn2srFaWdgU=";

#[test]
fn handed_over_secrets_are_learnt_and_never_printed() {
    let asana = ASANA.ask().expect("a handshake");
    assert!(has(&asana, "x-hook-secret", "b537207f20cbfa02"));
    assert!(asana.body.is_empty());
    let notion = NOTION.ask().expect("a handshake");
    assert!(notion.body.is_empty() && notion.headers.is_empty());
    for (found, text) in [(asana, "b537207f20cbfa02"), (notion, "secret_tMrlL1qK5")] {
        assert!(!format!("{found:?}").contains(text));
        assert_eq!(found.learn.expect("a secret").text(), text);
    }
    for question in ALL.iter().filter(|question| !matches!(question.provider, "asana" | "notion")) {
        assert!(question.ask().expect("a handshake").learn.is_none(), "{}", question.provider);
    }
}

#[test]
fn what_is_signed_or_typed_like_a_delivery_hands_over_no_secret() {
    let signed = Question { headers: &[("x-hook-secret", b"s"), ("x-hook-signature", b"00")], ..ASANA };
    let event = Question { body: br#"{"verification_token":"s","type":"page.created"}"#, ..NOTION };
    let split = Question { headers: &[("x-hook-secret", b"a\xc2\x85b")], ..ASANA };
    let empty = Question { headers: &[("x-hook-secret", b"")], ..ASANA };
    for question in [signed, event, split, empty] {
        assert!(question.ask().is_none(), "{}", question.provider);
    }
}

#[test]
fn permission_to_send_names_origin_rate_and_method() {
    let found = CLOUDEVENTS.ask().expect("a handshake");
    assert!(has(&found, "webhook-allowed-origin", "events.example.com"));
    assert!(has(&found, "webhook-allowed-rate", "*") && has(&found, "allow", "POST"));
    let rated = Question {
        headers: &[("webhook-request-origin", b"events.example.com"), ("webhook-request-rate", b"120")],
        ..CLOUDEVENTS
    };
    assert!(has(&rated.ask().expect("a handshake"), "webhook-allowed-rate", "120"));
    assert!(Question { headers: &[], ..CLOUDEVENTS }.ask().is_none());
}

#[test]
fn xero_gets_an_empty_success_and_401_for_the_wrong_signatures_it_sends_on_purpose() {
    let xero = provider("xero").expect("it is listed");
    assert!(xero.success_is_empty);
    assert_eq!((xero.success_status, xero.refusal_status), (200, 401));
}
