//! A sender of exact bytes, for requests that no client library would make.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wait::DEADLINE;

/// Bytes of an answer that are kept at most.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What came back on the socket.
#[derive(Debug, Clone)]
pub struct RawReply {
    /// Status code of the answer; `None` when the connection closed without one.
    pub status: Option<u16>,
    /// Head of the answer, lines and all.
    pub head: String,
    /// What followed the head.
    pub body: String,
}

/// Sends `bytes` and reads until the server closes or has answered in full.
///
/// # Panics
/// When the server neither answers nor closes in time.
pub async fn raw_exchange(to: SocketAddr, bytes: &[u8]) -> RawReply {
    raw_exchange_within(DEADLINE, to, bytes).await
}

/// As [`raw_exchange`] with a deadline of the caller's.
///
/// # Panics
/// As `raw_exchange`.
pub async fn raw_exchange_within(limit: Duration, to: SocketAddr, bytes: &[u8]) -> RawReply {
    let exchange = async {
        let mut stream = connect(to).await;
        // A server that refuses early may close while we still send; its answer is what counts.
        let _ = stream.write_all(bytes).await;
        read_answer(&mut stream).await
    };
    let answer = tokio::time::timeout(limit, exchange).await.expect("the server answers or closes");
    parse(&answer)
}

#[expect(clippy::disallowed_methods, reason = "the guard protects the server, the test is its client")]
pub(crate) async fn connect(to: SocketAddr) -> TcpStream {
    assert!(to.ip().is_loopback(), "tests stay on loopback, not {to}");
    TcpStream::connect(to).await.unwrap_or_else(|error| panic!("failed to connect to {to}: {error}"))
}

async fn read_answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut chunk = [0_u8; 8192];
    while answer.len() < ANSWER_BYTES_MAX && !is_complete(&answer) {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&chunk[..read]),
        }
    }
    answer
}

fn is_complete(answer: &[u8]) -> bool {
    let Some(end) = head_end(answer) else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| answer.len() >= end + length)
}

fn parse(answer: &[u8]) -> RawReply {
    let end = head_end(answer).unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let body = String::from_utf8_lossy(&answer[end..]).into_owned();
    let status = head.split_ascii_whitespace().nth(1).and_then(|code| code.parse().ok());
    RawReply { status, head, body }
}

/// Index just past the blank line that ends a head.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|position| position + 4)
}
