//! What this server's operator allows: the rules that judge a socket address.
//!
//! Built once from the configuration and shared. The URL parser asks it at store time, the vetting step asks it again
//! for every connection; both must get the same answer for the same address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use ipnet::IpNet;

use super::address::{AddressClass, judge_address};
use super::refusal::SocketRefusal;

/// The operator's rules for outbound connections. The default is the strict one: public addresses only.
#[derive(Debug, Clone, Default)]
pub struct GuardPolicy {
    /// Networks that may be reached although they are not public, for example `10.20.0.0/16`.
    ///
    /// An address on which a cloud serves metadata is opened only by an entry for that one address (`/32`, `/128`), so
    /// that a broad entry never includes it by accident.
    pub allow_subnets: Vec<IpNet>,
    /// Refuse plain `http`.
    pub https_only: bool,
    /// Sockets that this server listens on itself. A wildcard address stands for every local one.
    pub own_addresses: Vec<SocketAddr>,
    /// Permit deliveries to `own_addresses`, for the demo mode whose receiver is built in.
    pub allow_own: bool,
}

/// Ports above 1023 on which infrastructure speaks, refused to all but a client of that very service: what listens there is not a webhook receiver, and
/// several of these protocols can be driven by an HTTP request's bytes.
///
/// Kept below 32768, so that a receiver on an ephemeral port never meets the list by chance.
const DENIED_PORTS: &[(u16, &str)] = &[
    (1080, "SOCKS proxy"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2049, "NFS"),
    (2181, "ZooKeeper"),
    (2375, "Docker"),
    (2376, "Docker"),
    (2379, "etcd"),
    (2380, "etcd"),
    (3128, "HTTP proxy"),
    (3306, "MySQL"),
    (3389, "remote desktop"),
    (4369, "Erlang"),
    (5060, "SIP"),
    (5061, "SIP"),
    (5432, "PostgreSQL"),
    (5672, "AMQP"),
    (5900, "VNC"),
    (6000, "X11"),
    (6379, "Redis"),
    (6443, "Kubernetes"),
    (6667, "IRC"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (10250, "Kubernetes"),
    (10255, "Kubernetes"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

impl GuardPolicy {
    /// Judges the socket address that would be dialled.
    ///
    /// # Errors
    /// The first rule that refuses it.
    pub fn judge_socket(&self, socket: SocketAddr) -> Result<(), SocketRefusal> {
        self.judge_service_socket(socket, &[])
    }

    /// Judges the socket address that a client of a service would dial, which speaks the protocol of `service_ports`.
    pub(super) fn judge_service_socket(
        &self,
        socket: SocketAddr,
        service_ports: &[u16],
    ) -> Result<(), SocketRefusal> {
        let is_service_port = service_ports.contains(&socket.port());
        if !is_service_port {
            self.judge_port(socket.port())?;
        }
        let ip = socket.ip();
        if let Err(class) = judge_address(ip)
            && !self.allows(ip, class)
        {
            return Err(SocketRefusal::Address(class));
        }
        if !is_service_port && is_low_port(socket.port()) && !self.lists(ip) {
            return Err(SocketRefusal::PortLow(socket.port()));
        }
        if !self.allow_own && self.is_own(socket) {
            return Err(SocketRefusal::Own);
        }
        Ok(())
    }

    /// The port rules that hold for every address.
    pub(super) fn judge_port(&self, port: u16) -> Result<(), SocketRefusal> {
        if port == 0 {
            return Err(SocketRefusal::PortZero);
        }
        match DENIED_PORTS.iter().find(|(denied, _)| *denied == port) {
            Some((_, service)) => Err(SocketRefusal::PortDenied(port, service)),
            None => Ok(()),
        }
    }

    /// The port rules for a name, whose addresses are not known yet: a low port is refused here only when no address
    /// could make it right.
    pub(super) fn judge_name_port(&self, port: u16, service_ports: &[u16]) -> Result<(), SocketRefusal> {
        if service_ports.contains(&port) {
            return Ok(());
        }
        self.judge_port(port)?;
        if is_low_port(port) && self.allow_subnets.is_empty() {
            return Err(SocketRefusal::PortLow(port));
        }
        Ok(())
    }

    /// Whether the allow-list opens `ip`, which lies in the special range `class`.
    fn allows(&self, ip: IpAddr, class: AddressClass) -> bool {
        if !class.can_be_allowed() {
            return false;
        }
        self.allow_subnets.iter().any(|subnet| {
            subnet.contains(&ip)
                && (class != AddressClass::Metadata || subnet.prefix_len() == subnet.max_prefix_len())
        })
    }

    fn lists(&self, ip: IpAddr) -> bool {
        self.allow_subnets.iter().any(|subnet| subnet.contains(&ip))
    }

    /// The loopback addresses that the allow-list opens; what `localhost` means here (RFC 6761 section 6.3).
    pub(super) fn loopback_addresses(&self) -> Vec<IpAddr> {
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
            .into_iter()
            .filter(|ip| self.allows(*ip, AddressClass::Loopback))
            .collect()
    }

    /// Whether names that only a private network knows make sense: some network beyond loopback is allowed.
    pub(super) fn allows_private_names(&self) -> bool {
        self.allow_subnets
            .iter()
            .any(|subnet| !(subnet.network().is_loopback() && subnet.broadcast().is_loopback()))
    }

    fn is_own(&self, socket: SocketAddr) -> bool {
        self.own_addresses.iter().any(|own| {
            own.port() == socket.port()
                && (own.ip() == socket.ip() || own.ip().is_unspecified() && is_local(socket.ip()))
        })
    }
}

/// Whether `port` is a system port that is not a web port.
fn is_low_port(port: u16) -> bool {
    port < 1024 && port != 80 && port != 443
}

/// Whether an address belongs to this machine. Binding is the one question every system answers the same way; nothing
/// is sent. Asked only when the port is one that this server listens on.
fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}
