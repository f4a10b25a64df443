//! The data of one provider.
//!
//! What must stay true: everything is static, so that a provider is one value in one file.

use crate::handshake::Handshake;
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;

/// A provider of webhooks.
#[derive(Debug)]
pub struct Provider {
    /// Stable lower-case name with dashes, as used in configuration.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// How its requests prove themselves.
    pub scheme: Scheme,
    /// Headers that only this provider sends, lower case: they give away a source of the wrong type. Empty where its
    /// headers are shared with others.
    pub headers: &'static [&'static str],
    /// The secret that the user pastes; absent where there is none.
    pub secret: Option<SecretGuide>,
    /// The event type.
    pub event_type: Option<Rule>,
    /// The id of one delivery or event as the provider writes it.
    pub delivery_id: Option<Rule>,
    /// What makes two requests the same event.
    pub dedupe: Rule,
    /// How a request with many events is split.
    pub split: Option<Split>,
    /// Questions outside deliveries.
    pub handshakes: &'static [Handshake],
    /// Milliseconds within which it wants an answer, where known.
    pub answer_ms_max: Option<u32>,
    /// The status of success.
    pub success_status: u16,
    /// Whether success must have an empty body.
    pub success_is_empty: bool,
    /// Headers of a delivery, lower case, that its success must carry back.
    pub echoes: &'static [&'static str],
    /// The status for a proof that fails.
    pub refusal_status: u16,
    /// Methods that deliveries use.
    pub methods: &'static [&'static str],
    /// Content types of deliveries, without parameters. Any, if empty.
    pub content_types: &'static [&'static str],
    /// Where the provider describes its webhooks; empty where no page is known for certain.
    pub documentation_url: &'static str,
    /// Year and month in which that was looked up.
    pub checked: &'static str,
    /// Who confirms the scheme.
    pub confirmation: Confirmation,
    /// Traps and gaps, for documentation.
    pub notes: &'static [&'static str],
    /// A delivery.
    pub sample: Sample,
}

/// The secret of a source, as the user finds it.
#[derive(Clone, Copy, Debug)]
pub struct SecretGuide {
    /// What it is called and where it is.
    pub found_at: &'static str,
    /// One that the scheme takes; not a real one.
    pub example: &'static str,
    /// Whether a source works without.
    pub is_optional: bool,
}

/// Who confirms a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The provider's documentation, library or sample.
    Provider,
    /// Independent third parties only.
    ThirdParties,
}

/// A delivery for tests and simulation.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Headers besides the proof.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: &'static str,
    /// What the rule for the event type finds in it.
    pub event_type: Option<&'static str>,
}

impl Provider {
    /// What most providers have in common: the base for struct update.
    pub const COMMON: Self = Self {
        name: "",
        title: "",
        scheme: Scheme::None,
        headers: &[],
        secret: None,
        event_type: None,
        delivery_id: None,
        dedupe: Rule::BodyHash,
        split: None,
        handshakes: &[],
        answer_ms_max: None,
        success_status: 200,
        success_is_empty: false,
        echoes: &[],
        refusal_status: 401,
        methods: &["POST"],
        content_types: &["application/json"],
        documentation_url: "",
        checked: "2026-11",
        confirmation: Confirmation::Provider,
        notes: &[],
        sample: Sample { headers: &[], body: "{}", event_type: None },
    };
}
