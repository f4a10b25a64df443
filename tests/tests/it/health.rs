//! Health, readiness and metrics.

use hooktide_testkit::{Method, ServerUnderTest};

use crate::world::World;

#[tokio::test]
async fn health_is_told_to_everyone() {
    let server = ServerUnderTest::start().await;
    let api = server.api().anonymous();
    for path in ["=/livez", "=/readyz", "/health"] {
        let _ = api.get(path).await.expect(200);
    }
    assert!(api.get("/health").await.json().is_object());
    let head = api.request(Method::HEAD, "/health").send().await.expect(200);
    assert!(head.body.is_empty());
    assert!(api.get("/health/ping").await.expect(204).body.is_empty());
}

#[tokio::test]
async fn healthcheck_command_tells_the_living_from_the_dead() {
    let mut server = ServerUnderTest::start().await;
    let url = server.url();
    let table = [format!("{url}/api/v1/health"), format!("{url}/readyz")];
    for url in &table {
        assert!(server.run_raw(&["healthcheck", url]).status.success(), "{url}");
    }
    assert!(!server.run_raw(&["healthcheck", &format!("{url}/nothing")]).status.success());
    server.kill9();
    assert!(!server.run_raw(&["healthcheck", &table[0]]).status.success());
}

#[tokio::test]
async fn metrics_count_deliveries_without_naming_anyone() {
    let world = World::new().await;
    let endpoint = world.endpoint("/m").await;
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 1).await;

    let answer = world.api.anonymous().get("=/metrics").await.expect(200);
    let text = answer.text();

    assert!(answer.header("content-type").starts_with("text/plain"), "{answer}");
    let units = ["_total", "_seconds", "_bytes", "_ratio", "_info", "_count", "_sum", "_bucket"];
    let samples = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut counted = 0;
    for line in samples {
        let name = line.split([' ', '{']).next().unwrap();
        assert!(name.starts_with("hooktide_") || name.starts_with("process_"), "{line}");
        // A gauge that counts things is named by the things; all else carries its unit.
        let gauge = text.contains(&format!("# TYPE {name} gauge"));
        assert!(gauge || units.iter().any(|unit| name.ends_with(unit)), "no unit in {name}");
        let value: f64 =
            line.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("no number: {line}"));
        counted += usize::from(value > 0.0 && name.ends_with("_total"));
    }
    assert!(counted >= 2, "a publish and a delivery were counted:\n{text}");
    for name in [endpoint.as_str(), message.as_str(), world.app.as_str()] {
        assert!(!text.contains(name), "{name} is in the metrics");
    }
}
