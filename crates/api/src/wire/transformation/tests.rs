use serde_json::json;

use super::*;

const CODE: &str = "function handler(w) { return w; }";

fn stored() -> EndpointTransformation {
    EndpointTransformation {
        code: Some(CODE.to_owned()),
        enabled: true,
        variables: [("KEY".to_owned(), "hush".to_owned())].into(),
        updated_at: Timestamp::EPOCH,
    }
}

fn applied(
    before: Option<EndpointTransformation>,
    patch: serde_json::Value,
) -> Result<EndpointTransformation, ApiError> {
    let mut row = before;
    let patch: TransformationPatch = serde_json::from_value(patch).unwrap();
    patch.apply(&mut row, Timestamp::from_unix_ms(7)).map(|()| row.unwrap())
}

fn broken(outcome: Result<EndpointTransformation, ApiError>) -> Vec<String> {
    match outcome {
        Err(ApiError::Invalid(errors)) => errors.into_iter().map(|it| it.loc.join(".")).collect(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn absent_keeps_and_null_clears() {
    let same = EndpointTransformation { updated_at: Timestamp::from_unix_ms(7), ..stored() };
    assert_eq!(applied(Some(stored()), json!({})).unwrap(), same);
    let off = applied(Some(stored()), json!({ "enabled": false })).unwrap();
    assert_eq!((off.enabled, off.code.as_deref()), (false, Some(CODE)));
    let none = applied(Some(stored()), json!({ "code": null, "variables": null })).unwrap();
    assert_eq!((none.code, none.enabled, none.variables.len()), (None, false, 0));
    let fresh = applied(None, json!({ "code": CODE, "enabled": true })).unwrap();
    assert_eq!(fresh.running(), Some(CODE));
}

#[test]
fn nothing_is_switched_on_without_code() {
    assert_eq!(broken(applied(None, json!({ "enabled": true }))), ["body.enabled"]);
    assert_eq!(broken(applied(Some(stored()), json!({ "code": null, "enabled": true }))), ["body.enabled"]);
}

#[test]
fn mask_stands_for_the_stored_value_only() {
    let shown = TransformationOut::from(Some(&stored()));
    assert_eq!(shown.variables, Some([("KEY".to_owned(), HIDDEN.to_owned())].into()));
    let kept = applied(Some(stored()), json!({ "variables": { "KEY": HIDDEN, "NEW": "x" } })).unwrap();
    assert_eq!((kept.variables["KEY"].as_str(), kept.variables["NEW"].as_str()), ("hush", "x"));
    let unknown = json!({ "variables": { "OTHER": HIDDEN } });
    assert_eq!(broken(applied(Some(stored()), unknown)), ["body.variables.OTHER"]);
    let debug = format!("{:?} {shown:?}", stored());
    assert!(!debug.contains("hush"), "{debug}");
}

#[test]
fn variables_are_bounded() {
    let many: BTreeMap<_, _> = (0..=VARIABLES_MAX).map(|n| (format!("V{n}"), "x")).collect();
    assert_eq!(broken(applied(None, json!({ "variables": many }))), ["body.variables"]);
    let large = json!({ "variables": { "A": "x".repeat(VARIABLES_BYTES_MAX) } });
    assert_eq!(broken(applied(None, large)), ["body.variables"]);
    assert_eq!(broken(applied(None, json!({ "variables": { "": "x" } }))), ["body.variables."]);
}

#[test]
fn simulation_names_everything_that_is_missing() {
    let check = |body: serde_json::Value, own: Option<&EndpointTransformation>| {
        serde_json::from_value::<TransformationSimulateIn>(body).unwrap().checked(own)
    };
    let refused = |outcome: Result<CheckedSimulation, ApiError>| match outcome {
        Err(ApiError::Invalid(errors)) => errors.into_iter().map(|it| it.loc.join(".")).collect::<Vec<_>>(),
        Err(other) => panic!("expected a refusal, got {other:?}"),
        Ok(_) => panic!("expected a refusal"),
    };
    assert_eq!(refused(check(json!({ "payload": {} }), None)), ["body.code", "body.eventType"]);
    assert_eq!(refused(check(json!({ "code": CODE, "eventType": "a" }), None)), ["body.payload"]);
    let both = json!({ "code": CODE, "eventType": "a", "payload": {}, "messageId": "m" });
    assert_eq!(refused(check(both, None)), ["body.payload"]);
    let own = stored();
    let checked = check(json!({ "messageId": "m" }), Some(&own)).map_err(|it| format!("{it:?}")).unwrap();
    assert_eq!(checked.code, CODE);
    assert_eq!(checked.variables["KEY"], HIDDEN, "stored values are not handed to whoever tries a script");
}
