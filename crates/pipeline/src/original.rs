//! The request that a message came with, for what acts on it: its headers, method and target, as the provider sent them.
//!
//! Read only when an endpoint's configuration asks for it: a delivery that does not pays nothing. Holds what a provider
//! sent, tokens included: never printed.

use std::sync::Arc;

use hooktide_model::{Message, ReceiptHead};
use hooktide_store::StoreError;

use crate::engine::Engine;

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
