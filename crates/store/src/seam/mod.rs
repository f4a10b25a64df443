//! The seam itself, in three parts that age differently (configuration, flow, history) and their sum.

mod configuration;
mod flow;
mod history;

pub use configuration::Configuration;
pub use flow::Flow;
pub use history::History;

use hooktide_model::{IdMint, SeqSource};

/// A complete store.
pub trait Store: Configuration + Flow + History {
    /// Makes and checks public ids.
    fn mint(&self) -> &IdMint;
    /// Keys for new rows, after every key in the store.
    fn seqs(&self) -> &SeqSource;
}
