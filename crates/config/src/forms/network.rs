//! Addresses, networks, name servers, the start of a URL and the database URL.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::{Form, Wrong};
use crate::Literal;

/// An address to listen on.
pub(crate) struct Address;

impl Form for Address {
    type Out = SocketAddr;

    fn parse(&self, text: &str) -> Result<SocketAddr, Wrong> {
        let problem = || format!("`{text}` is not an IP address with a port");
        text.parse().map_err(|_| match text.rsplit_once(':') {
            Some(("", port)) => Wrong::new(problem(), format!("write `0.0.0.0:{port}` to listen everywhere")),
            Some(("localhost", port)) => Wrong::new(problem(), format!("write `127.0.0.1:{port}`")),
            _ => Wrong::new(
                problem(),
                "write an IP address and a port, as in `127.0.0.1:8071` or `[::1]:8071`",
            ),
        })
    }

    fn describe(&self) -> String {
        "IP address and port".to_owned()
    }
}

/// Networks in CIDR notation, separated by commas. A single address means itself.
pub(crate) struct Subnets;

impl Form for Subnets {
    type Out = Vec<IpNet>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse_subnet).collect()
    }

    fn describe(&self) -> String {
        "list of networks in CIDR notation, may be empty".to_owned()
    }

    fn literal(&self) -> Literal {
        Literal::List
    }

    fn accepts_empty(&self) -> bool {
        true
    }
}

fn parse_subnet(text: &str) -> Result<IpNet, Wrong> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    // Bits behind the prefix are cut: `10.1.2.3/8` is what people copy from an interface, and it has one meaning.
    text.parse::<IpNet>().map(|net| net.trunc()).map_err(|_| {
        Wrong::new(
            format!("`{text}` is not a network"),
            "write CIDR notation, as in `10.0.0.0/8` or `fd00::/8`",
        )
    })
}

/// Name servers, separated by commas: an IP address, perhaps with a port.
pub(crate) struct NameServers;

/// Name servers asked for one name.
const NAME_SERVERS_MAX: usize = 8;
/// The port that a name server listens on unless another is given (RFC 1035 section 4.2).
const DNS_PORT: u16 = 53;

impl Form for NameServers {
    type Out = Vec<SocketAddr>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let servers = parts.map(parse_name_server).collect::<Result<Vec<_>, _>>()?;
        if servers.len() > NAME_SERVERS_MAX {
            let problem = format!("names {} name servers", servers.len());
            return Err(Wrong::new(problem, format!("name at most {NAME_SERVERS_MAX}")));
        }
        Ok(servers)
    }

    fn describe(&self) -> String {
        format!("list of up to {NAME_SERVERS_MAX} IP addresses, each perhaps with a port, may be empty")
    }

    fn literal(&self) -> Literal {
        Literal::List
    }

    fn accepts_empty(&self) -> bool {
        true
    }
}

fn parse_name_server(text: &str) -> Result<SocketAddr, Wrong> {
    let alone = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT));
    let Ok(server) = alone.or_else(|_| text.parse::<SocketAddr>()) else {
        return Err(Wrong::new(
            format!("`{text}` is not the address of a name server"),
            "write its IP address, not a name, perhaps with a port, as in `10.0.0.53`, `10.0.0.53:5353` or \
             `[fd00::53]:53`",
        ));
    };
    if server.ip().is_unspecified() || server.ip().is_multicast() || server.port() == 0 {
        return Err(Wrong::new(
            format!("`{text}` is an address that no name server answers at"),
            "write the address that the name server listens on, as in `127.0.0.1:53`",
        ));
    }
    Ok(server)
}

/// The start of a URL: scheme and authority, perhaps a path. Kept without a slash at the end.
pub(crate) struct BaseUrl;

impl Form for BaseUrl {
    type Out = String;

    fn parse(&self, text: &str) -> Result<String, Wrong> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['?', '#', '@']);
        if host.is_empty() || !is_plain {
            let help = "write scheme and host, as in `https://hooks.example.com`";
            return Err(Wrong::new(format!("`{text}` is not the start of a URL"), help));
        }
        Ok(text.trim_end_matches('/').to_owned())
    }

    fn describe(&self) -> String {
        "`http://` or `https://`, host and perhaps a path".to_owned()
    }
}
