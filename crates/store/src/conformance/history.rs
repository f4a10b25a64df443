//! What every backend's [`crate::History`] must do, one claim per function.
//!
//! A backend's test runs each entry of [`HISTORY_CLAIMS`] on a fresh, empty store and lets it panic where the claim
//! does not hold. Lists are compared with a naive model in memory ([`model`]).

mod contents;
mod deliveries;
mod lists;
mod model;

use super::{ClaimFn, claims};

/// Every claim, by name.
pub const HISTORY_CLAIMS: &[(&str, ClaimFn)] = claims![
    lists::messages_are_listed_as_in_a_naive_model,
    lists::attempts_of_an_endpoint_are_listed_as_in_a_naive_model,
    lists::attempts_of_a_message_are_listed_as_in_a_naive_model,
    lists::messages_of_an_endpoint_are_listed_as_in_a_naive_model,
    lists::counts_are_those_of_a_naive_model,
    deliveries::delivery_goes_through_its_states,
    deliveries::resend_changes_the_state_only_by_succeeding,
    deliveries::deliveries_are_paged_by_endpoint,
    contents::expunged_payload_is_gone_and_the_message_stays,
    contents::expunged_response_is_gone_and_the_attempt_stays,
    contents::payload_is_readable_until_it_expires,
    contents::foreign_and_forged_ids_find_nothing,
];
