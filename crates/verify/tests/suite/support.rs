//! A signed request that tests can bend, and the keys they sign with.

use hooktide_verify::standard_webhooks::{
    KeyKind, Refusal, SignatureHeaders, SigningKey, Verdict, VerifyingKey, sign, verify,
};

/// The time at which most tests sign, in seconds since the epoch.
pub(crate) const SIGNED_AT_S: i64 = 1_614_265_330;

/// A request as a receiver sees it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) id: Vec<u8>,
    pub(crate) timestamp: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Signs `body` with every key at [`SIGNED_AT_S`].
    pub(crate) fn signed(keys: &[SigningKey], id: &str, body: &[u8]) -> Self {
        let signature = sign(keys, id, SIGNED_AT_S, body).expect("tests sign ids that are allowed");
        Self {
            id: id.into(),
            timestamp: SIGNED_AT_S.to_string().into(),
            signature: signature.into(),
            body: body.to_vec(),
        }
    }

    /// Verifies as a receiver would at `now_s`.
    pub(crate) fn verify_at(
        &self,
        keys: &[VerifyingKey],
        now_s: i64,
        tolerance_s: u64,
    ) -> Result<Verdict, Refusal> {
        let headers = SignatureHeaders {
            id: Some(&self.id),
            timestamp: Some(&self.timestamp),
            signature: Some(&self.signature),
        };
        verify(keys, &headers, &self.body, now_s, tolerance_s)
    }
}

/// A key that is different for every number.
pub(crate) fn key(kind: KeyKind, number: u8) -> SigningKey {
    SigningKey::generate(kind, |buffer| buffer.fill(number + 1))
}

/// Several different keys, of both kinds in turn.
pub(crate) fn mixed_keys(count: u8) -> Vec<SigningKey> {
    (0..count).map(|number| key(KeyKind::ALL[usize::from(number % 2)], number)).collect()
}
