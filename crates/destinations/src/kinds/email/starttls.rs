//! Asking for TLS on a plain connection (RFC 3207), up to the moment where the handshake begins.
//!
//! Done here and not by the library: read byte by byte, nothing that came in clear is left over to be taken for the
//! server's word once the line is secure.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::stream::LINE_BYTES_MAX;
use crate::seam::{Fault, Verdict};

/// Most lines of an answer.
const LINES_MAX: usize = 128;
/// A server that is too busy to greet is asked again after this.
const BUSY_PAUSE: Duration = Duration::from_secs(60);

/// Greets, and asks for TLS. Afterwards the handshake may begin.
pub(super) async fn ask(stream: &mut TcpStream, name: &str) -> Result<(), Fault> {
    expect(stream, 220, "greeting").await?;
    say(stream, &format!("EHLO {name}\r\n")).await?;
    let offers = expect(stream, 250, "EHLO").await?;
    if !offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
        return Err(Fault::fail(
            "the mail server offers no STARTTLS; use smtps://, another port, or add ?starttls=disable to send in clear",
        ));
    }
    say(stream, "STARTTLS\r\n").await?;
    expect(stream, 220, "STARTTLS").await?;
    Ok(())
}

async fn say(stream: &mut TcpStream, line: &str) -> Result<(), Fault> {
    stream
        .write_all(line.as_bytes())
        .await
        .map_err(|error| Fault::lost(format!("connection to the mail server: {error}")))
}

/// The texts of an answer's lines, when it has this code.
async fn expect(stream: &mut TcpStream, code: u16, to: &str) -> Result<Vec<String>, Fault> {
    let mut texts = Vec::new();
    for _ in 0..LINES_MAX {
        let line = line(stream).await?;
        let (number, rest) = line.split_at_checked(3).unwrap_or_default();
        let Ok(number) = number.parse::<u16>() else {
            return Err(Fault::lost("the server's answer is not that of a mail server"));
        };
        let (mark, text) = rest.split_at_checked(1).unwrap_or((" ", ""));
        texts.push(text.trim().to_owned());
        if mark == "-" {
            continue;
        }
        if number == code {
            return Ok(texts);
        }
        let detail = format!("the mail server answered {number} to {to}: {}", texts.join(" "));
        let verdict = if number == 421 { Verdict::RetryAfter(BUSY_PAUSE) } else { Verdict::Retry };
        return Err(Fault { verdict, code: Some(number), detail });
    }
    Err(Fault::lost("the mail server's answer does not end"))
}

async fn line(stream: &mut TcpStream) -> Result<String, Fault> {
    let mut line = Vec::new();
    while line.len() < LINE_BYTES_MAX {
        let byte = stream
            .read_u8()
            .await
            .map_err(|error| Fault::lost(format!("the mail server closed the connection: {error}")))?;
        if byte == b'\n' {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        line.push(byte);
    }
    Err(Fault::lost("the mail server sent a line without end"))
}
