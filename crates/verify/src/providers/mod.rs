//! Providers: who sends webhooks, and how each proves it. One file or folder per provider, one line in the list.
//!
//! Documentation, API enums and tests derive from [`PROVIDERS`]. What must stay true: a provider's rules live in its
//! own room and nowhere else.

mod adobe_io_events;
mod adyen;
mod aws_sns;
mod azure_event_grid;
mod box_webhooks;
mod braintree;
mod contentful;
mod custom;
mod discord;
mod fusionauth;
mod github;
mod gitlab;
mod google_pubsub;
mod http_message_signatures;
mod hubspot;
mod list;
mod microsoft_graph;
mod monday;
mod netlify;
mod none;
mod paddle;
mod paypal;
mod plaid;
mod sendgrid;
mod shopify;
mod slack;
mod standard_webhooks;
mod stripe;
mod svix;
mod travis_ci;
mod twilio;
mod zoom;

#[cfg(test)]
mod tests;

pub use list::{PROVIDERS, provider};
