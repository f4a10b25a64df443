//! Extra certificate authorities, from a file that the operator names.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error, PemObject};

/// Reads every certificate of a PEM file.
///
/// # Errors
/// When the file cannot be read, is not PEM, or holds no certificate.
pub fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() { Err(Error::NoItemsFound) } else { Ok(found) }
}
