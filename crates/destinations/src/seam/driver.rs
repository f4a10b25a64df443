//! A background task that belongs to one connection and ends with it.
//!
//! Client libraries split a connection into a handle and a future that moves its bytes. The future runs as a task of
//! its own; its owner aborts it by being dropped, so no connection outlives its slot.

use std::future::Future;

use tokio::task::JoinHandle;

/// The owner of such a task.
#[derive(Debug)]
pub struct Driver(JoinHandle<()>);

impl Driver {
    /// Starts moving bytes.
    pub fn spawn(moving: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(moving))
    }

    /// Whether the connection is still being served.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.0.is_finished()
    }

    /// Resolves when the connection ended.
    pub async fn ended(&mut self) {
        if self.is_running() {
            // A task that panicked has ended too.
            let _ended = (&mut self.0).await;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}
