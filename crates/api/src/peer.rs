//! Who sent a request: the connection's peer, or whom a trusted proxy names.
//!
//! What must stay true: what anybody can write into a header is believed only from peers that the operator trusts.

use std::net::{IpAddr, SocketAddr};

use http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The header in which proxies name whom they forward for, the nearest last.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Names that are looked at, from the nearest outwards.
const HOPS_MAX: usize = 20;

/// The address at the other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The sender's address: behind trusted proxies the first that is not one of them.
pub(crate) fn sender(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> Option<String> {
    let Peer(peer) = extensions.get::<Peer>()?;
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(&address.to_canonical()));
    if !is_trusted(&peer.ip()) {
        return Some(peer.ip().to_canonical().to_string());
    }
    let mut nearest = peer.ip();
    let lines: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    for hop in hops.take(HOPS_MAX) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address;
        if !is_trusted(&address) {
            break;
        }
    }
    Some(nearest.to_canonical().to_string())
}

#[cfg(test)]
mod tests;
