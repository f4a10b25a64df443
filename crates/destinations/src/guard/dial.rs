//! Opens a TCP connection to a vetted address: the only place that connects anywhere.
//!
//! Tries a few addresses in order. Each gets its share of what is left of the deadline, so that one that swallows
//! packets does not starve the next.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::vet::VettedAddresses;

/// Addresses tried per connection.
pub const DIAL_ADDRESSES_MAX: usize = 3;

/// Why no address could be connected to; the last one tried speaks.
#[derive(Debug)]
pub struct DialError {
    /// The address that was tried last.
    pub remote: SocketAddr,
    /// What the system said; `TimedOut` when its share of the deadline passed.
    pub source: io::Error,
}

/// Connects to the first of `addresses` that answers before `deadline`.
///
/// # Errors
/// The last failure.
pub async fn dial(
    addresses: &VettedAddresses,
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), DialError> {
    let candidates = &addresses.as_slice()[..addresses.as_slice().len().min(DIAL_ADDRESSES_MAX)];
    let mut failure = None;
    for (tried, remote) in candidates.iter().enumerate() {
        match connect(*remote, share_of(deadline, candidates.len() - tried)).await {
            Ok(stream) => return Ok((stream, *remote)),
            Err(source) => failure = Some(DialError { remote: *remote, source }),
        }
    }
    Err(failure.expect("vetted addresses are never empty"))
}

fn share_of(deadline: Instant, candidates_left: usize) -> Instant {
    let now = Instant::now();
    let parts = u32::try_from(candidates_left).unwrap_or(u32::MAX).max(1);
    now + deadline.saturating_duration_since(now) / parts
}

#[expect(clippy::disallowed_methods, reason = "this is the guard's own dialling, of a vetted address")]
async fn connect(remote: SocketAddr, deadline: Instant) -> io::Result<TcpStream> {
    let stream = match timeout_at(deadline, TcpStream::connect(remote)).await {
        Ok(connected) => connected?,
        Err(_elapsed) => return Err(io::ErrorKind::TimedOut.into()),
    };
    // A delivery is one small write that waits for its answer; holding it back only adds latency.
    stream.set_nodelay(true)?;
    Ok(stream)
}
