//! Signing secrets: generated, given, rotated, hidden.

use hooktide_testkit::{ServerSetup, verdict};
use serde_json::{Value, json};

use crate::world::World;

const GIVEN: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

async fn rotate(world: &World, endpoint: &str, body: Value) -> hooktide_testkit::Reply {
    world.api.post(&world.path(&format!("/endpoint/{endpoint}/secret/rotate")), body).await
}

/// The signatures of the next message on a path, and the request.
async fn next_request(world: &World, path: &str) -> hooktide_testkit::Received {
    let message = world.publish().await;
    world.received(path, &message, 1).await.swap_remove(0)
}

#[tokio::test]
async fn generated_secret_signs_both_header_families() {
    let world = World::new().await;
    let endpoint = world.endpoint("/s").await;
    let secret = world.api.secret(&world.app, &endpoint).await;
    assert!(secret.starts_with("whsec_"));

    let request = next_request(&world, "/s").await;

    for family in ["webhook", "svix"] {
        verdict(&request, family, &secret).unwrap_or_else(|error| panic!("{family}: {error}"));
    }
    for name in ["id", "timestamp", "signature"] {
        assert_eq!(request.header(&format!("webhook-{name}")), request.header(&format!("svix-{name}")));
    }
    assert!(verdict(&request, "webhook", GIVEN).is_err(), "another secret does not verify");
}

#[tokio::test]
async fn given_secret_is_used_and_shown() {
    let world = World::new().await;
    let endpoint = world.endpoint_with("/s", json!({ "secret": GIVEN })).await;
    assert_eq!(world.api.secret(&world.app, &endpoint).await, GIVEN);
    verdict(&next_request(&world, "/s").await, "webhook", GIVEN).unwrap();
}

#[tokio::test]
async fn rotation_keeps_the_old_key_for_its_grace_period() {
    let world = World::new().await;
    let endpoint = world.endpoint_with("/s", json!({ "secret": GIVEN })).await;

    let _ = rotate(&world, &endpoint, json!({ "key": NEXT })).await.ok();
    assert_eq!(world.api.secret(&world.app, &endpoint).await, NEXT);
    let request = next_request(&world, "/s").await;
    assert_eq!(request.header("webhook-signature").split(' ').count(), 2);
    verdict(&request, "webhook", GIVEN).unwrap();
    let first = verdict(&request, "webhook", NEXT).unwrap();
    assert_eq!(first.key_index, 0);

    let _ = rotate(&world, &endpoint, json!({})).await.ok();
    let generated = world.api.secret(&world.app, &endpoint).await;
    assert!(generated != NEXT && generated != GIVEN);
    let request = next_request(&world, "/s").await;
    for secret in [GIVEN, NEXT, &generated] {
        verdict(&request, "svix", secret).unwrap();
    }
}

#[tokio::test]
async fn rotation_without_grace_ends_the_old_key_at_once() {
    let world = World::new().await;
    let endpoint = world.endpoint_with("/s", json!({ "secret": GIVEN })).await;
    let _ = rotate(&world, &endpoint, json!({ "key": NEXT, "gracePeriodSeconds": 0 })).await.ok();
    let request = next_request(&world, "/s").await;
    assert_eq!(request.header("webhook-signature").split(' ').count(), 1);
    assert!(verdict(&request, "webhook", GIVEN).is_err());
    verdict(&request, "webhook", NEXT).unwrap();
}

#[tokio::test]
async fn eleventh_old_key_is_refused() {
    let world = World::new().await;
    let endpoint = world.endpoint("/s").await;
    for _ in 0..10 {
        let _ = rotate(&world, &endpoint, json!({})).await.ok();
    }
    assert_eq!(rotate(&world, &endpoint, json!({})).await.error(400), "limit_reached");
    let request = next_request(&world, "/s").await;
    assert_eq!(request.header("webhook-signature").split(' ').count(), 11);
}

#[tokio::test]
async fn invalid_rotations_are_refused() {
    let world = World::new().await;
    let endpoint = world.endpoint("/s").await;
    for body in [
        json!({ "key": "whsec_short" }),
        json!({ "key": "" }),
        json!({ "gracePeriodSeconds": 604_801 }),
        json!({ "gracePeriodSeconds": -1 }),
    ] {
        rotate(&world, &endpoint, body).await.invalid("body", "");
    }
}

#[tokio::test]
async fn asymmetric_server_shows_only_the_public_half_and_its_signature_verifies() {
    let world = World::with(ServerSetup::new().env("HOOKTIDE_DELIVERY_SIGNATURE_TYPE", "ed25519")).await;
    let endpoint = world.endpoint("/s").await;
    let public = world.api.secret(&world.app, &endpoint).await;
    assert!(public.starts_with("whpk_"), "{public}");

    let request = next_request(&world, "/s").await;

    assert!(request.header("webhook-signature").starts_with("v1a,"));
    verdict(&request, "webhook", &public).unwrap();
    verdict(&request, "svix", &public).unwrap();
}

#[tokio::test]
async fn kinds_can_be_mixed_during_a_rotation() {
    let world = World::with(ServerSetup::new().env("HOOKTIDE_DELIVERY_SIGNATURE_TYPE", "ed25519")).await;
    let endpoint = world.endpoint_with("/s", json!({ "secret": GIVEN })).await;
    let _ = rotate(&world, &endpoint, json!({})).await.ok();
    let public = world.api.secret(&world.app, &endpoint).await;
    let request = next_request(&world, "/s").await;
    assert!(public.starts_with("whpk_"));
    verdict(&request, "webhook", &public).unwrap();
    verdict(&request, "webhook", GIVEN).unwrap();
}

#[tokio::test]
async fn one_header_family_can_be_chosen() {
    for (chosen, other) in [("webhook", "svix"), ("svix", "webhook")] {
        let world = World::with(ServerSetup::new().env("HOOKTIDE_DELIVERY_HEADERS", chosen)).await;
        let endpoint = world.endpoint("/s").await;
        let secret = world.api.secret(&world.app, &endpoint).await;
        world.publish().await;
        let request = world.receiver.first_on("/s").await;
        verdict(&request, chosen, &secret).unwrap();
        assert_eq!(request.header(&format!("{other}-id")), "");
    }
}

#[tokio::test]
async fn planted_secrets_are_nowhere_on_disk_or_in_the_log() {
    let world = World::with(ServerSetup::new().env("HOOKTIDE_LOG_LEVEL", "trace")).await;
    let endpoint = world.endpoint_with("/s", json!({ "secret": GIVEN })).await;
    let headers = json!({ "headers": { "authorization": "Bearer planted-token-41" } });
    let _ = world.api.put(&world.path(&format!("/endpoint/{endpoint}/headers")), headers).await.expect(204);
    let _ = rotate(&world, &endpoint, json!({ "key": NEXT })).await.ok();
    let request = next_request(&world, "/s").await;
    verdict(&request, "webhook", GIVEN).unwrap();

    let texts = [GIVEN, NEXT, &GIVEN[6..], &NEXT[6..], "planted-token-41"];
    for text in texts {
        assert_eq!(world.server.at_rest().place_of(text), None, "{text} can be read");
    }
    for text in texts {
        assert!(!world.server.log().contains(text), "{text} is in the log");
    }
}

#[tokio::test]
async fn secrets_survive_a_restart() {
    let mut world = World::new().await;
    let endpoint = world.endpoint("/s").await;
    let before = world.api.secret(&world.app, &endpoint).await;
    world.server.kill9();
    world.server.restart().await;
    world.api = world.server.api();
    assert_eq!(world.api.secret(&world.app, &endpoint).await, before);
    verdict(&next_request(&world, "/s").await, "webhook", &before).unwrap();
}
