//! The resolver of a running server: the system's name servers and hosts file, or name servers of the operator's choice.
//!
//! Built once at start by the binary; which of the two it is, `delivery.dns_servers` says. Lookups are asynchronous and see every A and AAAA record. Where the system's
//! resolver configuration cannot be read, `getaddrinfo` answers instead, a few lookups at a time, because each of them
//! holds a thread. Search domains are never applied: a customer's `db` must not become `db.our-network`.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{Hosts, TokioResolver};
use tokio::sync::Semaphore;

use super::resolve::{Resolve, ResolveError, ResolveFuture};

/// Longest wait for one name server, one try. Two tries over two servers stay inside a 15 s attempt.
const QUERY_TIMEOUT_MAX: Duration = Duration::from_secs(3);
/// Tries after the first.
const QUERY_RETRIES_MAX: usize = 1;
/// Answers kept, each until its TTL ends.
const CACHE_ANSWERS_MAX: u64 = 4_096;
/// A name that did not exist is asked again after this long, so that a fixed record is noticed.
const NEGATIVE_TTL_MAX: Duration = Duration::from_secs(30);
/// `getaddrinfo` calls at once.
const BLOCKING_LOOKUPS_MAX: usize = 8;

/// Resolves through the system's configuration.
pub struct SystemResolver {
    hosts: Hosts,
    backend: Backend,
}

enum Backend {
    Dns(Box<TokioResolver>),
    Blocking(Semaphore),
}

impl SystemResolver {
    /// Reads `/etc/resolv.conf` and `/etc/hosts`; a change to either needs a restart.
    #[must_use]
    pub fn from_system() -> Self {
        let hosts = Hosts::from_system().unwrap_or_else(|error| {
            tracing::warn!(%error, "hosts file not readable, going on without it");
            Hosts::default()
        });
        let backend = hickory_resolver::system_conf::read_system_conf()
            .and_then(|(config, options)| dns_backend(config.into_parts().2, options))
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "system resolver configuration not usable, falling back to getaddrinfo");
                blocking_backend()
            });
        Self { hosts, backend }
    }

    /// Asks the given name servers, over UDP and TCP, and no hosts file.
    ///
    /// # Errors
    /// When the resolver cannot be built.
    pub fn from_name_servers(servers: &[SocketAddr]) -> io::Result<Self> {
        let servers = servers.iter().copied().map(name_server).collect();
        let backend = dns_backend(servers, ResolverOpts::default()).map_err(io::Error::other)?;
        Ok(Self { hosts: Hosts::default(), backend })
    }

    /// Asks the C library alone, for systems whose name service DNS cannot stand for.
    #[must_use]
    pub fn from_getaddrinfo() -> Self {
        Self { hosts: Hosts::default(), backend: blocking_backend() }
    }

    /// Addresses from the hosts file. When it knows a name, DNS is not asked at all.
    fn static_addresses(&self, name: &Name) -> Vec<IpAddr> {
        [RecordType::A, RecordType::AAAA]
            .into_iter()
            .filter_map(|kind| self.hosts.lookup_static_host(&Query::query(name.clone(), kind)))
            .flat_map(|lookup| {
                lookup.answers().iter().filter_map(|record| record.data.ip_addr()).collect::<Vec<_>>()
            })
            .collect()
    }

    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let mut absolute = Name::from_str(name).map_err(|error| ResolveError::Failed(error.to_string()))?;
        absolute.set_fqdn(true);
        let listed = self.static_addresses(&absolute);
        if !listed.is_empty() {
            return Ok(listed);
        }
        match &self.backend {
            Backend::Dns(resolver) => match resolver.lookup_ip(absolute).await {
                Ok(answer) => Ok(answer.iter().collect()),
                Err(error) => Err(resolve_error(&error)),
            },
            Backend::Blocking(permits) => look_up_blocking(permits, name).await,
        }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> ResolveFuture<'a> {
        Box::pin(self.look_up(name))
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = address.port();
    }
    NameServerConfig::new(address.ip(), true, connections)
}

fn dns_backend(servers: Vec<NameServerConfig>, system: ResolverOpts) -> Result<Backend, NetError> {
    let config = ResolverConfig::from_name_servers(servers);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.edns0 = true;
    options.timeout = system.timeout.min(QUERY_TIMEOUT_MAX);
    options.attempts = system.attempts.min(QUERY_RETRIES_MAX);
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = CACHE_ANSWERS_MAX;
    options.negative_max_ttl = Some(NEGATIVE_TTL_MAX);
    Ok(Backend::Dns(Box::new(builder.build()?)))
}

fn blocking_backend() -> Backend {
    Backend::Blocking(Semaphore::new(BLOCKING_LOOKUPS_MAX))
}

fn resolve_error(error: &NetError) -> ResolveError {
    if error.is_nx_domain() {
        ResolveError::NotFound
    } else if error.is_no_records_found() {
        ResolveError::NoAddress
    } else if matches!(error, NetError::Timeout) {
        ResolveError::TimedOut
    } else {
        ResolveError::Failed(error.to_string())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the guard's own resolver; its answer is vetted")]
async fn look_up_blocking(permits: &Semaphore, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
    let _permit = permits.acquire().await.expect("the semaphore is never closed");
    match tokio::net::lookup_host((name, 0)).await {
        Ok(found) => Ok(found.map(|socket| socket.ip()).collect()),
        Err(error) => Err(ResolveError::Failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
