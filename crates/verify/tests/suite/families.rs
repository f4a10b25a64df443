//! The families beyond the tamper matrix: what their bodies sign, whose keys they take, and what confuses algorithms.

use hooktide_verify::{
    Key, KeyRequest, KnownKeys, Mistake, NoKnownKeys, Now, Outgoing, Provider, Secret, Verdict, provider,
    sign, verify,
};

use super::minted::{NOW, accepted, judge_at, other_secret, secret, signed, signed_with};
use super::minted_keys::{
    CERTIFICATE, CERTIFICATE_SNS, MintedKeys, Only, P256, RSA, RSA_PUBLIC, RSA_PUBLIC_PKCS1,
};

fn named(name: &str) -> &'static Provider {
    provider(name).expect("it is listed")
}

fn judge_by(provider: &Provider, outgoing: &Outgoing, keys: &dyn KnownKeys, now: Now) -> Verdict {
    outgoing.received(|request| verify(&provider.scheme, &[secret(provider)], request, now, keys))
}

fn code(verdict: &Verdict) -> &'static str {
    verdict.refused().map_or("not refused", |refusal| refusal.code())
}

fn replaced(outgoing: &Outgoing, from: &str, to: &str) -> Outgoing {
    let body = String::from_utf8(outgoing.body.clone()).expect("text");
    assert!(body.contains(from), "{from} is in {body}");
    Outgoing { body: body.replace(from, to).into_bytes(), ..outgoing.clone() }
}

#[test]
fn every_signed_field_of_a_partly_signed_body_is_covered() {
    for (name, from, to) in [
        ("adyen", "7914073381342284", "7914073381342285"),
        ("adyen", "1000", "1001"),
        ("adyen", "EUR", "USD"),
        ("adyen", "AUTHORISATION", "CAPTURE"),
        ("adyen", "\"true\"", "\"false\""),
        ("adyen", "TestMerchant", "OtherMerchant"),
        ("adyen", "order-1", "order-2"),
        ("adyen", "\"pspReference\"", "\"originalReference\":\"x\",\"pspReference\""),
        ("aws-sns", "Hello world!", "Hello, world!"),
        ("aws-sns", "My First", "My Second"),
        ("aws-sns", "22b80b92", "22b80b93"),
        ("aws-sns", "MyTopic", "HisTopic"),
        ("aws-sns", "12:26:40", "12:26:41"),
        ("aws-sns", "\"Subject\"", "\"Object\""),
        ("braintree", "PG5vd", "QG5vd"),
        ("travis-ci", "passed", "failed"),
        ("twilio", "delivered", "failed"),
        ("twilio", "&Empty=", ""),
        ("twilio", "Empty=", "Empty=1"),
        ("microsoft-graph", "a-long-random", "another-random"),
    ] {
        let good = signed(named(name));
        assert!(accepted(named(name), &good), "{name}");
        assert!(!accepted(named(name), &replaced(&good, from, to)), "{name}: {from}");
    }
}

#[test]
fn every_item_of_a_body_must_be_proved() {
    let graph = named("microsoft-graph");
    for (second, is_accepted) in [("a-long-random-client-state", true), ("another", false)] {
        let mut both = signed(graph);
        both.body = format!(
            r#"{{"value":[{{"clientState":"a-long-random-client-state"}},{{"clientState":"{second}"}}]}}"#
        )
        .into_bytes();
        assert_eq!(accepted(graph, &both), is_accepted, "{second}");
    }
    let mut none = signed(graph);
    none.body = br#"{"value":[]}"#.to_vec();
    assert!(!accepted(graph, &none), "nothing proves nothing");

    let adyen = named("adyen");
    let good = String::from_utf8(signed(adyen).body).unwrap();
    let item = &good[good.find("{\"NotificationRequestItem\"").unwrap()..good.rfind(']').unwrap()];
    let twice = replaced(&signed(adyen), item, &format!("{item},{item}"));
    assert!(accepted(adyen, &twice));
    let bent = replaced(&signed(adyen), item, &format!("{item},{}", item.replace("1000", "1")));
    assert!(!accepted(adyen, &bent));
}

#[test]
fn a_json_body_of_twilio_is_bound_by_the_hash_in_the_url() {
    let twilio = named("twilio");
    let mut good = Outgoing::post("https://hooks.example.com/in/abc?x=1", r#"{"a":1}"#);
    good.set_header("content-type", "application/json");
    sign(&twilio.scheme, &secret(twilio), &mut good, NOW).unwrap();
    assert!(accepted(twilio, &good));
    let registered = Outgoing { url: Some("https://hooks.example.com:443/in/abc".into()), ..good.clone() };
    assert!(accepted(twilio, &registered), "the query is the request's, the port the default");
    let bent = Outgoing { body: br#"{"a":2}"#.to_vec(), ..good.clone() };
    assert_eq!(code(&judge_by(twilio, &bent, &NoKnownKeys, NOW)), "body_hash_mismatch");
    let elsewhere = Outgoing { url: Some("https://other.example.com/in/abc".into()), ..good.clone() };
    assert!(!accepted(twilio, &elsewhere));
    let unknown = Outgoing { url: None, ..good };
    assert_eq!(code(&judge_by(twilio, &unknown, &NoKnownKeys, NOW)), "url_missing");
}

#[test]
fn of_several_braintree_pairs_the_configured_public_key_counts() {
    let braintree = named("braintree");
    let right = signed(braintree);
    let several = replaced(&right, "bt_signature=", "bt_signature=stranger%7C00%26");
    let verdict = judge_by(braintree, &several, &NoKnownKeys, NOW);
    assert_eq!(verdict.accepted().expect("the second pair fits").signature, 1);
    for (public, is_accepted) in [("simulated_public_key", true), ("another_public_key", false)] {
        let secrets = [secret(braintree), Secret::challenge("public", public)];
        let verdict = judge_at(braintree, &secrets, &right, NOW);
        assert_eq!(verdict.accepted().is_some(), is_accepted, "{public}");
    }
}

#[test]
fn a_certificate_is_asked_for_on_pinned_hosts_only() {
    let paypal = named("paypal");
    for url in [
        "http://api.paypal.com/cert",
        "https://api.paypal.com.example.net/cert",
        "https://evilpaypal.com/cert",
        "https://user@api.paypal.com/cert",
        "https://api.paypal.com:8443/cert",
        "https://example.net/#.paypal.com",
        "https://example.net\\.paypal.com/cert",
        "https:///cert.paypal.com",
        "",
    ] {
        let mut bent = signed(paypal);
        bent.set_header("paypal-cert-url", url);
        assert_eq!(
            code(&judge_by(paypal, &bent, &Only(CERTIFICATE.as_bytes()), NOW)),
            "url_not_pinned",
            "{url}"
        );
    }
    let sns = named("aws-sns");
    let good = signed(sns);
    let held = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-simulated.pem";
    for url in [
        "http://sns.us-west-2.amazonaws.com/a.pem",
        "https://sns.us-west-2.amazonaws.com.example.net/a.pem",
        "https://sns.s3.amazonaws.com/a.pem",
        "https://sns.s3-us-west-2.amazonaws.com/a.pem",
        "https://sns.bucket.s3.amazonaws.com/a.pem",
        "https://sqs.us-west-2.amazonaws.com/a.pem",
        "https://sns.us-west-2.amazonaws.com:444/a.pem",
        "https://sns.us-west-2.amazonaws.com/a.exe",
    ] {
        let bent = replaced(&good, held, url);
        assert_eq!(
            code(&judge_by(sns, &bent, &Only(CERTIFICATE_SNS.as_bytes()), NOW)),
            "url_not_pinned",
            "{url}"
        );
    }
    let elsewhere = replaced(&good, held, "https://sns.cn-north-1.amazonaws.com.cn/a.pem");
    let verdict = judge_by(sns, &elsewhere, &NoKnownKeys, NOW);
    assert!(
        matches!(&verdict, Verdict::KeyNeeded(KeyRequest { url, .. }) if url == "https://sns.cn-north-1.amazonaws.com.cn/a.pem"),
        "{verdict:?}"
    );
}

#[test]
fn the_older_signature_of_sns_and_its_topic_are_judged() {
    let sns = named("aws-sns");
    let old = Outgoing::post("https://hooks.example.com/in/abc", include_str!("keys/sns-v1.json"));
    assert!(accepted(sns, &old));
    assert!(!accepted(sns, &replaced(&old, "\"SignatureVersion\": \"1\"", "\"SignatureVersion\": \"2\"")));
    assert!(!accepted(sns, &replaced(&old, "\"SignatureVersion\": \"1\"", "\"SignatureVersion\": \"3\"")));
    for (topic, expected) in [
        ("arn:aws:sns:us-west-2:123456789012:MyTopic", "not refused"),
        ("arn:aws:sns:us-west-2:123456789012:Other", "topic_unexpected"),
    ] {
        let verdict = judge_at(sns, &[Secret::challenge("topic", topic)], &old, NOW);
        assert_eq!(code(&verdict), expected);
    }
}

#[test]
fn either_signature_of_adobe_counts_and_paths_stay_on_the_host() {
    let adobe = named("adobe-io-events");
    let mut second = signed(adobe);
    for (name, _) in &mut second.headers {
        *name = name.replace("signature-1", "signature-2").replace("key1", "key2");
    }
    let verdict = judge_by(adobe, &second, &MintedKeys, NOW);
    assert_eq!(verdict.accepted().expect("the second fits").signature, 1);
    for path in ["//example.net/key", "@example.net/key", "/../key", ".example.net/key", "/a b", "/a?b", ""] {
        let mut bent = signed(adobe);
        bent.set_header("x-adobe-public-key1-path", path);
        assert_eq!(
            code(&judge_by(adobe, &bent, &Only(RSA_PUBLIC.as_bytes()), NOW)),
            "url_not_pinned",
            "{path}"
        );
    }
    let verdict = judge_at(adobe, &[other_secret(adobe)], &signed(adobe), NOW);
    assert_eq!(code(&verdict), "token_mismatch", "signed for another client");
}

#[test]
fn a_key_of_another_kind_or_half_verifies_nothing() {
    for (name, public) in [("discord", named("sendgrid")), ("sendgrid", named("discord"))] {
        let provider = named(name);
        let verdict = judge_at(provider, &[secret(public)], &signed(provider), NOW);
        assert_eq!(code(&verdict), "no_signature_matched", "{name}");
        for private in [RSA, P256] {
            let verdict = judge_at(provider, &[Secret::new("private", private)], &signed(provider), NOW);
            let refusal = verdict.refused().expect("a private key is none");
            assert_eq!(refusal.mistake, Some(Mistake::WrongKeyOfPair), "{name}");
        }
    }
    let sendgrid = named("sendgrid");
    let mut signer = signed_with(sendgrid, &secret(sendgrid), NOW);
    assert!(accepted(sendgrid, &signer));
    let unsigned = sign(&sendgrid.scheme, &secret(sendgrid), &mut signer, NOW);
    assert!(unsigned.is_err(), "the public half cannot sign");
}

/// Keys under which the caller never looks: the answer is asked for again, and nothing is accepted meanwhile.
#[test]
fn without_its_key_a_request_waits_and_is_not_accepted() {
    struct Asked(std::cell::Cell<usize>);
    impl KnownKeys for Asked {
        fn find(&self, _: &KeyRequest) -> Option<Key> {
            self.0.set(self.0.get() + 1);
            None
        }
    }
    for name in ["aws-sns", "paypal", "adobe-io-events", "google-pubsub", "plaid", "travis-ci"] {
        let asked = Asked(std::cell::Cell::new(0));
        let verdict = judge_by(named(name), &signed(named(name)), &asked, NOW);
        let Verdict::KeyNeeded(request) = verdict else { panic!("{name}: {verdict:?}") };
        assert!(request.url.starts_with("https://"), "{name}");
        assert_eq!(asked.0.get(), 1, "{name}");
    }
}

#[test]
fn no_byte_moves_between_the_body_of_checkbook_and_its_nonce() {
    let checkbook = named("checkbook");
    let good = signed(checkbook);
    let header = String::from_utf8(good.headers[0].1.clone()).expect("text");
    let (nonce, signature) = header.strip_prefix("nonce=").unwrap().split_once(",signature=").unwrap();
    // The same signed text, cut elsewhere.
    for taken in [1, 3] {
        let mut bent = good.clone();
        bent.body.extend_from_slice(&nonce.as_bytes()[..taken]);
        bent.set_header("signature", format!("nonce={},signature={signature}", &nonce[taken..]));
        assert_eq!(code(&judge_by(checkbook, &bent, &NoKnownKeys, NOW)), "body_end_not_signed");
    }
    let mut bent = good.clone();
    let last = bent.body.pop().expect("a body");
    bent.set_header("signature", format!("nonce={}{nonce},signature={signature}", char::from(last)));
    assert_eq!(code(&judge_by(checkbook, &bent, &NoKnownKeys, NOW)), "signature_malformed");
    for twice in [format!("{header},nonce={nonce}"), format!("{header},signature={signature}")] {
        let mut bent = good.clone();
        bent.set_header("signature", twice);
        assert_eq!(code(&judge_by(checkbook, &bent, &NoKnownKeys, NOW)), "signature_malformed");
    }
}

#[test]
fn public_keys_are_taken_in_every_form_in_which_they_are_shown() {
    let hex = "e1bfa90d1869a4452073226326de9f397392e93e7143335b0c53ad3493b885f9";
    let spki = "MCowBQYDK2VwAyEA4b+pDRhppEUgcyJjJt6fOXOS6T5xQzNbDFOtNJO4hfk=";
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n");
    for (name, key, is_taken) in [
        ("telnyx", hex, true),
        ("telnyx", spki, true),
        ("telnyx", &pem, true),
        ("telnyx", RSA_PUBLIC, false),
        ("telnyx", "4b+pDRhppEUgcyJjJt6fOXOS6T5xQzNbDFOtNJO4hQ==", false),
        ("orum-io", RSA_PUBLIC, true),
        ("orum-io", RSA_PUBLIC_PKCS1, true),
        ("orum-io", hex, false),
    ] {
        let provider = named(name);
        let verdict = judge_at(provider, &[Secret::new("pasted", key)], &signed(provider), NOW);
        assert_eq!(verdict.accepted().is_some(), is_taken, "{name} {key}");
    }
}

#[test]
fn the_time_that_orum_signs_is_the_one_in_the_body() {
    let orum = named("orum-io");
    let good = signed(orum);
    assert!(accepted(orum, &good));
    assert!(!accepted(orum, &replaced(&good, "2026-09-21T12:26:40.000Z", "2026-09-21T12:26:40.001Z")));
    let bent = replaced(&good, "created_at", "updated_at");
    assert_eq!(code(&judge_by(orum, &bent, &NoKnownKeys, NOW)), "field_missing");
}
