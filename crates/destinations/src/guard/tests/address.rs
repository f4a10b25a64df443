//! The address table, at its edges and against a second, independently written one (SS2, SS3, SS4).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use crate::guard::address::{AddressClass as Class, judge_address};

fn class_of(address: &str) -> Option<Class> {
    judge_address(address.parse::<IpAddr>().unwrap()).err()
}

/// First, middle and last address of each range; `None` marks the neighbours just outside.
#[test]
fn every_ipv4_range_is_refused_from_first_to_last() {
    let ranges = [
        ("0.0.0.0", "0.255.255.255", Class::Unspecified),
        ("10.0.0.0", "10.255.255.255", Class::Private),
        ("100.64.0.0", "100.127.255.255", Class::Shared),
        ("127.0.0.0", "127.255.255.255", Class::Loopback),
        ("169.254.0.0", "169.254.255.255", Class::LinkLocal),
        ("172.16.0.0", "172.31.255.255", Class::Private),
        ("192.0.0.0", "192.0.0.255", Class::Protocol),
        ("192.0.2.0", "192.0.2.255", Class::Documentation),
        ("192.88.99.0", "192.88.99.255", Class::SixToFour),
        ("192.168.0.0", "192.168.255.255", Class::Private),
        ("198.18.0.0", "198.19.255.255", Class::Benchmarking),
        ("198.51.100.0", "198.51.100.255", Class::Documentation),
        ("203.0.113.0", "203.0.113.255", Class::Documentation),
        ("224.0.0.0", "239.255.255.255", Class::Multicast),
        ("240.0.0.0", "255.255.255.254", Class::Reserved),
        ("255.255.255.255", "255.255.255.255", Class::Broadcast),
    ];
    for (first, last, class) in ranges {
        let (low, high) = (bits(first), bits(last));
        for inside in [low, low + (high - low) / 2, high] {
            assert_eq!(judge4(inside), Some(class), "{}", Ipv4Addr::from(inside));
        }
    }
}

#[test]
fn neighbours_of_ipv4_ranges_pass() {
    for address in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.1.255",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "168.63.129.15",
        "168.63.129.17",
        "1.1.1.1",
        "8.8.8.8",
    ] {
        assert_eq!(class_of(address), None, "{address}");
    }
}

#[test]
fn metadata_addresses_are_their_own_class_wherever_they_lie() {
    for address in [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
    ] {
        assert_eq!(class_of(address), Some(Class::Metadata), "{address}");
    }
}

/// First and last address of each range.
const IPV6_RANGES: &[(&str, &str, Class)] = &[
    ("::2", "::ffff:ffff", Class::EmbeddedIpv4),
    ("::ffff:0:0", "::ffff:ffff:ffff", Class::EmbeddedIpv4),
    ("::ffff:0:0:0", "::ffff:0:ffff:ffff", Class::EmbeddedIpv4),
    ("64:ff9b::", "64:ff9b::ffff:ffff", Class::Nat64),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", Class::Nat64),
    ("100::", "100::ffff:ffff:ffff:ffff", Class::Discard),
    ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", Class::Discard),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", Class::Teredo),
    ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Protocol),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Class::Documentation),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::SixToFour),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Documentation),
    ("4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Reserved),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::SegmentRouting),
    ("5f01::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Reserved),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Private),
    ("fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Reserved),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::LinkLocal),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::SiteLocal),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Multicast),
];

#[test]
fn every_ipv6_range_is_refused_from_first_to_last() {
    for &(first, last, class) in IPV6_RANGES {
        let (low, high) = (bits6(first), bits6(last));
        for inside in [low, low + (high - low) / 2, high] {
            let address = Ipv6Addr::from(inside);
            assert_eq!(judge_address(address.into()).err(), Some(class), "{address}");
        }
    }
}

#[test]
fn neighbours_of_ipv6_ranges_pass_when_they_are_global_unicast() {
    for address in [
        "2000::",
        "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:200::",
        "2001:db7:ffff::1",
        "2001:db9::",
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2003::",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff:1000::",
        "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ] {
        assert_eq!(class_of(address), None, "{address}");
    }
}

#[test]
fn ipv4_hidden_in_ipv6_is_refused_whatever_it_holds() {
    for address in [
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a9fe:a9fe",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ] {
        let class = class_of(address).unwrap();
        assert!(!class.can_be_allowed(), "{address} is {class}");
    }
    assert_eq!(class_of("::"), Some(Class::Unspecified));
    assert_eq!(class_of("::1"), Some(Class::Loopback));
}

/// The same judgement from the standard library's predicates and plain octets.
fn by_the_book(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let by_std =
        address.is_private() || address.is_loopback() || address.is_link_local() || address.is_broadcast();
    let by_std = by_std || address.is_documentation() || address.is_multicast();
    let by_octets = match a {
        0 | 240..=255 => true,
        100 => b & 0xc0 == 64,
        192 => (b == 0 && c == 0) || (b == 88 && c == 99),
        198 => b == 18 || b == 19,
        _ => false,
    };
    by_std || by_octets || address.octets() == [168, 63, 129, 16]
}

#[test]
fn ipv4_table_agrees_with_the_other_table_at_every_network_edge() {
    // Every /24 of the blocks that hold special networks, every /16 elsewhere.
    let has_special =
        |octet: u32| matches!(octet, 0 | 10 | 100 | 127 | 168..=172 | 192 | 198 | 203 | 224 | 255);
    for network in (0..1_u32 << 24).filter(|network| network % 256 == 0 || has_special(network >> 16)) {
        for host in [0, 16, 255] {
            let address = Ipv4Addr::from(network << 8 | host);
            assert_eq!(judge_address(address.into()).is_err(), by_the_book(address), "{address}");
        }
    }
}

#[test]
#[ignore = "four thousand million addresses take minutes without optimisation"]
fn ipv4_table_agrees_with_the_other_table_everywhere() {
    for bits in 0..=u32::MAX {
        let address = Ipv4Addr::from(bits);
        assert_eq!(judge_address(address.into()).is_err(), by_the_book(address), "{address}");
    }
}

proptest! {
    #[test]
    fn any_ipv6_outside_global_unicast_is_refused(bits: u128) {
        if bits >> 125 != 1 {
            prop_assert!(judge_address(Ipv6Addr::from(bits).into()).is_err());
        }
    }

    #[test]
    fn any_ipv4_agrees_with_the_other_table(bits: u32) {
        let address = Ipv4Addr::from(bits);
        prop_assert_eq!(judge_address(address.into()).is_err(), by_the_book(address));
    }
}

fn bits(address: &str) -> u32 {
    address.parse::<Ipv4Addr>().unwrap().to_bits()
}

fn bits6(address: &str) -> u128 {
    address.parse::<Ipv6Addr>().unwrap().to_bits()
}

fn judge4(bits: u32) -> Option<Class> {
    judge_address(Ipv4Addr::from(bits).into()).err()
}
