//! Messages that were read back for one lane and are still held by it: other lanes get the same ones.
//!
//! When an event for many endpoints finds their lanes full, each of them reads the message a little later. This holds
//! nothing by itself: it knows what others hold.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use hooktide_model::{Message, Seq, Timestamp};
use parking_lot::Mutex;

/// Entries before the first look for those that nobody holds any more.
const ENTRIES_MIN: usize = 1024;

#[derive(Default)]
struct Held {
    messages: HashMap<Seq, Weak<Message>>,
    /// Entries at which to look again.
    look_at: usize,
}

/// Who holds what.
#[derive(Default)]
pub(super) struct ReadBack(Mutex<Held>);

impl ReadBack {
    /// The message, if somebody holds it and its payload has not expired.
    pub(super) fn find(&self, seq: Seq, now: Timestamp) -> Option<Arc<Message>> {
        let found = self.0.lock().messages.get(&seq).and_then(Weak::upgrade);
        found.filter(|message| message.payload.is_none() || now < message.payload_expires_at)
    }

    /// It was read, and somebody is going to hold it.
    pub(super) fn note(&self, message: &Arc<Message>) {
        let mut held = self.0.lock();
        if held.messages.len() >= held.look_at.max(ENTRIES_MIN) {
            held.messages.retain(|_, message| message.strong_count() > 0);
            held.look_at = held.messages.len() * 2;
        }
        held.messages.insert(message.seq(), Arc::downgrade(message));
    }

    /// Its payload was erased: nobody else may get it from here.
    pub(super) fn forget(&self, seq: Seq) {
        self.0.lock().messages.remove(&seq);
    }
}
