//! What a script sees, what it may change, and what is made of it.

use super::*;

#[test]
fn the_handler_sees_the_webhook() {
    assert_eq!(value_of("webhook.method"), "POST");
    assert_eq!(value_of("webhook.url"), "https://example.com/in");
    assert_eq!(value_of("webhook.eventType"), "invoice.paid");
    assert_eq!(value_of("webhook.channels.join()"), "blue");
    assert_eq!(value_of("webhook.variables.KEY"), "v");
    assert_eq!(value_of("webhook.headers['X-One']"), "1");
    assert_eq!(value_of("webhook.transformationsParams.p"), "1");
    assert_eq!(value_of("webhook.payload.b[1]"), "2");
    assert_eq!(value_of("webhook.cancel"), "false");
}

#[test]
fn the_handler_sees_the_request_that_a_source_received() {
    assert_eq!(value_of("webhook.request"), "null", "there is none");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = crate::OriginalRequest {
        method: "PUT".into(),
        path: "/a".into(),
        query: vec![pair("q", "1"), pair("q", "2"), pair("q", "3"), pair("__proto__", "x")],
        headers: vec![pair("X-Kind", "push"), pair("x-kind", "pull"), pair("Accept", "*/*")],
    };
    let webhook = Webhook { request: Some(request), ..webhook(b"{}") };
    let code =
        "function handler(w) { w.payload = JSON.stringify(w.request); w.request.method = 'X'; return w; }";
    let sent = run(code, &webhook, Budget::steps_only()).unwrap();
    let seen: serde_json::Value = serde_json::from_slice(&sent.payload).unwrap();
    let wanted = serde_json::json!({
        "method": "PUT", "path": "/a", "query": { "q": ["1", "2", "3"], "__proto__": "x" },
        "headers": { "x-kind": ["push", "pull"], "accept": "*/*" },
    });
    assert_eq!(seen, wanted);
    assert_eq!((&sent.request, sent.method.as_str()), (&webhook.request, "POST"), "it is only to be read");
}

#[test]
fn everything_that_may_change_does() {
    let sent = body(
        "webhook.method = 'PUT'; webhook.url = 'https://other.example/x?y=1'; webhook.cancel = true;
         webhook.headers['x-two'] = ['a', 'b']; webhook.headers['x-number'] = 5; delete webhook.headers['X-One'];
         webhook.payload.a += 1; return webhook;",
    )
    .unwrap();
    assert_eq!(sent.method, "PUT");
    assert_eq!(sent.url, "https://other.example/x?y=1");
    assert!(sent.cancel);
    let headers: Vec<_> = sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(headers, [("x-two", "a"), ("x-two", "b"), ("x-number", "5")]);
    assert_eq!(sent.payload, br#"{"a":2,"b":[1,2]}"#);
}

#[test]
fn what_is_left_out_of_a_new_object_stays() {
    let before = webhook(br#"{"a": 1, "b": [1, 2]}"#);
    assert_eq!(body("return {};").unwrap(), before);
    assert_eq!(body("return { cancel: true };").unwrap(), Webhook { cancel: true, ..before.clone() });
    assert_eq!(body("return { ...webhook };").unwrap(), before);
}

#[test]
fn an_unchanged_payload_keeps_its_bytes() {
    let payloads: [&[u8]; 7] = [
        br#"{ "big": 12345678901234567890123, "x" : 1.0, "u": "\u00e9" }"#,
        b"[1,  2]",
        b"\"text\"",
        b" null ",
        b"<xml/>",
        b"",
        &[0xff, 0x00, 0x80, b'a'],
    ];
    let harmless = [
        "return webhook;",
        "webhook.payload; return webhook;",
        "return { ...webhook };",
        "const { payload } = webhook; webhook.payload = payload; return webhook;",
        "webhook.url = 'https://example.com/else'; return webhook;",
        "JSON.stringify(webhook); return { payload: webhook.payload, url: webhook.url };",
        "if (webhook.payload && webhook.payload.x) { webhook.payload.x = 2; webhook.payload.x = 1; } return webhook;",
    ];
    for payload in payloads {
        for statements in harmless {
            let sent = body_over(statements, payload).unwrap();
            assert_eq!(sent.payload, payload, "{statements}");
        }
    }
}

#[test]
fn payloads_of_every_kind_go_in_and_out() {
    assert_eq!(payload_of("webhook.payload = webhook.payload + '!'", b"<a>"), "<a>!");
    assert_eq!(payload_of("webhook.payload = 'plain'", b"{}"), "plain");
    assert_eq!(payload_of("webhook.payload = [1, 'é\\u2028']", b"{}"), "[1,\"é\u{2028}\"]");
    assert_eq!(payload_of("webhook.payload = null", b"{}"), "null");
    assert_eq!(payload_of("webhook.payload = new Uint8Array([104, 105])", b"{}"), "hi");
    assert_eq!(payload_of("webhook.payload = new Uint16Array([26984]).buffer", b"{}"), "hi");
    assert_eq!(payload_of("webhook.payload = 'half \\ud83d'", b"{}"), "half \u{fffd}");
    let bytes = body_over("webhook.payload[0] = 0xfe; return webhook;", &[0xff, 0x80]).unwrap();
    assert_eq!(bytes.payload, [0xfe, 0x80]);
    let unicode = "{\"é\":\"日本 🎣\"}";
    assert_eq!(payload_of("webhook.payload.n = 1", unicode.as_bytes()), "{\"é\":\"日本 🎣\",\"n\":1}");
}

#[test]
fn numbers_beyond_53_bits_are_rounded_once_something_changes() {
    let sent = payload_of("webhook.payload.x = 1", br#"{"big":9007199254740993}"#);
    assert_eq!(sent, r#"{"big":9007199254740992,"x":1}"#);
}

#[test]
fn what_is_no_webhook_is_a_bad_result() {
    let results = [
        "",
        "return null;",
        "return 5;",
        "webhook.method = 'DELETE'; return webhook;",
        "webhook.method = 5; return webhook;",
        "webhook.url = 'ftp://example.com'; return webhook;",
        "webhook.url = 'nonsense'; return webhook;",
        "webhook.cancel = 'yes'; return webhook;",
        "webhook.headers = 'x'; return webhook;",
        "webhook.headers = { 'a b': '1' }; return webhook;",
        "webhook.headers = { a: 'x\\r\\ny: z' }; return webhook;",
        "webhook.headers = { a: {} }; return webhook;",
        "webhook.headers = { a: null }; return webhook;",
        "for (let i = 0; i < 101; i++) webhook.headers['x' + i] = '1'; return webhook;",
        "webhook.headers = { a: 'x'.repeat(20000) }; return webhook;",
        "webhook.payload = undefined; return webhook;",
        "webhook.payload = () => 1; return webhook;",
        "webhook.payload = Symbol(); return webhook;",
        "webhook.payload = 'x'.repeat(5 * 1024 * 1024); return webhook;",
        "return new Promise(() => {});",
    ];
    for statements in results {
        assert_eq!(kind_of(statements), ScriptErrorKind::BadResult, "{statements}");
    }
}

#[test]
fn an_async_handler_is_awaited() {
    let source = "async function handler(webhook) {
        await null; webhook.payload.a = await Promise.resolve(7); return webhook; }";
    assert_eq!(run(source, &webhook(b"{}"), Budget::steps_only()).unwrap().payload, br#"{"a":7}"#);
    let source = "const handler = async () => {\n await null;\n throw new TypeError('late'); }";
    let error = run(source, &webhook(b"{}"), Budget::steps_only()).unwrap_err();
    assert_eq!((error.kind, error.line), (ScriptErrorKind::Thrown, Some(3)));
    assert_eq!(error.message, "TypeError: late");
}

#[test]
fn handlers_may_be_declared_in_any_way() {
    for source in [
        "function handler(webhook) { return webhook }",
        "const handler = (webhook) => webhook;",
        "var handler = function (webhook) { return webhook; };",
        "handler = (webhook) => webhook;",
        "let handler = async (webhook) => webhook;",
    ] {
        assert_eq!(compile_check(source, Budget::steps_only()), Ok(()), "{source}");
        assert!(run(source, &webhook(b"{}"), Budget::steps_only()).is_ok(), "{source}");
    }
}

#[test]
fn an_error_says_where_it_was() {
    let source =
        "function handler(webhook) {\n  const id = webhook.payload.missing.id;\n  return webhook;\n}";
    let error = run(source, &webhook(b"{}"), Budget::steps_only()).unwrap_err();
    assert_eq!((error.kind, error.line), (ScriptErrorKind::Thrown, Some(2)));
    assert!(error.column.is_some() && error.message.starts_with("TypeError: "), "{error}");

    let error = compile_check("function handler(webhook) {\n  return webhook +;\n}", Budget::steps_only())
        .unwrap_err();
    assert_eq!((error.kind, error.line), (ScriptErrorKind::Syntax, Some(2)));

    let error = compile_check("function handle(webhook) {}", Budget::steps_only()).unwrap_err();
    assert_eq!(error.kind, ScriptErrorKind::Syntax);
    assert!(error.message.contains("handler"));

    let error = body("[1].indexOf.call({ get length() { return 1; } }, 1)").unwrap_err();
    assert_eq!((error.kind, error.line), (ScriptErrorKind::Thrown, Some(1)));
}

#[test]
fn what_is_thrown_is_told() {
    let thrown = [
        ("throw 'no'", "thrown: no"),
        ("throw { toString() { throw 1; } }", "thrown: a value that is no text"),
        ("throw new Error('')", "Error"),
        ("throw undefined", "thrown: undefined"),
    ];
    for (statements, message) in thrown {
        let error = body(statements).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ScriptErrorKind::Thrown, message));
    }
    let error = body("throw new Error('x'.repeat(10000))").unwrap_err();
    assert_eq!(error.message.chars().count(), super::super::MESSAGE_CHARS_MAX);
}

#[test]
fn sources_have_limits() {
    let long = format!("function handler(w) {{ return w }} //{}", "x".repeat(super::super::SOURCE_BYTES_MAX));
    for source in ["", "x", long.as_str()] {
        let error = compile_check(source, Budget::steps_only()).unwrap_err();
        assert_eq!(error.kind, ScriptErrorKind::Syntax);
    }
}

#[test]
fn time_and_chance_are_those_of_the_run() {
    let source = "function handler(w) { w.payload = [Date.now(), new Date().toISOString(), Math.random(),
        Math.random(), new Date(0).getTime(), new Date() instanceof Date, new Date().constructor.now(),
        typeof Date(), Date.UTC(1970, 0, 2), new Date(2000, 1).getFullYear()]; return w; }";
    let at = |seed| {
        let budget = Budget::steps_only().at(Moment { now_ms: 1_700_000_000_123, seed });
        String::from_utf8(run(source, &webhook(b"{}"), budget).unwrap().payload).unwrap()
    };
    assert!(at(1).starts_with("[1700000000123,\"2023-11-14T22:13:20.123Z\",0."), "{}", at(1));
    assert!(at(1).ends_with(",0,true,1700000000123,\"string\",86400000,2000]"), "{}", at(1));
    assert_eq!(at(1), at(1));
    assert_ne!(at(1), at(2));
}

#[test]
fn bounded_built_ins_still_do_their_work() {
    assert_eq!(value_of("[3, 1, 2].sort().concat([4], 5).join('-')"), "1-2-3-4-5");
    assert_eq!(value_of("JSON.stringify([1, [2, [3, [4]]]].flat(2))"), "[1,2,3,[4]]");
    assert_eq!(value_of("[1, 2, 3].map((x) => x * 2).filter((x) => x > 2).indexOf(6)"), "1");
    assert_eq!(
        value_of("(function () { return Array.prototype.slice.call(arguments, 1); })(1, 2, 3)"),
        "2,3"
    );
    assert_eq!(value_of("'a-b-c'.split('-').join('+')"), "a+b+c");
    assert_eq!(value_of("'a1b22c'.split(/\\d+/, 2)"), "a,b");
    assert_eq!(value_of("'abc'.split().length"), "1");
    assert_eq!(value_of("'aXbX'.replace('X', '.').replaceAll('X', '!')"), "a.b!");
    assert_eq!(value_of("'a1b2'.replace(/\\d/g, (d) => d * 2)"), "a2b4");
    assert_eq!(value_of("'haystack'.includes('stack') && 'haystack'.indexOf('y') === 2"), "true");
    assert_eq!(value_of("'a.a.'.lastIndexOf('.')"), "3");
    assert_eq!(
        value_of("[...'ab', ...[1, 2].values()].join() + 'ab'.startsWith('b', 1) + 'b'.localeCompare('a')"),
        "a,b,1,2true1"
    );
    assert_eq!(value_of("Array.prototype.map.call('ab', (c) => c + c)"), "aa,bb");
    for statements in
        ["'a'.includes(/a/)", "'a'.replaceAll(/a/, 'b')", "String.prototype.indexOf.call(null, 'a')"]
    {
        assert_eq!(kind_of(statements), ScriptErrorKind::Thrown, "{statements}");
    }
}

#[test]
fn variables_are_not_shown() {
    let shown = format!("{:?}", webhook(b"{}"));
    assert!(shown.contains("KEY") && !shown.contains("\"v\""), "{shown}");
}
