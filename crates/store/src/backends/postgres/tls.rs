//! TLS to the database, in the modes that PostgreSQL's own clients have.
//!
//! The operator chooses: `require` encrypts and believes any server unless roots are given, `verify-ca` wants a
//! certificate of a known root, `verify-full` one for the host's name too. Without `sslrootcert` the roots are Mozilla's.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::endpoint::mistake;
use crate::StoreError;

/// Protocol name for servers that begin with TLS at once (`sslnegotiation=direct`).
const ALPN: &[u8] = b"postgresql";
/// Mozilla's roots, by this name as in PostgreSQL 16.
const ROOTS_OF_SYSTEM: &str = "system";

/// How far a server must prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS where the server offers it, with any certificate.
    Prefer,
    /// TLS, with any certificate; with one of the given roots if there are any.
    Require,
    /// A certificate of a known root.
    VerifyCa,
    /// The same, for the host's name.
    VerifyFull,
}

impl TlsMode {
    pub(super) fn parse(mode: &str) -> Result<Self, StoreError> {
        match mode {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(mistake("sslmode must be disable, prefer, require, verify-ca or verify-full")),
        }
    }
}

/// The connector of a mode; `None` without TLS.
pub(super) fn connector(
    mode: TlsMode,
    root_file: Option<&str>,
) -> Result<Option<MakeRustlsConnect>, StoreError> {
    let is_rooted = matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyFull)
        || (mode == TlsMode::Require && root_file.is_some());
    let trust = match mode {
        TlsMode::Disable => return Ok(None),
        _ if !is_rooted => Trust::Any,
        TlsMode::VerifyFull => Trust::Named,
        _ => Trust::Rooted,
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let roots = if is_rooted { roots(root_file)? } else { mozilla_roots() };
    let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| mistake(&format!("sslrootcert: {error}")))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for the default versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { trust, webpki }))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn mozilla_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn roots(file: Option<&str>) -> Result<RootCertStore, StoreError> {
    let Some(file) = file.filter(|file| *file != ROOTS_OF_SYSTEM) else {
        return Ok(mozilla_roots());
    };
    let failed =
        |error: &dyn std::fmt::Display| mistake(&format!("sslrootcert: failed to read {file}: {error}"));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| failed(&error))? {
        let certificate = certificate.map_err(|error| failed(&error))?;
        roots.add(certificate).map_err(|error| failed(&error))?;
    }
    if roots.is_empty() {
        return Err(failed(&"it holds no certificate"));
    }
    Ok(roots)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Any,
    Rooted,
    Named,
}

/// Judges the certificate as the mode says. That the server holds its key is checked in every mode.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    webpki: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.trust == Trust::Any {
            return Ok(ServerCertVerified::assertion());
        }
        let verdict =
            self.webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            // The name is judged last: whoever fails there has a good chain.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::Rooted => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}
