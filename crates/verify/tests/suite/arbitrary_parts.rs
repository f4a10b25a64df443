//! Properties of what families read inside of requests and fetched documents: tokens, certificates, sets of keys, and
//! the schemes that users write.

use hooktide_verify::{CustomScheme, Outgoing, Secret, Verdict, provider, verify};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::minted::{NOW, secret, signed};
use super::minted_keys::{CERTIFICATE, MintedKeys, Only, RSA_PUBLIC};
use super::tokens::{hs256, rs256, token};

const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
const AUDIENCE: &str = "api://contoso-webhook";
const EVENT_GRID: &str = "4962773b-9cdb-44cf-a8bf-237846a00ab7";

/// A claim that is right, wrong in some way, or absent.
fn claim(values: &[Value]) -> impl Strategy<Value = Option<Value>> + use<> {
    prop::sample::select(values.iter().cloned().map(Some).chain([None]).collect::<Vec<_>>())
}

fn audience() -> impl Strategy<Value = Option<Value>> {
    claim(&[json!(AUDIENCE), json!([AUDIENCE, "else"]), json!("else"), json!(1), json!([])])
}

fn issuer() -> impl Strategy<Value = Option<Value>> {
    let of = |tenant: &str| {
        [
            json!(format!("https://sts.windows.net/{tenant}/")),
            json!(format!("https://login.microsoftonline.com/{tenant}/v2.0")),
        ]
    };
    let all =
        [of(TENANT), of("9f4ebab6-520d-49c0-85cc-7b25c78d4a93"), [json!("https://example.net"), json!(1)]];
    claim(&all.concat())
}

fn application() -> impl Strategy<Value = Option<Value>> {
    claim(&[json!(EVENT_GRID), json!(EVENT_GRID), json!("else")])
}

fn version() -> impl Strategy<Value = Option<Value>> {
    claim(&[json!("1.0"), json!("2.0"), json!("1.0"), json!("2.0"), json!("2")])
}

fn offset(most: i64) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        4 => (-most..most).prop_map(|offset_s| Some(json!(NOW.unix_s() + offset_s))),
        1 => Just(None),
    ]
}

/// What the rules say about a token that Microsoft signed.
fn is_right(claims: &Map<String, Value>) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let (issuer, sender) = match text("ver") {
        Some("1.0") => (format!("https://sts.windows.net/{TENANT}/"), "appid"),
        Some("2.0") => (format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "azp"),
        _ => return false,
    };
    let audience = claims.get("aud");
    let is_meant = audience == Some(&json!(AUDIENCE)) || audience == Some(&json!([AUDIENCE, "else"]));
    let now_s = NOW.unix_s();
    is_meant
        && text("iss") == Some(issuer.as_str())
        && text(sender) == Some(EVENT_GRID)
        && seconds("exp").is_some_and(|expires_s| now_s <= expires_s + 60)
        && seconds("nbf").is_none_or(|from_s| now_s + 60 >= from_s)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_signed_token_is_believed_exactly_if_every_claim_is_right(
        aud in audience(), iss in issuer(), appid in application(), azp in application(), ver in version(),
        exp in offset(200), nbf in offset(200), is_signed in prop::bool::weighted(0.9),
    ) {
        let names = ["aud", "iss", "appid", "azp", "ver", "exp", "nbf"];
        let values = [aud, iss, appid, azp, ver, exp, nbf];
        let claims: Map<String, Value> =
            names.into_iter().zip(values).filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let head = json!({"alg": "RS256", "kid": "simulated"});
        let sign = if is_signed { rs256 } else { hs256 };
        let text = token(&head, &Value::Object(claims.clone()), RSA_PUBLIC.as_bytes(), sign);
        let mut sent = Outgoing::post("https://hooks.example.com/in/abc", "[]");
        sent.set_header("authorization", format!("Bearer {text}"));
        let scheme = &provider("azure-event-grid").unwrap().scheme;
        let secrets = [Secret::new("a", format!("{AUDIENCE} {TENANT}"))];
        let verdict = sent.received(|request| verify(scheme, &secrets, request, NOW, &MintedKeys));
        prop_assert_eq!(verdict.accepted().is_some(), is_signed && is_right(&claims), "{:?} {:?}", claims, verdict);
    }

    #[test]
    fn no_head_or_claims_of_a_strangers_choice_are_believed(
        head in "\\{(\"(alg|kid|typ|crit|jku|jwk|x5u)\":(\"(RS256|HS256|ES256|none|simulated|)\"|\\{\\}|null|1),?){0,4}\\}?",
        claims in "\\{?(\"(aud|iss|exp|ver)\":(\"[a-z0-9.]{0,5}\"|-?[0-9]{1,25}(e9)?|\\[\\]|null),?){0,4}\\}?",
        signature in "[A-Za-z0-9_=-]{0,20}",
    ) {
        use base64::Engine as _;
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let text = format!("{}.{}.{signature}", part(&head), part(&claims));
        for (name, header) in [
            ("azure-event-grid", "authorization"), ("google-pubsub", "authorization"), ("monday", "authorization"),
            ("plaid", "plaid-verification"), ("netlify", "x-webhook-signature"), ("fusionauth", "x-fusionauth-signature-jwt"),
        ] {
            let provider = provider(name).unwrap();
            let secrets = [secret(provider), Secret::new("b", format!("{AUDIENCE} {TENANT}"))];
            for prefix in ["", "Bearer "] {
                let mut sent = Outgoing::post("https://hooks.example.com/in/abc", provider.sample.body);
                sent.set_header(header, format!("{prefix}{text}"));
                let verdict = sent.received(|request| verify(&provider.scheme, &secrets, request, NOW, &MintedKeys));
                prop_assert!(verdict.accepted().is_none(), "{name}");
            }
        }
    }

    /// A certificate that was bent, cut or is none: nothing panics, and what is not PayPal's key believes nothing.
    #[test]
    fn no_document_makes_a_family_panic(
        at in any::<prop::sample::Index>(), cut in 0_usize..6, put in prop::collection::vec(any::<u8>(), 0..6),
        whole in prop::collection::vec(any::<u8>(), 0..200), in_key in any::<bool>(),
    ) {
        use base64::Engine as _;
        let standard = base64::engine::general_purpose::STANDARD;
        let inner: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
        let good = standard.decode(inner).unwrap();
        let mut bent = good.clone();
        // The modulus is a fixed part of the document; elsewhere a certificate that stands alone may say what it likes.
        let from = if in_key { 180 + at.index(200) } else { at.index(bent.len()) };
        let to = (from + cut).min(bent.len());
        bent.splice(from..to, put.iter().copied());
        let block = |der: &[u8]| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", standard.encode(der));
        let is_changed_key = in_key && bent != good;
        let documents = [
            (block(&bent).into_bytes(), is_changed_key), (block(&whole).into_bytes(), true), (whole.clone(), true),
            ([CERTIFICATE.as_bytes(), block(&bent).as_bytes()].concat(), true),
            ([CERTIFICATE.as_bytes(), block(&whole).as_bytes()].concat(), true),
        ];
        for name in ["paypal", "aws-sns", "adobe-io-events", "plaid", "google-pubsub"] {
            let provider = provider(name).unwrap();
            for (document, is_refused) in &documents {
                let judge = |request: &hooktide_verify::Request<'_>| {
                    verify(&provider.scheme, &[secret(provider)], request, NOW, &Only(document))
                };
                let verdict = signed(provider).received(judge);
                prop_assert!(!matches!(verdict, Verdict::KeyNeeded(_)), "{name}");
                if *is_refused {
                    prop_assert!(verdict.refused().is_some(), "{name}");
                }
            }
        }
    }

    #[test]
    fn no_text_makes_the_reading_of_schemes_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, ".{0,3}"), 0..4),
    ) {
        let mut text: Vec<char> = r#"{"hmac": {"parts": ["timestamp", {"literal": "."}, "body"], "hash": "sha512",
            "encoding": "base64", "or_escaped": true, "signature": {"header": {"name": "x-sig", "prefix": "v1="}},
            "timestamp": {"at": {"header": "x-time"}, "unit": "seconds", "past_s_max": 300, "future_s_max": 60}}}"#
            .chars().collect();
        for (at, cut, put) in &edits {
            let from = at.index(text.len());
            let to = (from + cut).min(text.len());
            text.splice(from..to, put.chars());
        }
        let text: String = text.into_iter().collect();
        if let Ok(custom) = serde_json::from_str::<CustomScheme>(&text) {
            let written = serde_json::to_string(&custom).unwrap();
            prop_assert_eq!(&serde_json::from_str::<CustomScheme>(&written).unwrap(), &custom);
            if let Ok(scheme) = custom.checked() {
                let sent = Outgoing::post("https://hooks.example.com/in", "{}");
                let verdict = sent.received(|request| {
                    verify(&scheme, &[Secret::new("a", "key")], request, NOW, &MintedKeys)
                });
                prop_assert!(verdict.accepted().is_none());
            }
        }
    }
}
