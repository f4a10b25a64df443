//! `hooktide token`: a token for the API, alone on standard output.

use hooktide_api::mint_org_token;
use hooktide_model::OrgId;
use hooktide_model::clock::{Clock, SystemClock};

use crate::cli::TokenArgs;
use crate::failure::Failure;
use crate::output::print_data;
use crate::server::jwt_secret;

/// The organisation that a token is for when none is named.
pub(crate) const DEFAULT_ORGANISATION: &str = "org_23rb8YdGqMT0qIzpgGwdXfHirMu";

/// Prints it.
pub(crate) fn run(arguments: &TokenArgs) -> Result<(), Failure> {
    let loaded = arguments.settings.load(Vec::new())?;
    let organisation = arguments.organisation.as_deref().unwrap_or(DEFAULT_ORGANISATION);
    let organisation = OrgId::parse(organisation).map_err(|error| {
        Failure::usage(format!("organisation {organisation:?} {error}"), "for example: org_acme")
    })?;
    let secret = jwt_secret(&loaded.config)?;
    let token = mint_org_token(secret.expose().as_bytes(), &organisation, SystemClock.now())
        .map_err(|error| Failure::caused("cannot sign a token", &error, ""))?;
    print_data(&format!("{token}\n"))
}
