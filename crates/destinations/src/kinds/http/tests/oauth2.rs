//! Tokens: got once for all who wait, kept while they count, and not asked for in a rush after a failure.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::support::{AMPLE, Receiver, policy, shared_with};
use crate::guard::EndpointUrl;
use crate::kinds::http::exchange::SendFailure;
use crate::kinds::http::oauth2::{AuthStyle, OAuth2, TokenCache};
use crate::seam::Secret;

async fn endpoint(status: u16, body: Value) -> Receiver {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n\r\n", body.len());
    Receiver::answering(head + &body).await
}

fn client_of(receiver: &Receiver) -> OAuth2 {
    OAuth2 {
        token_url: Arc::new(EndpointUrl::parse(&receiver.url("/token"), &policy()).unwrap()),
        client_id: "me".to_owned(),
        client_secret: Secret::new("hunter2".to_owned()),
        scope: None,
        audience: None,
        style: AuthStyle::Basic,
    }
}

async fn header(cache: &TokenCache, oauth2: &OAuth2) -> Result<HeaderValue, SendFailure> {
    cache.header(oauth2, &shared_with(|_| ()), Instant::now() + AMPLE).await
}

#[tokio::test]
async fn all_who_wait_share_one_request() {
    let receiver =
        endpoint(200, json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 60 })).await;
    let (cache, oauth2) = (TokenCache::default(), client_of(&receiver));
    let asked = futures_util::future::join_all((0..8).map(|_| header(&cache, &oauth2))).await;
    assert!(asked.iter().all(|header| header.as_ref().is_ok_and(|header| header == "Bearer t")), "{asked:?}");
    assert_eq!(receiver.accepted(), 1);
    cache.discard(&HeaderValue::from_static("Bearer another")).await;
    assert!(header(&cache, &oauth2).await.is_ok());
    assert_eq!(receiver.accepted(), 1, "only the refused token is thrown away");
    cache.discard(&HeaderValue::from_static("Bearer t")).await;
    assert!(header(&cache, &oauth2).await.is_ok());
    assert_eq!(receiver.accepted(), 2);
}

#[tokio::test]
async fn token_that_has_ended_is_not_used() {
    for expires_in in [json!(0), json!("0"), json!(-5)] {
        let receiver = endpoint(200, json!({ "access_token": "t", "expires_in": expires_in })).await;
        let (cache, oauth2) = (TokenCache::default(), client_of(&receiver));
        for count in 1..3 {
            assert!(header(&cache, &oauth2).await.is_ok());
            assert_eq!(receiver.accepted(), count, "{expires_in}");
        }
    }
}

#[tokio::test]
async fn failure_is_shared_for_a_moment_and_tells_no_secret() {
    let receiver = endpoint(503, json!({ "error": "busy with hunter2" })).await;
    let (cache, oauth2) = (TokenCache::default(), client_of(&receiver));
    let asked = futures_util::future::join_all((0..8).map(|_| header(&cache, &oauth2))).await;
    for failed in asked {
        let told = failed.unwrap_err().detail;
        assert!(told.ends_with("the token endpoint answered 503: busy with [redacted]"), "{told}");
    }
    assert_eq!(receiver.accepted(), 1);
}

#[tokio::test]
async fn answers_that_are_no_token_are_refused_in_words() {
    for (status, body, told) in [
        (200, json!({ "access_token": "t", "token_type": "mac" }), "token_type is not Bearer"),
        (200, json!({ "token": "t" }), "no JSON object with an access_token"),
        (200, json!({ "access_token": "" }), "empty or longer"),
        (200, json!({ "access_token": "a\nb" }), "no header can hold"),
        (401, json!("no"), "answered 401"),
        (302, json!({}), "answered 302"),
    ] {
        let receiver = endpoint(status, body).await;
        let failed = header(&TokenCache::default(), &client_of(&receiver)).await.unwrap_err();
        assert!(failed.detail.contains(told), "{told}: {}", failed.detail);
    }
}

#[tokio::test]
async fn silent_token_endpoint_is_left_with_the_attempt() {
    let receiver = Receiver::start(|_, stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let deadline = Instant::now() + Duration::from_millis(150);
    let oauth2 = client_of(&receiver);
    let failed = TokenCache::default().header(&oauth2, &shared_with(|_| ()), deadline).await.unwrap_err();
    assert!(failed.detail.contains("was not reached"), "{}", failed.detail);
}
