//! Tenants: every route of the served document, with ids of somebody else. A new route is in the matrix by itself; one
//! with an unknown parameter or body fails until it is described here.

use hooktide_testkit::{Api, Method, Reply, ServerSetup};
use serde_json::{Value, json};

use crate::openapi::listed;
use crate::world::World;

const OTHER_ORG: &str = "org_2222222222222222222222222bb";

/// What a token of the organisation may name on its own.
const WHOLE: &[&str] = &["app_id", "event_type_name", "source_id"];

/// Routes that create the caller's own object under a name that is free in its own organisation.
const OWN_SCOPE: &[(&str, &str)] = &[("PUT", "/api/v1/event-type/{}")];

/// Everything of one tenant that can be named.
#[derive(Debug, Clone)]
struct Tenant {
    app: String,
    endpoint: String,
    message: String,
    attempt: String,
    event_type: String,
    source: String,
    source_endpoint: String,
    receipt: String,
}

impl Tenant {
    async fn create(world: &World, api: &Api, name: &str) -> Self {
        let event_type = format!("{name}.happened");
        api.ensure_event_type(&event_type).await;
        let app =
            api.post("/app", json!({ "name": name, "uid": format!("uid-{name}") })).await.expect(201).id();
        let endpoint = api.create_endpoint(&app, &world.receiver.url(&format!("/{name}"))).await;
        let message = api.publish(&app, &event_type, json!({ "planted": name })).await;
        let attempts = api.wait_for_attempts(&app, &message, 1).await;
        let attempt = attempts[0]["id"].as_str().unwrap().to_owned();
        let source = json!({ "name": name, "type": "none", "uid": format!("source-{name}") });
        let made = api.post("/ingest/api/v1/source", source).await.expect(201).json();
        let source = made["id"].as_str().unwrap().to_owned();
        let owned = json!({ "url": world.receiver.url(&format!("/{name}-source")) });
        let source_endpoint =
            api.post(&format!("/ingest/api/v1/source/{source}/endpoint"), owned).await.expect(201).id();
        let url = made["ingestUrl"].as_str().unwrap();
        let door = format!("={}", &url[url.find("/in/").unwrap()..]);
        let sent = api.anonymous().post(&door, json!({ "planted": name })).await.expect(202);
        let receipt = sent.header("hooktide-receipt");
        Self { app, endpoint, message, attempt, event_type, source, source_endpoint, receipt }
    }

    fn named(&self, route: &Route, parameter: &str) -> &str {
        match parameter {
            "source_id" => &self.source,
            "receipt_id" => &self.receipt,
            "endpoint_id" if route.path.starts_with("/ingest/") => &self.source_endpoint,
            "app_id" => &self.app,
            "endpoint_id" => &self.endpoint,
            "msg_id" => &self.message,
            "attempt_id" => &self.attempt,
            "event_type_name" => &self.event_type,
            unknown => panic!("the matrix has no value for {unknown}: add one"),
        }
    }
}

/// One route of the document.
#[derive(Debug)]
struct Route {
    method: Method,
    path: String,
    has_body: bool,
}

impl Route {
    fn parameters(&self) -> Vec<&str> {
        self.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect()
    }

    /// The path with each parameter's value.
    fn filled<'a>(&'a self, value: impl Fn(&str) -> &'a str) -> String {
        let parts =
            self.path.split('/').map(|it| match it.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some(parameter) => value(parameter),
                None => it,
            });
        parts.collect::<Vec<_>>().join("/")
    }

    fn is_own_scope(&self) -> bool {
        OWN_SCOPE.contains(&(self.method.as_str(), self.shape().as_str()))
    }

    /// The path without the names of its parameters.
    fn shape(&self) -> String {
        self.filled(|_| "{}")
    }

    async fn call(&self, api: &Api, path: &str, receiver: &str) -> Reply {
        let request = api.request(self.method.clone(), &format!("={path}"));
        let request = if self.has_body { request.json(&self.body(receiver)) } else { request };
        request.send().await
    }

    /// A valid body, so that a refusal is about the caller and not about the form.
    fn body(&self, receiver: &str) -> Value {
        match (self.method.as_str(), self.shape().trim_start_matches("/api/v1")) {
            ("POST", "/app") => json!({ "name": "matrix" }),
            ("PUT" | "PATCH", "/app/{}") => json!({ "name": "taken over" }),
            ("POST", "/app/{}/endpoint") => json!({ "url": receiver }),
            ("PUT" | "PATCH", "/app/{}/endpoint/{}") => {
                json!({ "url": receiver, "description": "taken over" })
            }
            ("PUT" | "PATCH", "/app/{}/endpoint/{}/headers") => json!({ "headers": { "x-taken": "over" } }),
            ("POST", "/app/{}/endpoint/{}/secret/rotate") => json!({}),
            ("POST", "/app/{}/endpoint/{}/send-example") => json!({ "eventType": "svix.ping" }),
            ("POST", "/app/{}/endpoint/{}/filter/dry-run") => json!({ "filter": {}, "payload": {} }),
            ("PATCH", "/app/{}/endpoint/{}/transformation")
            | ("PATCH", "/ingest/api/v1/source/{}/endpoint/{}/transformation") => {
                json!({ "code": "function handler(w) { return w; }", "enabled": true })
            }
            ("POST", "/app/{}/endpoint/{}/transformation/simulate")
            | ("POST", "/ingest/api/v1/source/{}/endpoint/{}/transformation/simulate") => {
                json!({ "code": "function handler(w) { return w; }", "eventType": "a", "payload": {} })
            }
            ("POST", "/ingest/api/v1/source/{}/endpoint/{}/filter/dry-run") => {
                json!({ "filter": {}, "payload": {} })
            }
            ("POST", "/app/{}/endpoint/{}/recover") => json!({ "since": crate::world::now_plus(-3600) }),
            ("POST", "/app/{}/msg") => json!({ "eventType": "a", "payload": {} }),
            ("POST", "/app/{}/msg/{}/endpoint/{}/resend") => json!({}),
            ("POST", "/auth/app-portal-access/{}") => json!({}),
            ("POST", "/ingest/api/v1/source") => json!({ "name": "matrix", "type": "none" }),
            ("PUT" | "PATCH", "/ingest/api/v1/source/{}") => json!({ "name": "taken over", "type": "none" }),
            ("POST", "/ingest/api/v1/source/{}/endpoint") => json!({ "url": receiver }),
            ("PUT", "/ingest/api/v1/source/{}/endpoint/{}") => json!({ "url": receiver }),
            ("PUT", "/ingest/api/v1/source/{}/endpoint/{}/headers") => {
                json!({ "headers": { "x-taken": "over" } })
            }
            ("POST", "/ingest/api/v1/source/{}/endpoint/{}/secret/rotate") => json!({}),
            ("POST", "/event-type") => json!({ "name": "matrix.made", "description": "" }),
            ("PUT" | "PATCH", "/event-type/{}") => json!({ "description": "taken over" }),
            (method, shape) => panic!("the matrix has no body for {method} {shape}: add one"),
        }
    }
}

/// All routes of the served document that need a token and are built, reads first, deletions last and innermost first.
async fn routes(api: &Api) -> Vec<Route> {
    let document = api.get("/openapi.json").await.expect(200).json();
    let mut routes = Vec::new();
    for (method, path, operation) in listed(&document) {
        let probe = Route {
            method: method.clone(),
            path: path.clone(),
            has_body: operation["requestBody"].is_object(),
        };
        let anonymous = api.anonymous().request(method, &format!("={}", probe.shape())).send().await;
        let planned =
            operation["responses"].as_object().is_some_and(|it| it.keys().all(|code| code.starts_with('5')));
        if anonymous.status == 401 && !planned && !path.ends_with("/auth/logout") {
            routes.push(probe);
        }
    }
    let rank = |route: &Route| match route.method.as_str() {
        // Last, because afterwards the attacker owns an object of that name.
        _ if route.is_own_scope() => 5,
        "GET" | "HEAD" => 0,
        "POST" => 1,
        "PUT" => 2,
        "PATCH" => 3,
        _ => 4,
    };
    routes.sort_by_key(|route| (rank(route), usize::MAX - route.path.matches('/').count()));
    assert!(routes.len() >= 38, "{} routes only", routes.len());
    routes
}

/// What a tenant sees of itself, to be compared before and after an attack.
async fn snapshot(api: &Api, routes: &[Route], tenant: &Tenant) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    // The servers' age and load change by themselves, and are no tenant's.
    let is_of_tenants = |it: &&Route| it.method == Method::GET && it.path != "/api/v1/node";
    for route in routes.iter().filter(is_of_tenants) {
        let path = route.filled(|parameter| tenant.named(route, parameter));
        let body = api.get(&format!("={path}")).await.expect(200).json();
        seen.push((path, body));
    }
    assert!(seen.len() >= 15, "{} reads", seen.len());
    seen
}

/// Claims that a call with somebody else's ids got nothing.
fn refused(route: &Route, answer: &Reply, victim: &Tenant) {
    let own_scope = route.is_own_scope();
    let expected =
        if own_scope { answer.status == 201 } else { matches!(answer.status, 401 | 403 | 404 | 422) };
    assert!(expected, "{} {}: {answer}", route.method, route.path);
    // A form that does not fit is only a refusal where the id itself is what does not fit.
    if answer.status == 422 {
        assert_eq!(route.method, Method::PUT, "{answer}");
    }
    if !own_scope && route.method == Method::GET {
        assert!(!answer.text().contains(&victim.secret_marker()), "{answer}");
    }
}

impl Tenant {
    fn secret_marker(&self) -> String {
        format!("\"planted\":\"{}\"", self.event_type.trim_end_matches(".happened"))
    }
}

async fn world() -> World {
    World::with(ServerSetup::new()).await
}

#[tokio::test]
async fn another_organisation_gets_nothing() {
    let world = world().await;
    let (owner, other) = (world.api.clone(), world.server.api_of(OTHER_ORG));
    let victim = Tenant::create(&world, &owner, "victim").await;
    Tenant::create(&world, &other, "attacker").await;
    let routes = routes(&owner).await;
    let before = snapshot(&owner, &routes, &victim).await;
    let receiver = world.receiver.url("/attack");

    for route in &routes {
        if route.parameters().is_empty() {
            // A list or a creation of one's own: allowed, but nothing of the victim's may show.
            let answer = route.call(&other, &route.path, &receiver).await;
            let planted =
                [&victim.app, &victim.endpoint, &victim.message, &victim.event_type, &victim.source];
            for id in planted {
                assert!(!answer.text().contains(id.as_str()), "{answer}");
            }
            continue;
        }
        let path = route.filled(|parameter| victim.named(route, parameter));
        refused(route, &route.call(&other, &path, &receiver).await, &victim);
    }

    assert_eq!(snapshot(&owner, &routes, &victim).await, before, "the victim is untouched");
    assert_eq!(world.receiver.count(|it| it.path() == "/attack"), 0);
}

#[tokio::test]
async fn ids_of_another_application_of_the_same_organisation_are_not_found() {
    let world = world().await;
    let victim = Tenant::create(&world, &world.api, "victim").await;
    let own = Tenant::create(&world, &world.api, "own").await;
    let routes = routes(&world.api).await;
    let before = snapshot(&world.api, &routes, &victim).await;
    let receiver = world.receiver.url("/attack");
    let mut tried = 0;
    for route in &routes {
        let parameters = route.parameters();
        for foreign in parameters.iter().filter(|it| !WHOLE.contains(*it)) {
            let path = route
                .filled(|it| if it == *foreign { victim.named(route, it) } else { own.named(route, it) });
            let answer = route.call(&world.api, &path, &receiver).await;
            refused(route, &answer, &victim);
            tried += 1;
        }
    }
    assert!(tried >= 25, "{tried} combinations");
    assert_eq!(snapshot(&world.api, &routes, &victim).await, before, "the victim is untouched");
}

#[tokio::test]
async fn portal_token_of_another_application_gets_nothing() {
    let world = world().await;
    let victim = Tenant::create(&world, &world.api, "victim").await;
    let own = Tenant::create(&world, &world.api, "own").await;
    let access = format!("/auth/app-portal-access/{}", own.app);
    let token = world.api.post(&access, json!({})).await.expect(200).json();
    let portal = world.api.with_token(token["token"].as_str().unwrap());
    let routes = routes(&world.api).await;
    let before = snapshot(&world.api, &routes, &victim).await;
    let receiver = world.receiver.url("/attack");

    for route in &routes {
        // Event types belong to the organisation, so a portal may read them; it may not change them.
        let parameters = route.parameters();
        if !parameters.contains(&"app_id") {
            if route.method != Method::GET {
                let path = route.filled(|it| victim.named(route, it));
                let answer = route.call(&portal, &path, &receiver).await;
                assert_eq!(answer.status, 403, "{answer}");
            }
            continue;
        }
        let path = route.filled(|it| victim.named(route, it));
        let answer = route.call(&portal, &path, &receiver).await;
        assert!(matches!(answer.status, 403 | 404), "{answer}");
        for foreign in parameters.iter().filter(|it| **it != "app_id") {
            let path = route
                .filled(|it| if it == *foreign { victim.named(route, it) } else { own.named(route, it) });
            let answer = route.call(&portal, &path, &receiver).await;
            assert!(matches!(answer.status, 403 | 404 | 422), "{answer}");
        }
    }
    assert_eq!(snapshot(&world.api, &routes, &victim).await, before, "the victim is untouched");
    assert_eq!(world.receiver.count(|it| it.path() == "/attack"), 0);
}

#[tokio::test]
async fn the_owner_gets_everything() {
    // Proves that the matrix's ids and bodies are good, so that the refusals above are about the caller.
    let world = world().await;
    let tenant = Tenant::create(&world, &world.api, "owner").await;
    let receiver = world.receiver.url("/own");
    for route in &routes(&world.api).await {
        let path = route.filled(|parameter| tenant.named(route, parameter));
        let answer = route.call(&world.api, &path, &receiver).await;
        assert!((200..300).contains(&answer.status), "{answer}");
    }
}

#[tokio::test]
async fn uid_of_another_organisation_names_ones_own_object() {
    let world = world().await;
    let victim = Tenant::create(&world, &world.api, "victim").await;
    let other = world.server.api_of(OTHER_ORG);
    assert_eq!(other.get("/app/uid-victim").await.error(404), "not_found");
    let own = other.put("/app/uid-victim", json!({ "name": "mine" })).await.expect(201).id();
    assert_ne!(own, victim.app);
    assert_eq!(world.api.get("/app/uid-victim").await.expect(200).id(), victim.app);
}

#[tokio::test]
async fn cursors_of_another_tenant_open_nothing() {
    let world = world().await;
    let victim = Tenant::create(&world, &world.api, "victim").await;
    let other = world.server.api_of(OTHER_ORG);
    let own = Tenant::create(&world, &other, "attacker").await;
    for (list, cursor) in [
        ("/app".to_owned(), &victim.app),
        (format!("/app/{}/endpoint", own.app), &victim.endpoint),
        (format!("/app/{}/msg", own.app), &victim.message),
        (format!("/app/{}/attempt/endpoint/{}", own.app, own.endpoint), &victim.attempt),
    ] {
        for direction in ["", "-"] {
            let answer = other.get(&format!("{list}?iterator={direction}{cursor}")).await;
            assert!(matches!(answer.status, 200 | 404 | 422), "{answer}");
            // The cursor itself may be echoed; objects may not.
            assert!(!answer.text().contains("victim"), "{answer}");
        }
    }
}
