//! The trait of everything that parcels can be delivered to.

use std::future::Future;
use std::pin::Pin;

use super::delivered::Delivered;
use super::parcel::Parcel;

/// A boxed future, so that destinations can be trait objects. One box per attempt is nothing beside the attempt.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One concurrency slot of one endpoint. It owns its connection, if it needs one, and opens it again by itself.
pub trait Destination: Send {
    /// Delivers one parcel within `parcel.timeout`, whatever the server does.
    ///
    /// Dropping the future abandons the attempt; the next call starts afresh.
    fn deliver<'a>(&'a mut self, parcel: &'a Parcel) -> BoxFuture<'a, Delivered>;

    /// Resolves when what the slot holds open ended: closed by the server, or idle for too long. With nothing open it
    /// never resolves. Poll it while waiting for the next parcel; dropping it loses nothing.
    fn idle(&mut self) -> BoxFuture<'_, ()>;

    /// Closes what is open.
    fn close(&mut self);
}
