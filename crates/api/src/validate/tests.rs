use hooktide_model::AppId;

use super::*;

fn broken(rules: Rules) -> Vec<String> {
    match rules.finish() {
        Ok(()) => Vec::new(),
        Err(ApiError::Invalid(fields)) => fields.into_iter().map(|field| field.loc.join(".")).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn every_broken_rule_is_reported_at_once() {
    let mut rules = Rules::new();
    rules.name("name", "");
    rules.uid::<AppId>("uid", Some("app_taken"));
    rules.rate("throttleRate", Some(0));
    rules.channels("channels", Some(&texts(&["good", "bad channel", ""])));
    let expected = ["body.name", "body.uid", "body.throttleRate", "body.channels.[1]", "body.channels.[2]"];
    assert_eq!(broken(rules), expected);
}

#[test]
fn places_inside_an_object_carry_its_name() {
    let mut rules = Rules::inside("application");
    rules.name("name", "");
    assert_eq!(broken(rules), ["body.application.name"]);
}

#[test]
fn doubles_are_dropped_and_an_empty_list_is_none() {
    let mut rules = Rules::new();
    let types = rules.event_types("eventTypes", Some(&texts(&["b", "a", "b"]))).unwrap();
    assert_eq!(types.iter().map(EventTypeName::as_str).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(rules.event_types("eventTypes", Some(&[])), None);
    assert_eq!(rules.channels("channels", None), None);
    assert!(rules.hold());
}

#[test]
fn lists_have_their_limits() {
    let many = |count: usize| (0..count).map(|index| format!("n{index}")).collect::<Vec<_>>();
    for (count, fits) in [(10, true), (11, false)] {
        let mut rules = Rules::new();
        rules.channels("channels", Some(&many(count)));
        assert_eq!(rules.hold(), fits, "{count} channels");
    }
    for (count, fits) in [(5, true), (6, false)] {
        let mut rules = Rules::new();
        rules.tags("tags", Some(&many(count)));
        assert_eq!(rules.hold(), fits, "{count} tags");
    }
    for (count, fits) in [(25, true), (26, false)] {
        let mut rules = Rules::new();
        rules.feature_flags("featureFlags", Some(&many(count)));
        assert_eq!(rules.hold(), fits, "{count} flags");
    }
}

#[test]
fn metadata_is_measured_as_json() {
    // {"k":"…"} is 8 bytes around the value.
    for (value_bytes, fits) in [(4088, true), (4089, false)] {
        let mut rules = Rules::new();
        rules.metadata(BTreeMap::from([("k".to_owned(), "v".repeat(value_bytes))]));
        assert_eq!(rules.hold(), fits, "{value_bytes}");
    }
}

#[test]
fn two_names_of_one_field_must_agree() {
    let mut rules = Rules::new();
    assert_eq!(agree(&mut rules, ("new", Some(1)), ("old", None)), Some(1));
    assert_eq!(agree(&mut rules, ("new", None), ("old", Some(2))), Some(2));
    assert_eq!(agree(&mut rules, ("new", Some(3)), ("old", Some(3))), Some(3));
    assert!(rules.hold());
    agree(&mut rules, ("new", Some(1)), ("old", Some(2)));
    assert_eq!(broken(rules), ["body.old"]);
}
