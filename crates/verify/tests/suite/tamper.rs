//! The tamper matrix: every provider in the list, every way to bend a good request. A provider joins by being listed.

use hooktide_verify::{Scheme, Secret, SignatureAt};

use super::minted::{
    NOW, accepted, judge_at, other_secret, proof_headers, proving, secret, signed, signed_with, signs_body,
    value, with_secret,
};

#[test]
fn a_good_request_is_accepted_and_names_its_secret() {
    for provider in proving() {
        let secrets = [other_secret(provider), secret(provider)];
        let verdict = judge_at(provider, &secrets, &signed(provider), NOW);
        let acceptance = verdict.accepted().unwrap_or_else(|| panic!("{}: {verdict:?}", provider.name));
        let matched = acceptance.secret.as_ref().map(|matched| (matched.index, matched.id.as_str()));
        assert_eq!(matched, provider.secret.as_ref().map(|_| (1, "right")), "{}", provider.name);
    }
}

#[test]
fn any_changed_byte_of_the_body_is_refused() {
    for provider in proving().filter(|provider| signs_body(&provider.scheme)) {
        let good = signed(provider);
        for position in 0..good.body.len() {
            let mut bent = good.clone();
            bent.body[position] ^= 1;
            assert!(!accepted(provider, &bent), "{} byte {position}", provider.name);
        }
    }
}

#[test]
fn a_shortened_lengthened_or_empty_body_is_refused() {
    for provider in proving().filter(|provider| signs_body(&provider.scheme)) {
        for change in [
            Vec::clear,
            |body: &mut Vec<u8>| body.truncate(body.len() - 1),
            |body: &mut Vec<u8>| body.push(b' '),
        ] {
            let mut bent = signed(provider);
            change(&mut bent.body);
            assert!(!accepted(provider, &bent), "{}", provider.name);
        }
    }
}

#[test]
fn any_changed_byte_of_the_proof_is_refused() {
    for provider in proving() {
        let good = signed(provider);
        for name in proof_headers(provider, &good) {
            for position in 0..value(&good, &name).len() {
                let mut changed = value(&good, &name).to_vec();
                changed[position] ^= 1;
                let mut bent = good.clone();
                bent.set_header(&name, changed);
                assert!(!accepted(provider, &bent), "{} {name} byte {position}", provider.name);
            }
        }
    }
}

#[test]
fn a_missing_empty_or_cut_proof_is_refused() {
    for provider in proving() {
        let good = signed(provider);
        for name in proof_headers(provider, &good) {
            let whole = value(&good, &name).to_vec();
            let mut missing = good.clone();
            missing.headers.retain(|(held, _)| *held != name);
            assert!(!accepted(provider, &missing), "{} without {name}", provider.name);
            for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
                let mut bent = good.clone();
                bent.set_header(&name, &whole[..cut]);
                assert!(!accepted(provider, &bent), "{} {name} cut to {cut}", provider.name);
            }
            for added in [&b"0"[..], b"=", b"\xff", b"zz"] {
                let mut bent = good.clone();
                bent.set_header(&name, [&whole, added].concat());
                assert!(!accepted(provider, &bent), "{} {name} with {added:?}", provider.name);
            }
        }
    }
}

#[test]
fn upper_case_and_a_wrong_prefix_are_refused() {
    for provider in proving() {
        let good = signed(provider);
        for name in proof_headers(provider, &good) {
            let whole = value(&good, &name).to_vec();
            for changed in [whole.to_ascii_uppercase(), [b"md5=", &whole[..]].concat()] {
                let mut bent = good.clone();
                // A number has no upper case.
                let is_same = changed == whole;
                bent.set_header(&name, changed);
                assert_eq!(accepted(provider, &bent), is_same, "{} {name}", provider.name);
            }
        }
    }
}

#[test]
fn a_repeated_proof_is_refused_unless_the_scheme_has_several() {
    for provider in proving() {
        let takes_several = matches!(
            &provider.scheme,
            Scheme::Hmac(template)
                if matches!(&template.signature, SignatureAt::Headers { .. } | SignatureAt::Header { may_repeat: true, .. })
        );
        let mut bent = signed(provider);
        let names = proof_headers(provider, &bent);
        if names.is_empty() {
            continue;
        }
        for name in names {
            let line = (name.to_ascii_uppercase(), value(&bent, &name).to_vec());
            bent.headers.push(line);
        }
        assert_eq!(accepted(provider, &bent), takes_several, "{}", provider.name);
    }
}

#[test]
fn another_secret_none_or_an_empty_one_is_refused() {
    for provider in with_secret() {
        let good = signed(provider);
        for secrets in [vec![], vec![other_secret(provider)], vec![Secret::new("empty", "")]] {
            let verdict = judge_at(provider, &secrets, &good, NOW);
            assert!(verdict.refused().is_some(), "{} {secrets:?}", provider.name);
        }
        let text = secret(provider).text().to_owned();
        let verdict = judge_at(provider, &[Secret::challenge("handshake", text)], &good, NOW);
        assert_eq!(verdict.refused().expect("refused").code(), "no_secrets", "{}", provider.name);
    }
}

#[test]
fn a_secret_counts_inside_its_window_only() {
    let at_s = NOW.unix_s();
    for provider in with_secret() {
        let good = signed(provider);
        for (from_s, until_s, is_active) in [
            (Some(at_s), Some(at_s + 1), true),
            (Some(at_s + 1), None, false),
            (None, Some(at_s), false),
            (None, None, true),
        ] {
            let secrets = [secret(provider).valid(from_s, until_s)];
            let verdict = judge_at(provider, &secrets, &good, NOW);
            assert_eq!(verdict.accepted().is_some(), is_active, "{} {from_s:?} {until_s:?}", provider.name);
        }
    }
}

#[test]
fn of_two_signatures_either_may_be_the_valid_one() {
    for provider in proving() {
        let separator = match &provider.scheme {
            Scheme::Hmac(template) => match &template.signature {
                SignatureAt::Fields { separator, .. } | SignatureAt::List { separator, .. } => *separator,
                _ => continue,
            },
            Scheme::StandardWebhooks(_) => ' ',
            _ => continue,
        };
        let right = signed(provider);
        let wrong = signed_with(provider, &other_secret(provider), NOW);
        for name in proof_headers(provider, &right) {
            let text = |outgoing| String::from_utf8(value(outgoing, &name).to_vec()).unwrap();
            let (right_text, wrong_text) = (text(&right), text(&wrong));
            let last = |text: &str| text.rsplit(separator).next().unwrap().to_owned();
            let pairs = [
                (format!("{right_text}{separator}{}", last(&wrong_text)), 0),
                (format!("{wrong_text}{separator}{}", last(&right_text)), 1),
            ];
            for (both, position) in pairs {
                let mut bent = right.clone();
                bent.set_header(&name, both);
                let verdict = judge_at(provider, &[secret(provider)], &bent, NOW);
                let signature = verdict.accepted().map(|acceptance| acceptance.signature);
                assert_eq!(signature, Some(position), "{}", provider.name);
            }
        }
    }
}
