//! The extractor and the layer, called as a server would call them.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response, StatusCode};
use axum::routing::post;
use hooktide_verify::axum::{Verified, VerifiedBody, Verifier, VerifyLayer};
use hooktide_verify::{Outgoing, Secret, provider};
use tower::ServiceExt;

use super::minted::{NOW, other_secret, secret, signed};
use super::minted_keys::MintedKeys;

const BODY_BYTES_MAX: usize = 4096;

fn verifier(name: &str) -> Verifier {
    let provider = provider(name).expect("it is listed");
    let secrets = vec![other_secret(provider), secret(provider)];
    Verifier::of(provider, secrets, || NOW).with_body_bytes_max(BODY_BYTES_MAX)
}

/// Answers with the body it was given and the secret that matched.
async fn extracted(body: VerifiedBody) -> (StatusCode, Vec<u8>) {
    let id = body.acceptance.secret.map_or_else(String::new, |matched| matched.id);
    (StatusCode::ACCEPTED, [id.as_bytes(), b" ", &body.bytes].concat())
}

async fn layered(Verified(acceptance): Verified, body: Bytes) -> (StatusCode, Vec<u8>) {
    extracted(VerifiedBody { bytes: body, acceptance }).await
}

fn routers(verifier: &Verifier) -> [Router; 2] {
    [
        Router::new().route("/in/abc", post(extracted)).with_state(verifier.clone()),
        Router::new().route("/in/abc", post(layered)).layer(VerifyLayer::new(verifier.clone())),
    ]
}

async fn send(router: Router, outgoing: &Outgoing) -> Response<Body> {
    let mut request = Request::post(&outgoing.target);
    for (name, value) in &outgoing.headers {
        request = request.header(name, value.as_slice());
    }
    let request = request.body(Body::from(outgoing.body.clone())).expect("a request");
    router.oneshot(request).await.expect("a router never fails")
}

async fn text(response: Response<Body>) -> String {
    let body = to_bytes(response.into_body(), 2 * BODY_BYTES_MAX).await.expect("a body");
    String::from_utf8(body.to_vec()).expect("text")
}

#[tokio::test]
async fn a_good_request_reaches_the_handler_with_its_exact_body() {
    for name in ["github", "stripe", "sendgrid", "discord", "netlify"] {
        let good = signed(provider(name).expect("it is listed"));
        for router in routers(&verifier(name)) {
            let response = send(router, &good).await;
            assert_eq!(response.status(), StatusCode::ACCEPTED, "{name}");
            assert_eq!(text(response).await.as_bytes(), [b"right ", &good.body[..]].concat(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_bent_request_is_answered_with_the_code_alone() {
    let mut bent = signed(provider("github").expect("it is listed"));
    bent.body.push(b' ');
    for router in routers(&verifier("github")) {
        let response = send(router, &bent).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(text(response).await, r#"{"code":"no_signature_matched"}"#);
    }
    bent.headers.clear();
    for router in routers(&verifier("github")) {
        assert_eq!(text(send(router, &bent).await).await, r#"{"code":"header_missing"}"#);
    }
}

#[tokio::test]
async fn a_body_over_the_cap_is_not_read() {
    let mut large = signed(provider("github").expect("it is listed"));
    large.body = vec![b'x'; BODY_BYTES_MAX + 1];
    for router in routers(&verifier("github")) {
        assert_eq!(send(router, &large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    large.body.pop();
    for router in routers(&verifier("github")) {
        assert_eq!(send(router, &large).await.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_key_not_at_hand_makes_the_sender_come_again() {
    let good = signed(provider("paypal").expect("it is listed"));
    for router in routers(&verifier("paypal")) {
        let response = send(router, &good).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key("retry-after"));
    }
    for router in routers(&verifier("paypal").with_keys(Arc::new(MintedKeys))) {
        assert_eq!(send(router, &good).await.status(), StatusCode::ACCEPTED);
    }
}

#[tokio::test]
async fn a_signed_url_is_the_one_that_was_registered() {
    let good = signed(provider("hubspot").expect("it is listed"));
    let unknown = verifier("hubspot");
    let known = unknown.clone().at_url("https://hooks.example.com/in/abc");
    for (verifier, status) in [(unknown, StatusCode::UNAUTHORIZED), (known, StatusCode::ACCEPTED)] {
        for router in routers(&verifier) {
            assert_eq!(send(router, &good).await.status(), status);
        }
    }
}

#[tokio::test]
async fn a_handler_outside_the_layer_gets_no_acceptance() {
    let router = Router::new().route("/in/abc", post(layered));
    let response = send(router, &signed(provider("github").expect("it is listed"))).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn a_verifier_prints_no_secret() {
    let github = provider("github").expect("it is listed");
    let verifier = Verifier::of(github, vec![Secret::new("a", "hush")], || NOW);
    assert!(!format!("{verifier:?}").contains("hush"));
}
