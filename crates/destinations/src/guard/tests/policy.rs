//! The operator's rules for sockets: allow-list, ports, own sockets (SS8, SS9).

use std::net::{SocketAddr, TcpListener};

use super::support::allowing;
use crate::guard::{AddressClass, GuardPolicy, SocketRefusal};

fn judge(policy: &GuardPolicy, socket: &str) -> Result<(), SocketRefusal> {
    policy.judge_socket(socket.parse::<SocketAddr>().unwrap())
}

#[test]
fn the_default_policy_reaches_public_addresses_only() {
    let policy = GuardPolicy::default();
    assert_eq!(judge(&policy, "8.8.8.8:443"), Ok(()));
    assert_eq!(judge(&policy, "[2606:4700::1111]:443"), Ok(()));
    assert_eq!(judge(&policy, "10.0.0.1:443"), Err(SocketRefusal::Address(AddressClass::Private)));
    assert_eq!(judge(&policy, "127.0.0.1:8080"), Err(SocketRefusal::Address(AddressClass::Loopback)));
    assert_eq!(judge(&policy, "[::1]:8080"), Err(SocketRefusal::Address(AddressClass::Loopback)));
}

#[test]
fn the_allow_list_opens_exactly_its_networks() {
    let policy = allowing(&["10.20.0.0/16", "fd12::/16", "127.0.0.1/32"]);
    for open in ["10.20.0.1:8080", "10.20.255.255:80", "[fd12::1]:8080", "127.0.0.1:9999"] {
        assert_eq!(judge(&policy, open), Ok(()), "{open}");
    }
    for shut in ["10.21.0.1:8080", "10.19.255.255:80", "[fd13::1]:8080", "127.0.0.2:9999", "[::1]:80"] {
        assert!(judge(&policy, shut).is_err(), "{shut}");
    }
}

#[test]
fn even_the_widest_allow_list_opens_no_hidden_or_shared_meaning() {
    let policy = allowing(&["0.0.0.0/0", "::/0"]);
    assert_eq!(judge(&policy, "10.0.0.1:8080"), Ok(()));
    for shut in [
        "0.0.0.0:8080",
        "[::]:8080",
        "255.255.255.255:80",
        "224.0.0.1:80",
        "[ff02::1]:80",
        "[::ffff:127.0.0.1]:80",
        "[::127.0.0.1]:80",
        "[64:ff9b::7f00:1]:80",
        "[2002:7f00:1::1]:80",
        "[2001::1]:80",
        "[100::1]:80",
    ] {
        assert!(matches!(judge(&policy, shut), Err(SocketRefusal::Address(_))), "{shut}");
    }
}

#[test]
fn metadata_opens_only_to_an_entry_for_the_one_address() {
    for broad in ["0.0.0.0/0", "169.254.0.0/16", "100.64.0.0/10", "168.63.129.0/24"] {
        let policy = allowing(&[broad]);
        for metadata in ["169.254.169.254:80", "100.100.100.200:80", "168.63.129.16:80"] {
            assert_eq!(
                judge(&policy, metadata),
                Err(SocketRefusal::Address(AddressClass::Metadata)),
                "{broad}"
            );
        }
    }
    assert_eq!(judge(&allowing(&["169.254.169.254/32"]), "169.254.169.254:80"), Ok(()));
    assert!(judge(&allowing(&["fc00::/7"]), "[fd00:ec2::254]:80").is_err());
    assert_eq!(judge(&allowing(&["fd00:ec2::254/128"]), "[fd00:ec2::254]:80"), Ok(()));
}

#[test]
fn web_ports_and_unprivileged_ports_pass() {
    let policy = GuardPolicy::default();
    for port in [80, 443, 1024, 8080, 8443, 9000, 49_152, 65_535] {
        assert_eq!(judge(&policy, &format!("8.8.8.8:{port}")), Ok(()), "{port}");
    }
}

#[test]
fn system_ports_pass_only_into_an_allowed_network() {
    let policy = allowing(&["10.0.0.0/8"]);
    for port in [1, 22, 25, 53, 445, 1023] {
        assert_eq!(judge(&policy, &format!("8.8.8.8:{port}")), Err(SocketRefusal::PortLow(port)));
        assert_eq!(judge(&policy, &format!("10.1.2.3:{port}")), Ok(()));
    }
}

#[test]
fn port_zero_and_infrastructure_ports_are_refused_everywhere() {
    let policy = allowing(&["10.0.0.0/8"]);
    for host in ["8.8.8.8", "10.1.2.3"] {
        assert_eq!(judge(&policy, &format!("{host}:0")), Err(SocketRefusal::PortZero));
        for port in [2375, 5432, 6379, 9200, 11_211, 27_017] {
            assert!(matches!(judge(&policy, &format!("{host}:{port}")), Err(SocketRefusal::PortDenied(..))));
        }
    }
}

#[test]
fn own_sockets_are_refused_even_when_their_network_is_allowed() {
    let own: SocketAddr = "127.0.0.1:8071".parse().unwrap();
    let mut policy = GuardPolicy { own_addresses: vec![own], ..allowing(&["127.0.0.0/8"]) };
    assert_eq!(judge(&policy, "127.0.0.1:8071"), Err(SocketRefusal::Own));
    assert_eq!(judge(&policy, "127.0.0.1:8072"), Ok(()));
    policy.allow_own = true;
    assert_eq!(judge(&policy, "127.0.0.1:8071"), Ok(()));
}

#[test]
fn a_wildcard_listener_stands_for_every_local_address() {
    let own = vec!["0.0.0.0:8071".parse().unwrap(), "[::]:8072".parse().unwrap()];
    let policy =
        GuardPolicy { own_addresses: own, ..allowing(&["127.0.0.0/8", "::1/128", "192.168.0.0/16"]) };
    for socket in ["127.0.0.1:8071", "127.0.0.9:8071", "127.0.0.1:8072", "[::1]:8072"] {
        assert_eq!(judge(&policy, socket), Err(SocketRefusal::Own), "{socket}");
    }
    assert_eq!(judge(&policy, "8.8.8.8:8071"), Ok(()));
}

#[test]
fn ephemeral_ports_are_never_on_the_deny_list() {
    let policy = allowing(&["127.0.0.0/8"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(policy.judge_socket(listener.local_addr().unwrap()), Ok(()));
    for port in 32_768..=u16::MAX {
        assert_eq!(judge(&policy, &format!("127.0.0.1:{port}")), Ok(()));
    }
}
