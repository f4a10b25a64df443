//! Addresses of services: the protocol's own ports open, everything else as for URLs.

use std::net::IpAddr;

use super::support::allowing;
use crate::guard::{GuardPolicy, ServiceAddress, SystemResolver, vet_service};

const POSTGRES: &[u16] = &[5432];

fn code(host: &str, port: u16, policy: &GuardPolicy) -> Option<&'static str> {
    ServiceAddress::parse(host, port, POSTGRES, policy).err().map(|refusal| refusal.code())
}

#[test]
fn a_client_may_dial_the_port_of_its_own_protocol_only() {
    let strict = GuardPolicy::default();
    let cases = [
        ("db.example.com", 5432, None),
        ("db.example.com", 6432, None),
        ("db.example.com", 6379, Some("url_port_not_allowed")),
        ("db.example.com", 22, Some("url_port_not_allowed")),
        ("db.example.com", 0, Some("url_port_not_allowed")),
        ("93.184.216.34", 5432, None),
        ("93.184.216.34", 3306, Some("url_port_not_allowed")),
    ];
    for (host, port, expected) in cases {
        assert_eq!(code(host, port, &strict), expected, "{host}:{port}");
    }
}

#[test]
fn private_hosts_stay_closed_in_every_spelling() {
    let strict = GuardPolicy::default();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "10.0.0.5", "169.254.169.254"] {
        assert_eq!(code(host, 5432, &strict), Some("url_address_not_public"), "{host}");
    }
    for host in ["localhost", "db.internal", "db"] {
        assert_eq!(code(host, 5432, &strict), Some("url_host_not_public"), "{host}");
    }
    assert_eq!(code("10.0.0.5", 5432, &allowing(&["10.0.0.0/8"])), None);
}

#[tokio::test]
async fn the_policy_is_asked_again_for_every_connection() {
    let resolver = SystemResolver::from_name_servers(&[]).unwrap();
    let open = allowing(&["127.0.0.0/8"]);
    let service = ServiceAddress::parse("localhost", 5432, POSTGRES, &open).unwrap();
    let vetted = vet_service(&open, &resolver, &service).await.unwrap();
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    assert_eq!(vetted.as_slice(), [(loopback, 5432).into()]);
    assert!(vet_service(&GuardPolicy::default(), &resolver, &service).await.is_err());
}
