//! The list itself: every entry is complete and keeps its promises.

use std::collections::BTreeSet;

use super::Given;
use crate::key::names;
use crate::{Config, GROUPS, KEYS, Literal, Origin};

#[test]
fn every_default_and_every_example_passes_its_own_check() {
    for key in KEYS {
        let mut config = Config::default();
        for text in [key.default, key.example] {
            assert!(key.set(&mut config, text).is_ok(), "{}: `{text}`", key.path);
        }
    }
}

#[test]
fn every_example_differs_from_the_default_and_changes_its_field() {
    let default = format!("{:?}", Config::default());
    for key in KEYS {
        let mut config = Config::default();
        key.set(&mut config, key.example).expect("checked above");
        assert_ne!(format!("{config:?}"), default, "{}", key.path);
    }
}

#[test]
fn every_name_is_unique_in_every_spelling() {
    let (mut paths, mut variables, mut flags) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for name in names() {
        assert!(paths.insert(name.path()), "{}", name.path());
        assert!(variables.insert(name.variable()), "{}", name.variable());
        assert!(flags.insert(name.flag()), "{}", name.flag());
    }
}

#[test]
fn every_key_has_a_group_and_a_doc() {
    for key in KEYS {
        assert!(GROUPS.iter().any(|group| group.name == key.group()), "{}", key.path);
        assert!(key.doc.ends_with('.') && !key.doc.contains("  "), "{}", key.path);
        assert!(key.choices().is_empty() || key.choices().contains(&key.default), "{}", key.path);
    }
    for group in GROUPS {
        assert!(KEYS.iter().any(|key| key.group() == group.name), "{}", group.name);
    }
}

#[test]
fn every_key_can_be_set_in_every_layer() {
    for key in KEYS {
        let toml = format!("{} = {}", key.path, key.toml(key.example));
        // The one key with a condition on another one.
        let base = || Given::default().variable("HOOKTIDE_API_BODY_BYTES_MAX", "8MiB");
        let base = || {
            if key.path == "api.body_bytes_max" { Given::default() } else { base() }
        };
        let given = [
            base().file(&toml),
            base().variable(&key.variable(), key.example),
            base().flag(&key.flag(), key.example),
        ];
        for given in given {
            let loaded = given.loaded();
            let value = loaded.values.iter().find(|value| value.key.path == key.path).expect("it is a key");
            assert_ne!(value.origin, Origin::Default, "{}", key.path);
        }
    }
}

#[test]
fn the_names_that_the_documentation_promises_exist() {
    let promised = [
        "LISTEN",
        "DATABASE_URL",
        "JWT_SECRET",
        "MAIN_SECRET",
        "DELIVERY_ALLOW_SUBNETS",
        "DELIVERY_HTTPS_ONLY",
        "DELIVERY_RETRY_SCHEDULE",
        "DELIVERY_TIMEOUT",
        "DELIVERY_DISABLE_AFTER",
        "DELIVERY_SIGNATURE_TYPE",
        "DELIVERY_HEADERS",
        "RETENTION_HISTORY",
        "LOG_FORMAT",
        "JWT_SECRET_FILE",
        "MAIN_SECRET_FILE",
    ];
    for promised in promised {
        let variable = format!("HOOKTIDE_{promised}");
        assert!(names().any(|name| name.variable() == variable), "{variable}");
    }
}

#[test]
fn lists_are_written_as_arrays_and_numbers_bare() {
    let key = |path: &str| KEYS.iter().find(|key| key.path == path).expect("it is a key");
    assert_eq!(key("delivery.allow_subnets").toml("10.0.0.0/8, ::1"), "[\"10.0.0.0/8\", \"::1\"]");
    assert_eq!(key("delivery.allow_subnets").toml(""), "[]");
    assert_eq!(key("delivery.jitter").literal(), Literal::Number);
    assert_eq!(key("delivery.jitter").toml("0.5"), "0.5");
    assert_eq!(key("delivery.jitter").toml(".5"), "\".5\"", "not a number in TOML, so it is quoted");
    assert_eq!(key("listen").toml("a\"b"), "'a\"b'");
}
