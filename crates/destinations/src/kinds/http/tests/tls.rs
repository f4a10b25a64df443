//! TLS: who is trusted, and what a customer reads when it fails (T6).

use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use super::support::{AMPLE, Receiver, failure, read_request, request, send_once, shared_with};
use crate::kinds::http::{FailureKind, HttpConfig, HttpSetupError, HttpShared, HttpSlot, SendFailure};

/// A certificate authority of the test's own.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for `name` from `issuer`, valid in the given years.
fn acceptor(issuer: &CertifiedIssuer<'_, KeyPair>, name: &str, years: (i32, i32)) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let certificate = params.signed_by(&key, issuer).unwrap();
    serve_with(vec![certificate.der().clone()], &key, rustls::ALL_VERSIONS)
}

fn serve_with(
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> TlsAcceptor {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn start(acceptor: TlsAcceptor) -> Receiver {
    Receiver::start(move |_, stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            while read_request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            }
        }
    })
    .await
}

fn trusting(root: &CertificateDer<'static>) -> Arc<HttpShared> {
    let root = root.clone();
    shared_with(|config| config.extra_roots.push(root))
}

fn https(receiver: &Receiver, host: &str) -> String {
    format!("https://{host}:{}/", receiver.address.port())
}

async fn tls_failure(shared: Arc<HttpShared>, url: &str) -> SendFailure {
    let failed = failure(HttpSlot::new(shared).send(&request(url, AMPLE)).await);
    assert_eq!(failed.kind, FailureKind::Tls, "{}", failed.detail);
    failed
}

#[tokio::test]
async fn a_trusted_certificate_serves_many_requests_over_one_connection() {
    let issuer = authority();
    let receiver = start(acceptor(&issuer, "localhost", (2020, 2090))).await;
    let mut slot = HttpSlot::new(trusting(issuer.der()));
    for _ in 0..5 {
        let response = slot.send(&request(&https(&receiver, "localhost"), AMPLE)).await.outcome.unwrap();
        assert_eq!((response.status, &response.body[..]), (200, &b"ok"[..]));
    }
    assert_eq!(receiver.accepted(), 1);
}

#[tokio::test]
async fn a_certificate_for_the_address_serves_a_literal_host() {
    let issuer = authority();
    let receiver = start(acceptor(&issuer, "127.0.0.1", (2020, 2090))).await;
    let mut slot = HttpSlot::new(trusting(issuer.der()));
    assert!(slot.send(&request(&https(&receiver, "127.0.0.1"), AMPLE)).await.outcome.is_ok());
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let issuer = authority();
    let receiver = start(acceptor(&issuer, "localhost", (2020, 2090))).await;
    let failed = tls_failure(shared_with(|_| ()), &https(&receiver, "localhost")).await;
    assert!(failed.detail.contains("not from a trusted authority"), "{}", failed.detail);
    let failed = tls_failure(trusting(authority().der()), &https(&receiver, "localhost")).await;
    assert!(failed.detail.starts_with("TLS: certificate"), "{}", failed.detail);
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_until_it_is_a_root() {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let receiver = start(serve_with(vec![certificate.der().clone()], &key, rustls::ALL_VERSIONS)).await;
    let failed = tls_failure(shared_with(|_| ()), &https(&receiver, "localhost")).await;
    assert!(failed.detail.contains("self-signed"), "{}", failed.detail);
    let mut slot = HttpSlot::new(trusting(certificate.der()));
    assert!(slot.send(&request(&https(&receiver, "localhost"), AMPLE)).await.outcome.is_ok());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let issuer = authority();
    let receiver = start(acceptor(&issuer, "hooks.example.com", (2020, 2090))).await;
    let failed = tls_failure(trusting(issuer.der()), &https(&receiver, "localhost")).await;
    assert_eq!(failed.detail, "TLS: certificate was issued for another host name");
}

#[tokio::test]
async fn certificates_outside_their_time_are_refused() {
    let issuer = authority();
    for (years, text) in
        [((2010, 2011), "TLS: certificate has expired"), ((2089, 2090), "TLS: certificate is not valid yet")]
    {
        let receiver = start(acceptor(&issuer, "localhost", years)).await;
        let failed = tls_failure(trusting(issuer.der()), &https(&receiver, "localhost")).await;
        assert_eq!(failed.detail, text);
    }
}

#[tokio::test]
async fn tls_1_2_still_serves() {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let receiver = start(serve_with(vec![certificate.der().clone()], &key, &[&rustls::version::TLS12])).await;
    let mut slot = HttpSlot::new(trusting(certificate.der()));
    assert!(slot.send(&request(&https(&receiver, "localhost"), AMPLE)).await.outcome.is_ok());
}

/// The alerts that old or odd servers answer a handshake with.
#[tokio::test]
async fn alerts_are_told_in_plain_words() {
    for (alert, text) in [
        (70, "protocol versions"),
        (40, "no cipher in common"),
        (112, "does not serve this host name"),
        (116, "client certificate"),
        (120, "does not speak HTTP/1.1"),
        (80, "ended the handshake"),
    ] {
        let receiver = Receiver::answering_tls_record([21, 3, 3, 0, 2, 2, alert]).await;
        let failed = tls_failure(shared_with(|_| ()), &https(&receiver, "localhost")).await;
        assert!(failed.detail.contains(text), "{alert}: {}", failed.detail);
    }
}

#[tokio::test]
async fn a_plain_http_server_behind_an_https_url_is_recognised() {
    let receiver = Receiver::answering_tls_record(*b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let failed = tls_failure(shared_with(|_| ()), &https(&receiver, "localhost")).await;
    assert!(failed.detail.contains("is this port serving https?"), "{}", failed.detail);
    let receiver = Receiver::start(|_, stream| async move { drop(stream) }).await;
    let failed = tls_failure(shared_with(|_| ()), &https(&receiver, "localhost")).await;
    assert!(failed.detail.contains("during the handshake"), "{}", failed.detail);
}

#[tokio::test]
async fn a_tls_server_behind_an_http_url_fails_cleanly() {
    let issuer = authority();
    let receiver = start(acceptor(&issuer, "localhost", (2020, 2090))).await;
    let url = format!("http://localhost:{}/", receiver.address.port());
    let failed = failure(send_once(&url, AMPLE).await);
    assert!(matches!(failed.kind, FailureKind::Protocol | FailureKind::ResetOrClosed), "{failed:?}");
}

#[test]
fn an_unusable_extra_root_is_named() {
    let mut config = HttpConfig {
        policy: super::support::policy(),
        resolver: Arc::new(crate::guard::SystemResolver::from_system()),
        extra_roots: vec![authority().der().clone()],
        limits: Default::default(),
    };
    config.extra_roots.push(CertificateDer::from(b"junk".to_vec()));
    let refused = HttpShared::new(config).err().expect("junk is no certificate");
    assert!(matches!(refused, HttpSetupError::ExtraRoot { position: 2, .. }), "{refused}");
}

impl Receiver {
    /// Waits for the client's first bytes, answers with `bytes` and closes.
    async fn answering_tls_record<const N: usize>(bytes: [u8; N]) -> Self {
        Self::start(move |_, mut stream| async move {
            let mut hello = [0; 4096];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut hello).await;
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        })
        .await
    }
}
