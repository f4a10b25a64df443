//! `hooktide openapi`: the API's description.

use crate::failure::Failure;
use crate::output::print_data;

/// Prints it as JSON.
pub(crate) fn run() -> Result<(), Failure> {
    print_data(&format!("{}\n", hooktide_api::openapi_json().trim_end()))
}
