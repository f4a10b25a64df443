//! Receivers that speak TLS: who is believed, and what a customer reads when somebody is not.

use hooktide_testkit::{LocalAuthority, Receiver, ServerSetup, StubDns, TlsIdentity};
use serde_json::{Value, json};

use crate::world::World;

/// A server that trusts an authority of the test's own, and the authority.
struct Trusting {
    world: World,
    authority: LocalAuthority,
    _dns: StubDns,
    _folder: tempfile::TempDir,
}

impl Trusting {
    async fn new() -> Self {
        let (authority, folder) = (LocalAuthority::new(), tempfile::tempdir().unwrap());
        let dns = StubDns::serving(&[("hooks.example.com", &["127.0.0.1"])]).await;
        let setup = ServerSetup::new()
            .env("HOOKTIDE_DELIVERY_EXTRA_CA_FILE", authority.write(folder.path()).to_str().unwrap())
            .env("HOOKTIDE_DELIVERY_DNS_SERVERS", &dns.address().to_string())
            .retries("");
        Self { world: World::with(setup).await, authority, _dns: dns, _folder: folder }
    }

    async fn endpoint(&self, receiver: &Receiver) -> String {
        let url = format!("https://hooks.example.com:{}/hook", receiver.addr().port());
        self.world.api.create_endpoint(&self.world.app, &url).await
    }
}

async fn attempt_of(world: &World) -> Value {
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 1).await.remove(0)
}

#[tokio::test]
async fn receiver_of_a_local_authority_is_delivered_to_by_name() {
    let trusting = Trusting::new().await;
    let receiver = Receiver::start_tls(&trusting.authority.certify(&["hooks.example.com"])).await;
    let endpoint = trusting.endpoint(&receiver).await;
    let world = &trusting.world;
    let first = attempt_of(world).await;
    assert_eq!((&first["status"], &first["responseStatusCode"]), (&json!(0), &json!(200)), "{first}");
    assert_eq!(attempt_of(world).await["status"], 0);
    let requests = receiver.wait_on("/hook", 2).await;
    assert_eq!(requests[0].header("host"), format!("hooks.example.com:{}", receiver.addr().port()));
    assert_eq!(requests[0].connection, requests[1].connection, "one connection serves both");
    let secret = world.api.secret(&world.app, &endpoint).await;
    assert!(hooktide_testkit::verdict(&requests[0], "webhook", &secret).is_ok());
}

#[tokio::test]
async fn certificate_that_does_not_hold_fails_the_attempt_with_its_reason() {
    let trusting = Trusting::new().await;
    let (authority, world) = (&trusting.authority, &trusting.world);
    let name = &["hooks.example.com"][..];
    let table = [
        (authority.certify(&["other.example.com"]), "TLS: certificate was issued for another host name"),
        (authority.certify(&["127.0.0.1"]), "TLS: certificate was issued for another host name"),
        (authority.certify_within(name, (2010, 2011)), "TLS: certificate has expired"),
        (authority.certify_within(name, (2089, 2090)), "TLS: certificate is not valid yet"),
        (TlsIdentity::self_signed(name), "self-signed"),
        (LocalAuthority::new().certify(name), "TLS: certificate"),
    ];
    for (identity, reason) in table {
        let receiver = Receiver::start_tls(&identity).await;
        let endpoint = trusting.endpoint(&receiver).await;
        let attempt = attempt_of(world).await;
        let said = attempt["response"].as_str().unwrap();
        assert!(said.starts_with("TLS: ") && said.contains(reason), "{reason}: {said}");
        assert_eq!((&attempt["status"], &attempt["responseStatusCode"]), (&json!(2), &json!(0)));
        assert_eq!(receiver.all().len(), 0, "{reason}: nothing was sent");
        let _ = world.api.delete(&world.path(&format!("/endpoint/{endpoint}"))).await.expect(204);
    }
}

#[tokio::test]
async fn https_only_takes_no_other_url_and_delivers_to_none() {
    let setup = ServerSetup::new().retries("");
    let mut world = World::with(setup).await;
    let before = world.endpoint("/before").await;
    let first = world.publish().await;
    world.received("/before", &first, 1).await;

    world.server.sigterm(hooktide_testkit::DEADLINE).await;
    world.server.restart_with("HOOKTIDE_DELIVERY_HTTPS_ONLY", "true").await;
    world.api = world.server.api();
    let path = world.path("/endpoint");
    let plain = json!({ "url": world.receiver.url("/new") });
    world.api.post(&path, plain).await.invalid("body", "url");
    let secure = json!({ "url": "https://hooktide.invalid/", "disabled": true });
    let _ = world.api.post(&path, secure).await.expect(201);

    let message = world.publish().await;
    let attempts = world.api.wait_for_attempts(&world.app, &message, 1).await;
    assert_eq!(attempts[0]["endpointId"], *before);
    assert!(attempts[0]["response"].as_str().unwrap().contains("https"), "{}", attempts[0]);
    assert_eq!(world.receiver.all().len(), 1, "only what came before");
}
