//! Tables and properties of the forms.

use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::DatabaseUrl;

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn durations_are_read_with_their_units() {
    let table = [
        ("1ms", 1),
        ("250ms", 250),
        ("5s", 5_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("2d", 172_800_000),
        ("1h30m", 5_400_000),
        ("1d2h3m4s5ms", 93_784_005),
        ("0s", 0),
    ];
    for (text, expected) in table {
        assert_eq!(parse_duration(text), Ok(ms(expected)), "{text}");
    }
}

#[test]
fn what_is_not_a_duration_is_refused_with_a_way_out() {
    let table = [
        ("", "is not a duration"),
        ("5", "has no unit"),
        ("1h30", "has no unit"),
        ("s", "is not a duration"),
        ("-5s", "is not a duration"),
        ("1.5s", "is not a duration"),
        ("5 s", "is not a duration"),
        ("5sec", "is not a duration"),
        ("5S", "is not a duration"),
        ("30m1h", "is not a duration"),
        ("1s1s", "is not a duration"),
        ("５s", "is not a duration"),
        ("99999999999999999999s", "is too long"),
        ("18446744073709551615d", "is too long"),
    ];
    for (text, problem) in table {
        let wrong = parse_duration(text).unwrap_err();
        assert!(wrong.problem.ends_with(problem), "{text}: {wrong}");
        assert!(!wrong.help.is_empty(), "{text}");
    }
}

#[test]
fn sizes_tell_binary_from_decimal_units() {
    let table = [
        ("0", 0),
        ("512", 512),
        ("512B", 512),
        ("1KiB", 1_024),
        ("1kb", 1_000),
        ("512MiB", 536_870_912),
        ("512 MiB", 536_870_912),
        ("50GB", 50_000_000_000),
        ("50GiB", 53_687_091_200),
        ("2TiB", 2_199_023_255_552),
        ("1_000_000", 1_000_000),
    ];
    for (text, expected) in table {
        assert_eq!(parse_bytes(text), Ok(expected), "{text}");
    }
    for text in ["", "MiB", "1.5GiB", "-1", "5M", "5K", "5 apples", "_", "99999999999TiB"] {
        assert!(parse_bytes(text).is_err(), "{text}");
    }
}

#[test]
fn bounds_belong_to_the_range() {
    let form = DurationIn { min: ms(100), max: ms(30_000) };
    for (text, fits) in [("99ms", false), ("100ms", true), ("30s", true), ("30001ms", false)] {
        assert_eq!(form.parse(text).is_ok(), fits, "{text}");
    }
    let form = BytesIn { min: 1024, max: 2048 };
    for (text, fits) in [("1023", false), ("1KiB", true), ("2KiB", true), ("2049", false)] {
        assert_eq!(form.parse(text).is_ok(), fits, "{text}");
    }
    let form = SizeIn { min: 1, max: 1000 };
    for (text, fits) in
        [("0", false), ("1", true), ("1_000", true), ("1001", false), ("+5", false), ("5.0", false)]
    {
        assert_eq!(form.parse(text).is_ok(), fits, "{text}");
    }
    for (text, fits) in
        [("0", true), ("1", true), ("0.25", true), ("1.01", false), ("-0.1", false), ("NaN", false)]
    {
        assert_eq!(Fraction.parse(text).is_ok(), fits, "{text}");
    }
}

#[test]
fn a_schedule_may_be_empty_but_not_endless() {
    assert_eq!(Schedule.parse(""), Ok(vec![]));
    assert_eq!(Schedule.parse("1ms, 5s ,2d"), Ok(vec![ms(1), ms(5_000), ms(172_800_000)]));
    assert!(Schedule.parse(&vec!["1s"; 100].join(",")).is_ok());
    for text in ["5s,,5m", "5s,", "0s", "31d", "5s 5m", "5,300", &vec!["1s"; 101].join(",")] {
        assert!(Schedule.parse(text).is_err(), "{text}");
    }
}

#[test]
fn off_and_zero_lift_a_limit() {
    let never = DurationOrOff(DurationIn { min: ms(250), max: ms(1_000) });
    assert_eq!(never.parse("off"), Ok(None));
    assert_eq!(never.parse("250ms"), Ok(Some(ms(250))));
    assert!(never.parse("249ms").is_err());
    let unlimited = BytesOrUnlimited(BytesIn { min: 10, max: 20 });
    assert_eq!(unlimited.parse("0"), Ok(None));
    assert_eq!(unlimited.parse("0GiB"), Ok(None));
    assert_eq!(unlimited.parse("10"), Ok(Some(10)));
    assert!(unlimited.parse("9").is_err());
}

#[test]
fn addresses_and_networks_are_read_in_both_families() {
    for text in ["127.0.0.1:8071", "0.0.0.0:0", "[::1]:8071"] {
        assert_eq!(Address.parse(text).unwrap().to_string(), text);
    }
    for (text, help) in
        [(":8071", "0.0.0.0:8071"), ("localhost:80", "127.0.0.1:80"), ("8071", "127.0.0.1:8071")]
    {
        assert!(Address.parse(text).unwrap_err().help.contains(help), "{text}");
    }
    let nets = Subnets.parse("10.1.2.3/8, 192.168.1.7,fd00::/8,").unwrap();
    let nets: Vec<String> = nets.iter().map(ToString::to_string).collect();
    assert_eq!(nets, ["10.0.0.0/8", "192.168.1.7/32", "fd00::/8"]);
    for text in ["10.0.0.0/33", "10.0.0/8", "example.com", "all"] {
        assert!(Subnets.parse(text).is_err(), "{text}");
    }
}

#[test]
fn name_servers_are_addresses_and_never_names() {
    let servers = NameServers.parse("10.0.0.53, 127.0.0.1:5353,fd00::53,[::1]:54,").unwrap();
    let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["10.0.0.53:53", "127.0.0.1:5353", "[fd00::53]:53", "[::1]:54"]);
    assert!(NameServers.parse("").unwrap().is_empty());
    for text in
        ["dns.example.com", "dns.example.com:53", "10.0.0.53:", "10.0.0.53:70000", "10.0.0.0/8", ":53"]
    {
        assert!(NameServers.parse(text).unwrap_err().help.contains("not a name"), "{text}");
    }
    for text in ["0.0.0.0", "[::]:53", "10.0.0.53:0", "224.0.0.251:5353"] {
        assert!(NameServers.parse(text).unwrap_err().problem.contains("no name server answers"), "{text}");
    }
    let nine = ["10.0.0.53"; 9].join(",");
    assert_eq!(NameServers.parse(&nine).unwrap_err().problem, "names 9 name servers");
}

#[test]
fn start_of_a_url_has_a_host_and_nothing_behind_its_path() {
    for (text, kept) in [
        ("https://hooks.example.com/", "https://hooks.example.com"),
        ("http://127.0.0.1:8071", "http://127.0.0.1:8071"),
        ("https://example.com/hooks", "https://example.com/hooks"),
    ] {
        assert_eq!(BaseUrl.parse(text).unwrap(), kept);
    }
    for text in
        ["example.com", "https://", "https:///x", "ftp://a", "https://a?b", "https://u@a", "https://a b"]
    {
        assert!(BaseUrl.parse(text).is_err(), "{text}");
    }
}

#[test]
fn database_is_a_file_or_a_postgresql_url() {
    for (text, path) in [("sqlite://a/b.db", "a/b.db"), ("sqlite:///var/b.db", "/var/b.db")] {
        let DatabaseUrl::Sqlite(file) = Database.parse(text).unwrap() else { panic!("{text}") };
        assert_eq!(file.path.to_str(), Some(path));
    }
    let urls = [
        "postgres://user:hunter2@host/db",
        "postgresql://host:5433,other/db?sslmode=verify-full&sslrootcert=/ca.pem",
        "postgres:///db?host=/var/run/postgresql",
    ];
    for text in urls {
        let DatabaseUrl::Postgres(database) = Database.parse(text).unwrap() else { panic!("{text}") };
        assert_eq!(database.url.expose(), text);
    }
    let table = [
        "sqlite://",
        "sqlite://dir/",
        "sqlite://:memory:",
        "sqlite://a.db?mode=ro",
        "a.db",
        "mysql://hunter2@h",
        "postgres://",
        "postgres://user:hunter2@host",
        "postgres://user:hunter2@/db",
        "postgres://user:hunter2@host/db?sslmode=allow",
        "postgres://user:hunter2@ho st/db",
    ];
    for text in table {
        let wrong = Database.parse(text).unwrap_err();
        assert!(!wrong.to_string().contains("hunter2"), "a password was quoted: {wrong}");
    }
}

#[test]
fn database_is_shown_without_its_password() {
    let table = [
        ("sqlite://a@b:c/d.db", "sqlite://a@b:c/d.db"),
        ("postgres://me:hunter2@host/db", "postgres://me:[redacted]@host/db"),
        ("postgresql://me:hunter2/@x@host:5432/db?a=b", "postgresql://me:[redacted]@host:5432/db?a=b"),
        ("postgres://me@host/db", "postgres://me@host/db"),
        ("postgres://host/db?password=hunter2&a=b", "postgres://host/db?password=[redacted]&a=b"),
    ];
    for (text, shown) in table {
        assert_eq!(Database.shown(text), shown);
    }
}

#[test]
fn node_name_is_plain() {
    assert_eq!(NodeName.parse("hooktide-1.eu_west").unwrap(), "hooktide-1.eu_west");
    for text in ["a b", "a/b", "ü", &"x".repeat(65)] {
        assert!(NodeName.parse(text).is_err(), "{text}");
    }
}

#[test]
fn log_directives_with_a_misspelled_level_are_refused() {
    for text in ["info", "off", "INFO", "info,hooktide_store=debug", "warn, hyper::proto=trace"] {
        assert!(LogDirectives.parse(text).is_ok(), "{text}");
    }
    for text in ["inof", "hooktide_store", "a=b", "=info", "info,", "a b=info", "verbose"] {
        assert!(LogDirectives.parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,40}") {
        let _ = parse_duration(&text);
        let _ = parse_bytes(&text);
        let _ = Schedule.parse(&text);
        let _ = Subnets.parse(&text);
        let _ = Database.parse(&text);
        let _ = LogDirectives.parse(&text);
    }

    #[test]
    fn near_misses_are_read_or_refused_without_a_panic(text in "[0-9dhmsMGKiB_., ]{0,40}") {
        let _ = parse_duration(&text);
        let _ = parse_bytes(&text);
        let _ = Schedule.parse(&text);
    }

    #[test]
    fn a_written_duration_reads_back(count in any::<u64>()) {
        prop_assert_eq!(parse_duration(&format_duration(ms(count))), Ok(ms(count)));
    }

    #[test]
    fn a_written_size_reads_back(bytes in any::<u64>(), shift in 0u32..64) {
        for bytes in [bytes, bytes >> shift << shift] {
            prop_assert_eq!(parse_bytes(&format_bytes(bytes)), Ok(bytes));
        }
    }
}

#[test]
fn programs_are_named_in_their_one_plain_way() {
    let programs = ProgramPaths.parse("/usr/bin/logger, /opt/a b/run,").unwrap();
    assert_eq!(programs, [PathBuf::from("/usr/bin/logger"), PathBuf::from("/opt/a b/run")]);
    assert!(ProgramPaths.parse("").unwrap().is_empty());
    for text in ["logger", "./logger", "/usr/../bin/sh", "/usr//bin/sh", "/usr/bin/sh/", "/", "/usr/./bin/sh"]
    {
        assert!(ProgramPaths.parse(text).is_err(), "{text}");
    }
}
