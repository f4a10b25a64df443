//! TLS in front of the real servers: a trusted certificate for the configured name is accepted, any other is not.

use std::sync::Arc;

use hooktide_destinations::seam::{Opener, Outcome, Shared};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::fixture::Fixture;
use crate::servers::{amqp, email, mqtt, nats, redis, sql};
use crate::support::{AMPLE, checked, open_policy, order, shared_with};

/// What a protocol says before TLS begins.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    /// The client asks for TLS in eight bytes and is granted it in one.
    PostgresRequest,
    /// The server introduces itself in one line.
    NatsInfo,
    /// Both introduce themselves, and the client asks; the server does not greet again.
    SmtpStartTls,
}

struct TlsFront {
    address: String,
    certificate: CertificateDer<'static>,
    task: JoinHandle<()>,
}

impl TlsFront {
    async fn of(server: String, before: Before) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(acceptor.clone(), client, server.clone(), before));
            }
        });
        Self { address, certificate: cert.der().clone(), task }
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "the relay's own way to a server on loopback")]
async fn relay(acceptor: TlsAcceptor, mut client: TcpStream, server: String, before: Before) {
    let mut server = TcpStream::connect(server).await.unwrap();
    match before {
        Before::Nothing => {}
        Before::PostgresRequest => {
            client.read_exact(&mut [0; 8]).await.unwrap();
            client.write_all(b"S").await.unwrap();
        }
        Before::NatsInfo => {
            let mut byte = [0];
            while byte != *b"\n" {
                server.read_exact(&mut byte).await.unwrap();
                client.write_all(&byte).await.unwrap();
            }
        }
        Before::SmtpStartTls => {
            client.write_all(b"220 front\r\n").await.unwrap();
            hear(&mut client, "EHLO example.com\r\n").await;
            client.write_all(b"250-front\r\n250-SIZE 1\r\n250 STARTTLS\r\n").await.unwrap();
            hear(&mut client, "STARTTLS\r\n").await;
            client.write_all(b"220 go\r\n").await.unwrap();
            let mut byte = [0];
            while byte != *b"\n" {
                server.read_exact(&mut byte).await.unwrap();
            }
        }
    }
    let Ok(mut client) = acceptor.accept(client).await else { return };
    // However the copying ends, the connections end with it.
    let _ended = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

async fn hear(client: &mut TcpStream, expected: &str) {
    let mut heard = vec![0; expected.len()];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), expected);
}

/// The address is dialled as a number and the certificate is held against the name.
async fn tls_is_verified<F: Fixture>(scheme: &str, before: Before) {
    let fixture = F::start().await;
    let front = TlsFront::of(fixture.server().unwrap(), before).await;
    let mut config: Value = fixture.config(&front.address, None);
    let url = config["url"].as_str().unwrap().split_once("://").unwrap().1.to_owned();
    let url = url
        .replace("127.0.0.1", "localhost")
        .replace("?sslmode=disable", "")
        .replace("?starttls=disable", "");
    config["url"] = json!(format!("{scheme}://{url}"));
    let checked: Opener = checked(F::KIND, &config);
    let trusting: Arc<Shared> =
        shared_with(open_policy(), |shared| shared.extra_roots.push(front.certificate.clone()));
    let parcel = order(AMPLE);
    let delivered = checked.open(&trusting).deliver(&parcel).await;
    assert_eq!(delivered.outcome, Outcome::Done, "{:?}", delivered.detail);
    assert_eq!(fixture.seen(&parcel, 1).await.len(), 1);
    let delivered = checked.open(&shared_with(open_policy(), |_| ())).deliver(&parcel).await;
    assert_eq!(delivered.outcome, Outcome::Retry { after: None });
    let detail = String::from_utf8_lossy(&delivered.detail);
    assert!(detail.contains("certificate"), "{detail}");
    fixture.clean().await;
}

#[tokio::test]
async fn redis_verifies_its_server() {
    tls_is_verified::<redis::Set>("rediss", Before::Nothing).await;
}

#[tokio::test]
async fn amqp_verifies_its_server() {
    tls_is_verified::<amqp::Amqp>("amqps", Before::Nothing).await;
}

#[tokio::test]
async fn mqtt_verifies_its_server() {
    tls_is_verified::<mqtt::Mqtt>("mqtts", Before::Nothing).await;
}

#[tokio::test]
async fn postgres_verifies_its_server() {
    tls_is_verified::<sql::Postgres>("postgres", Before::PostgresRequest).await;
}

#[tokio::test]
async fn nats_verifies_its_server() {
    tls_is_verified::<nats::JetStream>("tls", Before::NatsInfo).await;
}

#[tokio::test]
async fn mail_server_is_verified_over_tls_and_after_starttls() {
    tls_is_verified::<email::Email>("smtps", Before::Nothing).await;
    tls_is_verified::<email::Email>("smtp", Before::SmtpStartTls).await;
}
