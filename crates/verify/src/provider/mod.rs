//! What is known about a provider besides its scheme. Documentation, API enums, the receiving side and tests read it.
//!
//! What must stay true: a fact that is not confirmed is absent or noted as such; nothing is guessed.

mod model;
mod reference;

pub use model::{Confirmation, Provider, Sample, SecretGuide};
pub use reference::reference;
