//! A broker as the tests play it: they publish, and look at what is left.

use serde_json::Value;

/// One place in a broker that nobody else uses: a stream, a queue, a topic.
pub(super) trait Broker: Sized {
    /// The type of the source.
    const KIND: &'static str;
    /// Whether a message that comes again is recognised.
    const IS_KEYED: bool;
    /// Whether messages are kept before the source has connected for the first time.
    const KEEPS_EARLY: bool;

    async fn start() -> Self;

    /// `host:port`.
    fn address(&self) -> String;

    /// The configuration of a source that reaches the broker there.
    fn config(&self, address: &str) -> Value;

    /// A destination of an endpoint that leads to this very place.
    fn back(&self) -> Value;

    /// Publishes; the broker has confirmed it.
    async fn publish(&mut self, body: &str);

    /// Messages that were not acknowledged; the source is gone.
    async fn left(&mut self) -> usize;

    async fn clean(self);
}
