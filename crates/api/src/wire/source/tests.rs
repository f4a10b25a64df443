use serde_json::json;

use hooktide_verify::provider;

use super::super::source_types::{UNCONFIRMED, WIRE_TYPES};
use super::*;

fn checked(body: serde_json::Value) -> Result<SourceDraft, ApiError> {
    serde_json::from_value::<SourceIn>(body).unwrap().checked(None, &Policy::default())
}

fn broken(body: serde_json::Value) -> Vec<String> {
    match checked(body).err() {
        Some(ApiError::Invalid(fields)) => fields.into_iter().map(|field| field.loc.join(".")).collect(),
        other => panic!("expected broken rules, got {other:?}"),
    }
}

#[test]
fn every_wire_type_stands_for_a_provider() {
    for (wire, name) in WIRE_TYPES {
        assert!(provider(name).is_some(), "{wire}");
        let draft = checked(json!({ "name": "n", "type": wire })).ok().unwrap();
        assert_eq!((draft.provider.as_str(), draft.settings.wire_type.as_deref()), (*name, Some(*wire)));
    }
}

#[test]
fn type_that_is_not_confirmed_names_the_way_out() {
    for kind in UNCONFIRMED {
        assert!(provider(kind).is_none(), "{kind} is built");
        let Err(ApiError::Invalid(fields)) = checked(json!({ "name": "n", "type": kind })) else {
            panic!("{kind} was taken");
        };
        let said: Vec<_> = fields.iter().map(|field| field.msg.as_str()).collect();
        let fits = |msg: &str| msg.contains(kind) && msg.contains("`custom`") && msg.contains("`scheme`");
        assert!(matches!(said[..], [msg] if fits(msg)), "{said:?}");
    }
}

#[test]
fn client_id_of_a_feed_is_the_feeds_own() {
    let config = json!({ "url": "mqtts://mqtt.example.com", "topic": "t", "clientId": "me" });
    let draft = checked(json!({ "name": "n", "type": "mqtt", "config": config })).ok().unwrap();
    assert_eq!(draft.feed.unwrap().0["clientId"], "me");
    assert!(draft.secrets.unwrap().is_empty());
}

#[test]
fn secrets_come_in_three_forms() {
    let config = json!({
        "secret": "one",
        "verifyToken": "two",
        "secrets": [{ "id": "next", "secret": "three", "validFrom": "2026-11-20T10:00:00Z" }],
    });
    let draft = checked(json!({ "name": "n", "type": "github", "config": config })).ok().unwrap();
    let seen: Vec<_> = draft
        .secrets
        .unwrap()
        .into_iter()
        .map(|secret| (secret.id, secret.purpose, secret.text, secret.from_s))
        .collect();
    let plain = |id: &str, purpose, text: &str, from| (id.to_owned(), purpose, text.to_owned(), from);
    assert_eq!(
        seen,
        [
            plain("secret", SourceSecretUse::Signing, "one", None),
            plain("verify-token", SourceSecretUse::Challenge, "two", None),
            plain("next", SourceSecretUse::Signing, "three", Some(1_795_168_800)),
        ]
    );
}

#[test]
fn everything_that_breaks_a_rule_is_named() {
    let body = json!({
        "name": "", "type": "no-such", "uid": "src_x", "url": "ftp://a", "methods": ["HEAD"], "bodyBytesMax": 0,
        "throttleRate": 0, "dedupe": { "nothing": 1 }, "response": { "status": 404 }, "config": { "secret": "" },
    });
    let mut found = broken(body);
    found.sort();
    let expected = [
        "body.bodyBytesMax",
        "body.config",
        "body.dedupe",
        "body.methods",
        "body.name",
        "body.response",
        "body.throttleRate",
        "body.type",
        "body.uid",
        "body.url",
    ];
    assert_eq!(found, expected);
}

#[test]
fn answer_sets_no_header_that_is_the_servers() {
    for name in ["Content-Length", "connection", "bad name"] {
        let response = json!({ "headers": { name: "1" } });
        assert_eq!(broken(json!({ "name": "n", "type": "none", "response": response })), ["body.response"]);
    }
}

#[test]
fn rule_is_kept_as_it_is_read_back() {
    for rule in [json!("body_hash"), json!({ "header": "x-id" }), json!({ "first_of": [{ "body": "/id" }] })]
    {
        let draft = checked(json!({ "name": "n", "type": "none", "dedupe": rule })).ok().unwrap();
        assert_eq!(draft.settings.dedupe.unwrap(), rule.to_string());
    }
}
