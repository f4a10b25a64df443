//! The usual mistakes, as a diagnosis recognises them after a refusal. Shown to the person who sets a source up.
//!
//! What must stay true: a mistake explains a refusal and never softens it.

/// What most likely went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mistake {
    /// The signature fits another spelling of the same JSON.
    #[error("the signature fits the {form} form of the body: something on the way rewrote it")]
    BodyReserialised {
        /// Which spelling.
        form: &'static str,
    },
    /// The digest is right and written in another encoding.
    #[error("the signature is right but written as {found} where {expected} is expected")]
    Encoding {
        /// What was sent.
        found: &'static str,
        /// What the scheme says.
        expected: &'static str,
    },
    /// The secret fits if it is prepared in another way.
    #[error("the secret fits as {found} where the scheme takes {expected}")]
    SecretForm {
        /// The preparation that fits.
        found: &'static str,
        /// The preparation of the scheme.
        expected: &'static str,
    },
    /// A secret that is no longer valid matches.
    #[error("the secret {id} matches, but it has expired")]
    SecretExpired {
        /// Its id.
        id: String,
    },
    /// A secret that is not valid yet matches.
    #[error("the secret {id} matches, but it is not valid yet")]
    SecretNotYetValid {
        /// Its id.
        id: String,
    },
    /// All is right but the time.
    #[error("the signature matches; the clocks differ by {skew_ms} ms, or it is a replay")]
    ClockSkew {
        /// Milliseconds from signing to now; negative if the sender is ahead.
        skew_ms: i64,
    },
    /// The proof of another provider is there.
    #[error("the request carries {header}, which {title} sends: is the source of the right type?")]
    OtherProvider {
        /// The name in configuration.
        name: &'static str,
        /// The name for people.
        title: &'static str,
        /// The header that gave it away.
        header: &'static str,
    },
    /// A signature with another hash was offered.
    #[error("a signature with {offered} is there, but the scheme takes {expected} only")]
    WrongHash {
        /// The hash offered.
        offered: &'static str,
        /// The hash of the scheme.
        expected: &'static str,
    },
    /// The public key where the private is needed, or the reverse.
    #[error("the wrong half of the key pair is configured")]
    WrongKeyOfPair,
}
