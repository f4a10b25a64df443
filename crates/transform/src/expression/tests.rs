//! What expressions mean, what they may not, and that none gets away.

use proptest::prelude::*;

use super::{EXPRESSION_BODY_BYTES_MAX, EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX, Expression};
use crate::subject::Subject;

const BODY: &[u8] = br#"{"n":5,"f":1.5,"big":18446744073709551615,"s":"abc","b":true,"z":null,"l":[1,2,3],
    "items":[{"id":1,"price":10},{"id":2,"price":20,"tags":["x"]}],"o":{"k":{"v":1}}}"#;

fn subject() -> Subject<'static> {
    Subject::new(BODY)
        .header("X-Event", "push")
        .header("x-event", "pull")
        .query("q", "1")
        .query("q", "2")
        .path("/a")
}

fn explain(source: &str) -> (bool, String) {
    let expression = Expression::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let (passed, reason) = expression.explain(&subject());
    assert_eq!(passed, expression.matches(&subject()));
    (passed, reason)
}

#[test]
fn expressions_mean_what_the_language_says() {
    for source in [
        "true",
        "body.n == 5 && body.n > 4 && body.n <= 5 && body.n != 6",
        "body.n == 5.0 && body.f < 2",
        "body.big > body.n",
        "body.s == 'abc' && body.s.startsWith('a') && body.s.endsWith(\"c\") && body.s.contains('b')",
        "size(body.s) == 3 && body.l.size() == 3",
        "body.b && body.z == null",
        "body.l[0] == 1 && body['n'] == 5",
        "2 in body.l && !(4 in body.l) && 'n' in body",
        "has(body.o.k) && !has(body.o.gone)",
        "body.items.exists(item, item.price > 15)",
        "body.items.all(item, item.id > 0)",
        "body.items.exists_one(item, item.id == 2)",
        "body.items.filter(item, has(item.tags)).size() == 1",
        "body.items.exists(item, has(item.tags) && item.tags.exists(tag, tag == 'x'))",
        "body.n > 3 ? body.s == 'abc' : false",
        "body.n + 1 == 6 && body.n - 1 == 4 && body.n * 2 == 10 && body.n / 2 == 2 && body.n % 2 == 1 && -body.n == -5",
        "body.s + 'd' == 'abcd'",
        "int('5') == body.n && string(body.n) == '5' && double(body.n) == 5.0",
        "body.s in ['abc', 'def'] && body.n in [-5, 5]",
        "type(body.n) == int",
        "headers['x-event'] == 'push, pull' && headers['X-Event'] == headers['x-event']",
        "query.q == '1'",
        "path == '/a' && event_type == null",
        "true || body.gone == 1",
        "body.gone == 1 || true",
    ] {
        assert_eq!(explain(source), (true, "the expression is true".to_owned()), "{source}");
    }
}

#[test]
fn what_is_not_true_says_no_with_a_reason() {
    for (source, reason) in [
        ("false", "the expression is false"),
        ("body.n", "the result is no boolean but a value of type int"),
        ("body", "the result is no boolean but a value of type map"),
        ("body.gone == 1", "there is no `gone`; ask with has() first"),
        ("body.s > 5", "found no matching overload"),
        ("body.n / 0 == 1", "it divides by zero"),
        ("9223372036854775807 + body.n > 0", "the result of"),
        ("body.l[9] == 1", "the list has no such element"),
        ("int(body.s) == 1", "`int` does not take this value"),
        ("body.n.exists(x, true)", "stands where"),
        ("!body.gone", "there is no `gone`"),
    ] {
        let (passed, found) = explain(source);
        assert!(!passed, "{source}");
        assert!(found.contains(reason), "{source}: {found}");
    }
}

#[test]
fn a_body_that_is_no_json_matters_only_if_it_is_asked_for() {
    let subject = Subject::new(b"<xml/>").path("/a");
    let (passed, reason) = Expression::compile("body.n == 5").unwrap().explain(&subject);
    assert!(!passed && reason.contains("not JSON"), "{reason}");
    assert!(Expression::compile("path == '/a'").unwrap().matches(&subject));
}

#[test]
fn what_could_run_away_or_means_nothing_is_refused_with_its_place() {
    for (source, message, line, column) in [
        ("", "empty", 1, 1),
        ("body.n ==", "", 1, 10),
        ("body.n\n  == bdy", "there is no `bdy`", 2, 6),
        ("foo(body)", "there is no function `foo`", 1, 4),
        ("body.s.matches('a')", "no patterns", 1, 15),
        ("body.l.map(x, x * 2).size() > 1", "`map`", 1, 11),
        ("body.l.map(x, x > 1, x.id)[0] == 1", "`map`", 1, 11),
        ("[body, body].size() == 2", "constants only", 1, 2),
        ("{'a': body}.size() == 1", "no maps", 1, 1),
        ("body.l.all(x, body.l.all(y, body.l.all(z, z > 0)))", "2 deep", 1, 39),
        ("body.l.all(5, true)", "", 1, 12),
        ("\"é\" == bdy", "there is no `bdy`", 1, 8),
    ] {
        let error = Expression::compile(source).expect_err(source);
        assert!(error.message.contains(message), "{source}: {error}");
        assert_eq!((error.line, error.column), (line, column), "{source}: {error}");
    }
}

#[test]
fn limits_hold() {
    let fits = format!("'{}' == path", "x".repeat(EXPRESSION_BYTES_MAX - 10));
    assert!(Expression::compile(&fits).is_ok());
    assert!(Expression::compile(&format!("{fits} ")).is_err());
    let nested = |depth: usize| format!("{}true{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Expression::compile(&nested(EXPRESSION_DEPTH_MAX)).is_ok());
    assert!(Expression::compile(&nested(EXPRESSION_DEPTH_MAX + 1)).is_err());
    let added = |count: usize| format!("body.n{} > 0", " + 1".repeat(count));
    assert!(Expression::compile(&added(super::ADDITIONS_MAX)).is_ok());
    assert!(Expression::compile(&added(super::ADDITIONS_MAX + 1)).is_err());
}

/// A parser that runs out of stack ends the process, so this test is that it returns at all.
#[test]
fn deep_and_long_expressions_return() {
    let fill = |piece: &str| piece.repeat(EXPRESSION_BYTES_MAX / piece.len());
    for piece in [
        "(", "[", "{", "!", "-", "--", "a?", "a?b:", "!(", "f(", ".a", "a.", "a[", "[0]", "a+", "a&&", "a||",
        "1*", "a<", "a in ", "x.all(x,", "'", "\"", "\\", "{1:", "a{b:", "?:", "has(", "r'", "b'",
    ] {
        for source in [
            fill(piece),
            format!("body{}", fill(piece)),
            format!("{}true", fill(piece)),
            format!("{}1", fill(piece)),
        ] {
            let source = source.get(..EXPRESSION_BYTES_MAX).unwrap_or(&source);
            if let Ok(expression) = Expression::compile(source) {
                expression.matches(&subject());
            }
        }
    }
}

#[test]
fn loops_are_counted() {
    let list = |count: usize| format!("{{\"l\":[{}]}}", vec!["1"; count].join(","));
    let small = list(100);
    let large = list(60_000);
    let nested = "body.l.all(x, body.l.exists(y, x == y))";
    let deep = "body.l.all(x, body.l.all(y, x == y))";
    let over = |source: &str, body: &str| {
        Expression::compile(source).unwrap().explain(&Subject::new(body.as_bytes()))
    };
    assert!(over(nested, &small).0);
    assert!(over(deep, &small).0);
    for source in [
        deep,
        "body.l.all(x, x == 1)",
        "!body.l.exists(x, x == 2)",
        "body.l.filter(x, x == 2).size() == 0",
        "!body.l.exists_one(x, x == 2)",
        "true || body.l.all(x, x == 1) || body.l.all(x, body.l == body.l)",
    ] {
        let (passed, reason) = over(source, &large);
        if source.starts_with("true ||") {
            assert!(passed, "what need not be evaluated costs nothing");
        } else {
            assert!(!passed && reason.contains("units of work"), "{source}: {reason}");
        }
    }
    let body = format!("{{\"x\":\"{}\"}}", "y".repeat(EXPRESSION_BODY_BYTES_MAX));
    assert!(over("body.x == 'y'", &body).1.contains("more than"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_it_panic(source in "\\PC{0,60}") {
        if let Ok(expression) = Expression::compile(&source) {
            expression.matches(&subject());
        }
    }

    #[test]
    fn no_mixture_of_its_own_words_makes_it_panic(words in proptest::collection::vec(prop_oneof![
        Just("body"), Just(".n"), Just(".s"), Just(".l"), Just("[0]"), Just("["), Just("]"), Just("("), Just(")"), Just("+"),
        Just("-"), Just("*"), Just("/"), Just("%"), Just("=="), Just("<"), Just("in"), Just("!"), Just("&&"), Just("||"),
        Just("?"), Just(":"), Just(","), Just("1"), Just("1u"), Just("0"), Just("-1"), Just("1.5"), Just("'a'"), Just("null"),
        Just("true"), Just(".all(x,"), Just(".exists(y,"), Just(".filter(x,"), Just(".map(x,"), Just("x"), Just("has("),
        Just("size("), Just("int("), Just("string("), Just("b'\\xff'"), Just("r'\\'"), Just("'\\u00e'"), Just("\"\"\""),
        Just("9223372036854775808"), Just("1e999"), Just(".?n"), Just("[?0]"), Just("`a-b`"), Just("{"), Just("}"), Just(" "),
    ], 0..14)) {
        let source = words.concat();
        if let Ok(expression) = Expression::compile(&source) {
            let (passed, reason) = expression.explain(&subject());
            prop_assert!(passed || !reason.is_empty());
        }
        let spaced = words.join(" ");
        if let Ok(expression) = Expression::compile(&spaced) {
            expression.matches(&subject());
        }
    }
}
