//! The threads of a server: callers and deliveries have their own.
//!
//! In one runtime, hundreds of busy callers take turns with the ten connections of an endpoint: deliveries fall behind
//! however fast the endpoint is, and spill to the schedule. Between threads the operating system shares the cores out.
//! Measured in `docs/adr/0005-threads.md`.

use tokio::runtime::{Builder, Handle, Runtime};

use crate::failure::Failure;

/// The runtime that a server's commands and callers run in.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    build("api")
}

/// The runtime that deliveries run in, until it is dropped.
pub(super) struct DeliveryThreads(Option<Runtime>);

impl DeliveryThreads {
    pub(super) fn start() -> Result<Self, Failure> {
        build("deliver").map(|runtime| Self(Some(runtime)))
    }

    pub(super) fn handle(&self) -> Handle {
        self.0.as_ref().expect("it is there until it is dropped").handle().clone()
    }
}

impl Drop for DeliveryThreads {
    fn drop(&mut self) {
        // A runtime must not be waited for inside another one, and what it still does was given its time before.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn build(name: &str) -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name(name)
        .build()
        .map_err(|error| Failure::caused("cannot start the threads", &error, ""))
}
