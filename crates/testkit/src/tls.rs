//! Certificates of a local authority, for receivers and brokers that speak TLS.
//!
//! The server under test trusts it when `HOOKTIDE_DELIVERY_EXTRA_CA_FILE` names [`LocalAuthority::write`]'s file.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Years that contain the day of every test run.
const YEARS: (i32, i32) = (2020, 2090);

/// A certificate authority that nobody knows unless told.
#[derive(Debug)]
pub struct LocalAuthority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// What a server shows: its certificate and the key of it.
#[derive(Debug)]
pub struct TlsIdentity {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key: KeyPair,
}

impl Default for LocalAuthority {
    fn default() -> Self {
        Self::new()
    }
}

impl LocalAuthority {
    /// A new one.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Not the name that the library gives to certificates by itself: one of those would seem to come from here.
        params.distinguished_name.push(DnType::CommonName, "Authority of the tests");
        let key = KeyPair::generate().expect("a key can be made");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("an authority signs itself") }
    }

    /// Writes its certificate into a folder and names the file.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        fs::write(&path, self.issuer.pem()).expect("the certificate can be written");
        path
    }

    /// A certificate for these names and addresses, valid today.
    #[must_use]
    pub fn certify(&self, names: &[&str]) -> TlsIdentity {
        self.certify_within(names, YEARS)
    }

    /// A certificate that is valid from the first of January of one year to that of another.
    ///
    /// # Panics
    /// When a name is none.
    #[must_use]
    pub fn certify_within(&self, names: &[&str], years: (i32, i32)) -> TlsIdentity {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params(names, years).signed_by(&key, &self.issuer).expect("an authority signs");
        TlsIdentity { certificate: certificate.der().clone(), certificate_pem: certificate.pem(), key }
    }
}

impl TlsIdentity {
    /// A certificate that only itself vouches for.
    ///
    /// # Panics
    /// When a name is none.
    #[must_use]
    pub fn self_signed(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params(names, YEARS).self_signed(&key).expect("a key signs");
        Self { certificate: certificate.der().clone(), certificate_pem: certificate.pem(), key }
    }

    /// Writes certificate and key into a folder and names the two files, for servers that read them.
    ///
    /// # Panics
    /// When they cannot be written.
    #[must_use]
    pub fn write(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&certificate, &self.certificate_pem).expect("the certificate can be written");
        fs::write(&key, self.key.serialize_pem()).expect("the key can be written");
        (certificate, key)
    }

    /// The server's side of TLS with this certificate.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has the usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)
            .expect("the key is that of the certificate");
        TlsAcceptor::from(Arc::new(config))
    }
}

/// TLS in front of a server that speaks none.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    relaying: JoinHandle<()>,
}

impl TlsFront {
    /// Listens on a free loopback port and passes on to `server`, `host:port`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(identity: &TlsIdentity, server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let acceptor = identity.acceptor();
        let relaying = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(acceptor.clone(), client, server.clone()));
            }
        });
        Self { address, relaying }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.relaying.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "the relay's own way to a server on loopback")]
async fn relay(acceptor: TlsAcceptor, client: TcpStream, server: String) {
    let mut server = TcpStream::connect(&server).await.expect("the server behind the front is there");
    // A client that does not like the certificate goes away; it says why on its side.
    if let Ok(mut client) = acceptor.accept(client).await {
        // It ends with either side; how is their business.
        let _ended = copy_bidirectional(&mut client, &mut server).await;
    }
}

fn params(names: &[&str], years: (i32, i32)) -> CertificateParams {
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut params = CertificateParams::new(names).expect("names and addresses only");
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    params
}
