//! Redirects lead nowhere: neither to a private address nor anywhere else, and the attempt says so.

use hooktide_testkit::{Behaviour, Receiver, ServerSetup};

use crate::world::World;

#[tokio::test]
async fn redirect_to_a_private_address_is_not_followed_and_the_attempt_says_so() {
    let setup = ServerSetup::new().env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "127.0.0.1/32").retries("");
    let world = World::with(setup).await;
    let canary = Receiver::start().await;
    let targets = [
        canary.url("/allowed"),
        format!("http://127.0.0.2:{}/", canary.addr().port()),
        format!("http://[::1]:{}/", canary.addr().port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
    ];
    let mut endpoints = Vec::new();
    for (number, to) in targets.iter().enumerate() {
        for status in [301, 302, 303, 307, 308] {
            let path = format!("/{number}/{status}");
            world.receiver.script(&path, [Behaviour::status(status).header("Location", to)]);
            endpoints.push((status, world.endpoint(&path).await));
        }
    }
    world.receiver.script("/words", [Behaviour::status(302).header("Location", &targets[0]).body("moved")]);
    let with_words = world.endpoint("/words").await;
    let message = world.publish().await;
    let attempts = world.api.wait_for_attempts(&world.app, &message, endpoints.len() + 1).await;
    let of = |endpoint: &String| attempts.iter().find(|it| it["endpointId"] == **endpoint).unwrap();
    for (status, endpoint) in &endpoints {
        let attempt = of(endpoint);
        assert_eq!((&attempt["status"], &attempt["responseStatusCode"]), (&2.into(), &(*status).into()));
        let said = attempt["response"].as_str().unwrap();
        assert!(said.contains("redirects are not followed; set the endpoint's url"), "{said}");
    }
    assert_eq!(of(&with_words)["response"], "moved", "the receiver's own words come first");
    assert_eq!(canary.connections(), 0);
}
