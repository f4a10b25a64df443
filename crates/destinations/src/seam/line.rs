//! A byte stream to a service: vetted, dialled, and secured where the configuration says so.
//!
//! Every connection that a destination opens starts here, so none goes around the guard.

use std::io;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::fault::Fault;
use super::shared::Shared;
use crate::guard::vet::VettedAddresses;
use crate::guard::{ServiceAddress, dial, vet_service};
use crate::kinds::http::certificate_reason;

/// Anything that bytes go through in both directions.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static> Duplex for T {}

/// TCP, or TLS over it, in one type.
pub type Line = Box<dyn Duplex>;

/// Opens a stream to a service, with TLS when asked for.
///
/// # Errors
/// The guard's refusal, no connection, or no trusted TLS.
pub async fn open_line(
    shared: &Shared,
    service: &ServiceAddress,
    is_tls: bool,
    deadline: Instant,
) -> Result<Line, Fault> {
    let stream = open_plain(shared, service, deadline).await?;
    if is_tls { secure_line(shared, service.server_name(), stream).await } else { Ok(Box::new(stream)) }
}

/// Opens a TCP connection to a service.
///
/// # Errors
/// The guard's refusal, or no connection.
pub async fn open_plain(
    shared: &Shared,
    service: &ServiceAddress,
    deadline: Instant,
) -> Result<TcpStream, Fault> {
    let addresses = vetted(shared, service).await?;
    let (stream, _remote) = dial(&addresses, deadline).await?;
    Ok(stream)
}

/// The addresses that may be dialled, for client libraries that insist on dialling themselves: they get literal
/// addresses from here and nothing to resolve.
///
/// # Errors
/// The guard's refusal, or a name without address.
pub async fn vetted(shared: &Shared, service: &ServiceAddress) -> Result<VettedAddresses, Fault> {
    Ok(vet_service(&shared.policy.guard, &*shared.resolver, service).await?)
}

/// Shakes hands over an open stream.
///
/// # Errors
/// A certificate that is not trusted, or a server that does not speak TLS.
pub async fn secure_line(
    shared: &Shared,
    name: &ServerName<'static>,
    stream: TcpStream,
) -> Result<Line, Fault> {
    let connector = TlsConnector::from(shared.tls.clone());
    let stream = connector.connect(name.clone(), stream).await.map_err(|error| tls_fault(&error))?;
    Ok(Box::new(stream))
}

fn tls_fault(error: &io::Error) -> Fault {
    match certificate_reason(error) {
        Some(reason) => Fault::lost(format!("TLS: {reason}")),
        None => Fault::lost(format!("TLS: the connection could not be secured: {error}")),
    }
}
