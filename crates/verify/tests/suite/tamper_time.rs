//! The tamper matrix for times: the tolerance is inclusive on both sides, and numbers have one spelling.

use hooktide_verify::{
    HeaderNames, Now, Provider, Scheme, TimeUnit, TimestampAt, VerifyOptions, verify_with,
};

use super::minted::{NOW, accepted, judge_at, proof_headers, proving, secret, signed, value};
use super::minted_keys::MintedKeys;

/// Seconds allowed in the past and future.
fn tolerance(provider: &Provider) -> Option<(u64, u64)> {
    match &provider.scheme {
        Scheme::Hmac(template) | Scheme::PlainHash(template) => {
            let time = template.timestamp.as_ref()?;
            Some((time.past_s_max?, time.future_s_max?))
        }
        Scheme::StandardWebhooks(scheme) => Some((scheme.tolerance_s, scheme.tolerance_s)),
        _ => None,
    }
}

fn moved(seconds: i64) -> Now {
    Now { unix_ms: NOW.unix_ms + seconds * 1000 }
}

#[test]
fn the_tolerance_is_inclusive_and_one_second_past_it_is_refused() {
    let mut judged = 0;
    for (provider, (past, future)) in proving().filter_map(|it| Some((it, tolerance(it)?))) {
        let (past, future) = (past as i64, future as i64);
        for (offset, is_accepted) in [(past, true), (past + 1, false), (-future, true), (-future - 1, false)]
        {
            let verdict = judge_at(provider, &[secret(provider)], &signed(provider), moved(offset));
            assert_eq!(verdict.accepted().is_some(), is_accepted, "{} at {offset}", provider.name);
        }
        judged += 1;
    }
    assert!(judged >= 20, "{judged}");
}

#[test]
fn a_stored_request_verifies_without_the_clock() {
    for provider in proving() {
        let options = VerifyOptions { check_time: false };
        let late = moved(1_000_000);
        let verdict = signed(provider).received(|request| {
            verify_with(&provider.scheme, &[secret(provider)], request, late, &MintedKeys, options)
        });
        assert!(verdict.accepted().is_some(), "{}", provider.name);
    }
}

/// The unit and place of a provider's time.
fn time_of(provider: &Provider) -> Option<(TimeUnit, TimestampAt)> {
    match &provider.scheme {
        Scheme::Hmac(template) | Scheme::PlainHash(template) => {
            template.timestamp.as_ref().map(|time| (time.unit, time.at.clone()))
        }
        Scheme::StandardWebhooks(scheme) => {
            let stem = if scheme.headers == HeaderNames::Svix { "svix" } else { "webhook" };
            Some((TimeUnit::Seconds, TimestampAt::Header(format!("{stem}-timestamp").into())))
        }
        _ => None,
    }
}

/// Texts that name no time, or name the signed one in another way.
fn spellings(unit: TimeUnit, written: &str) -> Vec<String> {
    let mut all = vec![String::new(), "x".into(), format!("{written}x"), format!("-{written}")];
    if matches!(unit, TimeUnit::Seconds | TimeUnit::Milliseconds) {
        all.extend([format!("0{written}"), format!("+{written}"), format!("{written}.0")]);
    } else {
        all.extend([written.to_lowercase(), format!("{written}0"), "2026-02-30T00:00:00Z".into()]);
    }
    all
}

#[test]
fn a_time_in_another_spelling_is_refused_wherever_it_stands() {
    let mut places = [0; 4];
    for (provider, (unit, at)) in proving().filter_map(|it| Some((it, time_of(it)?))) {
        let good = signed(provider);
        let written = match unit {
            TimeUnit::Seconds => "1790000000",
            TimeUnit::Milliseconds => "1790000000000",
            TimeUnit::Rfc3339 => "2026-09-21T14:13:20Z",
            TimeUnit::HttpDate => "Mon, 21 Sep 2026 14:13:20 GMT",
        };
        let (place, name) = match at {
            TimestampAt::Header(name) => (0, Some(name.to_string())),
            TimestampAt::Field(_) => (1, Some(proof_headers(provider, &good)[0].clone())),
            TimestampAt::FirstOfList => (2, Some(proof_headers(provider, &good)[0].clone())),
            TimestampAt::BodyField(_) => (3, None),
        };
        places[place] += 1;
        for spelling in spellings(unit, written) {
            let mut bent = good.clone();
            let held = name.as_ref().map_or(good.body.as_slice(), |name| value(&good, name));
            let held = str::from_utf8(held).unwrap();
            assert!(held.contains(written), "{} {held}", provider.name);
            let changed = held.replace(written, &spelling);
            match &name {
                Some(name) => bent.set_header(name, changed),
                None => bent.body = changed.into_bytes(),
            }
            assert!(!accepted(provider, &bent), "{} {spelling:?}", provider.name);
        }
    }
    assert!(places.iter().all(|count| *count > 0), "{places:?}");
}

#[test]
fn another_tolerance_takes_the_place_of_the_providers_both_ways() {
    let mut judged = 0;
    for (provider, scheme) in proving().filter_map(|it| Some((it, it.scheme.with_tolerance(7)?))) {
        let good = signed(provider);
        for (offset, is_accepted) in [(7, true), (8, false), (-7, true), (-8, false)] {
            let verdict = good.received(|request| {
                let options = VerifyOptions::default();
                verify_with(&scheme, &[secret(provider)], request, moved(offset), &MintedKeys, options)
            });
            assert_eq!(verdict.accepted().is_some(), is_accepted, "{} at {offset}", provider.name);
        }
        judged += 1;
    }
    assert!(judged >= 30, "{judged}");
    for name in ["github", "telegram", "none", "vapi"] {
        let provider = hooktide_verify::provider(name).expect("it is listed");
        assert!(provider.scheme.with_tolerance(7).is_none(), "{name} has no time");
    }
}
