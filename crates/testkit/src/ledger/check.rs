//! The rules. Nothing acknowledged is lost, nothing is invented, a key names one message, and a repeat needs a kill
//! that caught the delivery in flight.

use std::collections::{BTreeMap, BTreeSet};

use super::views::{Delivery, DeliveryState, Digest, Ledger, ServerView};

/// One broken promise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// Acknowledged, yet not listed by the server.
    Vanished {
        /// The message.
        message: String,
    },
    /// Acknowledged, yet neither received nor pending nor failed.
    Lost {
        /// The delivery.
        delivery: Delivery,
    },
    /// The server claims success, the receiver never got it.
    NeverSent {
        /// The delivery.
        delivery: Delivery,
    },
    /// Delivered, yet neither acknowledged nor the content of an unanswered call.
    Invented {
        /// The message.
        message: String,
    },
    /// Delivered with other bytes than published.
    Altered {
        /// The message.
        message: String,
    },
    /// One idempotency key, several messages.
    Twins {
        /// The key.
        key: String,
        /// The messages.
        messages: Vec<String>,
    },
    /// One message for two keys.
    Shared {
        /// The message.
        message: String,
        /// The keys.
        keys: Vec<String>,
    },
    /// Sent more often than attempts on record and kills in flight explain.
    Repeated {
        /// The delivery.
        delivery: Delivery,
        /// Requests the receiver got.
        sent: usize,
        /// Attempts the server has on record.
        recorded: usize,
        /// Kills that caught it in flight.
        excused: usize,
    },
}

/// Counts of a run without violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Messages acknowledged.
    pub acknowledged: usize,
    /// Deliveries received at least once.
    pub delivered: usize,
    /// Requests that went unrecorded because a kill came between.
    pub repeated: usize,
    /// Deliveries in flight, over all kills.
    pub in_flight: usize,
    /// Calls still without an answer.
    pub unanswered: usize,
}

/// Who a message belongs to, as far as the publisher knows.
struct Owners<'a> {
    /// Acknowledged message → its keys.
    keys: BTreeMap<&'a str, Vec<&'a str>>,
    /// Payload of an unanswered call → its key. Payloads of one run are distinct.
    unanswered: BTreeMap<Digest, &'a str>,
}

impl Ledger {
    /// Compares the three views.
    ///
    /// # Errors
    /// Every broken promise, sorted.
    pub fn check(&self, server: &ServerView) -> Result<Summary, Vec<Violation>> {
        let owners = self.owners();
        let sent = self.sent_counts();
        let mut found = BTreeSet::new();
        self.check_kept(server, &owners, &sent, &mut found);
        self.check_origin(&owners, &mut found);
        self.check_keys(&owners, &mut found);
        self.check_repeats(server, &sent, &mut found);
        if !found.is_empty() {
            return Err(found.into_iter().collect());
        }
        Ok(self.summary(server, &owners, &sent))
    }

    /// As [`check`](Self::check), for tests.
    ///
    /// # Panics
    /// When a promise is broken; names the seed.
    pub fn assert_kept(&self, server: &ServerView) -> Summary {
        self.check(server).unwrap_or_else(|found| {
            panic!(
                "seed {}: {} broken promises: {:#?}",
                self.seed,
                found.len(),
                &found[..found.len().min(20)]
            )
        })
    }

    fn owners(&self) -> Owners<'_> {
        let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut unanswered = BTreeMap::new();
        for (key, publish) in &self.published {
            let ids = publish.ids();
            if ids.is_empty() {
                unanswered.insert(publish.digest, key.as_str());
            }
            for id in ids {
                keys.entry(id).or_default().push(key);
            }
        }
        Owners { keys, unanswered }
    }

    fn sent_counts(&self) -> BTreeMap<&Delivery, usize> {
        let mut counts = BTreeMap::new();
        for sent in &self.sent {
            *counts.entry(&sent.delivery).or_default() += 1;
        }
        counts
    }

    fn check_kept(
        &self,
        server: &ServerView,
        owners: &Owners<'_>,
        sent: &BTreeMap<&Delivery, usize>,
        found: &mut BTreeSet<Violation>,
    ) {
        for message in owners.keys.keys() {
            if !server.messages.contains(*message) {
                found.insert(Violation::Vanished { message: (*message).to_owned() });
            }
            for endpoint in &self.endpoints {
                let delivery = Delivery::new(message, endpoint);
                let received = sent.contains_key(&delivery);
                match server.states.get(&delivery) {
                    Some(DeliveryState::Succeeded) if !received => {
                        found.insert(Violation::NeverSent { delivery });
                    }
                    None if !received => {
                        found.insert(Violation::Lost { delivery });
                    }
                    _ => {}
                }
            }
        }
    }

    fn check_origin(&self, owners: &Owners<'_>, found: &mut BTreeSet<Violation>) {
        for sent in &self.sent {
            let message = sent.delivery.message.clone();
            match owners.keys.get(message.as_str()) {
                Some(keys) if self.published[keys[0]].digest != sent.digest => {
                    found.insert(Violation::Altered { message });
                }
                None if !owners.unanswered.contains_key(&sent.digest) => {
                    found.insert(Violation::Invented { message });
                }
                _ => {}
            }
        }
    }

    fn check_keys(&self, owners: &Owners<'_>, found: &mut BTreeSet<Violation>) {
        let mut messages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (message, keys) in &owners.keys {
            if keys.len() > 1 {
                let keys = keys.iter().map(|key| (*key).to_owned()).collect();
                found.insert(Violation::Shared { message: (*message).to_owned(), keys });
            }
            for key in keys {
                messages.entry(key).or_default().insert((*message).to_owned());
            }
        }
        let by_digest: BTreeMap<Digest, &str> =
            self.published.iter().map(|(key, publish)| (publish.digest, key.as_str())).collect();
        for sent in &self.sent {
            if let Some(key) = by_digest.get(&sent.digest) {
                messages.entry(key).or_default().insert(sent.delivery.message.clone());
            }
        }
        for (key, ids) in messages {
            if ids.len() > 1 {
                found.insert(Violation::Twins { key: key.to_owned(), messages: ids.into_iter().collect() });
            }
        }
    }

    fn check_repeats(
        &self,
        server: &ServerView,
        sent: &BTreeMap<&Delivery, usize>,
        found: &mut BTreeSet<Violation>,
    ) {
        for (delivery, &sent) in sent {
            let recorded = server.attempts.get(*delivery).copied().unwrap_or(0);
            let excused = self.kills.iter().filter(|kill| kill.in_flight.contains(*delivery)).count();
            // A delivery that is open may be on the wire right now, before its record.
            let open = usize::from(server.states.get(*delivery) == Some(&DeliveryState::Pending));
            if sent > recorded + excused + open {
                let delivery = (*delivery).clone();
                found.insert(Violation::Repeated { delivery, sent, recorded, excused });
            }
        }
    }

    fn summary(
        &self,
        server: &ServerView,
        owners: &Owners<'_>,
        sent: &BTreeMap<&Delivery, usize>,
    ) -> Summary {
        let unrecorded = |(delivery, count): (&&Delivery, &usize)| {
            count.saturating_sub(server.attempts.get(*delivery).copied().unwrap_or(0))
        };
        Summary {
            acknowledged: owners.keys.len(),
            delivered: sent.len(),
            repeated: sent.iter().map(unrecorded).sum(),
            in_flight: self.kills.iter().map(|kill| kill.in_flight.len()).sum(),
            unanswered: owners.unanswered.len(),
        }
    }
}
