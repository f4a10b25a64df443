//! The URL of a service: `scheme://user:password@host:port/path?query`.

use std::fmt;

use percent_encoding::percent_decode_str;

use super::fields::ConfigMistake;
use super::secret::Secret;
use crate::guard::{GuardPolicy, ServiceAddress};

/// A URL scheme of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceScheme {
    /// For example `rediss`.
    pub name: &'static str,
    /// The port where the URL names none.
    pub port: u16,
    /// Whether the connection is TLS.
    pub is_tls: bool,
    /// The ports of the protocol, which its client may dial.
    pub service_ports: &'static [u16],
}

/// A parsed and judged URL.
#[derive(Clone)]
pub struct ServiceUrl {
    /// Which scheme it has.
    pub scheme: &'static ServiceScheme,
    /// Where to.
    pub address: ServiceAddress,
    /// User name, decoded.
    pub user: Option<String>,
    /// Password, decoded.
    pub password: Option<Secret>,
    /// The path without its first slash, decoded.
    pub path: String,
    /// The query's pairs.
    pub query: Vec<(String, String)>,
}

impl ServiceUrl {
    /// Parses and judges the field `url`.
    ///
    /// # Errors
    /// What is wrong with it and how to mend it.
    pub fn parse(
        text: &str,
        schemes: &'static [ServiceScheme],
        policy: &GuardPolicy,
    ) -> Result<Self, ConfigMistake> {
        let mistake = |what: &str, mend: &str| ConfigMistake::new("url", what, mend);
        let url = url::Url::parse(text).map_err(|error| {
            mistake(&format!("is not a url: {error}"), "write it as scheme://user:password@host:port/path")
        })?;
        let scheme = schemes.iter().find(|scheme| scheme.name == url.scheme()).ok_or_else(|| {
            let known: Vec<_> = schemes.iter().map(|scheme| scheme.name).collect();
            mistake("has a scheme that this kind does not know", &format!("use one of: {}", known.join(", ")))
        })?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| mistake("names no host", "write scheme://host:port/path"))?;
        let port = url.port().unwrap_or(scheme.port);
        let address = ServiceAddress::parse(host, port, scheme.service_ports, policy)
            .map_err(|refusal| mistake("may not be connected to", &refusal.to_string()))?;
        let not_utf8 = || mistake("has a part that is not UTF-8 after decoding", "encode it as UTF-8");
        let decode = |part: &str| {
            percent_decode_str(part).decode_utf8().map(|text| text.into_owned()).map_err(|_| not_utf8())
        };
        Ok(Self {
            scheme,
            address,
            user: if url.username().is_empty() { None } else { Some(decode(url.username())?) },
            password: url.password().map(decode).transpose()?.map(Secret::new),
            path: decode(url.path().trim_start_matches('/'))?,
            query: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        })
    }
}

impl fmt::Debug for ServiceUrl {
    /// Prints scheme and address only.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ServiceUrl({}, {:?})", self.scheme.name, self.address)
    }
}
