//! Paths and templates: what they find, what they refuse, and where they end.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::{Path, Reading, Template};
use crate::seam::{Parcel, Verdict};

fn parcel(payload: &str) -> Parcel {
    Parcel {
        message_id: "msg_1".into(),
        event_type: "order.paid".into(),
        content_type: "application/json".into(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        headers: vec![("x-shop".into(), "north".into())],
        occurred_at_ms: 1_700_000_000_123,
        attempt: 2,
        hops: 0,
        idempotency_key: "dlv_1".into(),
        endpoint_id: "ep_1".into(),
        timeout: Duration::from_secs(1),
    }
}

fn render(template: &str, payload: &str) -> Result<String, String> {
    let parcel = parcel(payload);
    let template = Template::parse(template).map_err(|error| error.to_string())?;
    Reading::new(&parcel).render(&template).map_err(|fault| fault.detail)
}

#[test]
fn a_path_finds_what_is_there() {
    let payload = json!({"data": {"items": [{"id": 7}], "odd name": 1, "a.b": 2}, "0": "zero"});
    let cases = [
        ("$.data.items[0].id", Some(json!(7))),
        ("data.items.0.id", Some(json!(7))),
        ("$['data'][\"odd name\"]", Some(json!(1))),
        ("data['a.b']", Some(json!(2))),
        ("$.0", Some(json!("zero"))),
        ("$", Some(payload.clone())),
        ("$.data.items[1].id", None),
        ("$.data.items.first", None),
        ("$.nothing", None),
        ("$.data.items[0].id.more", None),
    ];
    for (path, expected) in cases {
        assert_eq!(Path::parse(path).unwrap().find(&payload), expected.as_ref(), "{path}");
    }
}

#[test]
fn a_path_that_means_nothing_is_refused() {
    for path in ["$.", ".a", "a..b", "a[", "a[]", "a[x]", "a['b'", "a['b'x]", "a[0]b", "$.a."] {
        assert!(Path::parse(path).is_err(), "{path}");
    }
    assert!(Path::parse(&["a"; 65].join(".")).is_err());
}

#[test]
fn a_template_sees_the_event() {
    let all = "{{ payload.data[0].id }} {{ event_type }} {{ message_id }} {{ headers['x-shop'] }} {{ occurred_at }} {{ attempt }} {{ idempotency_key }}";
    assert_eq!(
        render(all, r#"{"data":[{"id":"<a&b>"}]}"#).unwrap(),
        "<a&b> order.paid msg_1 north 2023-11-14T22:13:20.123Z 2 dlv_1"
    );
    assert_eq!(render("plain", "not json").unwrap(), "plain");
    assert_eq!(render("{{ event_type }}", "not json").unwrap(), "order.paid");
}

#[test]
fn a_name_that_the_event_lacks_is_an_error() {
    for template in ["{{ payload.nothing }}", "{{ nothing }}", "{{ headers.none }}"] {
        let error = render(template, "{}").unwrap_err();
        assert!(error.contains("undefined"), "{error}");
    }
    assert!(render("{{ payload.id }}", "not json").is_err());
    assert!(Template::parse("{{ payload.id").is_err());
}

#[test]
fn a_template_chooses_loops_and_filters() {
    let template = "{% for item in payload.items %}{{ item.sku|upper }}{% if not loop.last %}, {% endif %}{% endfor %}{{ payload.name|default('-') }}{% if payload.paid is defined %}!{% endif %} {{ payload.items|tojson }}";
    assert_eq!(
        render(template, r#"{"items":[{"sku":"a"},{"sku":"b"}],"paid":1}"#).unwrap(),
        r#"A, B-! [{"sku":"a"},{"sku":"b"}]"#
    );
}

#[test]
fn a_template_cannot_run_or_grow_without_end() {
    let items = format!("[{}0]", "0,".repeat(20_000));
    let endless = "{% for a in payload %}{% for b in payload %}x{% endfor %}{% endfor %}";
    assert!(render(endless, &items).unwrap_err().contains("fuel"));
    let large = format!("{{% for a in payload %}}{}{{% endfor %}}", "x".repeat(1_000));
    assert!(render(&large, &items).is_err());
}

#[test]
fn what_could_double_a_text_is_refused() {
    let joined = ["payload.a"; 100].join(" ~ ");
    for template in [
        "{% set a = 'x' %}{% set a = a ~ a %}",
        "{%- set a = 'x' -%}",
        "{% macro a() %}{% endmacro %}",
        "{{ 'x'|replace('x', 'xx') }}",
        "{{ [1, 2]|join('x') }}",
        "{{ range(10) }}",
        "{{ namespace(a=1) }}",
        "{{ payload|tojson|tojson|tojson|tojson|tojson }}",
        &format!("{{{{ {joined} }}}}"),
    ] {
        let outcome = Template::parse(template).map_err(|error| error.to_string());
        assert!(outcome.is_err() || render(template, r#"{"a":1}"#).is_err(), "{template}");
    }
}

#[test]
fn a_path_into_a_payload_that_is_not_json_fails_for_good() {
    let parcel = parcel("\u{0}\u{1}");
    let fault = Reading::new(&parcel).at(&Path::parse("$.id").unwrap()).unwrap_err();
    assert_eq!(fault.verdict, Verdict::Fail);
    assert!(fault.detail.contains("$.id"), "{}", fault.detail);
}
