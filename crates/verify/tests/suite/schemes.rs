//! Every variant of a scheme: what it signs it accepts, what was changed it does not, wherever the proof stands.

use std::borrow::Cow;

use hooktide_verify::{
    Encoding, Hash, HeaderNames, KeyForm, NoKnownKeys, Now, Outgoing, Part, Scheme, Secret, SignatureAt,
    StandardWebhooks, Template, TimeUnit, Timestamp, TimestampAt, TokenAt, sign, verify,
};
use proptest::prelude::*;

use super::minted::NOW;

const BODY: &str = r#"{"proof":"","time":1,"nested":{"token":"t"}}"#;

fn sent() -> Outgoing {
    let mut sent = Outgoing::post("https://hooks.example.com/in/a?b=c", BODY);
    sent.set_header("webhook-id", "msg_1");
    sent.set_header("x-name", "value");
    sent
}

fn accepts(scheme: &Scheme, secret: &str, sent: &Outgoing, now: Now) -> bool {
    let secrets = [Secret::new("a", secret.to_owned())];
    sent.received(|request| verify(scheme, &secrets, request, now, &NoKnownKeys)).accepted().is_some()
}

fn token() -> impl Strategy<Value = Scheme> {
    prop_oneof![
        Just(TokenAt::Header { name: Cow::Borrowed("x-token"), prefix: Cow::Borrowed("") }),
        Just(TokenAt::Header { name: Cow::Borrowed("x-token"), prefix: Cow::Borrowed("Token ") }),
        Just(TokenAt::Query(Cow::Borrowed("token"))),
        Just(TokenAt::BodyField(Cow::Borrowed("/proof"))),
        Just(TokenAt::Basic),
        Just(TokenAt::Bearer),
    ]
    .prop_map(Scheme::Token)
}

fn place() -> impl Strategy<Value = (SignatureAt, Option<TimestampAt>)> {
    let header = TimestampAt::Header(Cow::Borrowed("x-time"));
    let list = |prefix| SignatureAt::List {
        name: Cow::Borrowed("x-sig"),
        separator: ';',
        prefix: Cow::Borrowed(prefix),
    };
    prop_oneof![
        Just((SignatureAt::header("x-sig", ""), None)),
        Just((SignatureAt::header("x-sig", "sha="), Some(header.clone()))),
        Just((
            SignatureAt::fields("x-sig", ';', &[Cow::Borrowed("v1")]),
            Some(TimestampAt::Field(Cow::Borrowed("t")))
        )),
        Just((list(""), Some(TimestampAt::FirstOfList))),
        Just((list("v1="), Some(header.clone()))),
        Just((
            SignatureAt::Headers { names: Cow::Borrowed(&[Cow::Borrowed("x-one"), Cow::Borrowed("x-two")]) },
            Some(header)
        )),
        Just((SignatureAt::header("x-sig", ""), Some(TimestampAt::BodyField(Cow::Borrowed("/time"))))),
    ]
}

fn template() -> impl Strategy<Value = Template> {
    let unit = prop::sample::select(vec![
        TimeUnit::Seconds,
        TimeUnit::Milliseconds,
        TimeUnit::Rfc3339,
        TimeUnit::HttpDate,
    ]);
    let part = prop::sample::select(vec![
        Part::Header(Cow::Borrowed("x-name")),
        Part::Method,
        Part::Url,
        Part::Path,
        Part::Target,
        Part::Query(Cow::Borrowed("b")),
        Part::Literal(Cow::Borrowed(".")),
        Part::BodyField(Cow::Borrowed("/nested/token")),
    ]);
    let hash = prop::sample::select(&Hash::ALL[..]);
    let encoding = prop::sample::select(&Encoding::ALL[..]);
    (prop::collection::vec(part, 0..4), hash, encoding, place(), unit).prop_map(
        |(mut parts, hash, encoding, (signature, at), unit)| {
            parts.push(Part::Body);
            parts.extend(at.as_ref().map(|_| Part::Timestamp));
            let timestamp =
                at.map(|at| Timestamp { at, unit, past_s_max: Some(300), future_s_max: Some(300) });
            let of = Template::of(&[], hash, encoding, signature, timestamp);
            let template = Template { parts: Cow::Owned(parts), ..of };
            assert_eq!(template.check(), Ok(()), "{template:?}");
            template
        },
    )
}

/// A scheme and a form of secret that it takes.
fn scheme() -> impl Strategy<Value = (Scheme, KeyForm)> {
    let plain = |mut template: Template| {
        template.parts.to_mut().push(Part::Secret);
        Scheme::PlainHash(template)
    };
    let names = prop::sample::select(vec![HeaderNames::Webhook, HeaderNames::Either]);
    let standard = names.prop_map(|names| Scheme::StandardWebhooks(StandardWebhooks::new(names)));
    let forms = prop::sample::select(&KeyForm::ALL[..]);
    prop_oneof![
        3 => (template(), forms).prop_map(|(template, form)| (Scheme::Hmac(template.keyed(form)), form)),
        1 => template().prop_map(plain).prop_map(|scheme| (scheme, KeyForm::Text)),
        2 => token().prop_map(|scheme| (scheme, KeyForm::Text)),
        1 => standard.prop_map(|scheme| (scheme, KeyForm::Whsec)),
        1 => (template(), token()).prop_map(|(template, token)| {
            (Scheme::AnyOf(Cow::Owned(vec![Scheme::Hmac(template), token])), KeyForm::Text)
        }),
    ]
}

fn written(form: KeyForm, key: &[u8; 24]) -> String {
    match form {
        KeyForm::Text | KeyForm::TextNfkd | KeyForm::Sha1OfText => Encoding::Hex.encode(key),
        KeyForm::Hex => Encoding::Hex.encode(key),
        KeyForm::Base64 => Encoding::Base64.encode(key),
        KeyForm::Whsec => format!("whsec_{}", Encoding::Base64.encode(key)),
        KeyForm::AfterColon => format!("id:{}", Encoding::Hex.encode(key)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_scheme_signs_it_accepts_with_this_secret_only(
        (scheme, form) in scheme(), key in any::<[u8; 24]>(), bit in 0_usize..192,
    ) {
        let secret = written(form, &key);
        let mut outgoing = sent();
        sign(&scheme, &Secret::new("a", secret.clone()), &mut outgoing, NOW).expect("everything is there");
        prop_assert!(accepts(&scheme, &secret, &outgoing, NOW), "{scheme:?}");

        let mut other = key;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!accepts(&scheme, &written(form, &other), &outgoing, NOW), "{scheme:?}");
        prop_assert!(!accepts(&scheme, &secret, &sent(), NOW), "{scheme:?} unsigned");
    }

    #[test]
    fn a_flipped_bit_of_the_body_is_noticed_by_whatever_signs_it(
        template in template(), key in any::<[u8; 24]>(), position in any::<prop::sample::Index>(), bit in 0_u32..8,
    ) {
        let secret = Encoding::Hex.encode(&key);
        let scheme = Scheme::Hmac(template);
        let mut outgoing = sent();
        sign(&scheme, &Secret::new("a", secret.clone()), &mut outgoing, NOW).expect("everything is there");
        let at = position.index(outgoing.body.len());
        outgoing.body[at] ^= 1_u8 << bit;
        prop_assert!(!accepts(&scheme, &secret, &outgoing, NOW), "{scheme:?}");
    }

    #[test]
    fn a_signed_time_counts_within_its_tolerance_only(template in template(), offset_s in -700_i64..700) {
        prop_assume!(template.timestamp.is_some());
        let scheme = Scheme::Hmac(template);
        let mut outgoing = sent();
        sign(&scheme, &Secret::new("a", "key"), &mut outgoing, NOW).expect("everything is there");
        let now = Now { unix_ms: NOW.unix_ms + offset_s * 1000 };
        prop_assert_eq!(accepts(&scheme, "key", &outgoing, now), offset_s.abs() <= 300, "{:?}", scheme);
    }
}

/// The token's place in a header, in the query and in the body.
#[test]
fn tokens_are_read_as_their_place_is_written() {
    let header = |value: &str| {
        let mut outgoing = sent();
        outgoing.set_header("authorization", value);
        outgoing
    };
    let target = |query: &str| Outgoing { target: format!("/in?{query}"), ..sent() };
    let body = |json: &str| Outgoing { body: json.into(), ..sent() };
    let query = || TokenAt::Query(Cow::Borrowed("token"));
    let field = || TokenAt::BodyField(Cow::Borrowed("/a/0"));
    for (at, outgoing, is_accepted) in [
        // `us:er: é` in base64.
        (TokenAt::Basic, header("Basic dXM6ZXI6IMOp"), true),
        (TokenAt::Basic, header("bAsIc dXM6ZXI6IMOp"), true),
        (TokenAt::Basic, header("Basic  dXM6ZXI6IMOp"), false),
        (TokenAt::Basic, header("Basic dXM6ZXI6IMOp="), false),
        (TokenAt::Basic, header("Basic us:er: \u{e9}"), false),
        (TokenAt::Basic, header("Bearer dXM6ZXI6IMOp"), false),
        (TokenAt::Basic, header(""), false),
        (TokenAt::Bearer, header("bearer us:er: \u{e9}"), true),
        (TokenAt::Bearer, header("Bearer us:er: e"), false),
        (TokenAt::Bearer, header("Bearer"), false),
        (TokenAt::Bearer, header("us:er: \u{e9}"), false),
        (query(), target("a=b&token=us:er%3A+%C3%A9"), true),
        (query(), target("token=us:er%3A+%C3%A9&token=us:er%3A+%C3%A9"), false),
        (query(), target("Token=us:er%3A+%C3%A9"), false),
        (query(), target("token="), false),
        (field(), body(r#"{"a":["us:er: \u00e9"]}"#), true),
        (field(), body(r#"{"a":{"0":"us:er: \u00e9"}}"#), true),
        (field(), body(r#"{"a":[["us:er: \u00e9"]]}"#), false),
        (field(), body(r#"{"a":[null]}"#), false),
        (field(), body("us:er: \u{e9}"), false),
    ] {
        let scheme = Scheme::Token(at);
        assert_eq!(accepts(&scheme, "us:er: \u{e9}", &outgoing, NOW), is_accepted, "{scheme:?} {outgoing:?}");
    }
}
