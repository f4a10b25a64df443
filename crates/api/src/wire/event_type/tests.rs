use hooktide_model::OrgId;

use super::*;

fn row() -> EventType {
    EventType {
        org: OrgId::parse("org_a").unwrap(),
        name: EventTypeName::parse("a").unwrap(),
        description: "old".to_owned(),
        archived: false,
        deprecated: false,
        schemas: Some(r#"{"1": {"z": 1.50, "a": 2}}"#.to_owned()),
        group_name: Some("g".to_owned()),
        feature_flags: vec!["f".to_owned()],
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn patched(text: &str) -> Result<EventType, ApiError> {
    let mut event_type = row();
    serde_json::from_str::<EventTypePatch>(text).unwrap().apply(&mut event_type).map(|()| event_type)
}

fn created(text: &str) -> Result<(EventTypeName, EventTypeDraft), ApiError> {
    serde_json::from_str::<EventTypeIn>(text).unwrap().checked()
}

#[test]
fn one_flag_or_several_are_read() {
    for text in [
        r#"{"name":"a","description":"","featureFlag":"x"}"#,
        r#"{"name":"a","description":"","featureFlags":["x"]}"#,
        r#"{"name":"a","description":"","featureFlags":["x"],"featureFlag":"x"}"#,
    ] {
        assert_eq!(created(text).unwrap().1.feature_flags, ["x"]);
    }
    assert!(created(r#"{"name":"a","description":"","featureFlags":["x"],"featureFlag":"y"}"#).is_err());
}

#[test]
fn both_forms_of_the_flags_are_sent_and_schemas_keep_their_bytes() {
    let text = serde_json::to_string(&EventTypeOut::of(row(), true)).unwrap();
    assert!(text.contains(r#""schemas":{"1": {"z": 1.50, "a": 2}}"#), "{text}");
    assert!(text.contains(r#""featureFlags":["f"],"featureFlag":"f""#), "{text}");
    let hidden = serde_json::to_value(EventTypeOut::of(row(), false)).unwrap();
    assert!(hidden["schemas"].is_null());
}

#[test]
fn a_patch_keeps_clears_and_replaces() {
    assert_eq!(patched("{}"), Ok(row()));
    let cleared =
        patched(r#"{"schemas":null,"groupName":null,"featureFlags":null,"archived":true}"#).unwrap();
    assert_eq!((cleared.schemas, cleared.group_name, cleared.feature_flags.len()), (None, None, 0));
    assert!(cleared.archived);
    assert_eq!(patched(r#"{"featureFlag":"z"}"#).unwrap().feature_flags, ["z"]);
}

#[test]
fn bad_names_and_schemas_are_refused() {
    assert!(created(r#"{"name":"a b","description":""}"#).is_err());
    assert!(created(r#"{"name":"a","description":"","schemas":[]}"#).is_err());
    assert!(patched(r#"{"groupName":"a b"}"#).is_err());
    assert!(serde_json::from_str::<EventTypeIn>(r#"{"name":"a"}"#).is_err());
}
