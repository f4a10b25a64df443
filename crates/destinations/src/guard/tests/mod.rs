//! The guard's tests: addresses, URLs, DNS answers.

mod address;
mod dns;
mod policy;
mod stub_dns;
mod url;
mod vet;

use ipnet::IpNet;

use super::GuardPolicy;

/// A policy that also allows the given networks.
fn allowing(subnets: &[&str]) -> GuardPolicy {
    let allow_subnets = subnets
        .iter()
        .map(|subnet| subnet.parse::<IpNet>().unwrap())
        .collect();
    GuardPolicy {
        allow_subnets,
        ..GuardPolicy::default()
    }
}
