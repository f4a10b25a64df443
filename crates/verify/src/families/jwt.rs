//! A JSON Web Token in a header: with a shared secret, a provider's set of keys, or one key fetched by its id.
//!
//! What must stay true: the algorithm is the scheme's, a token that names another (or `none`) is refused, and where the
//! token carries a hash of the body, the body must be that one.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::read::{accepted, header, text_key};
use super::{Family, FamilyResult, Stop};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::jwt::{self, Token};
use crate::known_keys::{KeyDocument, KeyRequest};
use crate::public_key::{PublicKey, PublicKeyAlgorithm, SigningText, fetched, from_jwk, from_jwk_set};
use crate::request::{Outgoing, Request};
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, mac, plain};
use crate::verdict::Reason;

/// How tokens are signed, by its JOSE name (RFC 7518).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwtAlgorithm {
    /// HMAC-SHA256 with the source's secret.
    Hs256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl JwtAlgorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    const fn public_key(self) -> Option<PublicKeyAlgorithm> {
        match self {
            Self::Hs256 => None,
            Self::Rs256 => Some(PublicKeyAlgorithm::RsaSha256),
            Self::Es256 => Some(PublicKeyAlgorithm::EcdsaP256Fixed),
        }
    }
}

/// Where the key of a token is.
#[derive(Clone, Copy, Debug)]
pub enum JwtKey {
    /// It is the source's secret.
    Secret,
    /// In a set of keys at a fixed URL.
    Set(&'static str),
    /// Fetched by its id through an API that needs credentials; the member of the answer that is the JWK.
    ById {
        /// The API's URL.
        url: &'static str,
        /// The member.
        member: &'static str,
    },
}

/// Whom a token must be meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwtAudience {
    /// It does not say.
    Any,
    /// The public URL of the source.
    Url,
    /// What the source's secret says: an audience, a space, and the email of the sending account.
    SecretWithEmail,
}

/// The scheme's settings.
#[derive(Clone, Copy, Debug)]
pub struct JwtScheme {
    /// Stable name.
    pub name: &'static str,
    /// The one header that carries the token, lower case.
    pub headers: &'static [&'static str],
    /// What precedes the token in it, lower case; read in either case.
    pub prefix: &'static str,
    /// The algorithm.
    pub algorithm: JwtAlgorithm,
    /// The key.
    pub key: JwtKey,
    /// The audience.
    pub audience: JwtAudience,
    /// The issuers; any, if none is named.
    pub issuers: &'static [&'static str],
    /// Whether a token must expire.
    pub expiry_is_required: bool,
    /// Seconds since its issue, if that is limited.
    pub age_s_max: Option<u64>,
    /// The claim that holds the SHA-256 of the body, and how it is written.
    pub body_hash: Option<(&'static str, Encoding)>,
}

/// Seconds that a simulated token is valid.
const SIMULATED_VALID_S: i64 = 300;

/// The key that a simulated token names.
const SIMULATED_KEY_ID: &str = "simulated";

impl Family for JwtScheme {
    fn name(&self) -> &'static str {
        self.name
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        self.headers
    }

    fn covers_body(&self) -> bool {
        self.body_hash.is_some()
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let secrets = match (self.key, self.audience) {
            (JwtKey::Secret, _) | (_, JwtAudience::SecretWithEmail) => context.usable(text_key)?,
            _ => Vec::new(),
        };
        let value = header(context.request, self.header())?;
        let token = Token::parse(self.strip_prefix(value)?)?;
        if token.algorithm != self.algorithm.name() {
            let expected = self.algorithm.name();
            let message = format!("the token names another algorithm than {expected}");
            return Err(Reason::Family { code: "algorithm_mismatch", message }.into());
        }
        let signer = self.check_signature(context, &token, &secrets)?;
        let addressee = self.check_audience(context.request, &token, &secrets)?;
        jwt::check_issuer(&token, self.issuers)?;
        let signed_ms = jwt::check_times(&token, context, self.expiry_is_required, self.age_s_max)?;
        self.check_body(&token, context.request.body)?;
        Ok(accepted(context, signer.or(addressee), 0, signed_ms))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        let (shared, private) = match self.algorithm.public_key() {
            None => (secret.text().to_owned(), None),
            Some(algorithm) => {
                let key = SigningText::read(secret)?;
                (key.shared.to_owned(), Some((algorithm, key)))
            }
        };
        let mut head = Map::new();
        head.insert("alg".to_owned(), self.algorithm.name().into());
        head.insert("typ".to_owned(), "JWT".into());
        if private.is_some() {
            head.insert("kid".to_owned(), SIMULATED_KEY_ID.into());
        }
        let claims = self.claims(&shared, outgoing, now)?;
        let token = jwt::write(&Value::Object(head), &claims, |signed| match &private {
            Some((algorithm, key)) => key.sign(*algorithm, signed),
            None => Ok(mac(Hash::Sha256, &text_key(secret)?, &[signed])),
        })?;
        let prefix = if self.prefix.is_empty() { "" } else { "Bearer " };
        outgoing.set_header(self.header(), format!("{prefix}{token}"));
        Ok(())
    }
}

impl JwtScheme {
    fn header(&self) -> &'static str {
        self.headers.first().copied().unwrap_or_default()
    }

    fn strip_prefix<'a>(&self, value: &'a [u8]) -> Result<&'a [u8], Reason> {
        let split = value.split_at_checked(self.prefix.len());
        let token = split.filter(|(found, _)| found.eq_ignore_ascii_case(self.prefix.as_bytes()));
        let malformed =
            || Reason::SignatureMalformed { expected: format!("a token after {:?}", self.prefix) };
        token.map(|(_, token)| token).ok_or_else(malformed)
    }

    /// Gives the secret that signed, if one did.
    fn check_signature(
        &self,
        context: &Context<'_>,
        token: &Token<'_>,
        secrets: &[(usize, Zeroizing<Vec<u8>>)],
    ) -> Result<Option<usize>, Stop> {
        let no_match = Reason::NoSignatureMatched { candidates: 1 };
        let Some(algorithm) = self.algorithm.public_key() else {
            let signed = token.signed.as_bytes();
            let matches = |key: &[u8]| secrets_equal(&mac(Hash::Sha256, key, &[signed]), &token.signature);
            let matched = secrets.iter().find(|(_, key)| matches(key));
            return matched.map(|(index, _)| Some(*index)).ok_or(no_match.into());
        };
        let key = self.public_key(context, token)?;
        if !key.verifies(algorithm, token.signed.as_bytes(), &token.signature) {
            return Err(no_match.into());
        }
        Ok(None)
    }

    fn public_key(&self, context: &Context<'_>, token: &Token<'_>) -> Result<PublicKey, Stop> {
        let unknown = |message| Stop::from(Reason::family("key_unknown", message));
        let key_id = token.key_id.clone().ok_or_else(|| unknown("the token names no key"))?;
        let request =
            |document, url: &str| KeyRequest { document, url: url.to_owned(), key_id: Some(key_id.clone()) };
        match self.key {
            JwtKey::Secret => Err(unknown("the scheme has no public key")),
            JwtKey::Set(url) => {
                let request = request(KeyDocument::JwkSet, url);
                let set = fetched(context, request.clone())?;
                let key = from_jwk_set(&set, &key_id, self.algorithm.name(), |_| true);
                key.ok_or_else(|| Reason::KeyUnknown { wanted: Box::new(request) }.into())
            }
            JwtKey::ById { url, member } => {
                let request = request(KeyDocument::ProviderJson, url);
                let answer = fetched(context, request.clone())?;
                let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
                let jwk = &answer[member];
                let expires_s = jwk.get("expired_at").and_then(Value::as_i64);
                if jwk.get("kid").is_none_or(|kid| *kid != key_id)
                    || expires_s.is_some_and(|expires_s| context.now.unix_s() >= expires_s)
                {
                    return Err(Reason::KeyUnknown { wanted: Box::new(request) }.into());
                }
                let key = from_jwk(jwk, self.algorithm.name());
                key.ok_or_else(|| Reason::KeyUnknown { wanted: Box::new(request) }.into())
            }
        }
    }

    /// Gives the secret that named the audience, if one did.
    fn check_audience(
        &self,
        request: &Request<'_>,
        token: &Token<'_>,
        secrets: &[(usize, Zeroizing<Vec<u8>>)],
    ) -> Result<Option<usize>, Reason> {
        let mismatch = || Reason::family("audience_mismatch", "the token is meant for somebody else");
        match self.audience {
            JwtAudience::Any => Ok(None),
            JwtAudience::Url => {
                let url = request.url.ok_or(Reason::UrlMissing)?;
                if jwt::has_audience(token, url) { Ok(None) } else { Err(mismatch()) }
            }
            JwtAudience::SecretWithEmail => {
                let is_verified = token.claims.get("email_verified").is_some_and(|it| *it == true);
                let email = token.text("email").filter(|_| is_verified).ok_or_else(mismatch)?;
                let is_it = |secret: &[u8]| {
                    let text = str::from_utf8(secret).ok().and_then(|text| text.split_once(' '));
                    text.is_some_and(|(audience, wanted)| {
                        wanted == email && jwt::has_audience(token, audience)
                    })
                };
                let matched = secrets.iter().find(|(_, secret)| is_it(secret));
                matched.map(|(index, _)| Some(*index)).ok_or_else(mismatch)
            }
        }
    }

    fn check_body(&self, token: &Token<'_>, body: &[u8]) -> Result<(), Reason> {
        let Some((claim, encoding)) = self.body_hash else {
            return Ok(());
        };
        let missing =
            || Reason::Family { code: "body_hash_missing", message: format!("the token lacks {claim}") };
        let named = token.text(claim).ok_or_else(missing)?;
        let found = encoding.encode(&plain(Hash::Sha256, &[body]));
        if secrets_equal(named.as_bytes(), found.as_bytes()) {
            return Ok(());
        }
        Err(Reason::family("body_hash_mismatch", "the token is signed, and the body is not the one it names"))
    }

    /// What the provider would claim.
    fn claims(&self, shared: &str, outgoing: &Outgoing, now: Now) -> Result<Value, SignError> {
        let mut claims = Map::new();
        let mut set = |claim: &str, value: Value| claims.insert(claim.to_owned(), value);
        set("iat", now.unix_s().into());
        set("exp", now.unix_s().saturating_add(SIMULATED_VALID_S).into());
        if let Some(issuer) = self.issuers.first() {
            set("iss", (*issuer).into());
        }
        match self.audience {
            JwtAudience::Any => {}
            JwtAudience::Url => {
                set("aud", outgoing.url.clone().ok_or(Reason::UrlMissing)?.into());
            }
            JwtAudience::SecretWithEmail => {
                let (audience, email) = shared.split_once(' ').ok_or(SignError::Unsignable)?;
                set("aud", audience.into());
                set("email", email.into());
                set("email_verified", true.into());
            }
        }
        if let Some((claim, encoding)) = self.body_hash {
            set(claim, encoding.encode(&plain(Hash::Sha256, &[&outgoing.body])).into());
        }
        Ok(Value::Object(claims))
    }
}
