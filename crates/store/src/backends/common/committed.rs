//! How a caller waits for a commit.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::StoreError;

/// How long a caller waits for a commit. Providers give up on an answer after ten seconds or so.
const COMMIT_WAIT_MAX: Duration = Duration::from_secs(10);

/// Wait for the writer's answer, but not longer than a caller can wait for theirs.
pub(in super::super) async fn committed<T>(
    answer: oneshot::Receiver<Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match timeout(COMMIT_WAIT_MAX, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_gone)) => Err(stopped()),
        Err(_elapsed) => Err(StoreError::Late),
    }
}

/// The answer of a store that was closed.
pub(in super::super) fn stopped() -> StoreError {
    StoreError::Unavailable("the store has stopped".to_owned())
}
