//! The table of routes: each line is an operation, documented where it is written.
//!
//! Operations are registered only through `routes!`, which takes the path from the documentation; so what is
//! routed and what is documented are the same thing.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    application, attempt, attempt_list, auth, destination, destination_kind, endpoint, endpoint_action,
    endpoint_filter, endpoint_headers, endpoint_secret, endpoint_transformation, event_type, feed_kind,
    health, message, receipt, source, source_attempt, source_endpoint, source_endpoint_filter,
    source_endpoint_transformation, source_log, source_secret,
};
use crate::state::ApiState;

/// Every operation.
pub(crate) fn operations() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(configuration())
        .merge(history())
        .merge(ingest())
        .routes(routes!(health::get))
        .routes(routes!(health::ping))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
}

#[expect(deprecated, reason = "earlier clients call it")]
fn configuration() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // /app
        .routes(routes!(application::list, application::create))
        .routes(routes!(application::get, application::upsert, application::patch, application::delete))
        // /auth
        .routes(routes!(auth::app_portal_access))
        .routes(routes!(auth::dashboard_access))
        // /app/{app_id}/endpoint
        .routes(routes!(endpoint::list, endpoint::create))
        .routes(routes!(endpoint::get, endpoint::upsert, endpoint::patch, endpoint::delete))
        .routes(routes!(endpoint_headers::get, endpoint_headers::set, endpoint_headers::patch))
        .routes(routes!(endpoint_secret::get))
        .routes(routes!(endpoint_secret::rotate))
        .routes(routes!(endpoint_transformation::get, endpoint_transformation::patch))
        .routes(routes!(endpoint_transformation::simulate))
        .routes(routes!(endpoint_action::stats))
        .routes(routes!(endpoint_filter::dry_run))
        .routes(routes!(endpoint_filter::explain))
        .routes(routes!(endpoint_action::send_example))
        .routes(routes!(endpoint_action::recover))
        // /destination-kind
        .routes(routes!(destination_kind::list))
        // /event-type
        .routes(routes!(event_type::list, event_type::create))
        .routes(routes!(event_type::get, event_type::upsert, event_type::patch, event_type::delete))
}

fn ingest() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // /ingest/api/v1/source
        .routes(routes!(feed_kind::list))
        .routes(routes!(source::list, source::create))
        .routes(routes!(source::get, source::upsert, source::patch, source::delete))
        .routes(routes!(source::rotate_token))
        .routes(routes!(source_secret::learnt))
        .routes(routes!(source_log::list))
        .routes(routes!(source_attempt::by_endpoint))
        .routes(routes!(source_attempt::by_receipt))
        // its endpoints
        .routes(routes!(source_endpoint::list, source_endpoint::create))
        .routes(routes!(source_endpoint::get, source_endpoint::upsert, source_endpoint::delete))
        .routes(routes!(source_endpoint::get_headers, source_endpoint::set_headers))
        .routes(routes!(source_endpoint::get_secret))
        .routes(routes!(source_endpoint::rotate_secret))
        .routes(routes!(source_endpoint_transformation::get, source_endpoint_transformation::patch))
        .routes(routes!(source_endpoint_transformation::simulate))
        .routes(routes!(source_endpoint_filter::dry_run))
        .routes(routes!(source_endpoint_filter::explain))
        // its receipts
        .routes(routes!(receipt::list))
        .routes(routes!(receipt::get))
        .routes(routes!(receipt::get_request))
        .routes(routes!(receipt::replay))
}

#[expect(deprecated, reason = "earlier clients call it")]
fn history() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // /app/{app_id}/msg
        .routes(routes!(message::list, message::create))
        .routes(routes!(message::get))
        .routes(routes!(message::expunge_content))
        // attempts
        .routes(routes!(attempt_list::by_endpoint))
        .routes(routes!(attempt_list::by_message))
        .routes(routes!(attempt_list::by_message_deprecated))
        .routes(routes!(attempt_list::by_message_and_endpoint_deprecated))
        .routes(routes!(attempt::get))
        .routes(routes!(attempt::expunge_content))
        .routes(routes!(attempt::resend))
        // deliveries, from both ends
        .routes(routes!(destination::attempted_messages))
        .routes(routes!(destination::attempted_destinations))
}
