//! `hooktide healthcheck URL`: one plain HTTP request, for containers that have no other program to ask with.
//! Says one line on standard error; the exit code is the answer.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::cli::HealthcheckArgs;
use crate::failure::Failure;

/// A status line is short; whatever is longer is not HTTP.
const STATUS_LINE_BYTES_MAX: u64 = 1024;

/// The path that is asked for when the URL has none.
const PATH_DEFAULT: &str = "/readyz";

/// Asks and judges: 2xx is healthy.
pub(crate) fn run(arguments: &HealthcheckArgs) -> Result<(), Failure> {
    let url = parse_url(&arguments.url)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}"), ""))?;
    match runtime.block_on(ask(&url, arguments.timeout)) {
        Ok(status) if (200..300).contains(&status) => {
            eprintln!("healthy: {url} answered {status}");
            Ok(())
        }
        Ok(status) => Err(Failure::failed(format!("unhealthy: {url} answered {status}"), "")),
        Err(problem) => Err(Failure::failed(format!("unhealthy: {url} {problem}"), "")),
    }
}

fn parse_url(text: &str) -> Result<Url, Failure> {
    let help = "write a URL as in http://127.0.0.1:8071/readyz";
    let mut url =
        Url::parse(text).map_err(|error| Failure::usage(format!("`{text}` is not a URL: {error}"), help))?;
    if url.scheme() != "http" {
        return Err(Failure::usage(
            format!("`{text}` is not an http:// URL; a health check stays inside"),
            help,
        ));
    }
    if url.path() == "/" {
        url.set_path(PATH_DEFAULT);
    }
    Ok(url)
}

/// The status code, or what went wrong as the end of a sentence. The timeout covers the whole exchange.
async fn ask(url: &Url, timeout: Duration) -> Result<u16, String> {
    let answer = tokio::time::timeout(timeout, exchange(url)).await;
    answer.unwrap_or_else(|_| {
        Err(format!("did not answer within {}", hooktide_config::format_duration(timeout)))
    })
}

async fn exchange(url: &Url) -> Result<u16, String> {
    let mut stream = connect(url).await.map_err(|error| format!("cannot be reached: {error}"))?;
    let failed = |error: std::io::Error| format!("broke off: {error}");
    stream.write_all(request(url).as_bytes()).await.map_err(failed)?;
    let mut line = Vec::new();
    BufReader::new(stream.take(STATUS_LINE_BYTES_MAX)).read_until(b'\n', &mut line).await.map_err(failed)?;
    parse_status(&line).ok_or_else(|| "did not answer in HTTP".to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the guard is for URLs of API users; this one is typed by the operator and means this very machine"
)]
async fn connect(url: &Url) -> std::io::Result<TcpStream> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Domain(name)) => TcpStream::connect((name, port)).await,
        Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
        None => Err(std::io::ErrorKind::InvalidInput.into()),
    }
}

fn request(url: &Url) -> String {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: hooktide-healthcheck\r\nConnection: close\r\n\r\n"
    )
}

fn parse_status(line: &[u8]) -> Option<u16> {
    let rest = std::str::from_utf8(line).ok()?.strip_prefix("HTTP/1.")?;
    let code = rest.split(' ').nth(1)?.trim_end();
    (code.len() == 3).then(|| code.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
