//! Good requests with bytes replaced, cut out and put in, so that a run gets as far as requests do.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use hooktide_verify::{Outgoing, Provider, Scheme, Secret, provider, sign, verify};

use crate::{Held, Input, NOW, signer};

/// Most changes to one request.
const EDITS_MAX: usize = 8;

static SIGNED: LazyLock<Mutex<BTreeMap<&'static str, Outgoing>>> = LazyLock::new(Mutex::default);

/// Bends the signed sample of one of these providers and judges it: a body that the proof covers may not have changed.
///
/// # Panics
/// If a changed one is believed, or a name is not listed.
pub fn bend_samples(names: &[&str], bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let provider = provider(names[input.choice(names.len())]).expect("targets name listed providers");
    let Some(good) = signed(provider) else {
        return;
    };
    let mut bent = good.clone();
    for _ in 0..=input.choice(EDITS_MAX) {
        let places = bent.headers.len() + 1;
        let place = input.choice(places);
        let at = input.choice(256) << 8 | input.choice(256);
        let (cut, text) = (input.choice(4), input.line());
        let held = match bent.headers.get_mut(place) {
            Some((_, value)) => value,
            None => &mut bent.body,
        };
        let from = at.min(held.len());
        let to = (from + cut).min(held.len());
        held.splice(from..to, text.iter().copied());
    }
    let example = provider.secret.map_or("unused", |guide| guide.example);
    let secrets = [Secret::new("held", example)];
    let verdict = bent.received(|request| verify(&provider.scheme, &secrets, request, NOW, &Held));
    let covers = matches!(provider.scheme, Scheme::Family(family) if family.covers_body());
    if covers && bent.body != good.body {
        assert!(verdict.accepted().is_none(), "{}", provider.name);
    }
}

/// The provider's sample, signed once; nothing where only the provider can.
fn signed(provider: &'static Provider) -> Option<Outgoing> {
    let mut held = SIGNED.lock().ok()?;
    if let Some(signed) = held.get(provider.name) {
        return Some(signed.clone());
    }
    let mut outgoing = Outgoing::post("https://hooks.example.com/in/abc", provider.sample.body);
    for (name, value) in provider.sample.headers {
        outgoing.set_header(name, *value);
    }
    let example = provider.secret.map_or("unused", |guide| guide.example);
    let text = signer(provider).map_or_else(|| example.to_owned(), |key| format!("{example}\n{key}"));
    sign(&provider.scheme, &Secret::new("signer", text), &mut outgoing, NOW).ok()?;
    held.insert(provider.name, outgoing.clone());
    Some(outgoing)
}
