//! What most tests begin with: a server, its client, a receiver, an application.

use hooktide_testkit::{Api, Received, Receiver, ServerSetup, ServerUnderTest};
use serde_json::Value;

/// A server with one application and a receiver to point endpoints at.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) server: ServerUnderTest,
    pub(crate) api: Api,
    pub(crate) receiver: Receiver,
    pub(crate) app: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(ServerSetup::new()).await
    }

    pub(crate) async fn with(setup: ServerSetup) -> Self {
        let server = setup.start().await;
        let api = server.api();
        let app = api.create_app("World").await;
        Self { server, api, receiver: Receiver::start().await, app }
    }

    /// A path below the application.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/app/{}{rest}", self.app)
    }

    /// An endpoint at a path of the receiver.
    pub(crate) async fn endpoint(&self, path: &str) -> String {
        self.api.create_endpoint(&self.app, &self.receiver.url(path)).await
    }

    /// An endpoint at a path of the receiver with more settings.
    pub(crate) async fn endpoint_with(&self, path: &str, mut settings: Value) -> String {
        settings["url"] = self.receiver.url(path).into();
        self.api.create_endpoint_with(&self.app, settings).await
    }

    /// Publishes a small message of type `user.created`.
    pub(crate) async fn publish(&self) -> String {
        self.api.publish(&self.app, "user.created", serde_json::json!({ "hello": "world" })).await
    }

    /// Waits for all requests of one message on a path.
    pub(crate) async fn received(&self, path: &str, message: &str, count: usize) -> Vec<Received> {
        self.receiver.wait_for(count, |it| it.path() == path && it.message_id() == message).await
    }
}

/// The `id`s of a list.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    let data = list["data"].as_array().expect("a list has data");
    data.iter().map(|it| it["id"].as_str().expect("an item has an id").to_owned()).collect()
}

/// Claims that a value is a time in the wire format.
#[track_caller]
pub(crate) fn time(value: &Value) -> jiff::Timestamp {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    text.parse().unwrap_or_else(|error| panic!("{text} is no time: {error}"))
}

/// The time of day in the wire format, shifted.
pub(crate) fn now_plus(seconds: i64) -> String {
    jiff::Timestamp::from_second(hooktide_testkit::unix_seconds() + seconds)
        .expect("a time near now")
        .to_string()
}
