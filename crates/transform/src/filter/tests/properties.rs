//! What holds for every filter and every webhook.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ]
}

/// Values whose keys are few, so that filters and bodies meet.
fn json_value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[abc]", inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Clauses, most of them right.
fn clause() -> impl Strategy<Value = Value> {
    let operator = prop_oneof![
        Just("$eq"),
        Just("$ne"),
        Just("$neq"),
        Just("$gt"),
        Just("$gte"),
        Just("$lt"),
        Just("$lte"),
        Just("$contains"),
        Just("$startsWith"),
        Just("$endsWith"),
        Just("$in"),
        Just("$nin"),
        Just("$exist"),
    ];
    let reference = "(body|headers|query)\\.[abc]".prop_map(|place| json!({ "$ref": place }));
    let operand = prop_oneof![scalar(), vec(scalar(), 0..3).prop_map(Value::from), reference];
    let leaf = prop_oneof![scalar(), (operator, operand).prop_map(|(name, value)| json!({ name: value }))];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(("[abc]", inner.clone()), 1..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            vec(inner.clone(), 1..4).prop_map(|nodes| json!({ "$or": nodes })),
            vec(inner.clone(), 1..4).prop_map(|nodes| json!({ "$and": nodes })),
            vec(inner.clone(), 1..3).prop_map(Value::from),
            inner.prop_map(|node| json!({ "$not": node })),
        ]
    })
}

fn whole_filter() -> impl Strategy<Value = Value> {
    let part = prop_oneof![
        clause().prop_map(|clause| json!({ "body": clause })),
        ("[abc]", clause()).prop_map(|(name, clause)| json!({ "headers": { name: clause } })),
        ("[abc]", clause()).prop_map(|(name, clause)| json!({ "query": { name: clause } })),
        clause().prop_map(|clause| json!({ "path": clause })),
        "body\\.[abc] (==|<|in) (1|'a'|body\\.[abc])".prop_map(|source| json!({ "$cel": source })),
    ];
    part.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(|nodes| json!({ "$or": nodes })),
            inner.prop_map(|node| json!({ "$not": node })),
        ]
    })
}

proptest! {
    #[test]
    fn explaining_agrees_with_matching(
        written in whole_filter(), body in json_value(), values in vec(("[abcABC]", "[ab]{0,2}"), 0..4), is_json in 0..8,
    ) {
        let body = if is_json == 0 { "<xml/>".to_owned() } else { body.to_string() };
        let subject = values.into_iter().fold(Subject::new(body.as_bytes()).path("ab"), |subject, (name, value)| {
            subject.header(name.clone(), value.clone()).query(name, value)
        });
        if let Ok(filter) = Filter::parse(&written) {
            let decision = filter.explain(&subject);
            prop_assert_eq!(decision.passed, filter.matches(&subject), "{}: {}", written, decision);
            prop_assert!(decision.clause.starts_with('$') && !decision.explanation.is_empty());
        }
    }

    #[test]
    fn a_negated_filter_decides_the_opposite(written in whole_filter(), body in json_value()) {
        let body = body.to_string();
        let subject = Subject::new(body.as_bytes()).path("ab");
        if let (Ok(filter), Ok(negated)) = (Filter::parse(&written), Filter::parse(&json!({ "$not": written }))) {
            prop_assert_ne!(filter.matches(&subject), negated.matches(&subject));
        }
    }

    #[test]
    fn any_value_is_a_filter_or_a_list_of_mistakes(value in json_value(), clause in clause()) {
        for written in [value.clone(), json!({ "body": value }), json!({ "query": clause, "$or": value })] {
            if let Err(mistakes) = Filter::parse(&written) {
                prop_assert!(!mistakes.0.is_empty());
            }
        }
    }

    #[test]
    fn any_bytes_are_a_body(body in vec(any::<u8>(), 0..64), written in whole_filter()) {
        if let Ok(filter) = Filter::parse(&written) {
            let subject = Subject::new(&body);
            prop_assert_eq!(filter.explain(&subject).passed, filter.matches(&subject));
        }
    }
}
