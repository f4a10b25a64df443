//! Templates in detail: mistakes of a user's own, times, lists, repeated headers and forms of keys.

use std::borrow::Cow;

use hooktide_verify::{
    Encoding, Hash, KeyForm, NoKnownKeys, Now, Outgoing, Part, Scheme, Secret, SignatureAt, Template,
    TemplateMistake, TimeUnit, Timestamp, TimestampAt, Verdict, provider, sign, verify,
};

use super::minted::{NOW, accepted, judge_at, other_secret, secret, signed, signed_with, value};

fn template(parts: &'static [Part], signature: SignatureAt, timestamp: Option<Timestamp>) -> Template {
    Template::of(parts, Hash::Sha256, Encoding::Hex, signature, timestamp)
}

fn judge(scheme: &Scheme, secret: &str, sent: &Outgoing, now: Now) -> Verdict {
    sent.received(|request| {
        verify(scheme, &[Secret::new("a", secret.to_owned())], request, now, &NoKnownKeys)
    })
}

#[test]
fn templates_without_mistakes_pass() {
    let beside = Some(Timestamp::header("x-time", TimeUnit::Seconds, 300));
    let fields = SignatureAt::fields("x-sig", ',', &[Cow::Borrowed("v1")]);
    for good in [
        template(&[Part::Body], SignatureAt::header("x-sig", ""), None),
        template(&[Part::Timestamp, Part::Body], SignatureAt::header("x-sig", ""), beside.clone()),
        // A header that is the time may also be signed by its name.
        template(
            &[Part::Header(Cow::Borrowed("x-time")), Part::Body],
            SignatureAt::header("x-sig", ""),
            beside,
        ),
        template(&[Part::Timestamp, Part::Body], fields, Some(Timestamp::field("t", TimeUnit::Seconds, 1))),
    ] {
        assert_eq!(good.check(), Ok(()), "{good:?}");
    }
}

#[test]
fn every_mistake_in_a_template_is_named() {
    use TemplateMistake as M;
    const BODY: &[Part] = &[Part::Body];
    const TIMED: &[Part] = &[Part::Timestamp, Part::Body];
    let header = || SignatureAt::header("x-sig", "");
    let list = |separator, prefix| SignatureAt::List {
        name: Cow::Borrowed("x-sig"),
        separator,
        prefix: Cow::Borrowed(prefix),
    };
    let query = |name| SignatureAt::Query(Cow::Borrowed(name));
    let field = || Some(Timestamp::field("t", TimeUnit::Seconds, 1));
    let beside = || Some(Timestamp::header("x-time", TimeUnit::Seconds, 1));
    let date = || Some(Timestamp::of_any_age(TimestampAt::FirstOfList, TimeUnit::HttpDate));
    let of_body = |pointer| {
        Some(Timestamp::of_any_age(TimestampAt::BodyField(Cow::Borrowed(pointer)), TimeUnit::Seconds))
    };
    let first = || Some(Timestamp::of_any_age(TimestampAt::FirstOfList, TimeUnit::Seconds));
    for (found, mistake) in [
        (template(&[Part::Method], header(), None), M::BodyNotSigned),
        (template(&[], header(), None), M::BodyNotSigned),
        (template(&[Part::Body, Part::Secret], header(), None), M::SecretPart),
        (template(BODY, header(), beside()), M::TimestampNotSigned),
        (
            template(BODY, SignatureAt::fields("x-sig", ',', &[Cow::Borrowed("v1")]), field()),
            M::TimestampNotSigned,
        ),
        (template(TIMED, header(), None), M::TimestampNotSet),
        (template(TIMED, header(), field()), M::TimestampPlace),
        (template(TIMED, header(), first()), M::TimestampPlace),
        (template(TIMED, list(',', ""), field()), M::TimestampPlace),
        (template(BODY, SignatureAt::header("", ""), None), M::HeaderName),
        (template(BODY, SignatureAt::header("x sig", ""), None), M::HeaderName),
        (template(&[Part::Body, Part::Header(Cow::Borrowed("a:b"))], header(), None), M::HeaderName),
        (template(BODY, SignatureAt::fields("x-sig", ',', &[]), None), M::NoSignature),
        (template(BODY, SignatureAt::Headers { names: Cow::Borrowed(&[]) }, None), M::NoSignature),
        (template(BODY, list('a', ""), None), M::Separator),
        // The date has commas of its own.
        (template(TIMED, list(',', ""), date()), M::Separator),
        (template(BODY, list('\u{e9}', ""), None), M::Separator),
        (template(BODY, list('=', "v1"), None), M::Separator),
        (template(&[Part::Body, Part::BodyField(Cow::Borrowed("id"))], header(), None), M::Pointer),
        (template(BODY, header(), of_body("time")), M::Pointer),
        (template(BODY, SignatureAt::BodyField(Cow::Borrowed("/signature")), None), M::BodyNotSigned),
        (template(BODY, query(""), None), M::NoSignature),
        (template(&[Part::Url, Part::Body], query("sig"), None), M::SignatureSigned),
        (template(&[Part::Target, Part::Body], query("sig"), None), M::SignatureSigned),
        (template(&[Part::Query(Cow::Borrowed("sig")), Part::Body], query("sig"), None), M::SignatureSigned),
    ] {
        assert_eq!(found.check(), Err(mistake), "{found:?}");
    }
    let many = Template { parts: Cow::Owned(vec![Part::Body; 33]), ..template(BODY, header(), None) };
    assert_eq!(many.check(), Err(M::TooManyParts));
}

#[test]
fn dates_of_http_are_read_in_the_form_of_rfc_9110_only() {
    let scheme = Scheme::Hmac(template(
        &[Part::Timestamp, Part::Body],
        SignatureAt::header("x-sig", ""),
        Some(Timestamp::header("date", TimeUnit::HttpDate, 300)),
    ));
    let mut good = Outgoing::post("https://example.com/in", "{}");
    sign(&scheme, &Secret::new("a", "key"), &mut good, Now::from_unix_s(784_111_777)).unwrap();
    assert_eq!(value(&good, "date"), b"Sun, 06 Nov 1994 08:49:37 GMT");
    for (now_s, code) in [
        (784_112_077, None),
        (784_112_078, Some("timestamp_too_old")),
        (784_111_476, Some("timestamp_too_new")),
    ] {
        let verdict = judge(&scheme, "key", &good, Now::from_unix_s(now_s));
        assert_eq!(verdict.refused().map(|refusal| refusal.code()), code, "{now_s}");
    }
    for date in [
        "",
        "1994-11-06T08:49:37Z",
        "784111777",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Mon, 06 Nov 1994 08:49:37 GMT",
    ] {
        let mut bent = good.clone();
        bent.set_header("date", date);
        let verdict = judge(&scheme, "key", &bent, Now::from_unix_s(784_111_777));
        assert_eq!(verdict.refused().expect("refused").code(), "timestamp_malformed", "{date}");
    }
}

#[test]
fn the_list_of_recurly_begins_with_its_time() {
    let recurly = provider("recurly").expect("it is listed");
    let good = signed(recurly);
    let held = String::from_utf8(value(&good, "recurly-signature").to_vec()).unwrap();
    let (time, right) = held.split_once(',').expect("two values");
    assert_eq!(time, "1790000000000");
    let wrong = "00".repeat(32);
    let none = Some("signature_malformed");
    for (list, code) in [
        (format!("{time}, {wrong} , {right}"), None),
        (format!("{time},nothex,{right}"), None),
        (format!("{time},{wrong}"), Some("no_signature_matched")),
        (format!("{right},{time}"), none),
        (right.to_owned(), none),
        (time.to_owned(), none),
        (format!("1790000000001,{right}"), Some("no_signature_matched")),
        (format!("{time}{}", format!(",{wrong}").repeat(17)), Some("too_many_signatures")),
    ] {
        let mut bent = good.clone();
        bent.set_header("recurly-signature", list.as_str());
        let verdict = judge_at(recurly, &[secret(recurly)], &bent, NOW);
        assert_eq!(verdict.refused().map(|refusal| refusal.code()), code, "{list}");
    }
}

#[test]
fn mollie_may_repeat_its_header_and_any_line_may_match() {
    let mollie = provider("mollie").expect("it is listed");
    let right = value(&signed(mollie), "x-mollie-signature").to_vec();
    let wrong = value(&signed_with(mollie, &other_secret(mollie), NOW), "x-mollie-signature").to_vec();
    for (lines, is_accepted) in [
        (vec![&right], true),
        (vec![&wrong, &right], true),
        (vec![&right, &wrong], true),
        (vec![&wrong, &wrong], false),
        (vec![], false),
    ] {
        let mut sent = Outgoing::post("https://hooks.example.com/in/abc", mollie.sample.body);
        sent.headers.extend(lines.iter().map(|line| ("X-Mollie-Signature".to_owned(), (*line).clone())));
        assert_eq!(accepted(mollie, &sent), is_accepted, "{}", lines.len());
    }
}

#[test]
fn every_form_of_key_prepares_the_bytes_it_says() {
    const HEX: &str = "6b6579";
    // The bytes of `key`, by every form but SHA-1, whose digest is the one that sha1sum prints for `key`.
    const SHA1_HEX: &str = "a62f2225bf70bfaccbc7f1ef2a397836717377de";
    let scheme =
        |form| Scheme::Hmac(template(&[Part::Body], SignatureAt::header("x-sig", ""), None).keyed(form));
    for (form, written, as_hex) in [
        (KeyForm::Text, "key", HEX),
        (KeyForm::Base64, "a2V5", HEX),
        (KeyForm::Hex, HEX, HEX),
        (KeyForm::Whsec, "whsec_a2V5", HEX),
        (KeyForm::Whsec, "a2V5", HEX),
        (KeyForm::AfterColon, "app.id:key", HEX),
        (KeyForm::Sha1OfText, "key", SHA1_HEX),
    ] {
        let mut sent = Outgoing::post("https://example.com/in", "{}");
        sign(&scheme(form), &Secret::new("a", written), &mut sent, NOW).unwrap();
        assert!(judge(&scheme(KeyForm::Hex), as_hex, &sent, NOW).accepted().is_some(), "{form:?} {written}");
        assert!(judge(&scheme(form), written, &sent, NOW).accepted().is_some(), "{form:?} {written}");
    }
}

#[test]
fn secrets_that_do_not_fit_their_form_are_refused_by_name() {
    for (form, written) in [
        (KeyForm::Text, ""),
        (KeyForm::Base64, "a2V5!"),
        (KeyForm::Base64, ""),
        (KeyForm::Hex, "6b657"),
        (KeyForm::Whsec, "whsec_"),
        (KeyForm::Whsec, "whsec_%"),
        (KeyForm::AfterColon, "nocolon"),
        (KeyForm::AfterColon, "empty:"),
        (KeyForm::Sha1OfText, ""),
        (KeyForm::Text, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
        (KeyForm::Sha1OfText, "-----BEGIN PUBLIC KEY-----"),
    ] {
        let scheme =
            Scheme::Hmac(template(&[Part::Body], SignatureAt::header("x-sig", ""), None).keyed(form));
        let mut sent = Outgoing::post("https://example.com/in", "{}");
        assert!(sign(&scheme, &Secret::new("a", written), &mut sent, NOW).is_err(), "{form:?} {written}");
        sent.set_header("x-sig", "00".repeat(32));
        let verdict = judge(&scheme, written, &sent, NOW);
        assert_eq!(verdict.refused().expect("refused").code(), "secret_unusable", "{form:?} {written}");
    }
}
