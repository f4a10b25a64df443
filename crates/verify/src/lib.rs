//! Sign and verify the webhooks of many providers, without I/O, async, a clock or randomness of its own. (Two
//! exceptions: the feature `axum` reads bodies, and signing by ECDSA draws its nonces inside the library.)
//!
//! A [`Scheme`] says how a request proves itself; [`verify`] judges a received [`Request`] with the source's secrets
//! and the caller's time; [`sign`] makes a request that the same scheme accepts. [`PROVIDERS`] holds what is known per
//! provider: scheme, ids, handshakes. Every comparison of secrets in the workspace goes through this crate.
//!
//! What must stay true: the algorithm is fixed by the scheme, a key knows what it may be used for, secrets are wiped
//! when dropped and never printed, and no input, however odd, makes a function here panic.
//!
//! ```
//! use hooktide_verify::{NoKnownKeys, Now, Outgoing, Secret, provider, sign, verify};
//!
//! let github = provider("github").expect("it is in the list");
//! let secret = Secret::new("current", "It's a Secret to Everybody");
//! let now = Now::from_unix_s(1_614_265_330);
//!
//! let mut sent = Outgoing::post("https://example.com/in/1", "Hello, World!");
//! sign(&github.scheme, &secret, &mut sent, now)?;
//!
//! let verdict = sent.received(|request| verify(&github.scheme, &[secret], request, now, &NoKnownKeys));
//! assert!(verdict.accepted().is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "axum")]
pub mod axum;
mod compare;
mod context;
mod custom;
mod diagnose;
mod families;
mod handshake;
mod json;
mod jwt;
mod keys;
mod known_keys;
mod pinned;
mod provider;
mod providers;
mod public_key;
mod request;
mod respell;
mod rules;
mod scheme;
mod secret;
mod sign;
pub mod standard_webhooks;
mod template;
mod verdict;
mod verify;

pub use compare::secrets_equal;
pub use context::Context;
pub use custom::CustomScheme;
pub use diagnose::BODY_DIAGNOSED_BYTES_MAX;
pub use families::{
    AdobeEvents, AdyenItems, Braintree, Checkbook, Contentful, Detached, EventGrid, Family, FamilyResult,
    Graph, HeaderNames, HttpSignatureAlgorithm, HttpSignatures, JwtAlgorithm, JwtAudience, JwtKey, JwtScheme,
    PayPal, Sns, StandardWebhooks, Stop, TokenAt, Travis, Twilio,
};
pub use handshake::{Answer, Body, Condition, ECHO_BYTES_MAX, Fetch, Handshake, LEARNT, Value, answer};
pub use json::BODY_JSON_BYTES_MAX;
pub use keys::{
    KeyError, KeyKind, SYMMETRIC_BYTES_GENERATED, SYMMETRIC_BYTES_MAX, SYMMETRIC_BYTES_MIN, SigningKey,
    VerifyingKey,
};
pub use known_keys::{Key, KeyDocument, KeyRequest, KnownKeys, NoKnownKeys};
pub use provider::{Confirmation, Provider, Sample, SecretGuide, reference};
pub use providers::{PROVIDERS, provider};
pub use public_key::{KEY_DOCUMENT_BYTES_MAX, PublicKeyAlgorithm};
pub use request::{Found, Outgoing, Request};
pub use rules::{
    Item, Rule, SPLIT_ITEMS_MAX, Split, SplitError, VALUE_BYTES_MAX, body_hash, dedupe_key, evaluate, split,
};
pub use scheme::Scheme;
pub use secret::{Now, Purpose, Secret, SecretError};
pub use sign::{SignError, sign};
pub use template::{
    Encoding, Hash, KeyForm, Part, SignatureAt, Template, TemplateMistake, Text, TimeUnit, Timestamp,
    TimestampAt,
};
pub use verdict::{Acceptance, Mistake, Reason, Refusal, SecretMatch, Verdict};
pub use verify::{VerifyOptions, verify, verify_with};
