//! Tokens of Entra ID: Microsoft Graph's validationTokens and Azure Event Grid's bearer token, minted and confused.

use hooktide_verify::{
    KeyDocument, KeyRequest, KnownKeys, Mistake, NoKnownKeys, Now, Outgoing, Provider, Reason, Secret,
    Verdict, VerifyOptions, provider, sign, verify, verify_with,
};
use serde_json::{Value, json};

use super::minted::{NOW, value};
use super::minted_keys::{MintedKeys, Only, RSA, RSA_PUBLIC};
use super::tokens::{hs256, rs256, token};

const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
const OTHER_TENANT: &str = "9f4ebab6-520d-49c0-85cc-7b25c78d4a93";
const APPLICATION: &str = "925bff9f-f6e2-4a69-b858-f71ea2b9b6d0";
const OTHER_APPLICATION: &str = "8e460676-ae3f-4b1e-8790-ee0fb5d6148f";
const GRAPH: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";
const EVENT_GRID: &str = "4962773b-9cdb-44cf-a8bf-237846a00ab7";
const KEYS: &str = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

fn named(name: &str) -> &'static Provider {
    provider(name).expect("it is listed")
}

/// The claims of a token of version 2.0.
fn claims(audience: &str, sender: &str) -> Value {
    let now_s = NOW.unix_s();
    json!({
        "aud": audience, "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "iat": now_s,
        "nbf": now_s, "exp": now_s + 3600, "azp": sender, "azpacr": "2", "tid": TENANT, "ver": "2.0",
    })
}

/// The same as version 1.0 says it.
fn claims_v1(audience: &str, sender: &str) -> Value {
    let now_s = NOW.unix_s();
    json!({
        "aud": audience, "iss": format!("https://sts.windows.net/{TENANT}/"), "iat": now_s, "nbf": now_s,
        "exp": now_s + 3600, "appid": sender, "appidacr": "2", "tid": TENANT, "ver": "1.0",
    })
}

fn with(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().expect("claims").remove(name);
    claims
}

fn head() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "simulated"})
}

fn minted(claims: &Value) -> String {
    token(&head(), claims, b"", rs256)
}

/// Every way to get a token wrong, with the code of its refusal; `make` gives the claims that are right.
fn wrong_tokens(audience: &str, sender: &str) -> Vec<(String, &'static str)> {
    let good = || claims(audience, sender);
    let (now_s, public) = (NOW.unix_s(), RSA_PUBLIC.as_bytes());
    let mut wrong: Vec<(String, &'static str)> = vec![
        (minted(&with(good(), "aud", OTHER_APPLICATION)), "audience_mismatch"),
        (minted(&without(good(), "aud")), "audience_mismatch"),
        (minted(&with(good(), "azp", OTHER_APPLICATION)), "sender_mismatch"),
        (minted(&without(good(), "azp")), "sender_mismatch"),
        (minted(&with(without(good(), "azp"), "appid", sender)), "sender_mismatch"),
        (minted(&with(claims_v1(audience, OTHER_APPLICATION), "azp", sender)), "sender_mismatch"),
        (
            minted(&with(good(), "iss", format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"))),
            "issuer_mismatch",
        ),
        (minted(&with(good(), "iss", format!("https://sts.windows.net/{TENANT}/"))), "issuer_mismatch"),
        (
            minted(&with(
                claims_v1(audience, sender),
                "iss",
                format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            )),
            "issuer_mismatch",
        ),
        (minted(&with(good(), "iss", format!("https://example.net/{TENANT}/v2.0"))), "issuer_mismatch"),
        (minted(&without(good(), "iss")), "issuer_mismatch"),
        (minted(&with(good(), "ver", "3.0")), "token_version"),
        (minted(&with(good(), "ver", 2)), "token_version"),
        (minted(&without(good(), "ver")), "token_version"),
        (minted(&with(good(), "exp", now_s - 61)), "token_expired"),
        (minted(&without(good(), "exp")), "token_without_expiry"),
        (minted(&with(good(), "nbf", now_s + 61)), "token_not_yet_valid"),
        (minted(&with(good(), "exp", "never")), "timestamp_malformed"),
        (token(&json!({"alg": "HS256", "kid": "simulated"}), &good(), public, hs256), "algorithm_mismatch"),
        (token(&head(), &good(), public, hs256), "no_signature_matched"),
        (token(&json!({"alg": "none"}), &good(), b"", |_, _| Vec::new()), "algorithm_mismatch"),
        (token(&head(), &good(), b"", |_, _| Vec::new()), "no_signature_matched"),
        (token(&json!({"alg": "RS256"}), &good(), b"", rs256), "key_unknown"),
        (token(&json!({"alg": "RS256", "kid": "x"}), &good(), b"", rs256), "key_unknown"),
        (token(&json!({"alg": "RS256", "kid": "other"}), &good(), b"", rs256), "key_unknown"),
        (
            token(&json!({"alg": "RS256", "kid": "simulated", "crit": ["b64"]}), &good(), b"", rs256),
            "token_extension",
        ),
        ("not.a.token".to_owned(), "signature_malformed"),
        (String::new(), "signature_malformed"),
    ];
    let parts = |claims: &Value| {
        let token = minted(claims);
        token.rsplit_once('.').map(|(signed, signature)| (signed.to_owned(), signature.to_owned()))
    };
    let (signed, signature) = parts(&good()).expect("a token has parts");
    let (other, _) = parts(&with(good(), "tid", OTHER_TENANT)).expect("a token has parts");
    wrong.push((format!("{other}.{signature}"), "no_signature_matched"));
    wrong.push((format!("{signed}."), "no_signature_matched"));
    wrong
}

fn judge(name: &str, secrets: &[Secret], outgoing: &Outgoing, keys: &dyn KnownKeys, now: Now) -> Verdict {
    outgoing.received(|request| verify(&named(name).scheme, secrets, request, now, keys))
}

fn code(verdict: &Verdict) -> &'static str {
    verdict.refused().map_or("accepted", |refusal| refusal.code())
}

/// A delivery of Event Grid with a token, to a source that names this audience.
fn event_grid(secret: &str, token: &str) -> &'static str {
    let mut sent = Outgoing::post("https://hooks.example.com/in/abc", named("azure-event-grid").sample.body);
    sent.set_header("authorization", format!("Bearer {token}"));
    code(&judge("azure-event-grid", &[Secret::new("a", secret)], &sent, &MintedKeys, NOW))
}

/// A notification of Graph with these tokens.
fn notified(states: &[&str], tokens: &Value) -> Outgoing {
    let items: Vec<Value> =
        states.iter().map(|state| json!({"clientState": state, "changeType": "created"})).collect();
    let body = json!({"value": items, "validationTokens": tokens}).to_string();
    Outgoing::post("https://hooks.example.com/in/abc", body)
}

fn graph(secrets: &[&str], outgoing: &Outgoing) -> &'static str {
    let secrets: Vec<Secret> = secrets.iter().map(|text| Secret::new("a", *text)).collect();
    code(&judge("microsoft-graph", &secrets, outgoing, &MintedKeys, NOW))
}

fn graph_secret() -> String {
    format!("a state {APPLICATION} {TENANT}")
}

#[test]
fn event_grid_believes_tokens_of_both_versions_for_its_audience_and_tenant() {
    let uri = "api://contoso-webhook";
    let secret = format!("{uri} {TENANT}");
    assert_eq!(event_grid(&secret, &minted(&claims(uri, EVENT_GRID))), "accepted");
    assert_eq!(event_grid(&secret, &minted(&claims_v1(uri, EVENT_GRID))), "accepted");
    assert_eq!(
        event_grid(
            &secret.to_uppercase().replace("API://CONTOSO-WEBHOOK", uri),
            &minted(&claims(uri, EVENT_GRID))
        ),
        "accepted",
        "ids are written in either case"
    );
    for (wrong, expected) in wrong_tokens(uri, EVENT_GRID) {
        assert_eq!(event_grid(&secret, &wrong), expected, "{wrong}");
    }
    assert_eq!(
        event_grid(&secret, &minted(&claims(uri, GRAPH))),
        "sender_mismatch",
        "Graph is not Event Grid"
    );
    assert_eq!(
        event_grid(&format!("{uri} {OTHER_TENANT}"), &minted(&claims(uri, EVENT_GRID))),
        "issuer_mismatch"
    );
}

#[test]
fn what_event_grid_demands_is_the_secrets_choice_and_not_the_requests() {
    let audience = format!("{APPLICATION} {TENANT}");
    let token = minted(&claims(APPLICATION, EVENT_GRID));
    let sent = |query: &str, bearer: Option<&str>| {
        let url = format!("https://hooks.example.com/in/abc{query}");
        let mut sent = Outgoing::post(&url, "[]");
        if let Some(bearer) = bearer {
            sent.set_header("authorization", format!("bearer {bearer}"));
        }
        sent
    };
    let encoded = audience.replace(' ', "%20");
    let by = |secrets: &[&str], outgoing: &Outgoing| {
        let secrets: Vec<Secret> = secrets.iter().map(|text| Secret::new("a", *text)).collect();
        code(&judge("azure-event-grid", &secrets, outgoing, &MintedKeys, NOW))
    };
    for (secrets, outgoing, expected) in [
        (vec!["text"], sent("?secret=text", None), "accepted"),
        (vec!["text"], sent("?secret=other", Some(&token)), "token_mismatch"),
        (vec!["text"], sent("", Some(&token)), "query_missing"),
        (vec![&audience], sent("", Some(&token)), "accepted"),
        (vec![&audience], sent(&format!("?secret={encoded}"), None), "header_missing"),
        (vec![&audience], sent("?secret=text", None), "header_missing"),
        (vec![&audience], sent(&format!("?secret={encoded}"), Some("x")), "signature_malformed"),
        // While one replaces the other, both count.
        (vec!["text", &audience], sent("?secret=text", None), "accepted"),
        (vec!["text", &audience], sent("", Some(&token)), "accepted"),
        (vec!["text", &audience], sent("?secret=other", None), "token_mismatch"),
        (vec!["text", &audience], sent("?secret=other", Some("x")), "signature_malformed"),
        (vec!["text", &audience], sent(&format!("?secret={encoded}"), None), "token_mismatch"),
        (vec!["text", &audience], sent("", None), "query_missing"),
    ] {
        assert_eq!(by(&secrets, &outgoing), expected, "{secrets:?} {}", outgoing.target);
    }
}

#[test]
fn graph_demands_every_token_where_the_secret_names_an_application() {
    let secret = graph_secret();
    let good = minted(&claims(APPLICATION, GRAPH));
    assert_eq!(graph(&[&secret], &notified(&["a state"], &json!([good]))), "accepted");
    assert_eq!(
        graph(&[&secret], &notified(&["a state"], &json!([minted(&claims_v1(APPLICATION, GRAPH))]))),
        "accepted"
    );
    for (wrong, expected) in wrong_tokens(APPLICATION, GRAPH) {
        assert_eq!(graph(&[&secret], &notified(&["a state"], &json!([wrong]))), expected, "{wrong}");
        assert_eq!(graph(&[&secret], &notified(&["a state"], &json!([good, wrong]))), expected, "{wrong}");
    }
    for tokens in [json!([]), json!(null), json!({}), json!(good), json!([1]), json!([null])] {
        assert_eq!(graph(&[&secret], &notified(&["a state"], &tokens)), "token_missing", "{tokens}");
    }
    let mut plain = notified(&["a state"], &json!([]));
    plain.body = br#"{"value":[{"clientState":"a state"}]}"#.to_vec();
    assert_eq!(graph(&[&secret], &plain), "token_missing", "a stranger may not leave the tokens out");
    assert_eq!(graph(&[&secret], &notified(&["a state"], &json!(vec![&good; 65]))), "too_many_signatures");
    assert_eq!(
        graph(&[&secret], &notified(&[&secret], &json!([good]))),
        "token_mismatch",
        "the state alone is the state"
    );
    assert_eq!(graph(&[&secret], &notified(&["another"], &json!([good]))), "token_mismatch");
    assert_eq!(graph(&[&secret], &notified(&[], &json!([good]))), "field_missing", "nothing proves nothing");
}

#[test]
fn of_several_applications_of_graph_each_has_a_token_of_its_own() {
    let first = graph_secret();
    let second = format!("second {OTHER_APPLICATION} {TENANT}");
    let token = |application| minted(&claims(application, GRAPH));
    let (one, two) = (token(APPLICATION), token(OTHER_APPLICATION));
    for (states, tokens, expected) in [
        (vec!["a state", "second"], json!([one, two]), "accepted"),
        (vec!["second", "a state"], json!([two, one]), "accepted"),
        (vec!["a state", "second"], json!([one]), "token_missing"),
        (vec!["second"], json!([one]), "token_missing"),
        (vec!["second"], json!([two, one]), "accepted"),
        (vec!["a state", "third"], json!([one, two]), "token_mismatch"),
    ] {
        assert_eq!(graph(&[&first, &second], &notified(&states, &tokens)), expected, "{states:?}");
    }
    // Beside a secret without an application, its state needs no token, and tokens that are there must still hold.
    let secrets = ["plain", first.as_str()];
    assert_eq!(graph(&secrets, &notified(&["plain"], &json!([one]))), "accepted");
    assert_eq!(graph(&secrets, &notified(&["plain"], &json!([two]))), "audience_mismatch");
    assert_eq!(graph(&secrets, &notified(&["plain", "a state"], &json!([one]))), "accepted");
    assert_eq!(graph(&["plain"], &notified(&["plain"], &json!(["junk"]))), "accepted", "none was asked for");
}

#[test]
fn a_state_that_only_looks_like_names_is_a_state() {
    for state in [
        format!("{APPLICATION} {TENANT}"),
        format!(" {APPLICATION} {TENANT}"),
        format!("a {APPLICATION} {}", &TENANT[1..]),
        format!("a {APPLICATION} {}", TENANT.replace('-', "0")),
        format!("a {} {TENANT}", APPLICATION.replace('9', "g")),
    ] {
        let sent = notified(&[&state], &json!(["junk"]));
        assert_eq!(graph(&[&state], &sent), "accepted", "{state}");
    }
}

#[test]
fn minted_samples_verify_until_they_expire_and_without_the_clock_ever_after() {
    for (name, shared) in
        [("microsoft-graph", graph_secret()), ("azure-event-grid", format!("api://contoso-webhook {TENANT}"))]
    {
        let (provider, secrets) = (named(name), [Secret::new("a", shared.clone())]);
        let mut sent = Outgoing::post("https://hooks.example.com/in/abc", provider.sample.body);
        assert!(sign(&provider.scheme, &secrets[0], &mut sent.clone(), NOW).is_err(), "only Microsoft signs");
        sign(&provider.scheme, &Secret::new("signer", format!("{shared}\n{RSA}")), &mut sent, NOW).unwrap();
        for (offset_s, expected) in
            [(0, "accepted"), (360, "accepted"), (361, "token_expired"), (-61, "token_not_yet_valid")]
        {
            let now = Now::from_unix_s(NOW.unix_s() + offset_s);
            assert_eq!(code(&judge(name, &secrets, &sent, &MintedKeys, now)), expected, "{name} {offset_s}");
        }
        let late = Now::from_unix_s(NOW.unix_s() + 1_000_000);
        let verdict = sent.received(|request| {
            let options = VerifyOptions { check_time: false };
            verify_with(&provider.scheme, &secrets, request, late, &MintedKeys, options)
        });
        assert_eq!(code(&verdict), "accepted", "{name}");
        assert_eq!(verdict.accepted().unwrap().timestamp_ms, Some(NOW.unix_ms), "{name}");
        let missing = judge(name, &secrets, &sent, &NoKnownKeys, NOW);
        let Verdict::KeyNeeded(KeyRequest { document, url, .. }) = missing else { panic!("{missing:?}") };
        assert_eq!((document, url.as_str()), (KeyDocument::JwkSet, KEYS), "{name}");
    }
}

#[test]
fn every_changed_byte_of_a_token_is_refused() {
    let uri = "api://contoso-webhook";
    let good = minted(&claims(uri, EVENT_GRID));
    let secret = format!("{uri} {TENANT}");
    for position in 0..good.len() {
        let mut bent = good.clone().into_bytes();
        bent[position] ^= 1;
        let bent = String::from_utf8(bent).expect("ASCII stays ASCII");
        assert_ne!(event_grid(&secret, &bent), "accepted", "byte {position}");
    }
    let mut sent = Outgoing::post("https://hooks.example.com/in/abc", "[]");
    sent.set_header("authorization", format!("Bearer {good}"));
    for changed in
        [good.clone(), format!("Basic {good}"), format!("Bearer  {good}"), format!("Bearer {good} ")]
    {
        let mut bent = sent.clone();
        bent.set_header("authorization", changed);
        assert_ne!(
            code(&judge("azure-event-grid", &[Secret::new("a", secret.clone())], &bent, &MintedKeys, NOW)),
            "accepted"
        );
    }
    let line = ("Authorization".to_owned(), value(&sent, "authorization").to_vec());
    sent.headers.push(line);
    let verdict = judge("azure-event-grid", &[Secret::new("a", secret)], &sent, &MintedKeys, NOW);
    assert_eq!(code(&verdict), "header_repeated");
}

#[test]
fn a_key_of_another_tenant_signs_nothing_here_and_a_renewed_set_is_asked_for() {
    let uri = "api://contoso-webhook";
    let request = KeyRequest { document: KeyDocument::JwkSet, url: KEYS.into(), key_id: None };
    let held = MintedKeys.find(&request).expect("it is held").document;
    let issued_by = |issuer: Value| {
        let mut set: Value = serde_json::from_slice(&held).unwrap();
        set["keys"][1]["issuer"] = issuer;
        set.to_string()
    };
    let mut sent = Outgoing::post("https://hooks.example.com/in/abc", "[]");
    sent.set_header("authorization", format!("Bearer {}", minted(&claims(uri, EVENT_GRID))));
    let secrets = [Secret::new("a", format!("{uri} {TENANT}"))];
    for (issuer, expected) in [
        (json!("https://login.microsoftonline.com/{tenantid}/v2.0"), "accepted"),
        (json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0")), "accepted"),
        (json!(format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0")), "key_unknown"),
        (json!(""), "key_unknown"),
        (json!(null), "key_unknown"),
    ] {
        let document = issued_by(issuer.clone());
        let verdict = judge("azure-event-grid", &secrets, &sent, &Only(document.as_bytes()), NOW);
        assert_eq!(code(&verdict), expected, "{issuer}");
        if let Some(refusal) = verdict.refused() {
            let Reason::KeyUnknown { wanted } = &refusal.reason else { panic!("{refusal:?}") };
            assert_eq!(wanted.url, KEYS);
        }
    }
}

#[test]
fn a_token_that_has_expired_explains_itself() {
    let uri = "api://contoso-webhook";
    let mut sent = Outgoing::post("https://hooks.example.com/in/abc", "[]");
    let old = with(claims(uri, EVENT_GRID), "exp", NOW.unix_s() - 61);
    sent.set_header("authorization", format!("Bearer {}", minted(&old)));
    let secrets = [Secret::new("a", format!("{uri} {TENANT}")).valid(None, Some(NOW.unix_s()))];
    let verdict = judge("azure-event-grid", &secrets, &sent, &MintedKeys, NOW);
    assert_eq!(code(&verdict), "no_active_secret");
    // A diagnosis never asks for keys, so it cannot say that the secret would have fitted.
    assert_eq!(verdict.refused().unwrap().mistake, None::<Mistake>);
}
