//! What the targets share: a fuzzer's bytes as requests, the keys that providers publish, and the claim that nothing
//! arbitrary is believed.
//!
//! What must stay true: every input gives a request, so that no run is wasted, and the same input the same request.

mod bent;
mod held;
mod input;
mod strangers;

pub use bent::bend_samples;
pub use held::{Held, NOW, Only, signer};
pub use input::{Input, with_request};
pub use strangers::believe_no_stranger;
