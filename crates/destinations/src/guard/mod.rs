//! SSRF protection: what an outbound connection may reach, and the only way to open one.
//!
//! Every connection that a user can aim goes `EndpointUrl::parse` → `vet` → `dial`, or for a service that is not HTTP
//! `ServiceAddress::parse` → `vet_service` → `dial`. The URL is parsed once, by one
//! parser; every address a name has is judged; only a judged socket address is dialled. Nothing here follows a
//! redirect or reads a proxy variable from the environment. Errors fail closed.

pub mod address;
pub mod dial;
pub mod names;
pub mod policy;
pub mod refusal;
pub mod resolve;
pub mod service;
pub mod system;
pub mod url;
pub mod vet;

pub use address::{AddressClass, judge_address};
pub use dial::{DIAL_ADDRESSES_MAX, DialError, dial};
pub use policy::GuardPolicy;
pub use refusal::{SocketRefusal, UrlRefusal};
pub use resolve::{Resolve, ResolveError, ResolveFuture};
pub use service::ServiceAddress;
pub use system::SystemResolver;
pub use url::{EndpointHost, EndpointUrl, URL_BYTES_MAX};
pub use vet::{RESOLVED_ADDRESSES_MAX, VetError, vet, vet_service};

#[cfg(test)]
mod tests;
