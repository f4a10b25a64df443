//! The endpoint URL: parsed once, by one parser, into exactly what the connection needs.
//!
//! Called when an endpoint is stored and when it is loaded. A second parser is a bypass: the `url` crate reads
//! `http://2130706433` as `127.0.0.1` while others keep an opaque name that the system resolver later turns into the
//! same address. So whatever dials, names the server for TLS or writes the `Host` header takes it from here.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::{HeaderValue, Uri};
use rustls::pki_types::ServerName;

use super::names;
use super::policy::GuardPolicy;
use super::refusal::UrlRefusal;

/// Longest URL in bytes, as given and as normalised.
pub const URL_BYTES_MAX: usize = 65_536;

/// Who the URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointHost {
    /// A lower-case ASCII domain name.
    Name(String),
    /// A literal address.
    Ip(IpAddr),
}

/// A URL that passed the guard's rules. Names in it are not resolved yet; see [`super::vet`].
#[derive(Clone)]
pub struct EndpointUrl {
    text: String,
    host: EndpointHost,
    port: u16,
    is_https: bool,
    /// Host header value: the host, and the port where it is not the scheme's own.
    host_header: HeaderValue,
    /// Origin form of the request target: path and query.
    target: Uri,
    server_name: ServerName<'static>,
}

impl EndpointUrl {
    /// Parses and judges a URL. A fragment is dropped.
    ///
    /// # Errors
    /// The first rule that the URL breaks.
    pub fn parse(input: &str, policy: &GuardPolicy) -> Result<Self, UrlRefusal> {
        let url = parse_text(input)?;
        let is_https = judge_scheme(&url, policy)?;
        if !url.username().is_empty() || url.password().is_some() || has_empty_userinfo(input) {
            return Err(UrlRefusal::Userinfo);
        }
        let port = url.port_or_known_default().ok_or(UrlRefusal::Name("there is no port"))?;
        let host = judge_host(&url, port, policy)?;
        Ok(Self {
            host_header: host_header(&url)?,
            target: origin_form(&url)?,
            server_name: server_name(&host)?,
            text: url.into(),
            host,
            port,
            is_https,
        })
    }

    /// The normalised URL, without fragment.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &EndpointHost {
        &self.host
    }

    /// The port, explicit or the scheme's own.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is TLS.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// Value of the `Host` header.
    #[must_use]
    pub const fn host_header(&self) -> &HeaderValue {
        &self.host_header
    }

    /// Request target in origin form.
    #[must_use]
    pub const fn target(&self) -> &Uri {
        &self.target
    }

    /// The name that the server's certificate must carry.
    #[must_use]
    pub const fn server_name(&self) -> &ServerName<'static> {
        &self.server_name
    }

    /// The same server with another request target, which is sent byte for byte: dot segments in it stay. `None` unless it
    /// is a path, with or without a query.
    #[must_use]
    pub fn with_target(&self, target: &str) -> Option<Self> {
        let target =
            http::uri::PathAndQuery::try_from(target).ok().filter(|it| it.as_str().starts_with('/'))?;
        let origin_end = self.text.find("://").map_or(0, |at| at + 3);
        let path_at = self.text[origin_end..].find('/').map_or(self.text.len(), |at| origin_end + at);
        let text = format!("{}{target}", &self.text[..path_at]);
        (text.len() <= URL_BYTES_MAX).then(|| Self { text, target: Uri::from(target), ..self.clone() })
    }

    /// Whether a connection opened for `self` may carry requests for `other`: same scheme, host and port.
    #[must_use]
    pub fn has_same_origin(&self, other: &Self) -> bool {
        self.is_https == other.is_https && self.port == other.port && self.host == other.host
    }
}

impl fmt::Debug for EndpointUrl {
    /// Prints the origin only: paths and queries of webhook URLs often carry tokens.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        write!(formatter, "EndpointUrl({scheme}://{}:{}/[redacted])", display_host(&self.host), self.port)
    }
}

fn parse_text(input: &str) -> Result<url::Url, UrlRefusal> {
    if input.len() > URL_BYTES_MAX {
        return Err(UrlRefusal::TooLong);
    }
    // The parser drops tabs, newlines and outer spaces silently; what is stored should be what was meant.
    if input.chars().any(char::is_control) || input.trim() != input {
        return Err(UrlRefusal::Malformed("spaces around it or control characters in it".to_owned()));
    }
    let mut url = url::Url::parse(input).map_err(|error| UrlRefusal::Malformed(error.to_string()))?;
    url.set_fragment(None);
    if url.as_str().len() > URL_BYTES_MAX {
        return Err(UrlRefusal::TooLong);
    }
    Ok(url)
}

fn judge_scheme(url: &url::Url, policy: &GuardPolicy) -> Result<bool, UrlRefusal> {
    match url.scheme() {
        "https" => Ok(true),
        "http" if policy.https_only => Err(UrlRefusal::HttpsOnly),
        "http" => Ok(false),
        other => Err(UrlRefusal::Scheme(other.chars().take(32).collect())),
    }
}

/// Whether the authority has an `@` although the parser found neither user nor password (`http://@host`, `http://:@host`).
fn has_empty_userinfo(input: &str) -> bool {
    let after_scheme = input.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches(['/', '\\']);
    let authority = after_scheme.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    authority.contains('@')
}

fn judge_host(url: &url::Url, port: u16, policy: &GuardPolicy) -> Result<EndpointHost, UrlRefusal> {
    let ip = match url.host() {
        None => return Err(UrlRefusal::Name("it is missing")),
        Some(url::Host::Domain(name)) => {
            names::judge_name(name, policy)?;
            policy.judge_name_port(port, &[])?;
            return Ok(EndpointHost::Name(name.to_owned()));
        }
        Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip),
    };
    policy.judge_socket(SocketAddr::new(ip, port))?;
    Ok(EndpointHost::Ip(ip))
}

fn host_header(url: &url::Url) -> Result<HeaderValue, UrlRefusal> {
    let host = url.host_str().unwrap_or_default();
    let text = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    HeaderValue::try_from(text).map_err(|_| UrlRefusal::Name("it cannot be written in a header"))
}

fn origin_form(url: &url::Url) -> Result<Uri, UrlRefusal> {
    let text = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Uri::try_from(text).map_err(|error| UrlRefusal::Malformed(error.to_string()))
}

pub(super) fn server_name(host: &EndpointHost) -> Result<ServerName<'static>, UrlRefusal> {
    match host {
        EndpointHost::Ip(ip) => Ok(ServerName::from(*ip)),
        EndpointHost::Name(name) => {
            ServerName::try_from(name.clone()).map_err(|_| UrlRefusal::Name("it cannot be named in TLS"))
        }
    }
}

fn display_host(host: &EndpointHost) -> String {
    match host {
        EndpointHost::Name(name) => name.clone(),
        EndpointHost::Ip(IpAddr::V4(ip)) => ip.to_string(),
        EndpointHost::Ip(IpAddr::V6(ip)) => format!("[{ip}]"),
    }
}
