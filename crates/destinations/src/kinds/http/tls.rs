//! TLS for outbound connections: trusted roots, session resumption, and errors in plain words.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::shared::HttpSetupError;

/// Hosts whose TLS sessions are remembered. Resuming saves a quarter of a handshake.
const RESUMED_HOSTS_MAX: usize = 1_024;

/// TLS 1.2 and 1.3 against the public roots and `extra_roots`; HTTP/1.1 is the only protocol offered.
pub(super) fn connector(extra_roots: Vec<CertificateDer<'static>>) -> Result<TlsConnector, HttpSetupError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (index, root) in extra_roots.into_iter().enumerate() {
        roots.add(root).map_err(|source| HttpSetupError::ExtraRoot { position: index + 1, source })?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(RESUMED_HOSTS_MAX);
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What went wrong with TLS, or `None` when the error is not TLS's own.
pub(super) fn reason(error: &io::Error) -> Option<String> {
    let mut cause: Option<&(dyn Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(describe(error));
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
