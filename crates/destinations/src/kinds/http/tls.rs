//! TLS for outbound connections: trusted roots, session resumption, and errors in plain words.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::shared::HttpSetupError;
use crate::seam::{ConfigMistake, Secret};

/// Hosts whose TLS sessions are remembered. Resuming saves a quarter of a handshake.
const RESUMED_HOSTS_MAX: usize = 1_024;

/// Hosts whose sessions an endpoint with a TLS of its own remembers: its own.
const RESUMED_HOSTS_OF_ONE_ENDPOINT: usize = 4;

/// Whom one endpoint's connections trust and what they show.
#[derive(Default)]
pub(super) struct TlsOptions {
    /// In the place of the server's roots.
    roots: Option<Arc<RootCertStore>>,
    identity: Option<Identity>,
}

/// A certificate with its intermediates, and its key.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl TlsOptions {
    /// Reads the texts of a configuration.
    pub(super) fn read(
        certificate: Option<&str>,
        key: Option<&Secret>,
        authorities: Option<&str>,
    ) -> Result<Self, ConfigMistake> {
        let identity = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(Identity::read(certificate, key)?),
            (Some(_), None) => {
                let mend = "set it to the key of client_certificate";
                return Err(ConfigMistake::new("client_key", "is missing", mend));
            }
            (None, Some(_)) => {
                let mend = "set it to the certificate of client_key";
                return Err(ConfigMistake::new("client_certificate", "is missing", mend));
            }
        };
        let roots = authorities.map(read_roots).transpose()?.map(Arc::new);
        let options = Self { roots, identity };
        let none = Arc::new(RootCertStore::empty());
        options.connector(&none).map_err(|error| {
            let mend = "check that client_key is the key of the first certificate in client_certificate";
            ConfigMistake::new("client_certificate", format!("cannot be used: {error}"), mend)
        })?;
        Ok(options)
    }

    /// Whether connections are like those of other endpoints.
    pub(super) const fn is_usual(&self) -> bool {
        self.roots.is_none() && self.identity.is_none()
    }

    /// TLS as these options ask for; `usual` are the server's roots.
    pub(super) fn connector(&self, usual: &Arc<RootCertStore>) -> Result<TlsConnector, rustls::Error> {
        let roots = Arc::clone(self.roots.as_ref().unwrap_or(usual));
        let identity = self.identity.as_ref().map(|own| (own.chain.clone(), own.key.clone_key()));
        client(roots, identity, RESUMED_HOSTS_OF_ONE_ENDPOINT)
    }
}

impl Identity {
    fn read(certificate: &str, key: &Secret) -> Result<Self, ConfigMistake> {
        // The parser's words are not passed on: they may quote the key.
        let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes()).map_err(|_| {
            let mend = "write the whole PEM text, from BEGIN PRIVATE KEY to END PRIVATE KEY, not encrypted";
            ConfigMistake::new("client_key", "is no private key", mend)
        })?;
        Ok(Self { chain: certificates("client_certificate", certificate)?, key })
    }
}

fn certificates(field: &str, text: &str) -> Result<Vec<CertificateDer<'static>>, ConfigMistake> {
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<_, _>>().unwrap_or_default();
    if found.is_empty() {
        let mend = "write the whole PEM text, from BEGIN CERTIFICATE to END CERTIFICATE";
        return Err(ConfigMistake::new(field, "holds no certificate", mend));
    }
    Ok(found)
}

fn read_roots(text: &str) -> Result<RootCertStore, ConfigMistake> {
    let mut roots = RootCertStore::empty();
    for (index, certificate) in certificates("ca_certificates", text)?.into_iter().enumerate() {
        roots.add(certificate).map_err(|error| {
            let what = format!("has a certificate that cannot be used, number {}: {error}", index + 1);
            ConfigMistake::new("ca_certificates", what, "leave out what is no authority's certificate")
        })?;
    }
    Ok(roots)
}

/// The public roots and the operator's.
pub(super) fn roots(extra_roots: Vec<CertificateDer<'static>>) -> Result<Arc<RootCertStore>, HttpSetupError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (index, root) in extra_roots.into_iter().enumerate() {
        roots.add(root).map_err(|source| HttpSetupError::ExtraRoot { position: index + 1, source })?;
    }
    Ok(Arc::new(roots))
}

/// TLS for endpoints without options of their own.
pub(super) fn connector(roots: Arc<RootCertStore>) -> Result<TlsConnector, HttpSetupError> {
    Ok(client(roots, None, RESUMED_HOSTS_MAX)?)
}

/// TLS 1.2 and 1.3 against `roots`; HTTP/1.1 is the only protocol offered.
fn client(
    roots: Arc<RootCertStore>,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    resumed_hosts_max: usize,
) -> Result<TlsConnector, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let mut config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(resumed_hosts_max);
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What went wrong with TLS, or `None` when the error is not TLS's own.
pub(super) fn reason(error: &io::Error) -> Option<String> {
    tls_error(error).map(describe)
}

/// What is wrong with a server's certificate, or `None` when it is not that.
pub(crate) fn certificate_reason(error: &io::Error) -> Option<String> {
    match tls_error(error) {
        Some(rustls::Error::InvalidCertificate(reason)) => Some(certificate(reason)),
        _ => None,
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(error);
        }
        cause = error.source();
    }
    None
}

fn describe(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(reason) => certificate(reason),
        rustls::Error::AlertReceived(alert) => refused_by_peer(*alert),
        rustls::Error::PeerIncompatible(_) => {
            "the receiver supports no protocol version and cipher in common with us (TLS 1.2 or 1.3 is needed)".to_owned()
        }
        rustls::Error::NoApplicationProtocol => "the receiver does not speak HTTP/1.1".to_owned(),
        rustls::Error::InvalidMessage(_) => "the receiver did not answer with TLS; is this port serving https?".to_owned(),
        other => format!("the connection could not be secured ({other})"),
    }
}

fn certificate(reason: &CertificateError) -> String {
    use CertificateError as E;
    match reason {
        E::Expired | E::ExpiredContext { .. } => "certificate has expired".to_owned(),
        E::NotValidYet | E::NotValidYetContext { .. } => "certificate is not valid yet".to_owned(),
        E::Revoked => "certificate has been revoked".to_owned(),
        E::NotValidForName | E::NotValidForNameContext { .. } => {
            "certificate was issued for another host name".to_owned()
        }
        E::UnknownIssuer => {
            "certificate is not from a trusted authority (self-signed, or an intermediate certificate is missing)".to_owned()
        }
        E::BadSignature => "certificate has a bad signature".to_owned(),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => "certificate is not meant for a server".to_owned(),
        other => format!("certificate was not accepted ({other})"),
    }
}

fn refused_by_peer(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::ProtocolVersion => {
            "the receiver refused our protocol versions (TLS 1.2 and 1.3)".to_owned()
        }
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            "the receiver found no cipher in common with us".to_owned()
        }
        AlertDescription::UnrecognisedName => "the receiver does not serve this host name".to_owned(),
        AlertDescription::NoApplicationProtocol => "the receiver does not speak HTTP/1.1".to_owned(),
        AlertDescription::CertificateRequired | AlertDescription::AccessDenied => {
            "the receiver asks for a client certificate".to_owned()
        }
        other => format!("the receiver ended the handshake ({other:?})"),
    }
}
