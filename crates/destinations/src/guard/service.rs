//! The address of a service that is not HTTP: a database, a broker, a mail server.
//!
//! Parsed when a destination is checked, vetted again for every connection. The same rules hold as for a URL, but for
//! one: a client may dial the ports of its own protocol, which are closed to HTTP because HTTP's bytes could drive what
//! listens there.

use std::net::{IpAddr, SocketAddr};

use rustls::pki_types::ServerName;

use super::names;
use super::policy::GuardPolicy;
use super::refusal::UrlRefusal;
use super::url::{EndpointHost, server_name};

/// A host and port that passed the guard's rules. Names in it are not resolved yet; see [`super::vet_service`].
#[derive(Debug, Clone)]
pub struct ServiceAddress {
    host: EndpointHost,
    port: u16,
    service_ports: &'static [u16],
    server_name: ServerName<'static>,
}

impl ServiceAddress {
    /// Parses and judges a host as it stands in a URL. `service_ports` are those of the protocol that will be spoken.
    ///
    /// # Errors
    /// The first rule that the address breaks.
    pub fn parse(
        host: &str,
        port: u16,
        service_ports: &'static [u16],
        policy: &GuardPolicy,
    ) -> Result<Self, UrlRefusal> {
        let parsed = url::Host::parse(host).map_err(|error| UrlRefusal::Malformed(error.to_string()))?;
        let ip = match parsed {
            url::Host::Domain(name) => {
                names::judge_name(&name, policy)?;
                policy.judge_name_port(port, service_ports)?;
                let host = EndpointHost::Name(name);
                return Ok(Self { server_name: server_name(&host)?, host, port, service_ports });
            }
            url::Host::Ipv4(ip) => IpAddr::V4(ip),
            url::Host::Ipv6(ip) => IpAddr::V6(ip),
        };
        policy.judge_service_socket(SocketAddr::new(ip, port), service_ports)?;
        let host = EndpointHost::Ip(ip);
        Ok(Self { server_name: server_name(&host)?, host, port, service_ports })
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &EndpointHost {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The name that the server's certificate must carry.
    #[must_use]
    pub const fn server_name(&self) -> &ServerName<'static> {
        &self.server_name
    }

    pub(super) const fn service_ports(&self) -> &'static [u16] {
        self.service_ports
    }
}
