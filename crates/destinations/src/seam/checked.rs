//! A configuration that passed its kind's check, ready to be opened as often as the lane has slots.

use std::fmt;
use std::sync::Arc;

use super::client::Client;
use super::destination::Destination;
use super::gathering::Gathering;
use super::shared::Shared;
use super::slot::Slot;
use crate::kinds::http::HttpOptions;
use crate::kinds::message::MessageOptions;

type Open = dyn Fn(&Arc<Shared>) -> Box<dyn Destination> + Send + Sync;

/// What a kind's check returns: what delivers, and what with. Nothing is connected before the first parcel.
#[derive(Clone, Debug)]
pub enum Checked {
    /// A destination of the kind's own.
    Destination(Opener),
    /// A URL of the endpoint's, with options.
    Http(Arc<HttpOptions>),
    /// The engine itself publishes.
    Message(Arc<MessageOptions>),
}

/// A checked configuration that a destination is opened from.
#[derive(Clone)]
pub struct Opener {
    open: Arc<Open>,
    gathering: Option<Gathering>,
}

impl Checked {
    /// For kinds that keep a connection.
    pub fn client<C: Client>(client: C) -> Self {
        let client = Arc::new(client);
        Self::with(move |shared| Box::new(Slot::new(Arc::clone(&client), Arc::clone(shared))))
    }

    /// For all other kinds.
    pub fn with(open: impl Fn(&Arc<Shared>) -> Box<dyn Destination> + Send + Sync + 'static) -> Self {
        Self::Destination(Opener { open: Arc::new(open), gathering: None })
    }

    /// The same, delivering what was gathered.
    #[must_use]
    pub fn gathering(self, gathering: Option<Gathering>) -> Self {
        match self {
            Self::Destination(opener) => Self::Destination(Opener { gathering, ..opener }),
            other => other,
        }
    }

    pub(crate) fn http(options: HttpOptions) -> Self {
        Self::Http(Arc::new(options))
    }

    pub(crate) fn message(options: MessageOptions) -> Self {
        Self::Message(Arc::new(options))
    }

    /// What destinations are opened from; `None` when the engine delivers by itself.
    #[must_use]
    pub const fn opener(&self) -> Option<&Opener> {
        match self {
            Self::Destination(opener) => Some(opener),
            Self::Http(_) | Self::Message(_) => None,
        }
    }
}

impl Opener {
    /// The destination of one slot.
    #[must_use]
    pub fn open(&self, shared: &Arc<Shared>) -> Box<dyn Destination> {
        (self.open)(shared)
    }

    /// How deliveries are gathered into one; `None` when each goes by itself.
    #[must_use]
    pub const fn gathering(&self) -> Option<&Gathering> {
        self.gathering.as_ref()
    }
}

impl fmt::Debug for Opener {
    /// Prints nothing of the configuration, which may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Opener([redacted])")
    }
}
