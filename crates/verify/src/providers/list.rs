//! The list of providers whose webhooks can be verified. Adding one means its own file or folder, and a line here.
//!
//! What must stay true: names are unique and stable, because configuration and stored rows refer to them.

use super::{
    adobe_io_events, adyen, aws_sns, azure_event_grid, box_webhooks, braintree, contentful, custom, discord,
    fusionauth, github, gitlab, google_pubsub, http_message_signatures, hubspot, microsoft_graph, monday,
    netlify, none, paddle, paypal, plaid, sendgrid, shopify, slack, standard_webhooks, stripe, svix,
    travis_ci, twilio, zoom,
};
use crate::provider::Provider;

/// Every provider, in the order in which documentation shows them: the general ones, then by name.
pub static PROVIDERS: &[&Provider] = &[
    &standard_webhooks::PROVIDER,
    &http_message_signatures::PROVIDER,
    &custom::PROVIDER,
    &none::PROVIDER,
    &adobe_io_events::PROVIDER,
    &adyen::PROVIDER,
    &aws_sns::PROVIDER,
    &azure_event_grid::PROVIDER,
    &box_webhooks::PROVIDER,
    &braintree::PROVIDER,
    &contentful::PROVIDER,
    &discord::PROVIDER,
    &fusionauth::PROVIDER,
    &github::PROVIDER,
    &gitlab::PROVIDER,
    &google_pubsub::PROVIDER,
    &hubspot::PROVIDER,
    &hubspot::V2,
    &hubspot::V1,
    &microsoft_graph::PROVIDER,
    &monday::PROVIDER,
    &netlify::PROVIDER,
    &paddle::PROVIDER,
    &paypal::PROVIDER,
    &plaid::PROVIDER,
    &sendgrid::PROVIDER,
    &shopify::PROVIDER,
    &slack::PROVIDER,
    &stripe::PROVIDER,
    &svix::PROVIDER,
    &travis_ci::PROVIDER,
    &twilio::PROVIDER,
    &zoom::PROVIDER,
];

/// The provider of a name.
#[must_use]
pub fn provider(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.name == name).copied()
}
