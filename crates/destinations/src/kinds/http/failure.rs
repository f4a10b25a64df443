//! From library errors to one sentence that the customer can act on.
//!
//! The sentences appear in the attempt log. They name the address that was connected to, because that is the
//! customer's own, but never an address that the guard refused.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::exchange::{FailureKind, SendFailure};
use super::shared::{RESPONSE_HEADER_BYTES_MAX, RESPONSE_HEADERS_MAX};
use super::tls;
use crate::guard::{DialError, VetError};

/// How far an exchange has come; read when the deadline passes.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) phase: Phase,
    pub(super) remote: Option<SocketAddr>,
}

impl Progress {
    pub(super) const fn was_sent(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::Reading(_))
    }
}

#[derive(Debug, Default, Clone, Copy)]
pub(super) enum Phase {
    #[default]
    Resolving,
    Connecting,
    Securing,
    /// The request is on its way, or is waiting for the head of the answer.
    Waiting,
    /// The head has come, with this status; the body is being read.
    Reading(u16),
}

/// Why a request on an open connection has no answer.
#[derive(Debug)]
pub(super) enum RoundTripError {
    Http(hyper::Error),
    /// The connection had ended before the request was taken up.
    Closed,
    /// Both `transfer-encoding` and `content-length`.
    DoubleFraming,
}

impl From<hyper::Error> for RoundTripError {
    fn from(error: hyper::Error) -> Self {
        Self::Http(error)
    }
}

impl RoundTripError {
    /// Whether the connection simply ended, as opposed to carrying something wrong.
    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::Closed => true,
            Self::DoubleFraming => false,
            Self::Http(error) => {
                error.is_incomplete_message()
                    || error.is_canceled()
                    || error.is_closed()
                    || io_cause(error).is_some_and(|io| is_connection_end(io.kind()))
            }
        }
    }
}

pub(super) fn vetting(error: &VetError) -> SendFailure {
    let kind = match error {
        VetError::Url(_) | VetError::Resolved { .. } => FailureKind::Blocked,
        VetError::Dns { .. } => FailureKind::Dns,
    };
    SendFailure { kind, detail: error.to_string() }
}

pub(super) fn dialling(error: &DialError) -> SendFailure {
    let remote = error.remote;
    let detail = match error.source.kind() {
        io::ErrorKind::ConnectionRefused => format!("connection refused by {remote}"),
        io::ErrorKind::TimedOut => format!("{remote} did not accept the connection in time"),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => format!("no route to {remote}"),
        io::ErrorKind::ConnectionReset => format!("connection reset by {remote}"),
        _ => format!("failed to connect to {remote}: {}", error.source),
    };
    SendFailure { kind: FailureKind::Connect, detail }
}

pub(super) fn handshake(error: &io::Error, remote: Option<SocketAddr>) -> SendFailure {
    if let Some(reason) = tls::reason(error) {
        return SendFailure { kind: FailureKind::Tls, detail: format!("TLS: {reason}") };
    }
    let by = remote.map_or_else(|| "the receiver".to_owned(), |remote| remote.to_string());
    SendFailure {
        kind: FailureKind::Tls,
        detail: format!("TLS: {by} closed the connection during the handshake; is this port serving https?"),
    }
}

pub(super) fn timed_out(timeout: Duration, progress: &Progress) -> SendFailure {
    let doing = match progress.phase {
        Phase::Resolving => "resolving the host name".to_owned(),
        Phase::Connecting => "connecting".to_owned(),
        Phase::Securing => "setting up TLS".to_owned(),
        Phase::Waiting => "waiting for the answer".to_owned(),
        Phase::Reading(status) => format!("reading the body of an answer with status {status}"),
    };
    SendFailure {
        kind: FailureKind::Timeout,
        detail: format!("no complete answer within {timeout:?}: time ran out while {doing}"),
    }
}

pub(super) fn round_trip(error: &RoundTripError, remote: SocketAddr) -> SendFailure {
    let http = match error {
        RoundTripError::Closed => return closed(remote),
        RoundTripError::DoubleFraming => {
            return protocol("it has both a transfer-encoding and a content-length header");
        }
        RoundTripError::Http(error) => error,
    };
    if http.is_parse_too_large() {
        return SendFailure {
            kind: FailureKind::TooLarge,
            detail: format!(
                "the answer has more than {RESPONSE_HEADERS_MAX} headers or {} KiB of them",
                RESPONSE_HEADER_BYTES_MAX / 1024
            ),
        };
    }
    if let Some(reason) = io_cause(http).and_then(tls::reason) {
        return SendFailure { kind: FailureKind::Tls, detail: format!("TLS: {reason}") };
    }
    if error.is_closed() { closed(remote) } else { protocol(&innermost(http)) }
}

fn closed(remote: SocketAddr) -> SendFailure {
    SendFailure {
        kind: FailureKind::ResetOrClosed,
        detail: format!("{remote} closed the connection before the answer was complete"),
    }
}

fn protocol(reason: &str) -> SendFailure {
    SendFailure { kind: FailureKind::Protocol, detail: format!("the answer is not valid HTTP/1.1: {reason}") }
}

fn is_connection_end(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::TimedOut
    )
}

fn io_cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io);
        }
        cause = error.source();
    }
    None
}

/// The last cause in the chain: the one that says something.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
