//! The suite that every backend must pass.

pub mod configuration;
pub mod flow;
mod harness;
pub mod history;
pub mod moving;

use std::pin::Pin;

pub use harness::{Harness, Place};

/// A claim about a fresh store's flow or history. Panics where it does not hold.
pub type ClaimFn = for<'a> fn(&'a Harness) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A list of claims with their names.
macro_rules! claims {
    ($($room:ident::$claim:ident),* $(,)?) => {
        &[$((concat!(stringify!($room), "::", stringify!($claim)), |harness| Box::pin($room::$claim(harness)))),*]
    };
}
use claims;
