//! What a reader is told about a mistake: which key, where, what is wrong and what to write. All at once.

use std::ffi::OsString;

use super::Given;

#[test]
fn every_mistake_of_every_layer_is_reported_at_once_in_reading_order() {
    let mistakes = Given::default()
        .file("lisen = '1.2.3.4:5'\n\n[delivery]\ntimeout = 15\nconcurrency = 0\n")
        .variable("HOOKTIDE_DELIVERY_HTTPS_ONLY", "yes")
        .variable("HOOKTIDE_DELIVRY_TIMEOUT", "5s")
        .flag("retention-history", "forever")
        .mistakes();
    let expected = [
        "hooktide.toml:1: lisen: is not a setting\n  help: did you mean `listen`?",
        "hooktide.toml:4: delivery.timeout: `15` has no unit\n  help: write `15s` for seconds, or use ms, m, h, d; \
         for example `timeout = \"20s\"`",
        "hooktide.toml:5: delivery.concurrency: `0` is out of range\n  help: write a whole number from 1 to 1000; \
         for example `concurrency = 25`",
        "environment HOOKTIDE_DELIVRY_TIMEOUT: is not a setting\n  help: did you mean `HOOKTIDE_DELIVERY_TIMEOUT`?",
        "environment HOOKTIDE_DELIVERY_HTTPS_ONLY: delivery.https_only: `yes` is neither true nor false\n  help: \
         write true or false; for example `HOOKTIDE_DELIVERY_HTTPS_ONLY=true`",
        "flag --retention-history: retention.history: `forever` is not a duration\n  help: write numbers with the \
         units d, h, m, s, ms, from large to small, as in `1h30m` or `250ms`; for example `--retention-history 30d`",
    ];
    assert_eq!(mistakes, expected);
}

#[test]
fn a_value_that_a_stronger_layer_replaces_is_checked_all_the_same() {
    let given = Given::default().file("delivery.timeout = 'soon'").flag("delivery-timeout", "5s");
    assert!(given.mistake().starts_with("hooktide.toml:1: delivery.timeout: `soon`"));
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_known_one() {
    let table = [
        ("timeout = '5s'", "did you mean `delivery.timeout`?"),
        ("delivery.retry-schedule = '5s'", "did you mean `delivery.retry_schedule`?"),
        ("delivery.retry_shedule = '5s'", "did you mean `delivery.retry_schedule`?"),
        ("[delivry]\ntimeout = '5s'", "did you mean `[delivery]`?"),
        ("main_secert_file = 'x'", "did you mean `main_secret_file`?"),
        ("colour = 'blue'", "`hooktide config reference` lists every setting"),
        ("'' = 1", "`hooktide config reference` lists every setting"),
    ];
    for (text, help) in table {
        let mistake = Given::default().file(text).mistake();
        assert!(mistake.ends_with(help), "{text}: {mistake}");
    }
    let mistake = Given::default().variable("HOOKTIDE_ALLOW_SUBNETS", "10.0.0.0/8").mistake();
    assert!(mistake.ends_with("did you mean `HOOKTIDE_DELIVERY_ALLOW_SUBNETS`?"), "{mistake}");
    let mistake = Given::default().flag("delivery-time-out", "5s").mistake();
    assert!(mistake.ends_with("did you mean `--delivery-timeout`?"), "{mistake}");
}

#[test]
fn a_value_of_the_wrong_shape_names_the_shape() {
    let table = [
        ("delivery = 5", "is a group of settings"),
        ("[listen]\nport = 1", "is a table"),
        ("listen = ['a', 'b']", "is a list"),
        ("listen = 2026-01-01", "is a date"),
        ("delivery.retry_schedule = [['5s']]", "is a list"),
        ("storage.chunk_events = 0xfffffffffffffffff", "64 bits"),
        ("database_url = ''", "is empty"),
    ];
    for (text, problem) in table {
        let mistake = Given::default().file(text).mistake();
        assert!(mistake.contains(problem), "{text}: {mistake}");
    }
}

#[test]
fn an_error_of_syntax_does_not_hide_what_stands_below_it() {
    let mistakes =
        Given::default().file("listen = \n\n[delivery]\ntimeout = '1h'\ntimeout2 = '5s'\n").mistakes();
    assert_eq!(mistakes.len(), 3, "{mistakes:#?}");
    assert!(mistakes[0].starts_with("hooktide.toml:1: "), "{mistakes:#?}");
    assert!(
        mistakes[1].starts_with("hooktide.toml:4: delivery.timeout: `1h` is out of range"),
        "{mistakes:#?}"
    );
    assert!(mistakes[2].starts_with("hooktide.toml:5: delivery.timeout2: is not a setting"), "{mistakes:#?}");
}

#[test]
fn a_key_written_twice_is_a_mistake() {
    let mistakes = Given::default().file("listen = '127.0.0.1:1'\nlisten = '127.0.0.1:2'\n").mistakes();
    assert!(mistakes[0].starts_with("hooktide.toml:2: "), "{mistakes:#?}");
}

#[test]
fn variables_that_kubernetes_sets_for_a_service_are_not_settings() {
    let given = Given::default()
        .variable("HOOKTIDE_SERVICE_HOST", "10.0.0.1")
        .variable("HOOKTIDE_SERVICE_PORT", "80")
        .variable("HOOKTIDE_SERVICE_PORT_HTTP", "80")
        .variable("HOOKTIDE_PORT", "tcp://10.0.0.1:80")
        .variable("HOOKTIDE_PORT_80_TCP", "tcp://10.0.0.1:80")
        .variable("HOOKTIDE_PORT_80_TCP_PROTO", "tcp")
        .variable("HOOKTIDE_API_PORT_8071_TCP_ADDR", "10.0.0.1")
        .variable("HOOKTIDE_CONFIG", "elsewhere.toml")
        .variable("HOME", "/root");
    given.loaded();
    assert!(Given::default().variable("HOOKTIDE_PORT", "80").mistake().contains("is not a setting"));
    assert!(Given::default().variable("HOOKTIDE_PORT_80_TPC", "80").mistake().contains("is not a setting"));
}

#[test]
fn what_a_caller_of_the_api_keeps_in_its_environment_is_no_mistake() {
    let given =
        Given::default().variable("HOOKTIDE_URL", "http://127.0.0.1:8071").variable("HOOKTIDE_TOKEN", "x");
    given.loaded();
}

#[test]
fn a_port_that_is_none_is_refused() {
    for value in ["http", "70000", "-1"] {
        let mistake = Given::default().variable("PORT", value).mistake();
        assert!(mistake.starts_with("environment PORT: is not a port"), "{mistake}");
    }
}

#[test]
fn mistake_in_a_database_url_is_told_without_its_password() {
    let mistake = Given::default().variable("DATABASE_URL", "postgres://app:hunter2@db").mistake();
    assert!(mistake.starts_with("environment DATABASE_URL: database_url: names no database"), "{mistake}");
    assert!(!mistake.contains("hunter2"), "{mistake}");
}

#[test]
fn a_secret_and_its_file_in_one_layer_contradict_each_other() {
    let mistake = Given::default()
        .variable("HOOKTIDE_JWT_SECRET", "hunter2-hunter2")
        .variable("HOOKTIDE_JWT_SECRET_FILE", "/run/secrets/jwt")
        .mistake();
    assert!(mistake.contains("jwt_secret_file: is set, and so is `jwt_secret`"), "{mistake}");
    assert!(!mistake.contains("hunter2"), "{mistake}");
}

#[test]
fn a_secret_file_that_cannot_serve_is_named() {
    let mistake = Given::default().variable("HOOKTIDE_MAIN_SECRET_FILE", "/nowhere").mistake();
    assert!(mistake.contains("cannot read `/nowhere`"), "{mistake}");
    let mistake = Given::default().variable("HOOKTIDE_MAIN_SECRET_FILE", "/run/secrets/empty").mistake();
    assert!(mistake.contains("which is empty"), "{mistake}");
    let mistake = Given::default().file("main_secret = 'abc'").mistake();
    assert!(mistake.contains("is shorter than 8 bytes") && !mistake.contains("abc"), "{mistake}");
}

#[test]
fn a_payload_limit_beyond_the_body_limit_is_a_contradiction() {
    let given = Given::default().file("messages.payload_bytes_max = '4MiB'");
    assert!(given.mistake().contains("`api.body_bytes_max` cuts a request at 2MiB"));
    given.variable("HOOKTIDE_API_BODY_BYTES_MAX", "8MiB").loaded();
    // A lower body limit alone says all that is to be said.
    Given::default().variable("HOOKTIDE_API_BODY_BYTES_MAX", "64KiB").loaded();
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_a_mistake() {
    use std::os::unix::ffi::OsStringExt;
    let mut given = Given::default();
    given.0.environment.insert("HOOKTIDE_LISTEN".to_owned(), OsString::from_vec(vec![0xff]));
    assert!(given.mistake().contains("is not valid UTF-8"));
}
