//! A chat service played by the HTTP receiver of the tests.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use hooktide_testkit::{Behaviour, Received, Receiver};
use serde_json::{Value, json};

use crate::fixture::{Fixture, Seen, Twice};

const TEXT: &str = "paid: {{ message_id }}";

/// What the receiver was told about this parcel; `field` of the body is the text.
fn seen(receiver: &Receiver, parcel: &Parcel, field: &str) -> Vec<Seen> {
    let of_parcel = |request: &Received| request.header("webhook-id") == parcel.message_id;
    let requests = receiver.matching(of_parcel);
    requests
        .into_iter()
        .map(|request| {
            assert_eq!(request.method, "POST");
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            Seen {
                content: body[field].as_str().unwrap().to_owned().into(),
                idempotency_key: Some(request.header("idempotency-key").to_owned()),
            }
        })
        .collect()
}

fn expected(parcel: &Parcel) -> Option<Bytes> {
    Some(format!("paid: {}", parcel.message_id).into())
}

/// The token is a part of the URL.
pub(crate) struct Slack(Receiver);

#[async_trait]
impl Fixture for Slack {
    const KIND: &'static str = "notify";
    const TWICE: Twice = Twice::TwoWithOneKey;
    const SILENCE: &'static str = "outcome unknown";

    async fn start() -> Self {
        let receiver = Receiver::start().await;
        receiver.script("/services/gone", [Behaviour::status(404).body("no_service")]);
        Self(receiver)
    }

    fn server(&self) -> Option<String> {
        Some(self.0.addr().to_string())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let url = format!("http://{server}/services/{}", password.unwrap_or("T0"));
        json!({"service": "slack", "webhook_url": url, "text": TEXT})
    }

    fn broken(&self) -> (Value, &'static str) {
        (self.config(&self.server().unwrap(), Some("gone")), "Slack answered 404: no_service")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        expected(parcel)
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        seen(&self.0, parcel, "text")
    }

    async fn clean(&self) {}
}

/// The token is a header, the server's URL is not secret.
pub(crate) struct Ntfy(Receiver);

#[async_trait]
impl Fixture for Ntfy {
    const KIND: &'static str = "notify";
    const TWICE: Twice = Twice::TwoWithOneKey;
    const SILENCE: &'static str = "outcome unknown";

    async fn start() -> Self {
        let receiver = Receiver::start().await;
        receiver.script("/closed", [Behaviour::status(403).body("forbidden")]);
        Self(receiver)
    }

    fn server(&self) -> Option<String> {
        Some(self.0.addr().to_string())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let token = password.unwrap_or("tk_1");
        json!({
            "service": "ntfy", "url": format!("http://{server}/"), "topic": "shop", "token": token, "text": TEXT,
            "title": "{{ event_type }}", "priority": 4, "tags": ["tada"],
        })
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.config(&self.server().unwrap(), None);
        config["url"] = json!(self.0.url("/closed"));
        (config, "ntfy answered 403: forbidden")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        expected(parcel)
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        for request in self.0.all() {
            assert!(request.header("authorization").starts_with("Bearer "));
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!((&body["topic"], &body["title"]), (&json!("shop"), &json!("order.paid")));
        }
        seen(&self.0, parcel, "message")
    }

    async fn clean(&self) {}
}
