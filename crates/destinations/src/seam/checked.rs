//! A configuration that passed its kind's check, ready to be opened as often as the lane has slots.

use std::fmt;
use std::sync::Arc;

use super::client::Client;
use super::destination::Destination;
use super::shared::Shared;
use super::slot::Slot;

type Open = dyn Fn(&Arc<Shared>) -> Box<dyn Destination> + Send + Sync;

/// What a kind's check returns. Nothing is connected before the first parcel.
#[derive(Clone)]
pub struct Checked(Arc<Open>);

impl Checked {
    /// For kinds that keep a connection.
    pub fn client<C: Client>(client: C) -> Self {
        let client = Arc::new(client);
        Self::with(move |shared| Box::new(Slot::new(Arc::clone(&client), Arc::clone(shared))))
    }

    /// For all other kinds.
    pub fn with(open: impl Fn(&Arc<Shared>) -> Box<dyn Destination> + Send + Sync + 'static) -> Self {
        Self(Arc::new(open))
    }

    /// The destination of one slot.
    #[must_use]
    pub fn open(&self, shared: &Arc<Shared>) -> Box<dyn Destination> {
        (self.0)(shared)
    }
}

impl fmt::Debug for Checked {
    /// Prints nothing of the configuration, which may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Checked([redacted])")
    }
}
