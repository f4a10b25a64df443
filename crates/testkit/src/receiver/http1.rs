//! Reading one HTTP/1.1 request off a socket, strictly: what the sender must never produce is reported, not repaired.

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

use super::record::Received;
use crate::clock::unix_seconds;
use crate::raw::head_end;

const HEAD_BYTES_MAX: usize = 128 << 10;
const BODY_BYTES_MAX: usize = 64 << 20;

/// Bytes of a connection that were read but not yet used.
#[derive(Debug, Default)]
pub(super) struct Buffer(Vec<u8>);

/// Reads the next request; `None` when the sender closed between two requests or inside one.
pub(super) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Buffer,
    connection: usize,
) -> Result<Option<Received>, String> {
    let end = loop {
        if let Some(end) = head_end(&buffer.0) {
            break end;
        }
        if buffer.0.len() > HEAD_BYTES_MAX {
            return Err("a head without end".to_owned());
        }
        if !fill(stream, buffer).await {
            return Ok(None);
        }
    };
    let head = std::str::from_utf8(&buffer.0[..end]).map_err(|error| format!("head is not text: {error}"))?;
    let mut request = parse_head(head, connection)?;
    let length = body_length(&request)?;
    while buffer.0.len() < end + length {
        if !fill(stream, buffer).await {
            return Ok(None);
        }
    }
    let rest = buffer.0.split_off(end + length);
    let whole = std::mem::replace(&mut buffer.0, rest);
    request.body = Bytes::from(whole).slice(end..);
    request.at = Instant::now();
    request.unix_s = unix_seconds();
    Ok(Some(request))
}

async fn fill(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Buffer) -> bool {
    matches!(stream.read_buf(&mut buffer.0).await, Ok(read) if read > 0)
}

fn parse_head(head: &str, connection: usize) -> Result<Received, String> {
    let mut lines = head.trim_end_matches("\r\n").split("\r\n");
    let first = lines.next().unwrap_or_default();
    let [method, target, "HTTP/1.1"] = first.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("not an HTTP/1.1 request line: {first:?}"));
    };
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("not a header: {line:?}"))?;
        if name.is_empty() || name.contains(char::is_whitespace) || line.contains(['\r', '\n', '\0']) {
            return Err(format!("not a header: {line:?}"));
        }
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    Ok(Received {
        seq: 0,
        connection,
        at: Instant::now(),
        unix_s: 0,
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Bytes::new(),
        answered_at: None,
        abandoned_at: None,
        taken_bytes: 0,
    })
}

fn body_length(request: &Received) -> Result<usize, String> {
    let named = |wanted: &str| -> Vec<&str> {
        let all = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        all.map(|(_, value)| value.as_str()).collect()
    };
    if !named("transfer-encoding").is_empty() {
        return Err("a webhook states its length and is not chunked".to_owned());
    }
    match named("content-length")[..] {
        [] => Ok(0),
        [length] => match length.parse() {
            Ok(length) if length <= BODY_BYTES_MAX => Ok(length),
            _ => Err(format!("content-length {length:?}")),
        },
        _ => Err("two lengths".to_owned()),
    }
}
