//! A service that takes webhooks of GitHub on 127.0.0.1:3000, with `cargo run --example axum --features axum`.
//!
//! Try it: `curl -i 127.0.0.1:3000/github -d 'Hello, World!' -H 'x-github-event: push' -H 'x-hub-signature-256:
//! sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'`

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hooktide_verify::axum::{VerifiedBody, Verifier};
use hooktide_verify::{Now, Secret, provider};

async fn push(headers: HeaderMap, body: VerifiedBody) -> StatusCode {
    let event = headers.get("x-github-event").and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    println!("{event}: {} bytes, by {:?}", body.bytes.len(), body.acceptance.secret);
    StatusCode::NO_CONTENT
}

#[expect(clippy::disallowed_methods, reason = "a program may ask the system for the time; the crate may not")]
fn now() -> Now {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Now { unix_ms: i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let github = provider("github").ok_or("github is not in the list")?;
    let secrets = vec![Secret::new("current", "It's a Secret to Everybody")];
    let app = Router::new().route("/github", post(push)).with_state(Verifier::of(github, secrets, now));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
