//! The line to a mail server in the shape that the client library takes, with a limit that the library lacks.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::seam::Line;

/// Longest line of an answer; the protocol allows 512 bytes.
pub(super) const LINE_BYTES_MAX: usize = 4 * 1024;
/// After STARTTLS the server does not greet again, and the library waits for a greeting.
const GREETING: &[u8] = b"220 secured\r\n";

/// A line to a mail server.
pub(super) struct SmtpStream {
    line: Line,
    /// What is read before the server's own bytes.
    before: &'static [u8],
    /// Bytes since the last end of a line.
    unended_bytes: usize,
}

impl SmtpStream {
    /// A server that will greet.
    pub(super) fn new(line: Line) -> Self {
        Self { line, before: b"", unended_bytes: 0 }
    }

    /// A server that has greeted.
    pub(super) fn greeted(line: Line) -> Self {
        Self { line, before: GREETING, unended_bytes: 0 }
    }

    fn judge(&mut self, read: &[u8]) -> io::Result<()> {
        self.unended_bytes = match read.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => read.len() - end - 1,
            None => self.unended_bytes + read.len(),
        };
        if self.unended_bytes > LINE_BYTES_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the mail server sent a line without end",
            ));
        }
        Ok(())
    }
}

impl AsyncRead for SmtpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let count = self.before.len().min(buffer.remaining());
            let (now, later) = self.before.split_at(count);
            buffer.put_slice(now);
            self.before = later;
            return Poll::Ready(Ok(()));
        }
        let filled = buffer.filled().len();
        let polled = Pin::new(&mut self.line).poll_read(cx, buffer);
        match polled {
            Poll::Ready(Ok(())) => Poll::Ready(self.judge(&buffer.filled()[filled..])),
            other => other,
        }
    }
}

impl AsyncWrite for SmtpStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(cx)
    }
}

impl fmt::Debug for SmtpStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SmtpStream")
    }
}

impl AsyncTokioStream for SmtpStream {
    /// The library never asks; whom it speaks to was the guard's decision.
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
