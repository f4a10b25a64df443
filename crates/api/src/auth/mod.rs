//! Who is calling and what they may do: bearer tokens, and the access that routes ask for.

mod access;
mod capability;
mod token;

pub use access::{Access, Need, OrgAccess};
pub use capability::{Capabilities, Capability};
pub use token::{
    APP_TOKEN_LIFETIME, AppTokenRequest, MintError, ORG_TOKEN_LIFETIME, Principal, TokenError, TokenKeys,
    mint_org_token,
};
