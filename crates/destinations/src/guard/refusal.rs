//! Why the guard refused a URL or an address, in words that say what to do.
//!
//! The API shows these texts when an endpoint is stored, the attempt log when a delivery is blocked. Codes are stable;
//! texts are lower case and name the setting or the edit that helps.

use super::address::AddressClass;

/// The setting an operator uses to open a private network.
pub const ALLOW_SUBNETS_SETTING: &str = "HOOKTIDE_DELIVERY_ALLOW_SUBNETS";

/// Why a socket address may not be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SocketRefusal {
    /// The address lies in a special range that is not allowed.
    #[error("{}", address_text(*.0))]
    Address(AddressClass),
    /// Port 0 names no service.
    #[error("port 0 cannot be connected to; give the port your receiver listens on")]
    PortZero,
    /// A system port other than 80 and 443.
    #[error(
        "port {0} is a system port; use 80, 443 or a port from 1024 up, or ask the operator to allow the receiver's network with HOOKTIDE_DELIVERY_ALLOW_SUBNETS"
    )]
    PortLow(u16),
    /// A port on which infrastructure speaks, with the name of the service.
    #[error("port {0} belongs to {1} and cannot receive webhooks; use another port")]
    PortDenied(u16, &'static str),
    /// One of this server's own listening sockets.
    #[error("this is the webhook server itself; use the address of your receiver")]
    Own,
}

impl SocketRefusal {
    /// Stable code for APIs and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Address(_) => "url_address_not_public",
            Self::PortZero | Self::PortLow(_) | Self::PortDenied(..) => "url_port_not_allowed",
            Self::Own => "url_is_this_server",
        }
    }
}

/// Why an endpoint URL was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    /// Longer than [`super::URL_BYTES_MAX`].
    #[error("the url is longer than {} bytes; shorten it", super::URL_BYTES_MAX)]
    TooLong,
    /// Not a URL, with the parser's reason.
    #[error("not a valid url: {0}")]
    Malformed(String),
    /// A scheme other than `http` and `https`.
    #[error("the url must start with https:// or http://, not {0}:")]
    Scheme(String),
    /// Plain `http` while the policy demands TLS.
    #[error("this server delivers to https urls only; start the url with https://")]
    HttpsOnly,
    /// A user name or password before the host.
    #[error(
        "a user name or password in the url is not accepted; set an `authorization` header on the endpoint instead"
    )]
    Userinfo,
    /// No host, or one that is not a DNS name.
    #[error("the host is not a valid domain name: {0}")]
    Name(&'static str),
    /// A name that ends in a dot.
    #[error("write the host without the dot at its end")]
    TrailingDot,
    /// `localhost` and names below it.
    #[error(
        "{0} is this server's own machine, which deliveries may not reach; to allow it add 127.0.0.0/8 to HOOKTIDE_DELIVERY_ALLOW_SUBNETS"
    )]
    Localhost(String),
    /// A name that only a private network can know.
    #[error(
        "{0} is not a public domain name; use one, or add the receiver's network to HOOKTIDE_DELIVERY_ALLOW_SUBNETS"
    )]
    PrivateName(String),
    /// A name on which a platform serves credentials or its control plane.
    #[error(
        "{0} belongs to the platform this server runs on and can never be delivered to; use your receiver's name"
    )]
    PlatformName(String),
    /// The host is an address, or the port a number, that may not be dialled.
    #[error("{0}")]
    Socket(SocketRefusal),
}

impl UrlRefusal {
    /// Stable code for APIs and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "url_too_long",
            Self::Malformed(_) | Self::Name(_) | Self::TrailingDot => "url_malformed",
            Self::Scheme(_) => "url_scheme_not_allowed",
            Self::HttpsOnly => "url_not_https",
            Self::Userinfo => "url_has_userinfo",
            Self::Localhost(_) | Self::PrivateName(_) | Self::PlatformName(_) => "url_host_not_public",
            Self::Socket(refusal) => refusal.code(),
        }
    }
}

impl From<SocketRefusal> for UrlRefusal {
    fn from(refusal: SocketRefusal) -> Self {
        Self::Socket(refusal)
    }
}

fn address_text(class: AddressClass) -> String {
    if class.can_be_allowed() {
        format!(
            "an address in the {class} range may not be delivered to; if it is meant, the operator can add it to {ALLOW_SUBNETS_SETTING}"
        )
    } else {
        format!(
            "an address in the {class} range can never be delivered to; use the receiver's public address or name"
        )
    }
}
