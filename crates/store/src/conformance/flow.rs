//! What every backend's [`crate::Flow`] must do, one claim per function.
//!
//! A backend's test runs each entry of [`FLOW_CLAIMS`] on a fresh, empty store and lets it panic where the claim does
//! not hold. Claims use the seam only; what lies on the disk is each backend's own test.

mod accept;
mod keys;
mod ledger;
mod receipts;
mod recovery;
mod schedule;

pub(super) use receipts::{refusal, taken};

use super::{ClaimFn, claims};

/// Every claim, by name.
pub const FLOW_CLAIMS: &[(&str, ClaimFn)] = claims![
    accept::message_reads_back_with_its_exact_bytes,
    accept::listener_hears_of_each_commit_once,
    accept::closed_store_refuses_and_says_so,
    keys::same_request_is_replayed,
    keys::same_requests_at_the_same_time_make_one_message,
    keys::key_with_another_request_is_refused,
    keys::key_is_forgotten_after_the_window,
    keys::event_id_is_unique_in_its_application_only,
    receipts::accepted_receipt_is_there_with_its_message,
    receipts::only_a_message_that_a_source_took_has_an_original_request,
    receipts::refused_request_is_kept_with_its_body,
    receipts::same_event_is_replayed_and_leaves_no_receipt,
    receipts::same_event_with_another_body_is_kept_as_a_conflict,
    receipts::events_are_recognised_for_a_window_of_their_own,
    receipts::receipts_are_listed_by_source_and_outcome,
    receipts::receipts_are_listed_by_the_time_of_their_commit,
    receipts::listener_hears_of_every_receipt_when_lists_have_it,
    schedule::due_rows_come_in_order_up_to_the_limit,
    schedule::outcome_ends_its_row_however_old,
    schedule::failure_leaves_exactly_one_row,
    schedule::lane_delivery_is_in_the_schedule_only_once_it_failed,
    schedule::delivery_that_waits_long_in_memory_is_ended_by_its_outcome,
    schedule::rows_of_the_same_moment_stay_apart,
    recovery::deliveries_in_memory_come_back_after_a_kill,
    recovery::ended_row_of_an_older_segment_stays_ended_after_a_kill,
    recovery::resend_that_ended_leaves_the_first_delivery,
    recovery::of_two_resends_the_open_one_stays_after_a_kill,
    recovery::close_puts_deliveries_in_memory_into_the_schedule,
    recovery::killed_again_while_recovering_doubles_nothing,
    ledger::nothing_is_lost_and_nothing_doubled_whatever_the_order,
];
