//! The compose file: two nodes that are the same, one database, one load balancer, and nothing else to be reached.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};

use super::tools::{check_settings, file, installed, run, seconds, text, texts, yaml};

const NODES: [&str; 2] = ["node-a", "node-b"];

/// The environment of a service with its `${…}` filled in as compose does: from `init.sh`, or with the default.
fn environment(service: &Value) -> BTreeMap<String, String> {
    let given = service["environment"].as_object().expect("a mapping of variables");
    given.iter().map(|(name, value)| (name.clone(), filled(value.as_str().expect("text")))).collect()
}

fn filled(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (inside, after) = rest.split_once('}').expect("a variable ends");
    let value = match (inside.split_once(":-"), inside.split_once(":?")) {
        (Some((_, default)), _) => default,
        (None, Some(("POSTGRES_PASSWORD", _))) => "secret",
        _ => panic!("{inside} has no default, and init.sh does not make it"),
    };
    format!("{before}{value}{}", filled(after))
}

#[test]
fn file_fits_the_published_schema() {
    let check = ["--builtin-schema", "vendor.compose-spec"];
    let _ = run(installed("check-jsonschema").args(check).arg(file("compose.yaml")));
}

#[test]
fn nodes_are_the_same_and_the_server_takes_their_settings() {
    let all = yaml("compose.yaml");
    let nodes = NODES.map(|name| all["services"][name].clone());
    let [first, second] = nodes.each_ref().map(|node| {
        let mut node = node.clone();
        node["hostname"] = Value::Null;
        node
    });
    assert_eq!(first, second, "a node that is not like the other is a second system");
    for (name, node) in NODES.iter().zip(&nodes) {
        assert_eq!(node["hostname"], json!(name), "it is the name in the cluster");
    }

    let mut settings = environment(&nodes[0]);
    let url = settings["HOOKTIDE_DATABASE_URL"].clone();
    assert_eq!(url, "postgres://hooktide:secret@postgres:5432/hooktide");
    let database = environment(&all["services"]["postgres"]);
    let expected = ["POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"].map(|name| database[name].as_str());
    assert_eq!(
        expected,
        ["hooktide", "secret", "hooktide"],
        "the URL and the database know the same account"
    );

    let folder = tempfile::tempdir().unwrap();
    for (setting, secret) in
        [("HOOKTIDE_JWT_SECRET_FILE", "jwt_secret"), ("HOOKTIDE_MAIN_SECRET_FILE", "main_secret")]
    {
        assert_eq!(settings[setting], format!("/run/secrets/{secret}"));
        assert!(texts(&nodes[0]["secrets"]).contains(&secret), "{secret} is not given to the nodes");
        assert_eq!(all["secrets"][secret]["file"], json!(format!("secrets/{secret}")));
        let stand_in = folder.path().join(secret);
        std::fs::write(&stand_in, "0123456789abcdef0123456789abcdef").unwrap();
        settings.insert(setting.to_owned(), stand_in.display().to_string());
    }
    // The checks of the other settings need no database.
    settings.insert("HOOKTIDE_DATABASE_URL".to_owned(), "sqlite://hooktide.db".to_owned());
    check_settings(&settings);
    let grace = seconds(&settings["HOOKTIDE_SHUTDOWN_GRACE"]);
    assert!(
        seconds(nodes[0]["stop_grace_period"].as_str().unwrap()) >= grace + 10,
        "the store is closed after it"
    );
}

#[test]
fn nothing_but_the_balancer_is_reached_and_only_from_this_machine() {
    let all = yaml("compose.yaml");
    let services = all["services"].as_object().unwrap();
    let mut names: Vec<&str> = services.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["balancer", "node-a", "node-b", "postgres"]);
    for (name, service) in services {
        let ports = service.get("ports").map(texts).unwrap_or_default();
        assert_eq!(ports.is_empty(), name != "balancer", "{name}: {ports:?}");
        assert!(ports.iter().all(|port| port.starts_with("127.0.0.1:")), "{name}: {ports:?}");
        let image = service["image"].as_str().unwrap();
        assert!(!image.ends_with(":latest") && image.contains(':'), "{name}: {image}");
    }
    assert_eq!(all["networks"]["database"]["internal"], json!(true));
    assert_eq!(texts(&services["postgres"]["networks"]), ["database"]);
    assert_eq!(texts(&services["balancer"]["networks"]), ["front"]);
    for name in ["node-a", "node-b", "balancer"] {
        let service = &services[name];
        assert_eq!(service["read_only"], json!(true), "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"], "{name}");
    }
    assert_eq!(services["balancer"]["user"], json!("65532:65532"), "the image's own is root");
}

#[test]
fn services_start_after_what_they_need_and_the_database_is_kept() {
    let all = yaml("compose.yaml");
    let services = &all["services"];
    let healthy = json!({ "condition": "service_healthy" });
    for node in NODES {
        assert_eq!(services[node]["depends_on"]["postgres"], healthy);
        assert_eq!(services["balancer"]["depends_on"][node], healthy, "the image has the health check");
    }
    let postgres = &services["postgres"];
    assert!(postgres["image"].as_str().unwrap().starts_with("postgres:16"));
    assert_eq!(texts(&postgres["healthcheck"]["test"])[..2], ["CMD", "pg_isready"]);
    let (volume, at) = texts(&postgres["volumes"])[0].split_once(':').unwrap();
    assert_eq!(at, "/var/lib/postgresql/data");
    assert!(all["volumes"].get(volume).is_some(), "{volume} is not declared");
}

#[test]
fn balancer_sends_to_every_node() {
    let all = yaml("compose.yaml");
    let balancer = text("Caddyfile");
    let listen = environment(&all["services"]["node-a"])["HOOKTIDE_LISTEN"].clone();
    let (_, port) = listen.split_once(':').unwrap();
    let line = balancer.lines().map(str::trim).find(|line| line.starts_with("to ")).expect("the nodes");
    let expected: Vec<String> = NODES.iter().map(|node| format!("{node}:{port}")).collect();
    assert_eq!(line.split_whitespace().skip(1).collect::<Vec<_>>(), expected);
    let published = texts(&all["services"]["balancer"]["ports"])[0];
    let inside = published.rsplit(':').next().unwrap();
    assert!(balancer.lines().any(|line| line == format!(":{inside} {{")), "nobody listens at {published}");
    assert_eq!(texts(&all["services"]["balancer"]["volumes"]), ["./Caddyfile:/etc/caddy/Caddyfile:ro"]);
}

#[test]
fn init_makes_what_the_file_needs_and_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(file("init.sh"), folder.path().join("init.sh")).unwrap();
    let init = || run(Command::new("sh").arg("init.sh").current_dir(folder.path()));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(init().lines().count(), 3);
    let made = ["secrets/jwt_secret", "secrets/main_secret", ".env"].map(read);
    assert!(made.iter().all(|text| text.len() >= 64), "{made:?}");
    assert_ne!(made[0], made[1]);
    assert!(made[2].starts_with("POSTGRES_PASSWORD="), "{made:?}");
    // In the container another account reads them; on the machine nobody gets into the folder.
    assert_eq!((mode("secrets"), mode("secrets/jwt_secret"), mode(".env")), (0o700, 0o444, 0o600));
    assert!(init().is_empty(), "nothing is made twice");
    assert_eq!(["secrets/jwt_secret", "secrets/main_secret", ".env"].map(read), made);
}
