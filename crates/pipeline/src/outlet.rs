//! What a slot holds open: the connection of an HTTP endpoint, or the destination of another kind.
//!
//! Owned by `slot`, used by `deliver`. An HTTP endpoint pays nothing for the other kinds: its connection stands in the
//! outlet itself, without a box.

use std::sync::Arc;

use hooktide_destinations::kinds::http::HttpSlot;
use hooktide_destinations::seam::{Delivered, Destination, Outcome, Parcel};

use crate::engine::Engine;
use crate::subscriber::KindTarget;

/// The open end of one slot. At most one of the two holds a connection.
pub(crate) struct Outlet {
    http: HttpSlot,
    kind: Option<OpenKind>,
}

/// An opened destination and the configuration that it was opened from.
struct OpenKind {
    target: Arc<KindTarget>,
    destination: Box<dyn Destination>,
    /// Whether the last delivery was confirmed, so that its connection is worth waiting with.
    is_kept: bool,
}

impl Outlet {
    /// An outlet with nothing open.
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { http: HttpSlot::new(Arc::clone(&engine.http)), kind: None }
    }

    /// The HTTP slot; what was open for another kind is closed. Who makes connections of another sort says so first.
    pub(crate) fn http(&mut self) -> &mut HttpSlot {
        self.kind = None;
        &mut self.http
    }

    /// The HTTP slot as endpoints without options have it.
    pub(crate) fn plain_http(&mut self, engine: &Engine) -> &mut HttpSlot {
        self.http.serve(&engine.http);
        self.http()
    }

    /// Deliver over the destination of that target, opened anew when its configuration is another one.
    pub(crate) async fn deliver(
        &mut self,
        engine: &Engine,
        target: &Arc<KindTarget>,
        parcel: &Parcel,
    ) -> Delivered {
        self.http.close_idle();
        let open = match self.kind.take() {
            Some(open) if open.serves(target) => open,
            _ => {
                let destination = target.opener.open(&engine.destinations);
                OpenKind { target: Arc::clone(target), destination, is_kept: false }
            }
        };
        let open = self.kind.insert(open);
        let delivered = open.destination.deliver(parcel).await;
        open.is_kept = delivered.outcome == Outcome::Done;
        delivered
    }

    /// Whether something is open that is worth waiting with.
    pub(crate) fn is_connected(&self) -> bool {
        self.http.is_connected() || self.kind.as_ref().is_some_and(|open| open.is_kept)
    }

    /// Resolves when what is open ended. Call it only while [`Outlet::is_connected`].
    pub(crate) async fn idle(&mut self) {
        match &mut self.kind {
            Some(open) => {
                open.destination.idle().await;
                open.is_kept = false;
            }
            None => self.http.idle().await,
        }
    }

    /// Close what is open.
    pub(crate) fn close(&mut self) {
        self.http.close_idle();
        self.kind = None;
    }
}

impl OpenKind {
    /// An endpoint is read again after every edit; only an edit of its destination opens that anew.
    fn serves(&self, target: &Arc<KindTarget>) -> bool {
        Arc::ptr_eq(&self.target, target) || self.target.destination == target.destination
    }
}
