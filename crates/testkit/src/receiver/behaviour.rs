//! What a path of the receiver does with a request.

use bytes::Bytes;
use tokio::sync::watch;

/// One scripted reaction. The last of a path's script repeats.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// A proper answer; the connection stays open.
    Answer {
        /// Status code.
        status: u16,
        /// Extra headers; the length is added.
        headers: Vec<(String, String)>,
        /// Body bytes.
        body: Bytes,
    },
    /// Exactly these bytes, then the connection closes.
    Raw(Bytes),
    /// Exactly these bytes (perhaps none), then silence until the sender gives up.
    Stall(Bytes),
    /// These bytes, then one more every 50 ms until the sender gives up.
    Drip(Bytes),
    /// These bytes, then zeros as fast as the sender takes them until it gives up.
    Endless(Bytes),
    /// Closes without an answer, after the whole request was read.
    Close,
    /// Waits for the gate before reacting.
    Held(Gate, Box<Behaviour>),
}

impl Behaviour {
    /// An empty answer with this status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// Success.
    #[must_use]
    pub fn ok() -> Self {
        Self::status(200)
    }

    /// Accepts the request and never says a word.
    #[must_use]
    pub fn hang() -> Self {
        Self::Stall(Bytes::new())
    }

    /// Adds a header to an answer.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let Self::Answer { headers, .. } = &mut self else { panic!("only an answer has headers") };
        headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body of an answer.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        let Self::Answer { body, .. } = &mut self else { panic!("only an answer has a body") };
        *body = bytes.into();
        self
    }

    /// The same reaction once `gate` is open.
    #[must_use]
    pub fn held_by(self, gate: &Gate) -> Self {
        Self::Held(gate.clone(), Box::new(self))
    }
}

/// Holds requests back until the test opens it.
#[derive(Debug, Clone)]
pub struct Gate(watch::Sender<bool>);

impl Default for Gate {
    fn default() -> Self {
        Self::closed()
    }
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn closed() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Lets everything pass from now on.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    pub(super) async fn pass(&self) {
        // The sender lives in self, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}
