//! Which layer wins, and that a value never forgets where it came from.

use std::path::Path;
use std::time::Duration;

use super::{Given, origin};
use crate::{DatabaseUrl, HeaderNames, Loaded, LogFormat, Origin, Preset, SignatureType};

#[test]
fn without_any_configuration_the_documented_defaults_hold() {
    let loaded = Given::default().loaded();
    let config = &loaded.config;
    assert_eq!(config.listen.to_string(), "127.0.0.1:8071");
    assert_eq!(file(&loaded), Path::new("hooktide-data/hooktide.db"));
    assert_eq!((config.database.pool_size, config.cluster.lease), (8, Duration::from_secs(10)));
    assert_eq!(config.cluster.node_name, None);
    assert_eq!(config.data_dir(), Path::new("hooktide-data"));
    assert!(config.jwt_secret.is_none() && config.main_secret.is_none());
    assert_eq!(config.delivery.retry_schedule.len(), 9, "ten tries");
    assert_eq!(config.delivery.timeout, Duration::from_secs(15));
    assert_eq!(config.delivery.disable_after, Some(Duration::from_secs(120 * 3600)));
    assert_eq!(config.delivery.signature_type, SignatureType::Hmac256);
    assert_eq!(config.delivery.headers, HeaderNames::Both);
    assert_eq!(config.api.body_bytes_max, 2 << 20);
    assert_eq!(config.retention.disk_bytes_max, Some(50 << 30));
    assert_eq!(config.log.format, LogFormat::Auto);
    assert!(config.metrics.enabled);
    assert!(loaded.values.iter().all(|value| value.origin == Origin::Default));
    assert!(loaded.warnings.is_empty());
}

#[test]
fn flag_beats_environment_beats_file_beats_preset_beats_default() {
    let mut given = Given::default();
    given.0.presets.push(Preset {
        command: "hooktide dev",
        path: "delivery.timeout",
        value: "1s".to_owned(),
    });
    let timeout_and_origin = |given: &Given| {
        let loaded = given.loaded();
        (loaded.config.delivery.timeout.as_secs(), origin(&loaded, "delivery.timeout"))
    };
    assert_eq!(timeout_and_origin(&given), (1, "default of `hooktide dev`".to_owned()));
    given = given.file("\n[delivery]\ntimeout = \"2s\"\n");
    assert_eq!(timeout_and_origin(&given), (2, "hooktide.toml:3".to_owned()));
    given = given.variable("HOOKTIDE_DELIVERY_TIMEOUT", "3s");
    assert_eq!(timeout_and_origin(&given), (3, "environment HOOKTIDE_DELIVERY_TIMEOUT".to_owned()));
    given = given.flag("delivery-timeout", "4s");
    assert_eq!(timeout_and_origin(&given), (4, "flag --delivery-timeout".to_owned()));
}

#[test]
fn a_file_may_use_the_types_of_toml() {
    let config = Given::default()
        .file(
            "listen = '[::]:80'\ndelivery.retry_schedule = ['5s', '1m']\n[storage]\nchunk_events = 0x400\n\
             chunk_bytes = 2_097_152\n[retention]\ndisk_bytes_max = 0\n[metrics]\nenabled = false\n",
        )
        .loaded()
        .config;
    assert_eq!(config.listen.to_string(), "[::]:80");
    assert_eq!(config.delivery.retry_schedule, [Duration::from_secs(5), Duration::from_secs(60)]);
    assert_eq!(config.storage.chunk_events, 1024);
    assert_eq!(config.storage.chunk_bytes, 2 << 20);
    assert_eq!(config.retention.disk_bytes_max, None);
    assert!(!config.metrics.enabled);
}

#[test]
fn an_empty_schedule_means_no_retries_in_every_layer() {
    let by_file = Given::default().file("delivery.retry_schedule = []");
    let by_text = Given::default().file("delivery.retry_schedule = ''");
    let by_variable = Given::default().variable("HOOKTIDE_DELIVERY_RETRY_SCHEDULE", "");
    let by_flag = Given::default().flag("delivery-retry-schedule", "");
    for given in [by_file, by_text, by_variable, by_flag] {
        assert!(given.loaded().config.delivery.retry_schedule.is_empty());
    }
}

fn file(loaded: &Loaded) -> &Path {
    match &loaded.config.database_url {
        DatabaseUrl::Sqlite(database) => &database.path,
        DatabaseUrl::Postgres(_) => panic!("not a file"),
    }
}

#[test]
fn nodes_of_a_shared_database_need_the_secrets_that_they_share() {
    let given = Given::default().variable("DATABASE_URL", "postgres://me:hunter2@host/db");
    let mistakes = given.mistakes();
    assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
    for (mistake, name) in mistakes.iter().zip(["jwt_secret", "main_secret"]) {
        assert!(mistake.starts_with(&format!("environment DATABASE_URL: {name}: is not set")), "{mistake}");
        assert!(mistake.contains("openssl rand -hex 32") && !mistake.contains("hunter2"), "{mistake}");
    }
    let loaded = given
        .variable("HOOKTIDE_JWT_SECRET", "0123456789abcdef0123456789abcdef")
        .variable("HOOKTIDE_MAIN_SECRET", "fedcba9876543210fedcba9876543210")
        .loaded();
    assert_eq!(loaded.config.data_dir(), Path::new("hooktide-data"));
    let printed = crate::print_toml(&loaded);
    assert!(printed.contains("# database_url = \"postgres://me:[redacted]@host/db\""), "{printed}");
    assert!(!printed.contains("hunter2") && !format!("{loaded:?}").contains("hunter2"), "{printed}");
}

#[test]
fn database_url_counts_only_while_ours_is_not_set() {
    let given = Given::default()
        .file("database_url = 'sqlite://file.db'")
        .variable("DATABASE_URL", "sqlite://plain.db");
    let loaded = given.loaded();
    assert_eq!(file(&loaded), Path::new("plain.db"));
    assert_eq!(origin(&loaded, "database_url"), "environment DATABASE_URL");
    let loaded = given.variable("HOOKTIDE_DATABASE_URL", "sqlite://ours.db").loaded();
    assert_eq!(file(&loaded), Path::new("ours.db"));
    assert_eq!(loaded.config.data_dir(), Path::new("."));
    let empty = Given::default().variable("DATABASE_URL", "").loaded();
    assert_eq!(origin(&empty, "database_url"), "default");
}

#[test]
fn port_listens_everywhere_while_listen_is_not_set() {
    let given = Given::default().variable("PORT", "5000");
    let loaded = given.loaded();
    assert_eq!(loaded.config.listen.to_string(), "0.0.0.0:5000");
    assert_eq!(origin(&loaded, "listen"), "environment PORT");
    let loaded = given.variable("HOOKTIDE_LISTEN", "127.0.0.1:1").loaded();
    assert_eq!(loaded.config.listen.to_string(), "127.0.0.1:1");
}

#[test]
fn a_secret_is_read_from_the_file_that_a_variable_names() {
    let loaded = Given::default().variable("HOOKTIDE_JWT_SECRET_FILE", "/run/secrets/jwt").loaded();
    let secret = loaded.config.jwt_secret.as_ref().expect("it was set");
    assert_eq!(secret.expose(), "from-a-file-0123456789-0123456789", "without the newline");
    assert_eq!(origin(&loaded, "jwt_secret"), "environment HOOKTIDE_JWT_SECRET_FILE");
    assert!(loaded.warnings.is_empty());
    let by_key = Given::default().file("jwt_secret_file = '/run/secrets/jwt'").loaded();
    let by_flag = Given::default().flag("jwt-secret-file", "/run/secrets/jwt").loaded();
    assert!(by_key.config.jwt_secret.is_some() && by_flag.config.jwt_secret.is_some());
}

#[test]
fn a_stronger_layer_may_give_a_secret_the_other_way() {
    let given = Given::default().file("jwt_secret_file = '/run/secrets/jwt'");
    let loaded = given.variable("HOOKTIDE_JWT_SECRET", "directly-given").loaded();
    assert_eq!(loaded.config.jwt_secret.as_ref().map(|secret| secret.expose()), Some("directly-given"));
}

#[test]
fn a_short_secret_works_with_a_warning_that_does_not_quote_it() {
    let loaded = Given::default().variable("HOOKTIDE_JWT_SECRET", "hunter2hunter2").loaded();
    assert_eq!(loaded.warnings.len(), 1);
    assert!(loaded.warnings[0].contains("HOOKTIDE_JWT_SECRET"));
    assert!(!loaded.warnings[0].contains("hunter2"));
}

#[test]
fn derived_limits_follow_the_smaller_of_their_parts() {
    let config = Given::default().variable("HOOKTIDE_RETENTION_DISK_BYTES_MAX", "64MiB").loaded().config;
    assert_eq!(config.chunk_bytes(), 8 << 20);
    let config = Given::default().loaded().config;
    assert_eq!(config.chunk_bytes(), 256 << 20);
    assert_eq!(config.storage.free_bytes_floor(1 << 40), 512 << 20, "a large disk");
    assert_eq!(config.storage.free_bytes_floor(1 << 30), (1 << 30) / 20, "a small disk");
}
