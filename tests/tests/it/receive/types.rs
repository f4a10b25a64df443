//! Every type of sources of the wire API, and the fields that only some of their configurations have.

use hooktide_testkit::{Method, ServerSetup, unix_seconds, workspace_root};
use hooktide_verify::{Now, Outgoing, Secret, provider, sign};
use serde_json::{Map, Value, json};

use super::provider::{Door, Inbox, SECRET, call, of, sign_as, sign_at};

/// The key pair of RFC 8032, section 7.1, test 1.
const PUBLIC_KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

/// A line of `fixtures/source_types.txt`: name, fields, whether it is built.
fn types() -> Vec<(String, Vec<String>, bool)> {
    let text = std::fs::read_to_string(workspace_root().join("tests/fixtures/source_types.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [name, fields, state] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("not a type: {line}")
            };
            assert!(matches!(state, "built" | "refused"), "{line}");
            let fields = fields.split(',').filter(|field| *field != "-").map(str::to_owned).collect();
            (name.to_owned(), fields, state == "built")
        })
        .collect()
}

fn value(field: &str) -> Value {
    match field {
        "schedule" => "0 3 * * *".into(),
        "contentType" => "application/json".into(),
        "payload" => "{}".into(),
        "publicKey" => PUBLIC_KEY.into(),
        "timestampGraceSeconds" => 60.into(),
        _ => SECRET.into(),
    }
}

#[tokio::test]
async fn every_type_of_the_wire_api_is_made_or_refused_with_the_way_out() {
    let inbox = Inbox::new("github").await;
    let all = types();
    assert!(all.len() >= 44, "{} types", all.len());
    for (name, fields, is_built) in all {
        let config: Map<String, Value> = fields.iter().map(|field| (field.clone(), value(field))).collect();
        let body = json!({ "name": "n", "type": name, "config": config });
        let answer = inbox.api.post("/ingest/api/v1/source", body).await;
        if is_built {
            let made = answer.expect(201).json();
            assert_eq!(made["type"], name, "{made}");
            assert_eq!(made["ingestUrl"].is_string(), name != "cron", "{made}");
            assert!(!made.to_string().contains(SECRET), "secrets are not shown: {made}");
            for field in ["publicKey", "timestampGraceSeconds"] {
                let is_given = fields.iter().any(|given| given == field);
                assert_eq!(made["config"].get(field).is_some(), is_given, "{name} {field}: {made}");
            }
        } else {
            let text = answer.text();
            answer.invalid("body", "type");
            for word in [name.as_str(), "not confirmed", "`custom`", "`scheme`"] {
                assert!(text.contains(word), "{name}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn event_signed_with_a_key_pair_is_taken_by_its_public_key() {
    let source = json!({ "type": "telnyx", "config": { "publicKey": PUBLIC_KEY } });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let telnyx = provider("telnyx").unwrap();
    let mut outgoing = Outgoing::post("http://unsigned.example/", telnyx.sample.body);
    outgoing.set_header("content-type", "application/json");
    let signer = Secret::new("private", PRIVATE_KEY);
    sign(&telnyx.scheme, &signer, &mut outgoing, Now::from_unix_s(unix_seconds())).unwrap();
    let signed = of(outgoing);
    let _ = inbox.send(&signed).await.expect(200);
    let forged = signed.with_body(telnyx.sample.body.replace("initiated", "answered"));
    assert_eq!(inbox.send(&forged).await.error(401), "no_signature_matched");
    let accepted = inbox.receipts("accepted").await;
    assert_eq!((accepted.len(), &accepted[0]["secretId"]), (1, &json!("public-key")));
}

#[tokio::test]
async fn public_key_of_a_type_that_has_a_secret_is_refused() {
    let inbox = Inbox::new("github").await;
    let body = json!({ "name": "n", "type": "github", "config": { "publicKey": SECRET } });
    let answer = inbox.api.post("/ingest/api/v1/source", body).await;
    assert!(!answer.text().contains(SECRET));
    answer.invalid("body", "config");
}

#[tokio::test]
async fn acrobat_sign_gets_its_client_id_back_with_every_success_and_nobody_else_does() {
    let source = json!({ "type": "adobe-sign", "config": { "clientId": "CBJCHB-own" } });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let header = "x-adobesign-clientid";
    let intent = inbox.door.ask(&inbox.api, Method::GET, "", &[(header, "CBJCHB-own")]).await.expect(200);
    assert_eq!(intent.header(header), "CBJCHB-own");
    assert_eq!(inbox.receipts("accepted").await.len(), 0, "a question is no event");

    let event = |id: &str, client: &str| {
        let body = format!("{{\"event\":\"AGREEMENT_CREATED\",\"webhookNotificationId\":\"{id}\"}}");
        sign_as("none", "", &[(header, client)], &body)
    };
    for id in ["1", "1", "2"] {
        let answer = inbox.send(&event(id, "CBJCHB-own")).await.expect(200);
        assert_eq!(answer.header(header), "CBJCHB-own", "{answer}");
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 2, "what came again is the same event");

    let answer = inbox.door.ask(&inbox.api, Method::GET, "", &[(header, "other")]).await;
    assert_eq!((answer.error(401).as_str(), answer.header(header).as_str()), ("token_mismatch", ""));
    let answer = inbox.send(&event("3", "other")).await;
    assert_eq!((answer.error(401).as_str(), answer.header(header).as_str()), ("token_mismatch", ""));
}

#[tokio::test]
async fn grace_of_the_timestamp_takes_the_place_of_the_providers_tolerance() {
    let inbox = Inbox::new("tailscale").await;
    let config = json!({ "secret": SECRET, "timestampGraceSeconds": 100_000 });
    let patient = Door::create(&inbox.api, json!({ "type": "tailscale", "config": config })).await;
    let body = "[{\"type\":\"nodeCreated\"}]";
    let old = sign_at("tailscale", SECRET, &[], body, unix_seconds() - 10_000);
    assert_eq!(inbox.send(&old).await.error(401), "timestamp_too_old");
    let _ = patient.send(&inbox.api, &old).await.expect(200);
    let older = sign_at("tailscale", SECRET, &[], body, unix_seconds() - 200_000);
    assert_eq!(patient.send(&inbox.api, &older).await.error(401), "timestamp_too_old");

    // Without a configuration what there is stays; with one it is what that says.
    let path = patient.api("");
    let kept = inbox.api.put(&path, json!({ "name": "m", "type": "tailscale" })).await.expect(200).json();
    assert_eq!(kept["config"]["timestampGraceSeconds"], 100_000);
    let body = json!({ "name": "m", "type": "tailscale", "config": { "secret": SECRET } });
    let put = inbox.api.put(&path, body).await.expect(200).json();
    assert!(put["config"].get("timestampGraceSeconds").is_none(), "{put}");
    assert_eq!(patient.send(&inbox.api, &old).await.error(401), "timestamp_too_old");

    let config = json!({ "secret": SECRET, "timestampGraceSeconds": 60 });
    let body = json!({ "name": "n", "type": "github", "config": config });
    inbox.api.post("/ingest/api/v1/source", body).await.invalid("body", "config");
}

#[tokio::test]
async fn signature_in_the_query_is_found_there_and_nowhere_else() {
    let inbox = Inbox::new("panda-doc").await;
    let panda = provider("panda-doc").unwrap();
    let mut outgoing = Outgoing::post("http://unsigned.example/", panda.sample.body);
    outgoing.target.clone_from(&inbox.door.path);
    outgoing.set_header("content-type", "application/json");
    let now = Now::from_unix_s(unix_seconds());
    sign(&panda.scheme, &Secret::new("test", SECRET), &mut outgoing, now).unwrap();
    let target = outgoing.target.clone();
    let signature = target.split_once("?signature=").unwrap().1.to_owned();
    let signed = of(outgoing);
    let _ = call(&inbox.api, &target, &signed).send().await.expect(200);
    let in_header = signed.clone().with("signature", &signature);
    assert_eq!(inbox.send(&in_header).await.error(401), "query_missing");
    let forged = signed.with_body(panda.sample.body.replace("completed", "declined"));
    assert_eq!(call(&inbox.api, &target, &forged).send().await.error(401), "no_signature_matched");
    assert_eq!(inbox.receipts("accepted").await.len(), 1);
}
