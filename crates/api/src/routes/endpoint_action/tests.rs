use super::*;

#[test]
fn an_example_keeps_its_bytes() {
    let schemas = r#"{"1": {"type": "object", "examples": [{"a": 1.50}, {"b":2}]}, "2": {"examples": [{}]}}"#;
    assert_eq!(pick_example(schemas, 0).unwrap(), r#"{"a": 1.50}"#);
    assert_eq!(pick_example(schemas, 1).unwrap(), r#"{"b":2}"#);
    assert_eq!(pick_example(schemas, 2), None);
}

#[test]
fn without_an_object_as_example_there_is_none() {
    for schemas in [
        "{}",
        "[]",
        r#"{"1": {}}"#,
        r#"{"1": {"examples": ["x"]}}"#,
        r#"{"1": {"examples": 3}}"#,
        r#"{"1": 1}"#,
    ] {
        assert_eq!(pick_example(schemas, 0), None, "{schemas}");
    }
}
