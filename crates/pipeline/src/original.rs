//! The request that a message came with, for what acts on it: its headers, method and target, as the provider sent them.
//!
//! Read only when an endpoint's configuration asks for it: a delivery that does not pays nothing. Holds what a provider
//! sent, tokens included: never printed.

use std::sync::Arc;

use hooktide_destinations::{is_of_the_connection, named_by_connection};
use hooktide_model::receipt::bytes_of_text;
use hooktide_model::{Application, Message, ReceiptHead};
use hooktide_store::StoreError;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::engine::Engine;

/// Beside the headers of the connection, never sent on: what proxies tell of the way, and what asks for an answer that we
/// do not read.
const NOT_SENT_ON: &[&str] = &["accept", "accept-encoding", "forwarded", "hooktide-hops", "via", "x-real-ip"];
/// What proxies tell of the way, too.
const NOT_SENT_ON_PREFIX: &str = "x-forwarded-";

/// The head of the request that became this message; `None` when it was published.
///
/// # Errors
/// When the store cannot be read: what needs the original must then wait, not go without.
pub(crate) async fn original(
    engine: &Engine,
    message: &Message,
) -> Result<Option<Arc<ReceiptHead>>, StoreError> {
    Ok(engine.store.receipt_head(message.id).await?.map(Arc::new))
}

/// Whether messages of this application come from a source, so that they have an original.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn is_of_source(engine: &Engine, application: &Application) -> Result<bool, StoreError> {
    Ok(engine.store.source_application(application.id).await?.is_some())
}

/// The provider's headers as they are sent on: each line in its order, byte for byte.
pub(crate) fn sent_on(head: &ReceiptHead) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(head.headers.len() + 8);
    for (name, value) in lines(head) {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::from_bytes(&bytes_of_text(value)))
        {
            headers.append(name, value);
        }
    }
    headers
}

/// The provider's headers as mappings see them: lower-case names, and nothing that is a credential for this server.
pub(crate) fn mapped(head: &ReceiptHead) -> Vec<(String, String)> {
    let is_credential = |name: &str| name == AUTHORIZATION.as_str() || name == COOKIE.as_str();
    let shown = lines(head).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    shown.filter(|(name, _)| !is_credential(name)).collect()
}

/// Without what never goes further, nor what the provider's `connection` header names.
fn lines(head: &ReceiptHead) -> impl Iterator<Item = (&str, &str)> {
    let all = || head.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let named: Vec<String> = all()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| named_by_connection(value))
        .collect();
    all().filter(move |(name, _)| {
        let name = name.to_ascii_lowercase();
        !is_of_the_connection(&name)
            && !NOT_SENT_ON.contains(&name.as_str())
            && !name.starts_with(NOT_SENT_ON_PREFIX)
            && !named.contains(&name)
    })
}

#[cfg(test)]
mod tests;
