//! Asks the caller for a fetched document.
//!
//! What must stay true: a document over the cap is not read, whoever fetched it.

use crate::context::Context;
use crate::families::Stop;
use crate::known_keys::KeyRequest;
use crate::verdict::Reason;

/// Largest document that is read: certificates, keys and sets of keys are a few kilobytes.
pub const KEY_DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// The bytes of a document, or the request for it.
pub(crate) fn fetched(context: &Context<'_>, request: KeyRequest) -> Result<Vec<u8>, Stop> {
    let Some(key) = context.known_keys.find(&request) else {
        return Err(Stop::KeyNeeded(request));
    };
    if key.document.len() > KEY_DOCUMENT_BYTES_MAX {
        let message = "the fetched document is larger than a key";
        return Err(Reason::family("key_document_too_large", message).into());
    }
    Ok(key.document)
}
