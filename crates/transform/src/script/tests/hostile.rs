//! Scripts that would rather not end, or not end alone.

use std::cell::Cell;
use std::rc::Rc;

use super::super::INTERRUPTS_MAX;
use super::*;

fn stopped_after(asked_max: u32, statements: &str) -> Result<Webhook, ScriptError> {
    let asked = Rc::new(Cell::new(0));
    let counter = Rc::clone(&asked);
    let budget = Budget::until(move || {
        counter.set(counter.get() + 1);
        counter.get() >= asked_max
    });
    let source = format!("function handler(webhook) {{ {statements} }}");
    let result = run(&source, &webhook(br#"{"a":1}"#), budget);
    assert!(asked.get() <= asked_max + 8, "the script went on after it was told to stop: {}", asked.get());
    result
}

#[test]
fn loops_are_cut() {
    for statements in [
        "while (true) {}",
        "for (;;) { try { for (;;) {} } catch (e) {} finally { continue; } }",
        "(function f() { f2(); function f2() { while (1); } })()",
        "const next = () => Promise.resolve().then(next); return next();",
        "return new Promise((resolve) => { while (true) {} });",
        "/^(a+)+$/.test('a'.repeat(40) + 'b')",
        "'a'.repeat(60).replace(/(a|aa)+$/g, ''); /(x+x+)+y/.exec('x'.repeat(50)); while (1);",
        "new Set({ [Symbol.iterator]: () => ({ next: Object.bind(null, { done: false, value: 1 }) }) })",
        "[1, 2].sort(() => { while (true) {} })",
        "return { get url() { while (true) {} } };",
        "webhook.payload = { toJSON() { while (true) {} } }; return webhook;",
        "throw { toString() { while (true) {} } }",
        "webhook.headers = { a: [] }; webhook.headers.a.length = 1000; Object.defineProperty(Array.prototype, 0, \
         { get() { while (true) {} } }); return webhook;",
        "const nest = (n) => n ? Array(40).fill(nest(n - 1)) : []; nest(10).flat(Infinity);",
        "const nest = (n) => n ? Array(40).fill(nest(n - 1)) : []; nest(10).join();",
        "const a = Array(100000).fill(1); while (true) JSON.stringify(a);",
        "const a = Array(100000).fill(1); while (true) { try { a.join(); } catch (e) {} }",
        "const s = 'a'.repeat(1e6); while (true) s.toUpperCase();",
        "const s = 'a'.repeat(1e6); while (true) { try { s.indexOf('aaaaaaaab'); } catch (e) {} }",
        "const b = new Uint8Array(1e6); while (true) b.sort();",
        "const s = 'ab'.repeat(1e6); while (true) s.startsWith(s);",
        "const s = 'ab'.repeat(1e6); while (true) s.localeCompare(s);",
        "const a = Array(100000).fill(1); while (true) [...a];",
        "const a = Array(60000).fill(1); while (true) { try { Math.max(...a); } catch (e) {} }",
        "const b = new Uint8Array(1e6); while (true) b.indexOf(1);",
    ] {
        let error = stopped_after(5, statements).unwrap_err();
        assert_eq!(error.kind, ScriptErrorKind::Timeout, "{statements}: {error}");
    }
}

#[test]
fn a_script_that_catches_everything_is_cut_too() {
    let error = stopped_after(3, "try { while (true) {} } catch (e) {} return webhook;").unwrap_err();
    assert_eq!((error.kind, error.line), (ScriptErrorKind::Timeout, Some(1)));
}

#[test]
fn a_top_level_that_does_not_end_is_cut() {
    let source = "while (true) {}\nfunction handler(webhook) { return webhook; }";
    let error = compile_check(source, Budget::until(|| true)).unwrap_err();
    assert_eq!(error.kind, ScriptErrorKind::Timeout);
}

#[test]
fn a_run_ends_without_a_deadline() {
    let count = Rc::new(Cell::new(0_u32));
    let counter = Rc::clone(&count);
    let budget = Budget::until(move || {
        counter.set(counter.get() + 1);
        false
    });
    let error = run("function handler() { for (;;) {} }", &webhook(b"{}"), budget).unwrap_err();
    assert_eq!(error.kind, ScriptErrorKind::Timeout);
    assert_eq!(count.get(), INTERRUPTS_MAX);
}

#[test]
fn memory_is_limited() {
    for statements in [
        "const a = []; while (true) a.push(new Array(1000).fill('x'));",
        "let s = 'x'; while (true) s += s;",
        "'x'.repeat(2 ** 29)",
        "new Uint8Array(2 ** 31)",
        "new ArrayBuffer(64 * 1024 * 1024)",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, {});",
        "[...Array(2 ** 28)]",
        "JSON.stringify(new Array(2 ** 26))",
        "Array.from({ length: 2 ** 30 }, (_, i) => ({ i }))",
        "webhook.payload = 'x'.repeat(20 * 1024 * 1024); webhook.payload += webhook.payload; return webhook;",
    ] {
        let error = body(statements).unwrap_err();
        let kind = error.kind;
        assert!(matches!(kind, ScriptErrorKind::Memory | ScriptErrorKind::Thrown), "{statements}: {error:?}");
    }
}

#[test]
fn a_memory_bomb_is_named() {
    assert_eq!(
        kind_of("const a = []; while (true) a.push('x'.repeat(1000) + a.length);"),
        ScriptErrorKind::Memory
    );
}

#[test]
fn deep_recursion_is_cut() {
    assert_eq!(kind_of("(function f() { f(); })()"), ScriptErrorKind::Stack);
    let deep = [
        "let a = []; for (let i = 0; i < 100000; i++) a = [a]; webhook.payload = a; return webhook;",
        "JSON.parse('['.repeat(200000))",
        "new RegExp('('.repeat(100000) + ')'.repeat(100000))",
        "const o = { toString() { return `${o}`; } }; `${o}`",
        "let a = []; for (let i = 0; i < 200000; i++) a = [a]; a.toString()",
    ];
    for statements in deep {
        let error = body(statements).unwrap_err();
        assert!(
            matches!(error.kind, ScriptErrorKind::Stack | ScriptErrorKind::Thrown),
            "{statements}: {error:?}"
        );
    }
}

/// The engine cannot interrupt these by itself; without the bounds of the prelude they run for minutes or for ever.
#[test]
fn built_in_loops_are_bounded() {
    for statements in [
        "Array(2 ** 32 - 1).join('')",
        "Array(2 ** 32 - 1).indexOf(1)",
        "Array(2 ** 32 - 1).forEach(() => {})",
        "Array(2 ** 32 - 1).reverse()",
        "Array(2 ** 32 - 1).sort()",
        "[].concat(Array(2 ** 32 - 1))",
        "[].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true })",
        "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
        "Array.prototype.lastIndexOf.call({ __proto__: { length: 2 ** 53 - 1 } }, 1)",
        "let n = 0; Array.prototype.includes.call({ get length() { return n++ ? 2 ** 53 - 1 : 0; } }, 1)",
        "let n = 0; [].indexOf.call({ length: { valueOf: () => n++ ? 2 ** 53 - 1 : 0 } }, 1)",
        "const a = []; a.length = 2 ** 32 - 1; a.flat()",
        "const a = []; a.length = 2 ** 32 - 1; String(a)",
        "const s = 'a'.repeat(8e6); s.indexOf(s.slice(0, 4e6) + 'b')",
        "const s = 'a'.repeat(8e6); s.split(s.slice(0, 4e6) + 'b')",
        "const s = 'a'.repeat(8e6); s.replaceAll({ toString: () => s.slice(0, 4e6) + 'b' }, '')",
        "const s = 'a'.repeat(8e6); let n = 0; s.replace({ get [Symbol.replace]() { return n++ ? undefined : null; }, \
         toString: () => s.slice(0, 4e6) + 'b' }, '')",
    ] {
        assert_eq!(kind_of(statements), ScriptErrorKind::Thrown, "{statements}");
    }
}

/// One operation on two of them can take a second, and nothing can ask for the deadline meanwhile.
#[test]
fn there_are_no_big_integers() {
    for literal in [
        "5n", "0n", "1_0n", "0xFFn", "0b1n", "-5n", "(5n)", "[5n]", "'5n'", "/*5n*/", "x?5n:1", "5n;",
        "`${5n}`",
    ] {
        let error = body(&format!("return {literal}")).unwrap_err();
        assert_eq!((error.kind, error.line), (ScriptErrorKind::Syntax, Some(1)), "{literal}");
        assert!(error.message.contains("big integers"), "{literal}");
    }
    for harmless in ["'2nd'", "'n'", "'5 n'", "'a5n'", "'5nm'", "5", "0x5", "'0xin'.length"] {
        assert!(body(&format!("webhook.payload = {harmless}; return webhook;")).is_ok(), "{harmless}");
    }
    assert_eq!(
        value_of("[typeof BigInt, typeof BigInt64Array, DataView.prototype.getBigInt64].join()"),
        "undefined,undefined,"
    );
}

#[test]
fn there_is_no_code_from_texts() {
    assert_eq!(value_of("typeof eval"), "undefined");
    for maker in [
        "Function",
        "new Function",
        "(() => 1).constructor",
        "(async () => 1).constructor",
        "(function* () {}).constructor",
        "(async function* () {}).constructor",
        "class {}.constructor".replace("class {}", "(class {})").as_str(),
        "Object.getPrototypeOf(function () {}).constructor",
        "Math.max.constructor",
    ] {
        let error = body(&format!("({maker})('return 5')")).unwrap_err();
        assert!(error.message.contains("no code but its own"), "{maker}: {error}");
    }
    assert_eq!(value_of("(() => 1) instanceof Function"), "true");
}

#[test]
fn there_is_nothing_to_reach_out_with() {
    for name in [
        "fetch",
        "require",
        "process",
        "Deno",
        "setTimeout",
        "setInterval",
        "XMLHttpRequest",
        "std",
        "os",
        "Proxy",
        "performance",
        "WeakRef",
        "WebAssembly",
        "SharedArrayBuffer && Atomics.wait",
        "console",
        "print",
        "load",
    ] {
        let seen = value_of(&format!(
            "(() => {{ try {{ return typeof ({name}); }} catch {{ return 'undefined'; }} }})()"
        ));
        assert!(seen == "undefined" || (name.contains("Atomics") && seen == "function"), "{name}: {seen}");
    }
    assert_eq!(kind_of("return import('x').then(() => webhook)"), ScriptErrorKind::Thrown);
    assert_eq!(kind_of("return import('/etc/passwd').then(() => webhook)"), ScriptErrorKind::Thrown);
}

#[test]
fn nothing_of_a_run_is_seen_by_the_next() {
    let pollute =
        "Object.prototype.polluted = 'yes'; Array.prototype.map = null; JSON.stringify = () => '\"x\"';
        String.prototype.toJSON = () => 'x'; globalThis.kept = 1; Math.random = () => 4; Date.now = () => 4;
        Object.freeze(Object.prototype); webhook.payload.a = 2; return webhook;";
    assert_eq!(body(pollute).unwrap().payload, br#"{"a":2,"b":[1,2]}"#);
    assert_eq!(
        value_of("typeof globalThis.kept + {}.polluted + [1].map((x) => x) + JSON.stringify([1])"),
        "undefinedundefined1[1]"
    );
}

#[test]
fn changing_the_built_ins_does_not_change_the_payload_by_itself() {
    let polluted = "Object.prototype.toJSON = function () { return 'x'; }; return webhook;";
    assert_eq!(body(polluted).unwrap().payload, br#"{"a": 1, "b": [1, 2]}"#);
    let defined = "for (const i of [0, 1, 2, 3, 4, 5, 6]) Object.defineProperty(Array.prototype, i, \
                   { set() { throw 1; }, configurable: true }); return webhook;";
    let result = body(defined);
    assert!(result.is_ok() || result.unwrap_err().kind == ScriptErrorKind::Thrown);
}
