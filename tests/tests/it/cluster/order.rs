//! Order by key, as a receiver sees it.

use std::collections::{BTreeMap, BTreeSet};

use hooktide_testkit::Receiver;

use super::load::Target;

/// Claims that of each customer the first successful arrivals came in the order in which the messages were accepted.
/// A message may come again later; it may not come for the first time after one that was accepted later.
#[track_caller]
pub(super) fn check(
    receiver: &Receiver,
    target: &Target,
    accepted: &BTreeMap<String, (u64, u64)>,
    seed: u64,
) {
    let mut seen = BTreeSet::new();
    let mut last = BTreeMap::<u64, (u64, String)>::new();
    let last_answer = target.script.last().copied();
    for (nth, request) in receiver.matching(|it| it.path() == target.path).iter().enumerate() {
        let succeeded = target.script.get(nth).copied().or(last_answer) == Some(200);
        let message = request.message_id();
        // What nobody was told of has no place in the order that he could have meant.
        let Some((customer, number)) = accepted.get(message).copied() else { continue };
        if !succeeded || !seen.insert(message.to_owned()) {
            continue;
        }
        if let Some((before, its)) = last.insert(customer, (number, message.to_owned())) {
            assert!(
                before < number,
                "seed {seed}: customer {customer}: {message} (number {number}) came to {} after {its} (number {before})",
                target.path
            );
        }
    }
}
