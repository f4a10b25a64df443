//! Which lease the deliveries of an endpoint need: one node at a time keeps an order or a rate.

use hooktide_model::{Application, Endpoint, EndpointId, Seq, Trigger};
use hooktide_store::{NewRow, Store};

use crate::AppConfig;
use crate::engine::Engine;

/// The key of the lease, or `None` where every node may deliver: in a store of its own, a node needs none.
///
/// A rate over a whole application is kept by one node for all its endpoints.
pub(crate) fn lease_of(store: &dyn Store, application: &Application, endpoint: &Endpoint) -> Option<Seq> {
    let limits = |rate: Option<u16>| rate.is_some_and(|rate| rate > 0);
    if !store.is_shared() {
        return None;
    }
    if limits(application.throttle_rate) {
        return Some(application.id.seq());
    }
    let needs_one = endpoint.ordering_key.is_some() || limits(endpoint.throttle_rate);
    needs_one.then(|| endpoint.id.seq())
}

/// An endpoint that is asked to take messages once more, and the lease that this needs.
#[derive(Clone, Copy)]
pub(crate) struct Again {
    pub(crate) endpoint: EndpointId,
    lease: Option<Seq>,
}

impl Again {
    /// To that endpoint of the application.
    pub(crate) fn to(engine: &Engine, app: &AppConfig, endpoint: EndpointId) -> Self {
        let found = app.endpoints.iter().find(|one| one.id == endpoint);
        let lease = found.and_then(|found| lease_of(&*engine.store, &app.application, found));
        Self { endpoint, lease }
    }

    /// The row of one message, due now.
    pub(crate) fn row(self, engine: &Engine, message: Seq) -> NewRow {
        let (endpoint, due) = (self.endpoint.seq(), engine.clock.now());
        NewRow { message, endpoint, due, trigger: Trigger::Manual, lease: self.lease }
    }
}
