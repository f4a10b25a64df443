//! The tamper matrix for times: the tolerance is inclusive on both sides, and numbers have one spelling.

use hooktide_verify::{Now, Provider, Scheme, TimestampAt, VerifyOptions, verify_with};

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
    assert!(judged >= 6, "{judged}");
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

#[test]
fn a_time_in_another_spelling_is_refused() {
    let seconds = NOW.unix_s().to_string();
    for (provider, _) in proving().filter_map(|it| Some((it, tolerance(it)?))) {
        let good = signed(provider);
        let name = match &provider.scheme {
            Scheme::Hmac(template) => match &template.timestamp.as_ref().expect("it has one").at {
                TimestampAt::Header(name) => name.to_string(),
                _ => proof_headers(provider, &good)[0].clone(),
            },
            _ => {
                let line = good.headers.iter().find(|(name, _)| name.ends_with("-timestamp"));
                line.expect("the time is there").0.clone()
            }
        };
        let held = String::from_utf8(value(&good, &name).to_vec()).unwrap();
        // Dates are bent as a whole.
        let written = if held.contains(&seconds) { &seconds } else { &held };
        for spelling in
            [format!("0{written}"), format!("+{written}"), format!("{written}.0"), String::new(), "x".into()]
        {
            let mut bent = good.clone();
            bent.set_header(&name, held.replace(written, &spelling));
            assert!(!accepted(provider, &bent), "{} {spelling:?}", provider.name);
        }
    }
}
