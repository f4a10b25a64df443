use super::*;

#[derive(Debug, Deserialize)]
struct Body {
    #[serde(default)]
    rate: Patch<u16>,
    #[serde(default, deserialize_with = "not_null")]
    name: Option<String>,
}

fn rate(text: &str) -> Patch<u16> {
    serde_json::from_str::<Body>(text).unwrap().rate
}

#[test]
fn absent_null_and_a_value_are_three_states() {
    assert_eq!(rate("{}"), Patch::Absent);
    assert_eq!(rate(r#"{"rate": null}"#), Patch::Null);
    assert_eq!(rate(r#"{"rate": 7}"#), Patch::Value(7));
    assert!(serde_json::from_str::<Body>(r#"{"rate": "7"}"#).is_err());
}

#[test]
fn absent_keeps_null_clears_a_value_replaces() {
    let mut slot = Some(1);
    Patch::<u16>::Absent.apply_to(&mut slot, None);
    assert_eq!(slot, Some(1));
    Patch::Value(2_u16).apply_to(&mut slot, Some(2));
    assert_eq!(slot, Some(2));
    Patch::<u16>::Null.apply_to(&mut slot, None);
    assert_eq!(slot, None);
}

#[test]
fn null_is_refused_where_nothing_can_be_cleared() {
    assert!(serde_json::from_str::<Body>(r#"{"name": null}"#).is_err());
    assert_eq!(serde_json::from_str::<Body>(r#"{"name": "x"}"#).unwrap().name.as_deref(), Some("x"));
    assert_eq!(serde_json::from_str::<Body>("{}").unwrap().name, None);
}
