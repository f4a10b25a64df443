//! Providers: who sends webhooks, and how each proves it. One file or folder per provider, one line in the list.
//!
//! Documentation, API enums and tests derive from [`PROVIDERS`]. What must stay true: a provider's rules live in its
//! own room and nowhere else.

mod ably;
mod airtable;
mod asana;
mod auth0;
mod azure_devops;
mod bigcommerce;
mod bitbucket;
mod bitbucket_data_center;
mod cal_com;
mod calendly;
mod chargebee;
mod circleci;
mod clerk;
mod clickup;
mod cloudevents;
mod cloudinary;
mod cloudinary_sha1;
mod coinbase_commerce;
mod custom;
mod docusign;
mod dropbox;
mod elevenlabs;
mod figma;
mod forgejo;
mod front;
mod gitea;
mod github;
mod gitlab;
mod gogs;
mod heroku;
mod hookdeck;
mod hubspot;
mod intercom;
mod jira;
mod lemon_squeezy;
mod line;
mod linear;
mod list;
mod mailgun;
mod meta;
mod microsoft_teams;
mod mollie;
mod mollie_classic;
mod mux;
mod none;
mod notion;
mod okta;
mod openai;
mod paddle;
mod pagerduty;
mod postmark;
mod pusher;
mod razorpay;
mod recurly;
mod resend;
mod sanity;
mod scalr;
mod sentry;
mod shopify;
mod slack;
mod square;
mod standard_webhooks;
mod stripe;
mod svix;
mod telegram;
mod tiktok;
mod trello;
mod twitch;
mod typeform;
mod vercel;
mod webflow;
mod websub;
mod woocommerce;
mod x;
mod xero;
mod zendesk;
mod zoom;

#[cfg(test)]
mod tests;

pub use list::{PROVIDERS, provider};
