//! Where deliveries stand: judged from their attempts.

use std::collections::BTreeMap;

use hooktide_model::{
    AttemptStatus, DeliveryState, DeliveryStatus, EndpointId, IdMint, Order, Page, PageRequest, Seq,
    Timestamp,
};

use super::Range;

/// What an endpoint's attempts at a message say so far.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Standing {
    succeeded: bool,
    latest_status: Option<AttemptStatus>,
    /// When the first try is due, if it was to wait: Unix time in milliseconds.
    pub(in super::super) deliver_at: Option<i64>,
    /// The next try of the delivery itself, and of a resend beside it.
    next_due: [Option<i64>; 2],
}

impl Standing {
    /// Attempts come oldest first. A resend says nothing about the delivery's own next try, and the other way round.
    pub(in super::super) fn add(&mut self, status: AttemptStatus, next_due: Option<i64>, manual: bool) {
        self.succeeded |= status == AttemptStatus::Success;
        self.latest_status = Some(status);
        self.next_due[usize::from(manual)] = next_due;
    }

    /// The state that lists show.
    pub(in super::super) fn state(self, endpoint: EndpointId) -> DeliveryState {
        let earliest = self.next_due.into_iter().flatten().min();
        let earliest = if self.latest_status.is_none() { self.deliver_at } else { earliest };
        let waits = earliest.filter(|_| !self.succeeded).map(Timestamp::from_unix_ms);
        let status = match (self.succeeded, self.latest_status, waits) {
            (true, ..) => DeliveryStatus::Success,
            (false, None, _) => DeliveryStatus::Pending,
            (false, Some(_), Some(_)) => DeliveryStatus::Sending,
            (false, Some(AttemptStatus::Canceled), None) => DeliveryStatus::Canceled,
            (false, Some(_), None) => DeliveryStatus::Fail,
        };
        DeliveryState { endpoint, status, next_attempt_at: waits }
    }
}

/// A page of one message's deliveries, by endpoint.
pub(in super::super) fn page_of_states(
    mint: &IdMint,
    page: &PageRequest<EndpointId>,
    standings: BTreeMap<i64, Standing>,
) -> Page<DeliveryState> {
    let range = Range::new(page, None, None);
    let inside = standings.into_iter().filter(|(endpoint, _)| range.holds(*endpoint));
    let state = |(endpoint, standing): (i64, Standing)| standing.state(mint.id(Seq(endpoint)));
    let rows = match range.walk {
        Order::Ascending => inside.map(state).take(range.want).collect(),
        Order::Descending => inside.rev().map(state).take(range.want).collect(),
    };
    Page::from_walk(page, rows)
}
