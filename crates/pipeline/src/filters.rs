//! Filters of endpoints: compiled when the catalogue loads an application, evaluated once per message at accept.
//!
//! Evaluating may take milliseconds of a processor, so it runs on a thread that may block, a few at a time. Endpoints
//! without a filter cost nothing, and neither does an application without any. A crash here leaves nothing behind:
//! nothing has been stored yet.

use std::collections::HashMap;
use std::sync::Arc;

use hooktide_model::{Endpoint, EndpointId};
use hooktide_store::StoreError;
use hooktide_transform::{Filter, Subject};

use crate::AppConfig;
use crate::accept::Event;
use crate::engine::Engine;
use crate::seen::SeenRequest;

/// Messages whose filters are evaluated at the same time.
pub(crate) const EVALUATIONS_MAX: usize = 4;

/// The compiled filters of an application's endpoints.
#[derive(Debug, Default)]
pub(crate) struct Filters(HashMap<EndpointId, Option<Filter>>);

impl Filters {
    /// Compile what is stored. What does not compile any more lets nothing through.
    pub(crate) fn of(endpoints: &[Endpoint]) -> Self {
        let compiled = endpoints.iter().filter_map(|endpoint| {
            let parsed = Filter::parse(endpoint.filter.as_ref()?);
            let broken =
                |mistakes| tracing::error!(endpoint = %endpoint.id, %mistakes, "a stored filter is refused");
            Some((endpoint.id, parsed.map_err(broken).ok()))
        });
        Self(compiled.collect())
    }

    fn lets_through(&self, endpoint: EndpointId, subject: &Subject<'_>) -> bool {
        match self.0.get(&endpoint) {
            None => true,
            Some(filter) => filter.as_ref().is_some_and(|filter| filter.matches(subject)),
        }
    }
}

/// The endpoints that would take the event, but for their filter.
///
/// # Errors
/// Our own mistake only.
pub(crate) async fn kept_out(
    engine: &Engine,
    app: &Arc<AppConfig>,
    event: Event<'_>,
) -> Result<Vec<EndpointId>, StoreError> {
    if app.filters.0.is_empty() {
        return Ok(Vec::new());
    }
    let turns = Arc::clone(&engine.filter_turns);
    let turn = turns.acquire_owned().await.expect("the turns are never closed");
    let (app, payload) = (Arc::clone(app), event.payload.clone());
    let (event_type, channels) = (event.event_type.clone(), event.channels.to_vec());
    let request =
        event.request.map(|(inbound, source)| SeenRequest::of_inbound(inbound, &source.secret_names));
    let evaluate = move || {
        let _turn = turn;
        let subject = Subject::new(&payload).event_type(event_type.as_str());
        let subject = match &request {
            Some(request) => request.beside(subject),
            None => subject,
        };
        let takers = app.endpoints.iter().filter(|endpoint| endpoint.takes(&event_type, &channels));
        takers.map(|it| it.id).filter(|id| !app.filters.lets_through(*id, &subject)).collect()
    };
    let panicked = |error| StoreError::Database(format!("evaluating filters panicked: {error}"));
    tokio::task::spawn_blocking(evaluate).await.map_err(panicked)
}
