//! `hooktide import DIR`: an archive, into an empty store.

use hooktide_store::transfer::import;

use super::moving::{Report, failure, open_target, table};
use crate::cli::ImportArgs;
use crate::failure::Failure;
use crate::output::print_data;
use crate::server::runtime;

/// Imports, with progress on standard error and the verified counts on standard output.
pub(crate) fn run(arguments: &ImportArgs) -> Result<(), Failure> {
    let config = arguments.settings.load(Vec::new())?.config;
    let moved = async {
        let mut target = open_target(&config).await?;
        let mut report = Report::new("imported");
        let manifest = import(&mut *target, &arguments.directory, &mut report).await;
        let manifest = manifest.map_err(|error| failure("cannot import the archive", &error))?;
        print_data(&table(&manifest))?;
        eprintln!("the store has every row of the archive; start the server");
        Ok(())
    };
    runtime()?.block_on(moved)
}
