//! Dispatch: hear of commits, put deliveries into lanes, let recorded ones go.
//!
//! Runs on the store's committing thread: quick, never waiting. A crash before a delivery was put into its lane is
//! like one after: the message row names its targets, and the next start finds those without an outcome.

use std::sync::{Arc, Weak};

use hooktide_model::{Message, Seq, Timestamp, Trigger};
use hooktide_store::{ConfigurationChange, DeliverySource, FlowListener, Outcome, Placement, Target};

use crate::engine::Engine;
use crate::lane::Job;

/// The engine's ear at the store.
pub(crate) struct Dispatcher(pub(crate) Weak<Engine>);

impl FlowListener for Dispatcher {
    fn committed(&self, message: &Arc<Message>, targets: &[Target]) {
        let Some(engine) = self.0.upgrade() else { return };
        engine.meters.accepted();
        let in_lanes = targets.iter().filter(|target| target.placement == Placement::Lane).count();
        let shared_by = u16::try_from(in_lanes).unwrap_or(u16::MAX);
        for target in targets {
            match target.placement {
                Placement::Lane => {
                    let message = Arc::clone(message);
                    let source = DeliverySource::Lane;
                    let trigger = Trigger::Scheduled;
                    let (order, not_before, life) = (None, None, 0);
                    let job = Job { message, tries: 0, trigger, source, shared_by, order, not_before, life };
                    let lane = engine.lanes.get(target.endpoint);
                    engine.lanes.add_bytes(job.cost());
                    if lane.push_reserved(job) {
                        engine.start_slot(&lane);
                    }
                }
                Placement::Scheduled { due, .. } => note_due(&engine, target.endpoint, due),
            }
        }
    }

    fn not_committed(&self, targets: &[Target]) {
        let Some(engine) = self.0.upgrade() else { return };
        for target in targets.iter().filter(|target| target.placement == Placement::Lane) {
            if let Some(lane) = engine.lanes.find(target.endpoint) {
                lane.unreserve();
            }
        }
    }

    fn recorded(&self, outcome: &Outcome) {
        let Some(engine) = self.0.upgrade() else { return };
        if let Some(lane) = engine.lanes.find(outcome.endpoint)
            && lane.release(outcome.message, outcome.attempt.trigger, outcome.next_due)
        {
            engine.start_slot(&lane);
        }
        match outcome.next_due {
            // It waits in the lane: nothing that is read later would set the timer for it.
            Some(due) if outcome.place.is_some() => engine.timer.set(outcome.endpoint, due),
            Some(due) => note_due(&engine, outcome.endpoint, due),
            None => {}
        }
    }

    fn scheduled(&self, endpoint: Seq, due: Timestamp) {
        if let Some(engine) = self.0.upgrade() {
            note_due(&engine, endpoint, due);
        }
    }

    fn received(&self, source: Seq) {
        if let Some(engine) = self.0.upgrade() {
            engine.followers.tell(source);
        }
    }

    fn configuration_changed(&self, change: ConfigurationChange) {
        let Some(engine) = self.0.upgrade() else { return };
        match change {
            ConfigurationChange::Endpoint { endpoint, app } => {
                engine.catalogue.forget_application(app);
                engine.lanes.forget_subscribers_of(std::iter::once(endpoint));
            }
            ConfigurationChange::Application(app) => {
                engine.catalogue.forget_application(app);
                engine.lanes.forget_subscribers();
            }
            ConfigurationChange::Anything => {
                engine.catalogue.clear();
                engine.lanes.forget_subscribers();
                engine.feeds.look();
            }
            ConfigurationChange::Source { source, app } => {
                engine.catalogue.forget_application(app);
                engine.catalogue.forget_source(source);
                engine.lanes.forget_subscribers();
                engine.feeds.look();
            }
        }
    }

    fn disowned(&self) {
        let Some(engine) = self.0.upgrade() else { return };
        let bytes = engine.lanes.disown();
        engine.lanes.remove_bytes(bytes);
        engine.feeds.look();
    }
}

/// A row of that endpoint's schedule is due then: the timer calls its lane.
pub(crate) fn note_due(engine: &Arc<Engine>, endpoint: Seq, due: Timestamp) {
    if engine.lanes.get(endpoint).note_due(due) {
        engine.timer.set(endpoint, due);
    }
}
