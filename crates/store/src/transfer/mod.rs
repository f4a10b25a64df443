//! Moving a store: everything in it into an archive, and out of an archive into a store of either backend.
//!
//! An archive is a folder: `manifest.json`, and parts with a bounded number of rows each ([`part`]). Which rows there are
//! is one list ([`table`]); a backend reads them ([`Source`]) and takes them ([`Target`]), in any pairing. Secrets stay
//! sealed on the whole way: every backend seals for the same places, so their bytes move as they are.
//!
//! Both ways are resumed by doing the same again. A part is complete once the manifest names it ([`export`]), and
//! applied once the target has noted its number in the transaction that wrote its rows ([`import`]). A store that an
//! import has begun to fill is opened by no server until the import has ended ([`Mark`]).

mod archive;
mod error;
mod export;
mod import;
mod manifest;
mod mark;
mod part;
mod row;
mod seam;
mod table;

pub use error::TransferError;
pub use export::{ExportLimits, export};
pub use import::import;
pub use manifest::{Manifest, Part};
pub use mark::Mark;
pub(crate) use mark::not_empty;
pub use part::PartRows;
pub use row::{Row, Value};
pub use seam::{Begun, Picture, Progress, Sink, Source, Step, Target};
pub use table::{ATTEMPT, Column, Kind, MESSAGE, RECEIPT, TABLES, Table};
