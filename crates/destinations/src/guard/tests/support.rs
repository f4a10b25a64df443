//! Policies that the tests share.

use ipnet::IpNet;

use crate::guard::GuardPolicy;

/// A policy that also allows the given networks.
pub(super) fn allowing(subnets: &[&str]) -> GuardPolicy {
    let allow_subnets = subnets.iter().map(|subnet| subnet.parse::<IpNet>().unwrap()).collect();
    GuardPolicy { allow_subnets, ..GuardPolicy::default() }
}
