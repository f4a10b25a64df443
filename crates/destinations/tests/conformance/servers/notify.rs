//! Chat services: the program of `tests/servers/chat`, which judges messages by what the vendors publish, and for ntfy the
//! HTTP receiver of the tests.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use hooktide_testkit::{Api, Behaviour, Method, Received, Receiver};
use serde_json::{Value, json};

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{host_and_port, server_url};

const TEXT: &str = "paid: {{ message_id }}";

fn expected(parcel: &Parcel) -> Option<Bytes> {
    Some(format!("paid: {}", parcel.message_id).into())
}

/// Where the chat services are played: `host:port`.
pub(crate) fn chat() -> String {
    host_and_port(&server_url("chat", "http://127.0.0.1:5556"), 80)
}

/// The messages that the services have taken for this parcel.
pub(crate) async fn posted(parcel: &Parcel) -> Vec<Value> {
    let chat = Api::new(chat().parse().expect("an address on loopback"), None);
    let path = format!("=/posted?id={}", parcel.message_id);
    let reply = chat.request(Method::GET, &path).send().await.expect(200);
    let all: Vec<Value> = serde_json::from_slice(&reply.body).expect("a list");
    all
}

/// A service of that program.
macro_rules! service {
    ($(#[$doc:meta])+ $name:ident { text: $text:literal, config: $config:expr, broken: $broken:literal, $told:literal }) => {
        $(#[$doc])+
        pub(crate) struct $name;

        #[async_trait]
        impl Fixture for $name {
            const KIND: &'static str = "notify";
            const TWICE: Twice = Twice::TwoWithOneKey;
            const SILENCE: &'static str = "outcome unknown";

            async fn start() -> Self {
                Self
            }

            fn server(&self) -> Option<String> {
                Some(chat())
            }

            fn config(&self, server: &str, password: Option<&str>) -> Value {
                let config: fn(&str, Option<&str>) -> Value = $config;
                config(server, password)
            }

            fn broken(&self) -> (Value, &'static str) {
                (self.config(&chat(), Some($broken)), $told)
            }

            fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
                expected(parcel)
            }

            async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
                let seen = |it: Value| Seen {
                    content: it["body"].pointer($text).unwrap().as_str().unwrap().to_owned().into(),
                    idempotency_key: it["headers"]["idempotency-key"].as_str().map(str::to_owned),
                };
                posted(parcel).await.into_iter().map(seen).collect()
            }

            async fn clean(&self) {}
        }
    };
}

service! {
    /// The token is a part of the URL.
    Slack {
        text: "/text",
        config: |server, password| {
            let url = format!("http://{server}/services/{}", password.unwrap_or("T0"));
            json!({"service": "slack", "webhook_url": url, "text": TEXT})
        },
        broken: "gone", "Slack answered 404: no_service"
    }
}

service! {
    /// The same.
    Discord {
        text: "/content",
        config: |server, password| {
            let url = match password {
                Some("gone") => format!("http://{server}/api/webhooks/gone"),
                token => format!("http://{server}/api/webhooks/1/{}", token.unwrap_or("token")),
            };
            json!({"service": "discord", "webhook_url": url, "text": TEXT})
        },
        broken: "gone", "Unknown Webhook"
    }
}

service! {
    /// The signature of the URL is the secret.
    Teams {
        text: "/attachments/0/content/body/0/text",
        config: |server, password| {
            let query = match password {
                Some("gone") => String::new(),
                sig => format!("?sig={}", sig.unwrap_or("s")),
            };
            json!({"service": "teams", "webhook_url": format!("http://{server}/workflows/1{query}"), "text": TEXT})
        },
        broken: "gone", "Teams answered 401"
    }
}

service! {
    /// The token is a part of the path, the server's URL is not secret.
    Telegram {
        text: "/text",
        config: |server, password| {
            let token = match password {
                Some("gone") => "gone".to_owned(),
                token => format!("12:{}", token.unwrap_or("token")),
            };
            json!({
                "service": "telegram", "url": format!("http://{server}"), "bot_token": token, "chat_id": "-100",
                "text": TEXT,
            })
        },
        broken: "gone", "Telegram answered 404"
    }
}

/// What the receiver was told about this parcel.
fn seen(receiver: &Receiver, parcel: &Parcel) -> Vec<Seen> {
    let of_parcel = |request: &Received| request.header("webhook-id") == parcel.message_id;
    let requests = receiver.matching(of_parcel);
    requests
        .into_iter()
        .map(|request| {
            assert_eq!(request.method, "POST");
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            Seen {
                content: body["message"].as_str().unwrap().to_owned().into(),
                idempotency_key: Some(request.header("idempotency-key").to_owned()),
            }
        })
        .collect()
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
        seen(&self.0, parcel)
    }

    async fn clean(&self) {}
}
