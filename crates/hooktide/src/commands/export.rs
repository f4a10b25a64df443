//! `hooktide export DIR`: everything in the store, as an archive.

use hooktide_store::transfer::{ExportLimits, export};

use super::moving::{Report, failure, open_source, table};
use crate::cli::ExportArgs;
use crate::failure::Failure;
use crate::output::print_data;
use crate::server::runtime;

/// Exports, with progress on standard error and the counts on standard output.
pub(crate) fn run(arguments: &ExportArgs) -> Result<(), Failure> {
    let config = arguments.settings.load(Vec::new())?.config;
    let limits = ExportLimits { part_rows: arguments.part_rows, ..ExportLimits::default() };
    let moved = async {
        let mut source = open_source(&config).await?;
        let mut report = Report::new("exported");
        let manifest = export(&mut *source, &arguments.directory, limits, &mut report).await;
        let manifest = manifest.map_err(|error| failure("cannot export the store", &error))?;
        print_data(&table(&manifest))?;
        let place = arguments.directory.display();
        eprintln!(
            "the archive in {place} is complete; it holds payloads, and secrets sealed with the main secret"
        );
        Ok(())
    };
    runtime()?.block_on(moved)
}
