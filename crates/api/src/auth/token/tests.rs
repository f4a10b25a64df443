use super::*;

const SECRET: &[u8] = b"a secret for tests";

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_800_000_000_000)
}

fn org() -> OrgId {
    OrgId::parse("org_23rb8YdGqMT0qIzpgGwdXfHirMu").unwrap()
}

fn app() -> AppId {
    hooktide_model::IdMint::new(&[7; 32]).id(hooktide_model::Seq::first_at(now()))
}

fn sign(claims: &serde_json::Value, secret: &[u8], algorithm: Algorithm) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret)).unwrap()
}

#[test]
fn organisation_token_names_its_organisation() {
    let keys = TokenKeys::new(SECRET);
    let token = mint_org_token(SECRET, &org(), now()).unwrap();
    assert_eq!(keys.verify(&token, now()), Ok(Principal::Organisation(org())));
}

#[test]
fn organisation_token_holds_ten_years_and_not_a_second_longer() {
    let keys = TokenKeys::new(SECRET);
    let token = keys.mint_org(&org(), now()).unwrap();
    let end = now().plus(ORG_TOKEN_LIFETIME);
    assert!(keys.verify(&token, end.minus(Duration::from_secs(1))).is_ok());
    assert_eq!(keys.verify(&token, end), Err(TokenError::Expired));
}

#[test]
fn application_token_carries_what_was_asked_for() {
    let keys = TokenKeys::new(SECRET);
    let request = AppTokenRequest {
        feature_flags: vec!["beta".to_owned()],
        capabilities: Some(vec![Capability::CreateAttempts]),
        lifetime: Some(Duration::from_secs(3600)),
        session_id: None,
    };
    let token = keys.mint_app(&org(), app(), request, now()).unwrap();
    let expected = Principal::Application {
        org: org(),
        app: app(),
        feature_flags: vec!["beta".to_owned()],
        capabilities: Capabilities::of(&[Capability::CreateAttempts]),
    };
    assert_eq!(keys.verify(&token, now()), Ok(expected));
    assert_eq!(keys.verify(&token, now().plus(Duration::from_secs(3600))), Err(TokenError::Expired));
}

#[test]
fn expired_token_is_refused_although_it_is_cached() {
    let keys = TokenKeys::new(SECRET);
    let request = AppTokenRequest { lifetime: Some(Duration::from_secs(60)), ..AppTokenRequest::default() };
    let token = keys.mint_app(&org(), app(), request, now()).unwrap();
    assert!(keys.verify(&token, now()).is_ok());
    assert_eq!(keys.verify(&token, now().plus(Duration::from_secs(61))), Err(TokenError::Expired));
}

#[test]
fn token_before_its_time_is_refused() {
    let keys = TokenKeys::new(SECRET);
    let at_s = now().unix_s();
    let claims =
        serde_json::json!({"sub": org().as_str(), "exp": at_s + 1000, "nbf": at_s + CLOCK_SKEW_S + 1});
    let token = sign(&claims, SECRET, Algorithm::HS256);
    assert_eq!(keys.verify(&token, now()), Err(TokenError::NotYet));
    assert!(keys.verify(&token, now().plus(Duration::from_secs(1))).is_ok());
}

#[test]
fn tokens_that_are_not_ours_are_refused() {
    let keys = TokenKeys::new(SECRET);
    let exp = now().unix_s() + 1000;
    let good = serde_json::json!({"sub": org().as_str(), "exp": exp});
    assert!(keys.verify(&sign(&good, SECRET, Algorithm::HS256), now()).is_ok());
    let mut refused = vec![
        sign(&good, b"another secret", Algorithm::HS256),
        sign(&good, SECRET, Algorithm::HS512),
        sign(&serde_json::json!({"sub": org().as_str()}), SECRET, Algorithm::HS256),
        sign(&serde_json::json!({"sub": "user_1", "exp": exp}), SECRET, Algorithm::HS256),
        sign(
            &serde_json::json!({"sub": "app_1", "org": org().as_str(), "exp": exp}),
            SECRET,
            Algorithm::HS256,
        ),
        sign(
            &serde_json::json!({"sub": app().to_string(), "org": "nobody", "exp": exp}),
            SECRET,
            Algorithm::HS256,
        ),
        String::new(),
        "a.b.c".to_owned(),
        "x".repeat(TOKEN_BYTES_MAX + 1),
    ];
    // The unsigned form, "alg": "none".
    refused.push("eyJhbGciOiJub25lIn0.eyJzdWIiOiJvcmdfMSIsImV4cCI6OTk5OTk5OTk5OX0.".to_owned());
    for token in refused {
        assert_eq!(keys.verify(&token, now()), Err(TokenError::Invalid), "{token}");
    }
}

#[test]
fn tokens_of_another_issuer_with_the_same_secret_hold() {
    let keys = TokenKeys::new(SECRET);
    let claims = serde_json::json!({
        "iss": "svix-server", "aud": "anybody", "iat": now().unix_s(), "exp": now().unix_s() + 9, "sub": org().as_str()
    });
    assert!(keys.verify(&sign(&claims, SECRET, Algorithm::HS256), now()).is_ok());
}

#[test]
fn keys_do_not_print() {
    assert_eq!(format!("{:?}", TokenKeys::new(SECRET)), "TokenKeys([redacted])");
}
