//! Mints secrets and signed samples for every provider in the list, so that each joins the tamper matrix by itself.

use hooktide_verify::{Now, Outgoing, PROVIDERS, Part, Provider, Scheme, Secret, Verdict, sign, verify};

use super::minted_keys::{MintedKeys, TRAVIS_SIGNATURE, signing_key};

/// The time at which samples are signed.
pub(crate) const NOW: Now = Now::from_unix_s(1_790_000_000);

/// Providers that prove anything.
pub(crate) fn proving() -> impl Iterator<Item = &'static Provider> {
    PROVIDERS.iter().copied().filter(|provider| !matches!(provider.scheme, Scheme::None))
}

/// Those whose sources have a secret: elsewhere fetched keys alone decide.
pub(crate) fn with_secret() -> impl Iterator<Item = &'static Provider> {
    proving().filter(|provider| provider.secret.is_some())
}

/// The provider's example secret; some text where it has none.
pub(crate) fn secret(provider: &Provider) -> Secret {
    Secret::new("right", provider.secret.as_ref().map_or("unused", |guide| guide.example))
}

/// The example with its first letter or digit after the prefix changed: another secret of the same form.
pub(crate) fn other_secret(provider: &Provider) -> Secret {
    let text = provider.secret.as_ref().map_or("unused", |guide| guide.example);
    let at = text.rfind('_').map_or(0, |underscore| underscore + 1);
    let replacement = if text[at..].starts_with('1') { "2" } else { "1" };
    Secret::new("other", format!("{}{replacement}{}", &text[..at], &text[at + 1..]))
}

/// The provider's sample, signed.
pub(crate) fn signed_with(provider: &Provider, secret: &Secret, now: Now) -> Outgoing {
    let mut outgoing = Outgoing::post("https://hooks.example.com/in/abc", provider.sample.body);
    for (name, value) in provider.sample.headers {
        outgoing.set_header(name, *value);
    }
    if provider.name == "travis-ci" {
        outgoing.set_header("signature", TRAVIS_SIGNATURE);
        return outgoing;
    }
    // Who signs by a public key holds the private one too, and writes it after what the receiver holds.
    let signer = match signing_key(&provider.scheme) {
        Some(key) => Secret::new("signer", format!("{}\n{key}", secret.text())),
        None => secret.clone(),
    };
    sign(&provider.scheme, &signer, &mut outgoing, now)
        .unwrap_or_else(|error| panic!("{}: {error}", provider.name));
    outgoing
}

/// The sample signed with the right secret now.
pub(crate) fn signed(provider: &Provider) -> Outgoing {
    signed_with(provider, &secret(provider), NOW)
}

pub(crate) fn judge_at(provider: &Provider, secrets: &[Secret], outgoing: &Outgoing, now: Now) -> Verdict {
    outgoing.received(|request| verify(&provider.scheme, secrets, request, now, &MintedKeys))
}

/// Whether the request is accepted with the right secret now.
pub(crate) fn accepted(provider: &Provider, outgoing: &Outgoing) -> bool {
    judge_at(provider, &[secret(provider)], outgoing, NOW).accepted().is_some()
}

/// The headers that carry the proof and are in the request.
pub(crate) fn proof_headers(provider: &Provider, outgoing: &Outgoing) -> Vec<String> {
    let own = provider.scheme.proof_headers();
    let names = outgoing.headers.iter().map(|(name, _)| name.clone());
    names.filter(|name| own.iter().any(|held| held.eq_ignore_ascii_case(name))).collect()
}

pub(crate) fn value<'a>(outgoing: &'a Outgoing, name: &str) -> &'a [u8] {
    let line = outgoing.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
    &line.expect("the header is there").1
}

/// Whether the body is covered by the proof.
pub(crate) fn signs_body(scheme: &Scheme) -> bool {
    match scheme {
        Scheme::Token(_) | Scheme::None => false,
        Scheme::Hmac(template) | Scheme::PlainHash(template) => template.parts.contains(&Part::Body),
        Scheme::AnyOf(schemes) => schemes.first().is_some_and(signs_body),
        Scheme::Family(family) => family.covers_body(),
        _ => true,
    }
}
