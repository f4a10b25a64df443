//! What every backend's [`Configuration`] must do, one claim per function.
//!
//! A backend's test runs each entry of [`CONFIGURATION_CLAIMS`] on a fresh, empty store and lets it panic where the
//! claim does not hold. Claims use the seam only; what lies on the disk is each backend's own test.

mod applications;
mod endpoints;
mod event_types;
mod idempotency;
mod lists;
mod sources;
mod subject;

use std::pin::Pin;

pub use subject::ConfigurationSubject;
pub(super) use subject::{new, org, other_org};

/// A claim about a fresh store. Panics where it does not hold.
pub type ClaimFn = for<'a> fn(&'a ConfigurationSubject) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

macro_rules! claims {
    ($($room:ident::$claim:ident),* $(,)?) => {
        &[$((concat!(stringify!($room), "::", stringify!($claim)), |subject| Box::pin($room::$claim(subject)))),*]
    };
}

/// Every claim, by name.
pub const CONFIGURATION_CLAIMS: &[(&str, ClaimFn)] = claims![
    applications::application_reads_back_as_written,
    applications::uid_is_unique_in_its_organisation_only,
    applications::other_organisation_finds_nothing,
    applications::save_counts_versions_and_keeps_creation,
    applications::save_of_outdated_version_is_stale,
    applications::save_of_deleted_row_is_missing,
    applications::save_with_uid_of_another_changes_nothing,
    applications::of_saves_at_the_same_time_one_wins,
    applications::deleting_takes_endpoints_along_and_frees_uids,
    applications::id_that_no_store_made_is_not_found,
    endpoints::endpoint_reads_back_as_written,
    endpoints::no_filter_and_empty_filter_stay_apart,
    endpoints::uid_is_unique_in_its_application_only,
    endpoints::endpoint_without_application_is_missing,
    endpoints::other_application_finds_nothing,
    endpoints::save_replaces_headers_and_secrets,
    endpoints::save_of_outdated_version_is_stale_and_keeps_secrets,
    endpoints::deleted_endpoint_is_gone_for_every_reader,
    endpoints::failing_mark_is_no_version_and_survives_saves,
    endpoints::switching_on_clears_the_failing_mark,
    endpoints::disabling_happens_once_and_counts_as_a_change,
    endpoints::delivering_reads_endpoint_and_application_by_key,
    endpoints::all_endpoints_are_the_applications_own_with_their_secrets,
    event_types::event_type_reads_back_as_written,
    event_types::name_is_unique_in_its_organisation_only,
    event_types::save_of_outdated_version_is_stale,
    event_types::expunged_event_type_is_missing_and_frees_its_name,
    event_types::archived_types_are_listed_only_when_asked_for,
    idempotency::same_request_makes_one_application,
    idempotency::same_request_makes_one_endpoint,
    idempotency::same_request_makes_one_event_type,
    idempotency::same_request_saves_an_endpoint_once,
    idempotency::replay_gives_the_row_as_it_is_now,
    idempotency::replay_of_a_deleted_row_is_missing,
    idempotency::replay_never_gives_a_namesake_made_later,
    idempotency::key_with_another_request_is_refused,
    idempotency::refused_insert_leaves_its_key_unused,
    idempotency::key_is_forgotten_after_the_window,
    idempotency::requests_at_the_same_time_make_one_row,
    sources::source_reads_back_as_written,
    sources::owned_application_is_found_by_nobody_else,
    sources::deleting_takes_application_and_endpoints_along,
    sources::other_organisation_finds_no_source,
    sources::saved_source_has_the_new_token_only,
    sources::same_request_makes_one_source,
    sources::sources_that_fetch_are_found_over_all_organisations,
    lists::applications_are_paged_without_gap_or_repeat,
    lists::endpoints_are_paged_without_gap_or_repeat,
    lists::event_types_are_paged_without_gap_or_repeat,
    lists::page_before_a_row_is_in_the_lists_order,
    lists::cursor_of_a_deleted_row_still_marks_its_place,
    lists::list_of_nothing_is_empty_and_done,
];
