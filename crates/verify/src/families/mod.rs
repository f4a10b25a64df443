//! The families that are code rather than templates. A new one is a file here that implements [`Family`].
//!
//! What must stay true: a family judges by its own rules and what it was built with, never by a name in the request.

mod family;
mod standard;
mod token;

pub use family::{Family, FamilyResult, Stop};
pub use standard::{HeaderNames, StandardWebhooks};
pub use token::TokenAt;

pub(crate) use standard::{judge as judge_standard, write as write_standard};
pub(crate) use token::{judge as judge_token, write as write_token};
