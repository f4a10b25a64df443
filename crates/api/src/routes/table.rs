//! The table of routes: each line is an operation, documented where it is written.
//!
//! Operations are registered only through `operation!`, which takes the path from the documentation; so what is
//! routed and what is documented are the same thing.

use super::operation::{Operation, operation};
use super::{
    application, attempt, attempt_list, auth, destination, destination_kind, endpoint, endpoint_action,
    endpoint_filter, endpoint_headers, endpoint_secret, endpoint_transformation, event_type, feed_kind,
    health, message, node, receipt, source, source_attempt, source_endpoint, source_endpoint_filter,
    source_endpoint_transformation, source_log, source_secret,
};

/// Every operation.
pub(crate) fn operations() -> Vec<Operation> {
    let health = vec![
        operation!(health::get),
        operation!(health::ping),
        operation!(health::live),
        operation!(health::ready),
        operation!(health::metrics),
        operation!(node::list),
    ];
    [configuration(), history(), ingest(), health].concat()
}

#[expect(deprecated, reason = "earlier clients call it")]
fn configuration() -> Vec<Operation> {
    vec![
        // /app
        operation!(application::list, application::create),
        operation!(application::get, application::upsert, application::patch, application::delete),
        // /auth
        operation!(auth::app_portal_access),
        operation!(auth::dashboard_access),
        // /app/{app_id}/endpoint
        operation!(endpoint::list, endpoint::create),
        operation!(endpoint::get, endpoint::upsert, endpoint::patch, endpoint::delete),
        operation!(endpoint_headers::get, endpoint_headers::set, endpoint_headers::patch),
        operation!(endpoint_secret::get),
        operation!(endpoint_secret::rotate),
        operation!(endpoint_transformation::get, endpoint_transformation::patch),
        operation!(endpoint_transformation::simulate),
        operation!(endpoint_action::stats),
        operation!(endpoint_filter::dry_run),
        operation!(endpoint_filter::explain),
        operation!(endpoint_action::send_example),
        operation!(endpoint_action::recover),
        // /destination-kind
        operation!(destination_kind::list),
        // /event-type
        operation!(event_type::list, event_type::create),
        operation!(event_type::get, event_type::upsert, event_type::patch, event_type::delete),
    ]
}

fn ingest() -> Vec<Operation> {
    vec![
        // /ingest/api/v1/source
        operation!(feed_kind::list),
        operation!(source::list, source::create),
        operation!(source::get, source::upsert, source::patch, source::delete),
        operation!(source::rotate_token),
        operation!(source_secret::learnt),
        operation!(source_log::list),
        operation!(source_attempt::by_endpoint),
        operation!(source_attempt::by_receipt),
        // its endpoints
        operation!(source_endpoint::list, source_endpoint::create),
        operation!(source_endpoint::get, source_endpoint::upsert, source_endpoint::delete),
        operation!(source_endpoint::get_headers, source_endpoint::set_headers),
        operation!(source_endpoint::get_secret),
        operation!(source_endpoint::rotate_secret),
        operation!(source_endpoint_transformation::get, source_endpoint_transformation::patch),
        operation!(source_endpoint_transformation::simulate),
        operation!(source_endpoint_filter::dry_run),
        operation!(source_endpoint_filter::explain),
        // its receipts
        operation!(receipt::list),
        operation!(receipt::get),
        operation!(receipt::get_request),
        operation!(receipt::replay),
    ]
}

#[expect(deprecated, reason = "earlier clients call it")]
fn history() -> Vec<Operation> {
    vec![
        // /app/{app_id}/msg
        operation!(message::list, message::create),
        operation!(message::get),
        operation!(message::expunge_content),
        // attempts
        operation!(attempt_list::by_endpoint),
        operation!(attempt_list::by_message),
        operation!(attempt_list::by_message_deprecated),
        operation!(attempt_list::by_message_and_endpoint_deprecated),
        operation!(attempt::get),
        operation!(attempt::expunge_content),
        operation!(attempt::resend),
        // deliveries, from both ends
        operation!(destination::attempted_messages),
        operation!(destination::attempted_destinations),
    ]
}
