//! One page of a list.

use hooktide_model::Page;
use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListResponse)]
pub struct ListOut<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Pass it as `iterator` for the page after this one; null when the page is empty.
    #[schema(required = true)]
    pub iterator: Option<String>,
    /// Pass it as `iterator` for the page before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev_iterator: Option<String>,
    /// Whether no row lies beyond this page in the direction that was asked for.
    pub done: bool,
}

impl<T> ListOut<T> {
    /// A page of rows; `key` names the cursor of a row, `show` turns it into its answer.
    pub fn of<R>(page: Page<R>, key: impl Fn(&R) -> String, show: impl FnMut(R) -> T) -> Self {
        let iterator = page.data.last().map(|row| forward_cursor(key(row)));
        let prev_iterator = page.data.first().map(|row| format!("-{}", key(row)));
        Self { data: page.data.into_iter().map(show).collect(), iterator, prev_iterator, done: page.done }
    }
}

/// The mark of a forward cursor whose key itself starts with `-`, the mark of a backward one. Only event type names
/// can; no grammar of names has a `~`.
pub const FORWARD_MARK: char = '~';

fn forward_cursor(key: String) -> String {
    if key.starts_with('-') { format!("{FORWARD_MARK}{key}") } else { key }
}
