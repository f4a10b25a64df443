//! Who may call: organisation tokens, application tokens, and everything that is neither.

use hooktide_testkit::{Api, Method, ServerSetup, ServerUnderTest, unix_seconds};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

const SECRET: &str = "a secret of this test, long enough for any algorithm";
const ORG: &str = "org_23rb8YdGqMT0qIzpgGwdXfHirMu";

async fn server() -> ServerUnderTest {
    ServerSetup::new().env("HOOKTIDE_JWT_SECRET", SECRET).start().await
}

fn signed(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn claims(subject: &str, expires_in: i64) -> Value {
    let now = unix_seconds();
    json!({ "sub": subject, "iss": "test", "iat": now - 100, "nbf": now - 100, "exp": now + expires_in })
}

#[tokio::test]
async fn token_with_the_documented_claims_is_accepted() {
    let server = server().await;
    let token = signed(&claims(ORG, 60), Algorithm::HS256, SECRET);
    let app = server.api().with_token(&token).create_app("Mine").await;
    // The token of `hooktide token` without an argument belongs to the default organisation, which is this one.
    let _ = server.api().get(&format!("/app/{app}")).await.expect(200);
}

#[tokio::test]
async fn everything_that_is_no_valid_token_is_refused() {
    let server = server().await;
    let api = server.api();
    let mut future = claims(ORG, 600);
    future["nbf"] = json!(unix_seconds() + 500);
    let forged = api.token().rsplit_once('.').unwrap().0.to_owned() + ".AAAA";
    // {"alg":"none","typ":"JWT"} and a generous payload.
    let unsigned = format!(
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.",
        signed(&claims(ORG, 600), Algorithm::HS256, SECRET).split('.').nth(1).unwrap()
    );
    let tokens = [
        ("garbage", "garbage".to_owned()),
        ("empty", String::new()),
        (
            "wrong secret",
            signed(&claims(ORG, 60), Algorithm::HS256, "another secret, also long enough for it"),
        ),
        ("expired", signed(&claims(ORG, -3600), Algorithm::HS256, SECRET)),
        ("not yet valid", signed(&future, Algorithm::HS256, SECRET)),
        ("other algorithm", signed(&claims(ORG, 60), Algorithm::HS512, SECRET)),
        ("no organisation", signed(&claims("user_1", 60), Algorithm::HS256, SECRET)),
        ("forged", forged),
        ("unsigned", unsigned),
    ];
    for (what, token) in tokens {
        let answer = api.with_token(&token).get("/app").await;
        println!("{what}: {}", answer.status);
        assert_eq!(answer.error(401), "authentication_failed", "{what}");
    }
}

#[tokio::test]
async fn token_belongs_in_the_header_and_nowhere_else() {
    let server = server().await;
    let api = server.api();
    let anonymous = api.anonymous();
    assert_eq!(anonymous.get("/app").await.error(401), "authentication_failed");
    let query = format!("/app?token={}&access_token={}", api.token(), api.token());
    assert_eq!(anonymous.get(&query).await.error(401), "authentication_failed");
    let basic =
        anonymous.request(Method::GET, "/app").header("authorization", "Basic dXNlcjpwYXNz").send().await;
    assert_eq!(basic.error(401), "authentication_failed");
}

/// Two applications of one organisation, and a client that may only see the first.
async fn portal(server: &ServerUnderTest, access: Value) -> (Api, String, String) {
    let api = server.api();
    let own = api.create_app("Own").await;
    let foreign = api.create_app("Foreign").await;
    let access = api.post(&format!("/auth/app-portal-access/{own}"), access).await.expect(200).json();
    assert!(access["url"].is_string());
    (api.with_token(access["token"].as_str().unwrap()), own, foreign)
}

#[tokio::test]
async fn portal_token_reaches_its_own_application_only() {
    let server = server().await;
    let (portal, own, foreign) = portal(&server, json!({})).await;

    assert_eq!(portal.get(&format!("/app/{own}")).await.expect(200).id(), own);
    let endpoint = portal.create_endpoint(&own, "http://127.0.0.1:9/").await;
    let _ = portal.get(&format!("/app/{own}/endpoint/{endpoint}/secret")).await.expect(200);
    let _ = portal.get(&format!("/app/{own}/msg")).await.expect(200);
    let _ = portal.get("/event-type").await.expect(200);

    assert_eq!(portal.get(&format!("/app/{foreign}")).await.error(404), "not_found");
    assert_eq!(portal.get(&format!("/app/{foreign}/endpoint")).await.error(404), "not_found");
}

#[tokio::test]
async fn portal_token_may_not_act_for_the_organisation() {
    let server = server().await;
    let (portal, own, _) = portal(&server, json!({})).await;
    let message = json!({ "eventType": "a", "payload": {} });
    let event_type = json!({ "name": "a", "description": "" });
    let answers = [
        portal.get("/app").await,
        portal.post("/app", json!({ "name": "x" })).await,
        portal.put("/app/x", json!({ "name": "x" })).await,
        portal.post(&format!("/app/{own}/msg"), message).await,
        portal.post("/event-type", event_type.clone()).await,
        portal.put("/event-type/a", event_type).await,
        portal.delete("/event-type/a").await,
        portal.post(&format!("/auth/app-portal-access/{own}"), json!({})).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 403, "{answer}");
        let _ = answer.error(403);
    }
}

#[tokio::test]
async fn portal_token_sees_event_types_of_its_feature_flags() {
    let server = server().await;
    let api = server.api();
    for (name, flag) in [("open", Value::Null), ("beta", json!(["beta"])), ("gamma", json!(["gamma"]))] {
        let body = json!({ "name": name, "description": "", "featureFlags": flag });
        let _ = api.post("/event-type", body).await.expect(201);
    }
    let (portal, _, _) = portal(&server, json!({ "featureFlags": ["beta"] })).await;

    let list = portal.get("/event-type").await.expect(200).json();

    let names: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["beta", "open"]);
    assert_eq!(portal.get("/event-type/gamma").await.error(404), "not_found");
}

#[tokio::test]
async fn portal_access_can_create_the_application() {
    let server = server().await;
    let api = server.api();
    let body = json!({ "application": { "name": "Late", "uid": "late" } });
    let _ = api.post("/auth/app-portal-access/late", body).await.expect(200);
    assert_eq!(api.get("/app/late").await.expect(200).json()["name"], "Late");
    assert_eq!(api.post("/auth/app-portal-access/nobody", json!({})).await.error(404), "not_found");
    let mismatch = json!({ "application": { "name": "Other", "uid": "other" } });
    api.post("/auth/app-portal-access/elsewhere", mismatch).await.invalid("body", "");
}

#[tokio::test]
async fn logout_is_not_built_yet_and_says_so() {
    let server = server().await;
    assert_eq!(server.api().post("/auth/logout", json!({})).await.error(501), "not_implemented");
}

#[tokio::test]
async fn organisations_do_not_see_each_other() {
    let server = server().await;
    let other = server.api_of("org_1111111111111111111111111aa");
    let id = server.api().create_app("Mine").await;
    assert_eq!(other.get("/app").await.expect(200).json()["data"], json!([]));
    assert_eq!(other.get(&format!("/app/{id}")).await.error(404), "not_found");
}
