//! What the providers' libraries are asked to sign: one case for each signer of `tests/sdk`, with odd spacing, escapes
//! and letters outside ASCII, so that only the exact bytes fit.

use serde_json::{Map, Value, json};

/// A request to be signed.
#[derive(Debug)]
pub(super) struct Case {
    /// The name of the signer in the script.
    pub(super) signer: &'static str,
    pub(super) kind: &'static str,
    /// What the source is given.
    pub(super) secret: &'static str,
    /// What the signer is given, where that is another.
    pub(super) private: Option<&'static str>,
    pub(super) content_type: &'static str,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: &'static str,
    /// As registered with the provider; empty where the scheme does not sign it.
    pub(super) url: &'static str,
    pub(super) event_type: &'static str,
    /// What is replaced in a body that is covered; empty where none of it is.
    pub(super) flip: (&'static str, &'static str),
    /// The header that carries the signature, if one does.
    pub(super) proof: Option<&'static str>,
}

impl Case {
    const JSON: Self = Self {
        signer: "",
        kind: "",
        secret: "a-secret-of-your-own-choice-0123456789",
        private: None,
        content_type: "application/json",
        headers: &[],
        body: "",
        url: "",
        event_type: "",
        flip: ("\"n\":1", "\"n\":2"),
        proof: None,
    };

    pub(super) fn key(&self) -> &'static str {
        self.private.unwrap_or(self.secret)
    }

    pub(super) fn source(&self) -> Value {
        let mut source = json!({ "type": self.kind, "config": { "secret": self.secret } });
        if !self.url.is_empty() {
            source["url"] = self.url.into();
        }
        if self.kind == "braintree" {
            source["config"]["verifyToken"] = "public-key".into();
        }
        source
    }

    pub(super) fn headers(&self) -> Map<String, Value> {
        let own = self.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        own.chain([("content-type".to_owned(), self.content_type.into())]).collect()
    }
}

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WHSEC_WRONG: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const FORM: &str = "application/x-www-form-urlencoded";
const URL: &str = "https://hooks.example.com/app/incoming";

/// Keys that no source has, where any text will not do.
pub(super) const WRONG_KEYS: &[(&str, &str)] = &[
    ("standard-webhooks", WHSEC_WRONG),
    ("svix", WHSEC_WRONG),
    ("discord", "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100"),
    ("adyen", "55782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"),
    ("contentful", "z2Y0bW9ckX5v8wQzT1rLhJ7pN4sDfG6aE3uC9iVxOmBtRyZqHjUlSdWnPgKeFoAz"),
    (
        "sendgrid",
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze+hRANCAARTW31ydS545Xf7fkssIU6Si/p8GlE0dBGR0jhy/LQZSLSRfY66kjs+QwiT7qGFgiJERK6PRUpl9lFWjGPN9qSj",
    ),
];

const ADYEN: Case = Case {
    signer: "adyen",
    kind: "adyen",
    secret: "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
    body: r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":""},"amount":{"currency":"EUR","value":1130},"eventCode":"AUTHORISATION","merchantAccountCode":"TestMerchant","merchantReference":"order 1: böhm","pspReference":"7914073381342284","success":"true"}}]}"#,
    event_type: "AUTHORISATION",
    flip: ("1130", "1131"),
    ..Case::JSON
};

const DISCORD: Case = Case {
    signer: "discord",
    kind: "discord",
    secret: "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
    private: Some("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    body: "{\"version\":1, \"type\":1,\"n\":1,\"event\":{\"type\":\"APPLICATION_AUTHORIZED\",\"data\":{\"user\":\"\\u00e9é\"}}}",
    event_type: "APPLICATION_AUTHORIZED",
    proof: Some("x-signature-ed25519"),
    ..Case::JSON
};

const STANDARD: Case = Case {
    signer: "standard_webhooks",
    kind: "standard-webhooks",
    secret: WHSEC,
    body: "{\"type\":\"user.created\",\"n\":1, \"name\":\"grün \\/ ✓\"}\r\n",
    event_type: "user.created",
    proof: Some("webhook-signature"),
    ..Case::JSON
};

const SVIX: Case = Case { signer: "svix", kind: "svix", proof: Some("svix-signature"), ..STANDARD };

const STRIPE: Case = Case {
    signer: "stripe",
    kind: "stripe",
    secret: "whsec_example0123456789abcdefghijklmn",
    body: "{\n  \"id\": \"evt_1Q2W3E\",\n  \"object\": \"event\",\"n\":1,\n  \"type\": \"invoice.paid\",\n  \"data\": {\"object\": {\"customer_name\": \"Zoë\"}}\n}",
    event_type: "invoice.paid",
    proof: Some("stripe-signature"),
    ..Case::JSON
};

/// A field twice, an empty one, blanks in both spellings.
const TWILIO: Case = Case {
    signer: "twilio",
    kind: "twilio",
    url: "https://hooks.example.com/sms?foo=1&bar=2",
    content_type: FORM,
    body: "MessageSid=SM123&MessageStatus=delivered&Body=a+b%20c&MediaUrl=https%3A%2F%2Fb&MediaUrl=https%3A%2F%2Fa&Empty=&n=1",
    event_type: "delivered",
    flip: ("SM123", "SM124"),
    proof: Some("x-twilio-signature"),
    ..Case::JSON
};

const TWILIO_JSON: Case = Case {
    signer: "twilio_json",
    url: "https://hooks.example.com/voice",
    content_type: "application/json",
    body: "{\"CallSid\":\"CA1\", \"n\":1}",
    event_type: "twilio.event",
    flip: Case::JSON.flip,
    ..TWILIO
};

/// What `tests/sdk/python/sign.py` signs.
pub(super) const PYTHON: &[Case] = &[
    ADYEN,
    DISCORD,
    STANDARD,
    SVIX,
    STRIPE,
    TWILIO,
    TWILIO_JSON,
    Case {
        signer: "box",
        kind: "box",
        body: "{\"type\":\"webhook_event\",\"n\":1,\"trigger\":\"FILE.UPLOADED\",\"source\":{\"name\":\"a b.txt\"}}",
        event_type: "FILE.UPLOADED",
        proof: Some("box-signature-primary"),
        ..Case::JSON
    },
    Case {
        signer: "braintree_sample",
        kind: "braintree",
        content_type: FORM,
        event_type: "braintree.event",
        // In the body, after the public key and a bar.
        flip: ("bt_payload=C", "bt_payload=D"),
        ..Case::JSON
    },
    Case {
        signer: "http_message_signatures",
        kind: "http-message-signatures",
        body: "{\"hello\": \"wörld\",\"n\":1}",
        event_type: "http-message-signatures.event",
        proof: Some("signature"),
        ..Case::JSON
    },
    Case {
        signer: "hubspot",
        kind: "hubspot",
        url: URL,
        body: "[{\"eventId\":1,\"n\":1,\"portalId\":62515, \"subscriptionType\":\"contact.creation\"}]",
        event_type: "contact.creation",
        proof: Some("x-hubspot-signature-v3"),
        ..Case::JSON
    },
    Case {
        signer: "hubspot_v2",
        kind: "hubspot-v2",
        url: URL,
        body: "[{\"eventId\":2,\"n\":1,\"subscriptionType\":\"contact.creation\"}]",
        event_type: "contact.creation",
        proof: Some("x-hubspot-signature"),
        ..Case::JSON
    },
    Case {
        signer: "hubspot_v1",
        kind: "hubspot-v1",
        body: "[{\"eventId\":3,\"n\":1,\"subscriptionType\":\"contact.creation\"}]",
        event_type: "contact.creation",
        proof: Some("x-hubspot-signature"),
        ..Case::JSON
    },
    Case {
        signer: "monday",
        kind: "monday",
        url: URL,
        body: "{\"event\":{\"type\":\"update_column_value\",\"boardId\":1771812698}}",
        event_type: "monday.event",
        flip: ("", ""),
        proof: Some("authorization"),
        ..Case::JSON
    },
    Case {
        signer: "netlify",
        kind: "netlify",
        body: "{\"id\":\"62ab1d5a4f0f\",\"n\":1, \"state\":\"ready\"}",
        event_type: "netlify.event",
        proof: Some("x-webhook-signature"),
        ..Case::JSON
    },
    Case {
        signer: "pusher",
        kind: "pusher",
        body: "{\"time_ms\":1327078148132,\"n\":1,\"events\":[{\"name\":\"channel_occupied\"}]}",
        event_type: "pusher.event",
        proof: Some("x-pusher-signature"),
        ..Case::JSON
    },
    Case {
        signer: "sendgrid",
        kind: "sendgrid",
        secret: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERxw+dYxJBChbun5TEY7Q9SSt6wdX0lvS+Oew1236cUzdUg96yoqLkXrMN/Ud6PDJu+OthYOC5wLcJaEtCfeoWA==",
        private: Some(
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze+hRANCAARHHD51jEkEKFu6flMRjtD1JK3rB1fSW9L457DXbfpxTN1SD3rKiouResw39R3o8Mm7462Fg4LnAtwloS0J96hY",
        ),
        body: "[{\"email\":\"hello@example.com\",\"n\":1,\"event\":\"delivered\",\"sg_event_id\":\"ZGVs\"}]\r\n",
        event_type: "delivered",
        proof: Some("x-twilio-email-event-webhook-signature"),
        ..Case::JSON
    },
    Case {
        signer: "slack",
        kind: "slack",
        body: "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"n\":1,\"event\":{\"type\":\"app_mention\",\"text\":\"h\\u00e9 \\/ hé\"}}",
        event_type: "app_mention",
        proof: Some("x-slack-signature"),
        ..Case::JSON
    },
];

/// What `tests/sdk/signers-js/sign.mjs` signs.
pub(super) const JAVASCRIPT: &[Case] = &[
    ADYEN,
    DISCORD,
    STANDARD,
    SVIX,
    STRIPE,
    TWILIO,
    TWILIO_JSON,
    Case {
        signer: "cloudinary",
        kind: "cloudinary",
        body: "{\"public_id\":\"sämple\",\"n\":1}",
        event_type: "cloudinary.event",
        proof: Some("x-cld-signature"),
        ..Case::JSON
    },
    Case {
        signer: "cloudinary_sha1",
        kind: "cloudinary-sha1",
        body: "{\"public_id\":\"sample\",\"n\":1}",
        event_type: "cloudinary-sha1.event",
        proof: Some("x-cld-signature"),
        ..Case::JSON
    },
    Case {
        signer: "contentful",
        kind: "contentful",
        content_type: "application/vnd.contentful.management.v1+json",
        headers: &[("x-contentful-topic", "ContentManagement.Entry.publish")],
        // The library takes keys of this length only.
        secret: "k2Y0bW9ckX5v8wQzT1rLhJ7pN4sDfG6aE3uC9iVxOmBtRyZqHjUlSdWnPgKeFoAz",
        body: "{\"sys\":{\"type\":\"Entry\",\"id\":\"3kZd\"},\"n\":1, \"fields\":{}}",
        event_type: "contentful.event",
        proof: Some("x-contentful-signature"),
        ..Case::JSON
    },
    Case {
        signer: "github",
        kind: "github",
        headers: &[("x-github-event", "push"), ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")],
        body: "{\"zen\":\"Kéep it \\/ logically awesome.\",\"n\":1}",
        event_type: "push",
        proof: Some("x-hub-signature-256"),
        ..Case::JSON
    },
    Case {
        signer: "sanity",
        kind: "sanity",
        body: "{\"_id\":\"résumé\",\"n\":1}",
        event_type: "sanity.event",
        proof: Some("sanity-webhook-signature"),
        ..Case::JSON
    },
    Case {
        signer: "shopify",
        kind: "shopify",
        headers: &[("x-shopify-topic", "orders/create"), ("x-shopify-webhook-id", "b54557e4")],
        body: "{\"id\":820982911946154508,\"n\":1,\"email\":\"jön@example.com\"}",
        event_type: "orders_create",
        proof: Some("x-shopify-hmac-sha256"),
        ..Case::JSON
    },
];
