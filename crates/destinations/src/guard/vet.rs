//! From a URL to the socket addresses that may be dialled.
//!
//! Called for every new connection, also when the endpoint was vetted a second ago: a name can change its mind between
//! two lookups. The whole answer counts. If one of a name's addresses is refused, none is dialled, because an answer
//! that mixes public and private addresses is an attack or a mistake, never a receiver.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use super::names;
use super::policy::GuardPolicy;
use super::refusal::{SocketRefusal, UrlRefusal};
use super::resolve::{Resolve, ResolveError};
use super::service::ServiceAddress;
use super::url::{EndpointHost, EndpointUrl};

/// Most addresses that one name may have.
pub const RESOLVED_ADDRESSES_MAX: usize = 32;

/// Socket addresses that passed the policy. Only [`vet`] makes them and only [`super::dial`] takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VettedAddresses(Vec<SocketAddr>);

impl VettedAddresses {
    /// The addresses in the order in which they should be tried; never empty.
    #[must_use]
    pub fn as_slice(&self) -> &[SocketAddr] {
        &self.0
    }
}

/// Why a URL may not, or cannot, be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VetError {
    /// The URL itself is no longer allowed.
    #[error(transparent)]
    Url(UrlRefusal),
    /// An address of the host is refused. The address itself is not told: it may describe a private network.
    #[error("{host} resolves to a refused address: {refusal}")]
    Resolved {
        /// The name that was looked up.
        host: String,
        /// The rule that refused one of its addresses.
        refusal: SocketRefusal,
    },
    /// The name could not be resolved.
    #[error("failed to resolve {host}: {source}")]
    Dns {
        /// The name that was looked up.
        host: String,
        /// The resolver's answer.
        source: ResolveError,
    },
}

/// Resolves and judges. Takes as long as the resolver does; the caller holds the deadline.
///
/// # Errors
/// A refused URL or address, or a name that does not resolve.
pub async fn vet(
    policy: &GuardPolicy,
    resolver: &dyn Resolve,
    url: &EndpointUrl,
) -> Result<VettedAddresses, VetError> {
    if policy.https_only && !url.is_https() {
        return Err(VetError::Url(UrlRefusal::HttpsOnly));
    }
    vet_host(policy, resolver, url.host(), url.port(), &[]).await
}

/// [`vet`] for a service that is not HTTP.
///
/// # Errors
/// A refused address, or a name that does not resolve.
pub async fn vet_service(
    policy: &GuardPolicy,
    resolver: &dyn Resolve,
    service: &ServiceAddress,
) -> Result<VettedAddresses, VetError> {
    vet_host(policy, resolver, service.host(), service.port(), service.service_ports()).await
}

async fn vet_host(
    policy: &GuardPolicy,
    resolver: &dyn Resolve,
    host: &EndpointHost,
    port: u16,
    service_ports: &[u16],
) -> Result<VettedAddresses, VetError> {
    let name = match host {
        EndpointHost::Ip(ip) => {
            let socket = SocketAddr::new(*ip, port);
            policy
                .judge_service_socket(socket, service_ports)
                .map_err(|refusal| VetError::Url(refusal.into()))?;
            return Ok(VettedAddresses(vec![socket]));
        }
        EndpointHost::Name(name) => name,
    };
    names::judge_name(name, policy).map_err(VetError::Url)?;
    let addresses = look_up(policy, resolver, name)
        .await
        .map_err(|source| VetError::Dns { host: name.clone(), source })?;
    let sockets: Vec<_> = addresses.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
    for socket in &sockets {
        policy
            .judge_service_socket(*socket, service_ports)
            .map_err(|refusal| VetError::Resolved { host: name.clone(), refusal })?;
    }
    Ok(VettedAddresses(interleave(sockets)))
}

/// All addresses of a name, without repeats; at least one.
async fn look_up(
    policy: &GuardPolicy,
    resolver: &dyn Resolve,
    name: &str,
) -> Result<Vec<IpAddr>, ResolveError> {
    let answer = match names::is_localhost(name) {
        true => policy.loopback_addresses(),
        false => resolver.resolve(name).await?,
    };
    let mut addresses = Vec::new();
    for address in answer {
        if addresses.contains(&address) {
            continue;
        }
        if addresses.len() == RESOLVED_ADDRESSES_MAX {
            return Err(ResolveError::TooManyAddresses);
        }
        addresses.push(address);
    }
    match addresses.is_empty() {
        true => Err(ResolveError::NoAddress),
        false => Ok(addresses),
    }
}

/// Alternates the families, IPv4 first, so that a host without working IPv6 (or IPv4) costs one try, not all of them.
fn interleave(sockets: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        sockets.into_iter().partition(SocketAddr::is_ipv4);
    let mut ordered = Vec::with_capacity(first.len() + second.len());
    while !(first.is_empty() && second.is_empty()) {
        ordered.extend(first.pop_front());
        ordered.extend(second.pop_front());
    }
    ordered
}
