//! Endpoints with options: own trust, own identity, and what a configuration may say.

use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use super::support::{AMPLE, Receiver, failure, read_request, request, shared_with};
use crate::kinds::http::{Exchange, HttpClient, HttpShared, HttpSlot};
use crate::seam::{Checked, Policy};

type Authority = CertifiedIssuer<'static, KeyPair>;

const ORIGIN: http::HeaderValue = http::HeaderValue::from_static("hooks.example.com");

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `name` and its key, both PEM.
fn issued(issuer: &Authority, name: &str) -> (String, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.signed_by(&key, issuer).unwrap().pem(), key)
}

/// A server with a certificate from `own`, which asks for one from `clients` if there is one.
async fn server(own: &Authority, clients: Option<&Authority>) -> Receiver {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let chain = vec![params.signed_by(&key, own).unwrap().der().clone()];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(clients.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()));
    Receiver::start(move |_, stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            while read_request(&mut stream).await.is_some() {
                if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

fn check(config: &Value) -> Result<Checked, Vec<String>> {
    let mut policy = Policy::default();
    policy.guard.allow_subnets.push("127.0.0.0/8".parse().unwrap());
    let check = crate::kinds::http::KIND.seam.unwrap().check;
    check(config, &policy).map_err(|mistakes| mistakes.into_iter().map(|mistake| mistake.path).collect())
}

fn client(config: &Value, shared: &Arc<HttpShared>) -> HttpClient {
    let Ok(Checked::Http(options)) = check(config) else { panic!("it is an endpoint's options: {config}") };
    HttpClient::new(options, shared).unwrap()
}

async fn send(client: &HttpClient, slot: &mut HttpSlot, receiver: &Receiver) -> Exchange {
    let url = format!("https://localhost:{}/", receiver.address.port());
    client.send(slot, request(&url, AMPLE), &ORIGIN).await
}

#[tokio::test]
async fn client_certificate_is_shown_and_its_absence_is_told() {
    let (own, clients) = (authority(), authority());
    let receiver = server(&own, Some(&clients)).await;
    let (certificate, key) = issued(&clients, "hooktide");
    let shared = shared_with(|_| ());
    let mut slot = HttpSlot::new(Arc::clone(&shared));

    let bare = client(&json!({ "ca_certificates": own.pem() }), &shared);
    let failed = failure(send(&bare, &mut slot, &receiver).await);
    assert!(failed.detail.contains("asks for a client certificate"), "{}", failed.detail);

    let config = json!({
        "ca_certificates": own.pem(), "client_certificate": certificate, "client_key": key.serialize_pem(),
    });
    let mutual = client(&config, &shared);
    for _ in 0..2 {
        let response = send(&mutual, &mut slot, &receiver).await.outcome.unwrap();
        assert_eq!(response.status, 200);
    }
    assert_eq!(receiver.accepted(), 2, "one connection for each identity");
    assert!(send(&bare, &mut slot, &receiver).await.outcome.is_err(), "no connection is shared with another");
}

#[tokio::test]
async fn own_authorities_take_the_place_of_the_usual_ones() {
    let (usual, own) = (authority(), authority());
    let shared = shared_with(|config| config.extra_roots.push(usual.der().clone()));
    let of_usual = server(&usual, None).await;
    let of_own = server(&own, None).await;
    let mut slot = HttpSlot::new(Arc::clone(&shared));
    let pinned = client(&json!({ "ca_certificates": own.pem() }), &shared);
    assert!(send(&pinned, &mut slot, &of_own).await.outcome.is_ok());
    let failed = failure(send(&pinned, &mut slot, &of_usual).await);
    assert!(failed.detail.starts_with("TLS: certificate"), "{}", failed.detail);
    let plain = client(&json!({}), &shared);
    assert!(send(&plain, &mut slot, &of_usual).await.outcome.is_ok());
    assert!(send(&plain, &mut slot, &of_own).await.outcome.is_err());
}

#[test]
fn certificates_are_judged_when_they_are_written() {
    let issuer = authority();
    let (certificate, key) = issued(&issuer, "hooktide");
    let (_, other) = issued(&issuer, "hooktide");
    let refused = |config: Value| check(&config).err().unwrap_or_default();
    assert_eq!(refused(json!({ "client_certificate": certificate })), ["client_key"]);
    assert_eq!(refused(json!({ "client_key": key.serialize_pem() })), ["client_certificate"]);
    let mixed = json!({ "client_certificate": certificate, "client_key": other.serialize_pem() });
    assert_eq!(refused(mixed), ["client_certificate"]);
    let swapped = json!({ "client_certificate": key.serialize_pem(), "client_key": certificate });
    assert_eq!(refused(swapped), ["client_key"]);
    assert_eq!(refused(json!({ "ca_certificates": "junk" })), ["ca_certificates"]);
    let fitting = json!({
        "client_certificate": certificate, "client_key": key.serialize_pem(), "ca_certificates": issuer.pem(),
    });
    assert!(refused(fitting).is_empty());
}

#[test]
fn options_that_do_not_go_together_are_all_told() {
    let refused = |config: Value| check(&config).err().unwrap_or_default();
    assert_eq!(refused(json!({ "method": "GET", "signature": "theirs" })), ["method", "signature"]);
    let lone = json!({ "basic_user": "me", "oauth2_scope": "a", "cloudevents_handshake": true });
    assert_eq!(refused(lone), ["basic_user", "oauth2_scope", "cloudevents_handshake"]);
    let wrapped = json!({ "signature": "both", "cloudevents": "structured" });
    assert_eq!(refused(wrapped), ["signature"]);
    let metadata = json!({
        "auth": "oauth2", "oauth2_token_url": "http://169.254.169.254/token", "oauth2_client_id": "a",
        "oauth2_client_secret": "b",
    });
    assert_eq!(refused(metadata), ["oauth2_token_url"]);
    assert_eq!(refused(json!({ "auth": "bearer", "bearer_token": "a\nb" })), ["bearer_token"]);
    assert_eq!(
        refused(json!({ "auth": "basic", "basic_user": "a:b", "basic_password": "c" })),
        ["basic_user"]
    );
}

#[test]
fn options_print_no_credential() {
    let Ok(checked) = check(&json!({ "auth": "bearer", "bearer_token": "hunter2" })) else {
        panic!("it is complete")
    };
    assert!(!format!("{checked:?}").contains("hunter2"));
}
