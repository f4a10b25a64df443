//! A provider as the tests play it: it signs requests and sends them to a source's URL.

use hooktide_testkit::{Api, Method, Received, Receiver, Reply, Request, ServerSetup, ServerUnderTest};
use hooktide_verify::{Now, Outgoing, Secret, provider, sign};
use serde_json::{Value, json};

pub(super) const SECRET: &str = "a-secret-of-your-own-choice-0123456789";

/// A source with its URL's path.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) id: String,
    /// `/in/{token}`.
    pub(super) path: String,
    kind: String,
}

/// A request of a provider, signed.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// A server with a source and a receiver to point its endpoints at.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) server: ServerUnderTest,
    pub(super) api: Api,
    pub(super) receiver: Receiver,
    pub(super) door: Door,
}

impl Inbox {
    pub(super) async fn new(kind: &str) -> Self {
        Self::new_with(ServerSetup::new(), kind).await
    }

    pub(super) async fn new_with(setup: ServerSetup, kind: &str) -> Self {
        Self::with(setup, json!({ "type": kind, "config": { "secret": secret_of(kind) } })).await
    }

    pub(super) async fn with(setup: ServerSetup, source: Value) -> Self {
        let server = setup.start().await;
        let api = server.api();
        let door = Door::create(&api, source).await;
        Self { server, api, receiver: Receiver::start().await, door }
    }

    /// Points an endpoint of the source at a path of the receiver; its id.
    pub(super) async fn endpoint(&self, path: &str) -> String {
        self.endpoint_of(&self.door, path).await
    }

    pub(super) async fn endpoint_of(&self, door: &Door, path: &str) -> String {
        let body = json!({ "url": self.receiver.url(path) });
        self.api.post(&door.api("/endpoint"), body).await.expect(201).id()
    }

    /// Sends a signed request.
    pub(super) async fn send(&self, signed: &Signed) -> Reply {
        self.door.send(&self.api, signed).await
    }

    /// The receipts with that outcome, newest first.
    pub(super) async fn receipts(&self, outcome: &str) -> Vec<Value> {
        self.api.all(&self.door.api(&format!("/receipt?outcome={outcome}"))).await
    }

    pub(super) async fn receipt(&self, id: &Value) -> Value {
        let id = id.as_str().expect("an id is text");
        self.api.get(&self.door.api(&format!("/receipt/{id}"))).await.expect(200).json()
    }

    /// Sends one more event, waits until it has arrived on that path, and answers what else has.
    pub(super) async fn others(&self, path: &str, last: &Signed) -> Vec<Received> {
        let status = provider(&self.door.kind).expect("a known provider").success_status;
        let _ = self.send(last).await.expect(status);
        let is_last = |it: &Received| it.path() == path && it.body == last.body;
        self.receiver.wait_for(1, is_last).await;
        self.receiver.matching(|it| it.path() == path && !is_last(it))
    }

    pub(super) async fn delivered(&self, path: &str, count: usize) -> Vec<Received> {
        self.receiver.wait_on(path, count).await
    }
}

impl Door {
    pub(super) async fn create(api: &Api, mut source: Value) -> Self {
        if source["name"].is_null() {
            source["name"] = "Source".into();
        }
        let made = api.post("/ingest/api/v1/source", source.clone()).await.expect(201).json();
        Self {
            id: made["id"].as_str().expect("a source has an id").to_owned(),
            path: path_of(&made["ingestUrl"]),
            kind: source["type"].as_str().expect("a source has a type").to_owned(),
        }
    }

    /// A path of the API below the source.
    pub(super) fn api(&self, rest: &str) -> String {
        format!("/ingest/api/v1/source/{}{rest}", self.id)
    }

    /// Signs as the source's provider does now.
    pub(super) fn sign(&self, headers: &[(&str, &str)], body: &str) -> Signed {
        sign_as(&self.kind, secret_of(&self.kind), headers, body)
    }

    pub(super) async fn send(&self, api: &Api, signed: &Signed) -> Reply {
        self.request(api, &self.path, signed).await
    }

    pub(super) async fn request(&self, api: &Api, path: &str, signed: &Signed) -> Reply {
        call(api, path, signed).send().await
    }

    /// Asks with another method; `query` begins with its `?`, if it is not empty.
    pub(super) async fn ask(
        &self,
        api: &Api,
        method: Method,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = api.anonymous().request(method, &format!("={}{query}", self.path));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await
    }
}

impl Signed {
    /// The same with that header in place of its own.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with one more line of that header.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(held, _)| held != name);
        self
    }

    /// The value of a header that it has.
    pub(super) fn header(&self, name: &str) -> String {
        let line = self.headers.iter().find(|(held, _)| held == name);
        line.unwrap_or_else(|| panic!("{name} is not among {:?}", self.headers)).1.clone()
    }

    pub(super) fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }
}

/// The call that a provider makes; not sent yet.
pub(super) fn call(api: &Api, path: &str, signed: &Signed) -> Request {
    let mut request = api.anonymous().request(Method::POST, &format!("={path}"));
    for (name, value) in &signed.headers {
        request = request.header(name, value);
    }
    request.bytes(signed.body.clone())
}

/// The path of a source's URL.
pub(super) fn path_of(url: &Value) -> String {
    let url = url.as_str().expect("a source has a URL");
    url[url.find("/in/").expect("it leads to the door")..].to_owned()
}

/// A secret that the provider's scheme takes.
pub(super) fn secret_of(kind: &str) -> &'static str {
    match kind {
        "standard-webhooks" | "svix" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        _ => SECRET,
    }
}

/// A request as that provider signs it at this moment.
pub(super) fn sign_as(kind: &str, secret: &str, headers: &[(&str, &str)], body: &str) -> Signed {
    sign_at(kind, secret, headers, body, hooktide_testkit::unix_seconds())
}

/// A request as that provider signed it then.
pub(super) fn sign_at(
    kind: &str,
    secret: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
    unix_s: i64,
) -> Signed {
    signed(kind, secret, "http://unsigned.example/", headers, body, unix_s)
}

/// A request to that URL, as a provider that signs URLs signs it at this moment.
pub(super) fn sign_to(kind: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Signed {
    signed(kind, secret_of(kind), url, headers, body, hooktide_testkit::unix_seconds())
}

fn signed(
    kind: &str,
    secret: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
    unix_s: i64,
) -> Signed {
    let provider = provider(kind).expect("a known provider");
    let mut outgoing = Outgoing::post(url, body);
    outgoing.set_header("content-type", "application/json");
    for (name, value) in headers {
        outgoing.set_header(name, *value);
    }
    let now = Now::from_unix_s(unix_s);
    sign(&provider.scheme, &Secret::new("test", secret), &mut outgoing, now).expect("it can be signed");
    of(outgoing)
}

/// What goes over the wire.
pub(super) fn of(outgoing: Outgoing) -> Signed {
    let line = |(name, value): (String, Vec<u8>)| (name, String::from_utf8(value).expect("a text header"));
    Signed { headers: outgoing.headers.into_iter().map(line).collect(), body: outgoing.body }
}

/// HMAC-SHA256 in hexadecimal, for proofs that no provider would make.
pub(super) fn hmac_hex(secret: &str, message: &str) -> String {
    let value = sign_as("github", secret, &[], message).header("x-hub-signature-256");
    value.strip_prefix("sha256=").expect("the provider's prefix").to_owned()
}
