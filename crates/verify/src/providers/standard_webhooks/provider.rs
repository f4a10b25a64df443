//! How the list of providers describes Standard Webhooks.

use crate::providers::Provider;

pub(crate) const PROVIDER: Provider = Provider {
    name: "standard-webhooks",
    title: "Standard Webhooks",
    documentation_url: "https://www.standardwebhooks.com",
    headers: &[
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "svix-id",
        "svix-timestamp",
        "svix-signature",
    ],
};
