//! What a kind that keeps a connection writes itself; [`super::Slot`] does the rest.

use std::future::Future;

use tokio::time::Instant;

use super::fault::Fault;
use super::parcel::Parcel;
use super::secret::Secret;
use super::shared::Shared;

/// A confirmed delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// The protocol's own number, where it has one.
    pub code: Option<u16>,
    /// One line for the attempt log.
    pub detail: String,
}

impl Done {
    /// Done, in these words.
    pub fn new(detail: impl Into<String>) -> Self {
        Self { code: None, detail: detail.into() }
    }
}

/// The client of one endpoint's server: a checked configuration, shared by the endpoint's slots.
pub trait Client: Send + Sync + 'static {
    /// An open connection. Dropping it closes it, whatever it was doing.
    type Connection: Send;
    /// What a parcel becomes before anything is connected: rendered keys, subjects, values.
    type Job: Send + Sync;

    /// Whether doing the same job twice is the same as doing it once, so that a job whose *reused* connection broke
    /// may be done again at once on a fresh one.
    fn is_repeatable(&self) -> bool;

    /// Everything in the configuration that must never be shown.
    fn secrets(&self) -> Vec<&Secret>;

    /// Turns a parcel into a job. An event that does not fit the configuration fails here.
    ///
    /// # Errors
    /// A template or path that this event cannot fill.
    fn prepare(&self, parcel: &Parcel) -> Result<Self::Job, Fault>;

    /// Opens a connection, through the guard. The slot cuts it off at the deadline.
    fn connect(
        &self,
        shared: &Shared,
        deadline: Instant,
    ) -> impl Future<Output = Result<Self::Connection, Fault>> + Send;

    /// Does the job and waits until the server has confirmed it. The slot cuts it off at the deadline.
    fn act<'a>(
        &'a self,
        connection: &'a mut Self::Connection,
        job: &'a Self::Job,
        deadline: Instant,
    ) -> impl Future<Output = Result<Done, Fault>> + Send + 'a;

    /// Whether the connection still stands, as far as one can tell without asking the server.
    fn is_open(connection: &mut Self::Connection) -> bool;

    /// Resolves when the server ends an idle connection; never, where the client library does not tell.
    fn ended(connection: &mut Self::Connection) -> impl Future<Output = ()> + Send;
}
