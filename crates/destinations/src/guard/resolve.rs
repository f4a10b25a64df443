//! The seam to DNS: a name in, every address it has out.
//!
//! Implemented by [`super::SystemResolver`] and, in tests, by scripts. A resolver only reports; [`super::vet`] judges.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

/// The boxed answer of a resolver. Resolving happens once per connection, so the box costs nothing that matters.
pub type ResolveFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>>;

/// Looks names up.
pub trait Resolve: Send + Sync {
    /// All IPv4 and IPv6 addresses of `name`, which is absolute and without its final dot. Search domains never apply.
    fn resolve<'a>(&'a self, name: &'a str) -> ResolveFuture<'a>;
}

/// Why a name has no usable addresses. Each of them fails the attempt: no error is read as "go on".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The name does not exist.
    #[error("the name does not exist")]
    NotFound,
    /// The name exists without any address.
    #[error("the name has no address")]
    NoAddress,
    /// The name servers did not answer in time.
    #[error("its name servers did not answer in time")]
    TimedOut,
    /// More addresses than [`super::RESOLVED_ADDRESSES_MAX`].
    #[error("the name has too many addresses")]
    TooManyAddresses,
    /// Anything else, in the resolver's words.
    #[error("the lookup failed: {0}")]
    Failed(String),
}
