//! What database URLs may say.

use crate::StoreError;
use crate::backends::postgres::DatabaseOptions;
use crate::backends::postgres::endpoint::Address;
use crate::backends::postgres::tls::{self, TlsMode};

fn refusal(url: &str) -> String {
    match Address::parse(url) {
        Err(StoreError::Database(text)) => text,
        Err(other) => panic!("{url} is refused as {other:?}"),
        Ok(_) => panic!("{url} is taken"),
    }
}

#[test]
fn tls_modes_are_those_of_libpq() {
    let modes = [
        ("", TlsMode::Prefer),
        ("?sslmode=disable", TlsMode::Disable),
        ("?sslmode=prefer", TlsMode::Prefer),
        ("?application_name=x&sslmode=require", TlsMode::Require),
        ("?sslmode=verify-ca&connect_timeout=3", TlsMode::VerifyCa),
        ("?sslmode=verify-full", TlsMode::VerifyFull),
    ];
    for (query, mode) in modes {
        let address = Address::parse(&format!("postgres://me:secret@db.example:5433/shop{query}")).unwrap();
        assert_eq!(address.tls, mode, "{query}");
        assert_eq!(address.place(), "database \"shop\" at db.example");
    }
    assert!(refusal("postgres://db.example/shop?sslmode=allow").contains("verify-full"));
}

#[test]
fn root_file_is_decoded_and_read() {
    let address =
        Address::parse("postgres://db.example/shop?sslmode=verify-ca&sslrootcert=/no%20such.pem").unwrap();
    assert_eq!(address.root_file.as_deref(), Some("/no such.pem"));
    let error = tls::connector(address.tls, address.root_file.as_deref()).err().unwrap();
    assert!(error.to_string().contains("failed to read /no such.pem"), "{error}");
    assert!(tls::connector(TlsMode::VerifyFull, Some("system")).unwrap().is_some());
    assert!(tls::connector(TlsMode::Disable, None).unwrap().is_none());
}

#[test]
fn settings_of_the_store_come_after_those_of_the_url() {
    let url = "postgres://db.example/shop?options=-csynchronous_commit%3Doff%20-csearch_path%3Dmine";
    let address = Address::parse(url).unwrap();
    let options = address.config.get_options().unwrap();
    let (theirs, ours) = (options.find("=off").unwrap(), options.find("synchronous_commit=on").unwrap());
    assert!(theirs < ours, "{options}");
    assert!(options.contains("-csearch_path=mine"), "{options}");
}

#[test]
fn wrong_urls_are_refused_without_their_password() {
    let urls = [
        "postgres://me:hunter2@db.example:no/shop",
        "postgres://me:hunter2@db.example/shop?no_such_option=1",
        "postgres://me:hunter2@/shop",
        "postgres://me:hunter2%zz@[::1/shop",
        "mysql://me:hunter2@db.example/shop",
        "",
    ];
    for url in urls {
        let text = refusal(url);
        assert!(!text.contains("hunter2"), "{text}");
    }
    let options = DatabaseOptions { url: urls[0].to_owned(), pool_size: 3 };
    assert_eq!(format!("{options:?}"), "DatabaseOptions(url: [redacted], pool_size: 3)");
}
