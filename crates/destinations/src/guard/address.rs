//! The address table: which IP addresses are ordinary hosts on the public internet.
//!
//! Called by the policy for every address before it is dialled. It is a pure function of the address and must refuse
//! everything that is not plain public unicast: an address it does not know is refused, never passed.
//!
//! Source: the IANA special-purpose address registries for IPv4 and IPv6, plus the addresses on which clouds serve
//! instance metadata, some of which lie in public ranges. IPv6 forms that carry an IPv4 address inside (mapped,
//! compatible, translated, NAT64, 6to4, Teredo) are refused whole instead of being unpacked: no receiver needs to be
//! written that way, and unpacking is where filters of this kind have been bypassed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not an ordinary public one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// `0.0.0.0/8` and `::`: "this host", which the kernel may take for loopback.
    Unspecified,
    /// `127.0.0.0/8` and `::1`.
    Loopback,
    /// RFC 1918 networks, and IPv6 unique local addresses (`fc00::/7`).
    Private,
    /// `100.64.0.0/10`, shared by carriers and overlay networks (RFC 6598).
    Shared,
    /// `169.254.0.0/16` and `fe80::/10`.
    LinkLocal,
    /// `fec0::/10`, deprecated predecessor of unique local addresses.
    SiteLocal,
    /// An address on which a cloud serves credentials and instance data.
    Metadata,
    /// Blocks set aside for protocol assignments (`192.0.0.0/24`, `2001::/23` and others).
    Protocol,
    /// Documentation examples (RFC 5737, RFC 3849, RFC 9637).
    Documentation,
    /// Benchmarking of network devices, `198.18.0.0/15` (RFC 2544).
    Benchmarking,
    /// Multicast.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// Reserved or unallocated space, including all IPv6 outside `2000::/3`.
    Reserved,
    /// An IPv4 address written as IPv6: mapped, compatible or translated.
    EmbeddedIpv4,
    /// A NAT64 prefix (`64:ff9b::/96`, `64:ff9b:1::/48`), which reaches the IPv4 address inside.
    Nat64,
    /// 6to4: `2002::/16` and its relays `192.88.99.0/24`.
    SixToFour,
    /// Teredo, `2001::/32`.
    Teredo,
    /// The discard prefixes `100::/64` and `100:0:0:1::/64`.
    Discard,
    /// SRv6 segment identifiers, `5f00::/16` (RFC 9602).
    SegmentRouting,
}

impl AddressClass {
    /// Words that complete "an address in the … range".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private network",
            Self::Shared => "carrier-shared",
            Self::LinkLocal => "link-local",
            Self::SiteLocal => "site-local",
            Self::Metadata => "cloud metadata",
            Self::Protocol => "protocol assignment",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Reserved => "reserved",
            Self::EmbeddedIpv4 => "IPv4-in-IPv6",
            Self::Nat64 => "NAT64",
            Self::SixToFour => "6to4",
            Self::Teredo => "Teredo",
            Self::Discard => "discard",
            Self::SegmentRouting => "segment routing",
        }
    }

    /// Whether an operator's allow-list may open this class at all.
    ///
    /// False where nobody can be meant: addresses that name no single host, and IPv6 spellings that hide an IPv4
    /// address, which must be allowed as the IPv4 address they are.
    #[must_use]
    pub const fn can_be_allowed(self) -> bool {
        !matches!(
            self,
            Self::Unspecified
                | Self::Multicast
                | Self::Broadcast
                | Self::EmbeddedIpv4
                | Self::Nat64
                | Self::SixToFour
                | Self::Teredo
                | Self::Discard
        )
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Judges one address; `Ok` means ordinary public unicast.
///
/// # Errors
/// The class of the special range that the address lies in.
pub fn judge_address(address: IpAddr) -> Result<(), AddressClass> {
    let special = match address {
        IpAddr::V4(address) => special_ipv4(address),
        IpAddr::V6(address) => special_ipv6(address),
    };
    special.map_or(Ok(()), Err)
}

/// One row of the IPv4 table: network, prefix length, class.
type Row4 = (Ipv4Addr, u32, AddressClass);
/// One row of the IPv6 table: network, prefix length, class.
type Row6 = (Ipv6Addr, u32, AddressClass);

/// The first match counts, so single addresses stand before the networks around them.
const SPECIAL_IPV4: &[Row4] = &[
    // AWS, GCP, Azure, Oracle, DigitalOcean and others; then AWS container credentials; EKS pod identity.
    (v4(169, 254, 169, 254), 32, AddressClass::Metadata),
    (v4(169, 254, 170, 2), 32, AddressClass::Metadata),
    (v4(169, 254, 170, 23), 32, AddressClass::Metadata),
    // Alibaba Cloud; Oracle Cloud classic; Azure's platform address, which lies in a public range.
    (v4(100, 100, 100, 200), 32, AddressClass::Metadata),
    (v4(192, 0, 0, 192), 32, AddressClass::Metadata),
    (v4(168, 63, 129, 16), 32, AddressClass::Metadata),
    (v4(0, 0, 0, 0), 8, AddressClass::Unspecified),
    (v4(10, 0, 0, 0), 8, AddressClass::Private),
    (v4(100, 64, 0, 0), 10, AddressClass::Shared),
    (v4(127, 0, 0, 0), 8, AddressClass::Loopback),
    (v4(169, 254, 0, 0), 16, AddressClass::LinkLocal),
    (v4(172, 16, 0, 0), 12, AddressClass::Private),
    (v4(192, 0, 0, 0), 24, AddressClass::Protocol),
    (v4(192, 0, 2, 0), 24, AddressClass::Documentation),
    (v4(192, 88, 99, 0), 24, AddressClass::SixToFour),
    (v4(192, 168, 0, 0), 16, AddressClass::Private),
    (v4(198, 18, 0, 0), 15, AddressClass::Benchmarking),
    (v4(198, 51, 100, 0), 24, AddressClass::Documentation),
    (v4(203, 0, 113, 0), 24, AddressClass::Documentation),
    (v4(224, 0, 0, 0), 4, AddressClass::Multicast),
    (v4(255, 255, 255, 255), 32, AddressClass::Broadcast),
    (v4(240, 0, 0, 0), 4, AddressClass::Reserved),
];

/// The first match counts. What matches nothing must still lie in `2000::/3` to pass.
const SPECIAL_IPV6: &[Row6] = &[
    (v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]), 128, AddressClass::Metadata),
    (v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]), 128, AddressClass::Metadata),
    (v6([0, 0, 0, 0, 0, 0, 0, 0]), 128, AddressClass::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1]), 128, AddressClass::Loopback),
    // IPv4-compatible, IPv4-mapped, IPv4-translated (RFC 4291, RFC 2765).
    (v6([0, 0, 0, 0, 0, 0, 0, 0]), 96, AddressClass::EmbeddedIpv4),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0]), 96, AddressClass::EmbeddedIpv4),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0]), 96, AddressClass::EmbeddedIpv4),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0]), 96, AddressClass::Nat64),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0]), 48, AddressClass::Nat64),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0]), 64, AddressClass::Discard),
    (v6([0x100, 0, 0, 1, 0, 0, 0, 0]), 64, AddressClass::Discard),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0]), 32, AddressClass::Teredo),
    // Benchmarking, ORCHID, AMT and the rest of the block: none of them is a web server.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0]), 23, AddressClass::Protocol),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0]), 32, AddressClass::Documentation),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0]), 16, AddressClass::SixToFour),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0]), 20, AddressClass::Documentation),
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0]), 16, AddressClass::SegmentRouting),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0]), 7, AddressClass::Private),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0]), 10, AddressClass::LinkLocal),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0]), 10, AddressClass::SiteLocal),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0]), 8, AddressClass::Multicast),
];

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

const fn v6(segments: [u16; 8]) -> Ipv6Addr {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Addr::new(a, b, c, d, e, f, g, h)
}

fn special_ipv4(address: Ipv4Addr) -> Option<AddressClass> {
    let bits = address.to_bits();
    SPECIAL_IPV4
        .iter()
        .find(|(network, prefix, _)| (bits ^ network.to_bits()) >> (32 - prefix) == 0)
        .map(|(_, _, class)| *class)
}

fn special_ipv6(address: Ipv6Addr) -> Option<AddressClass> {
    let bits = address.to_bits();
    let listed = SPECIAL_IPV6
        .iter()
        .find(|(network, prefix, _)| (bits ^ network.to_bits()) >> (128 - prefix) == 0)
        .map(|(_, _, class)| *class);
    let is_global_unicast = bits >> 125 == 0b001;
    listed.or((!is_global_unicast).then_some(AddressClass::Reserved))
}
