//! JSON Web Tokens that requests carry: read here, judged by the family.
//!
//! What must stay true: the algorithm is the scheme's; what a token says about it can only refuse.

mod claims;
mod token;

pub(crate) use claims::{check_issuer, check_times, has_audience};
pub(crate) use token::{Token, write};
