//! The families that are code rather than templates. A new one is a file here that implements [`Family`].
//!
//! What must stay true: a family judges by its own rules and what it was built with, never by a name in the request.

mod adobe;
mod adyen;
mod braintree;
mod checkbook;
mod contentful;
mod detached;
mod entra;
mod event_grid;
mod family;
mod graph;
mod http_signatures;
mod jwt;
mod paypal;
mod read;
mod sns;
mod standard;
mod token;
mod travis;
mod twilio;

pub use adobe::AdobeEvents;
pub use adyen::AdyenItems;
pub use braintree::Braintree;
pub use checkbook::Checkbook;
pub use contentful::Contentful;
pub use detached::Detached;
pub use event_grid::EventGrid;
pub use family::{Family, FamilyResult, Stop};
pub use graph::Graph;
pub use http_signatures::{HttpSignatureAlgorithm, HttpSignatures};
pub use jwt::{JwtAlgorithm, JwtAudience, JwtKey, JwtScheme};
pub use paypal::PayPal;
pub use sns::Sns;
pub use standard::{HeaderNames, StandardWebhooks};
pub use token::TokenAt;
pub use travis::Travis;
pub use twilio::Twilio;

pub(crate) use http_signatures::{judge as judge_http_signatures, write as write_http_signatures};
pub(crate) use sns::is_sns_host;
pub(crate) use standard::{judge as judge_standard, write as write_standard};
pub(crate) use token::{judge as judge_token, write as write_token};
