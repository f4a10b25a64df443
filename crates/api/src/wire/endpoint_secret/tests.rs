use hooktide_model::{IdMint, Metadata, Seq};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn endpoint() -> Endpoint {
    let mint = IdMint::new(&[1; 32]);
    Endpoint {
        id: mint.id(Seq(1)),
        app: mint.id(Seq(2)),
        uid: None,
        url: String::new(),
        destination: None,
        description: String::new(),
        ordering_key: None,
        throttle_rate: None,
        disabled: false,
        event_types: None,
        channels: None,
        filter: None,
        transformation: None,
        metadata: Metadata::new(),
        headers: std::collections::BTreeMap::new(),
        secrets: vec![EndpointSecret { secret: "s0".to_owned(), expires_at: None }],
        failing_since: None,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn at(hours: u32) -> Timestamp {
    Timestamp::from_unix_ms(1_800_000_000_000).plus(HOUR * hours)
}

fn names(endpoint: &Endpoint) -> Vec<&str> {
    endpoint.secrets.iter().map(|one| one.secret.as_str()).collect()
}

#[test]
fn the_new_secret_is_first_and_the_old_one_lives_on_for_a_while() {
    let mut endpoint = endpoint();
    rotate(&mut endpoint, "s1".to_owned(), HOUR * 24, at(0)).unwrap();
    assert_eq!(names(&endpoint), ["s1", "s0"]);
    assert_eq!(endpoint.secrets[0].expires_at, None);
    assert_eq!(endpoint.secrets[1].expires_at, Some(at(24)));
}

#[test]
fn without_grace_the_old_secret_goes_at_once() {
    let mut endpoint = endpoint();
    rotate(&mut endpoint, "s1".to_owned(), Duration::ZERO, at(0)).unwrap();
    assert_eq!(names(&endpoint), ["s1"]);
}

#[test]
fn expired_secrets_are_dropped_on_rotation() {
    let mut endpoint = endpoint();
    rotate(&mut endpoint, "s1".to_owned(), HOUR, at(0)).unwrap();
    rotate(&mut endpoint, "s2".to_owned(), HOUR, at(2)).unwrap();
    assert_eq!(names(&endpoint), ["s2", "s1"]);
}

#[test]
fn ten_old_secrets_are_kept_and_an_eleventh_is_refused() {
    let mut endpoint = endpoint();
    for number in 1..=OLD_SECRETS_MAX {
        rotate(&mut endpoint, format!("s{number}"), HOUR, at(0)).unwrap();
    }
    assert_eq!(endpoint.secrets.len(), OLD_SECRETS_MAX + 1);
    let refused = rotate(&mut endpoint, "more".to_owned(), HOUR, at(0)).unwrap_err();
    assert_eq!(refused.status(), http::StatusCode::BAD_REQUEST);
    rotate(&mut endpoint, "later".to_owned(), HOUR, at(1)).unwrap();
    assert_eq!(names(&endpoint), ["later", "s10"]);
}

#[test]
fn an_ed25519_endpoint_shows_its_public_key_and_never_the_private_one() {
    let mut endpoint = endpoint();
    let key = SigningKey::generate(hooktide_verify::KeyKind::Ed25519, |bytes| bytes.fill(7));
    endpoint.secrets[0].secret = key.to_secret().to_string();
    assert!(EndpointSecretOut::of(&endpoint).ok().unwrap().key.starts_with("whpk_"));
    endpoint.secrets[0].secret = SECRET.to_owned();
    assert_eq!(EndpointSecretOut::of(&endpoint).ok().unwrap().key, SECRET);
}

#[test]
fn input_is_checked_and_does_not_print() {
    let input: EndpointSecretRotateIn = serde_json::from_str(&format!(r#"{{"key":"{SECRET}"}}"#)).unwrap();
    assert!(!format!("{input:?}").contains("MfKQ"));
    assert_eq!(input.checked(), Ok((Some(SECRET.to_owned()), Duration::from_secs(86_400))));
    for bad in [r#"{"key":"x"}"#, r#"{"gracePeriodSeconds":604801}"#] {
        assert!(serde_json::from_str::<EndpointSecretRotateIn>(bad).unwrap().checked().is_err(), "{bad}");
    }
}
