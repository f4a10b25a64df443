//! Brokers that speak TLS, with a certificate of a local authority (`delivery.extra_ca_file`): an endpoint writes to the
//! broker, a source fetches it from there, and neither believes another certificate.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use async_nats::ConnectOptions;
use async_nats::jetstream::{self, stream};
use hooktide_testkit::{
    Api, LocalAuthority, Receiver, ServerSetup, ServerUnderTest, StubDns, TlsFront, TlsIdentity, wait_until,
};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::destinations::servers::{address, unique};

/// The name in the certificates; it leads to this machine.
const NAME: &str = "broker.example.com";
/// Leads there too, and is in no certificate.
const OTHER: &str = "other.example.com";
const SOURCES: &str = "/ingest/api/v1/source";

/// A server of the test's own, ended with it.
struct Own(Child);

impl Own {
    /// Starts a program and waits until it listens on that port.
    async fn start(program: &str, arguments: &[&str], port: u16) -> Self {
        let folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];
        let path = folders.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file());
        let path = path.unwrap_or_else(|| panic!("{program} is not installed"));
        let mut command = Command::new(path);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut own = Self(command.spawn().unwrap_or_else(|error| panic!("{program}: {error}")));
        wait_until(&format!("{program} on port {port}"), async || {
            let ended = own.0.try_wait().unwrap();
            assert!(ended.is_none(), "{program} has ended: {ended:?}");
            listens(port).await.then_some(())
        })
        .await;
        own
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own look at a port on loopback")]
async fn listens(port: u16) -> bool {
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A broker with that certificate; what keeps it running is dropped with it.
struct Broker {
    /// The type of the source.
    feed: &'static str,
    /// The kind of the destination.
    kind: &'static str,
    port: u16,
    /// The configurations of both, beside the URL.
    source: Value,
    destination: Value,
    /// The URL with that host.
    url: fn(&str, u16) -> String,
    _running: Box<dyn Send>,
}

impl Broker {
    fn with_url(&self, config: &Value, host: &str) -> Value {
        let mut config = config.clone();
        config["url"] = (self.url)(host, self.port).into();
        config
    }
}

async fn redis(identity: &TlsIdentity, folder: &Path) -> Broker {
    let ((certificate, key), port) = (identity.write(folder), free_port());
    let port_text = port.to_string();
    let arguments = [
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--port",
        "0",
        "--tls-port",
        &port_text,
        "--tls-cert-file",
        certificate.to_str().unwrap(),
        "--tls-key-file",
        key.to_str().unwrap(),
        "--tls-auth-clients",
        "no",
        "--dir",
        folder.to_str().unwrap(),
    ];
    let own = Own::start("redis-server", &arguments, port).await;
    Broker {
        feed: "redis-stream",
        kind: "redis",
        port,
        source: json!({ "stream": "events", "group": "hooks" }),
        destination: json!({ "command": "stream_add", "key": "events" }),
        url: |host, port| format!("rediss://{host}:{port}/0"),
        _running: Box::new(own),
    }
}

async fn nats(identity: &TlsIdentity, authority: &Path, folder: &Path) -> Broker {
    let ((certificate, key), port) = (identity.write(folder), free_port());
    let port_text = port.to_string();
    let arguments = [
        "-a",
        "127.0.0.1",
        "-p",
        &port_text,
        "-js",
        "-sd",
        folder.to_str().unwrap(),
        "--tls",
        "--tlscert",
        certificate.to_str().unwrap(),
        "--tlskey",
        key.to_str().unwrap(),
    ];
    let own = Own::start("nats-server", &arguments, port).await;
    let options = ConnectOptions::new().require_tls(true).add_root_certificates(authority.to_owned());
    let client = options.connect(format!("tls://127.0.0.1:{port}")).await.unwrap();
    let config = stream::Config {
        name: "events".to_owned(),
        subjects: vec!["events.>".to_owned()],
        ..stream::Config::default()
    };
    let _stream = jetstream::new(client).create_stream(config).await.unwrap();
    Broker {
        feed: "nats",
        kind: "nats",
        port,
        source: json!({ "stream": "events", "consumer": "hooks" }),
        destination: json!({ "subject": "events.paid" }),
        url: |host, port| format!("tls://{host}:{port}"),
        _running: Box::new(own),
    }
}

async fn mqtt(identity: &TlsIdentity, folder: &Path) -> Broker {
    let ((certificate, key), port) = (identity.write(folder), free_port());
    let file = folder.join("mosquitto.conf");
    let lines = [
        format!("listener {port} 127.0.0.1"),
        format!("certfile {}", certificate.display()),
        format!("keyfile {}", key.display()),
        "allow_anonymous true".to_owned(),
        // Another account could not read the folder.
        "user root".to_owned(),
    ];
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let own = Own::start("mosquitto", &["-c", file.to_str().unwrap()], port).await;
    Broker {
        feed: "mqtt",
        kind: "mqtt",
        port,
        source: json!({ "topic": "events/#", "clientId": "hooks" }),
        destination: json!({ "topic": "events/paid" }),
        url: |host, port| format!("mqtts://{host}:{port}"),
        _running: Box::new(own),
    }
}

/// RabbitMQ takes too long to start for a test of its own: the one that runs, behind TLS.
async fn amqp(identity: &TlsIdentity) -> Broker {
    let server = address("amqp", "127.0.0.1:5672");
    let url = format!("amqp://guest:guest@{server}");
    let connection = Connection::connect(&url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queue = unique("hooktide_secure");
    // It goes with this connection.
    let options = QueueDeclareOptions { auto_delete: true, ..QueueDeclareOptions::default() };
    let _declared =
        channel.queue_declare(queue.as_str().into(), options, FieldTable::default()).await.unwrap();
    let front = TlsFront::start(identity, server).await;
    Broker {
        feed: "amqp",
        kind: "amqp",
        port: front.address().port(),
        source: json!({ "queue": queue }),
        destination: json!({ "routing_key": queue }),
        url: |host, port| format!("amqps://guest:guest@{host}:{port}"),
        _running: Box::new((front, connection, channel)),
    }
}

/// A server, an application and a receiver for what comes back.
struct There {
    _server: ServerUnderTest,
    api: Api,
    receiver: Receiver,
    app: String,
    _dns: StubDns,
}

impl There {
    async fn new(authority: Option<&Path>) -> Self {
        let dns = StubDns::serving(&[(NAME, &["127.0.0.1"]), (OTHER, &["127.0.0.1"])]).await;
        let mut setup =
            ServerSetup::new().retries("").env("HOOKTIDE_DELIVERY_DNS_SERVERS", &dns.address().to_string());
        if let Some(authority) = authority {
            setup = setup.env("HOOKTIDE_DELIVERY_EXTRA_CA_FILE", authority.to_str().unwrap());
        }
        let server = setup.start().await;
        let api = server.api();
        let app = api.create_app("Secure").await;
        Self { api, receiver: Receiver::start().await, app, _dns: dns, _server: server }
    }

    /// A source that fetches over that host; its path.
    async fn source(&self, broker: &Broker, host: &str) -> String {
        let config = broker.with_url(&broker.source, host);
        let body = json!({ "name": "Secure", "type": broker.feed, "config": config });
        let source = format!("{SOURCES}/{}", self.api.post(SOURCES, body).await.expect(201).id());
        let endpoint = json!({ "url": self.receiver.url("/back") });
        let _ = self.api.post(&format!("{source}/endpoint"), endpoint).await.expect(201);
        source
    }

    /// An endpoint that writes over that host.
    async fn endpoint(&self, broker: &Broker, host: &str) -> String {
        let config = broker.with_url(&broker.destination, host);
        let body = json!({ "destination": { "kind": broker.kind, "config": config } });
        self.api.create_endpoint_with(&self.app, body).await
    }

    async fn feed(&self, source: &str, what: &str, is_there: impl Fn(&Value) -> bool) -> Value {
        wait_until(what, async || {
            let feed = self.api.get(source).await.expect(200).json()["feed"].clone();
            is_there(&feed).then_some(feed)
        })
        .await
    }
}

/// Goes there and back; then nobody is believed who shows a certificate for another name or of an unknown authority.
async fn broker_is_verified(broker: Broker, authority: &Path) {
    let there = There::new(Some(authority)).await;
    let source = there.source(&broker, NAME).await;
    there.feed(&source, "a connected feed", |feed| feed["state"] == "connected").await;
    let endpoint = there.endpoint(&broker, NAME).await;
    let message = there.api.publish(&there.app, "order.paid", json!({ "there": "and back" })).await;
    let attempt = there.api.wait_for_attempts(&there.app, &message, 1).await.remove(0);
    assert_eq!((&attempt["status"], &attempt["endpointId"]), (&json!(0), &json!(endpoint)), "{attempt}");
    assert_eq!(there.receiver.first_on("/back").await.body, r#"{"there":"and back"}"#);

    refused(&there, &broker, OTHER).await;
    refused(&There::new(None).await, &broker, NAME).await;
}

async fn refused(there: &There, broker: &Broker, host: &str) {
    let source = there.source(broker, host).await;
    let waiting = there.feed(&source, "an error that is told", |feed| feed["lastError"].is_string()).await;
    let told = waiting["lastError"].as_str().unwrap();
    assert!(told.contains("certificate"), "{host}: {told}");
    let endpoint = there.endpoint(broker, host).await;
    let message = there.api.publish(&there.app, "order.paid", json!({ "there": "never" })).await;
    there.api.wait_for_status(&there.app, &message, &endpoint, 2).await;
    let list = there.api.get(&format!("/app/{}/attempt/endpoint/{endpoint}", there.app)).await.json();
    let said = list["data"][0]["response"].as_str().unwrap();
    assert!(said.contains("certificate"), "{host}: {said}");
}

fn certified() -> (TempDir, LocalAuthority, TlsIdentity) {
    let authority = LocalAuthority::new();
    let identity = authority.certify(&[NAME, "127.0.0.1"]);
    (TempDir::with_prefix("hooktide-tls-").unwrap(), authority, identity)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_over_tls_goes_there_and_back_and_is_verified() {
    let (folder, authority, identity) = certified();
    let broker = redis(&identity, folder.path()).await;
    broker_is_verified(broker, &authority.write(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_over_tls_goes_there_and_back_and_is_verified() {
    let (folder, authority, identity) = certified();
    let trusted = authority.write(folder.path());
    let broker = nats(&identity, &trusted, folder.path()).await;
    broker_is_verified(broker, &trusted).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mqtt_over_tls_goes_there_and_back_and_is_verified() {
    let (folder, authority, identity) = certified();
    let broker = mqtt(&identity, folder.path()).await;
    broker_is_verified(broker, &authority.write(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amqp_over_tls_goes_there_and_back_and_is_verified() {
    let (folder, authority, identity) = certified();
    let broker = amqp(&identity).await;
    broker_is_verified(broker, &authority.write(folder.path())).await;
}
