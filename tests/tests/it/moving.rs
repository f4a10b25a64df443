//! `hooktide export` and `import`: a store moves from SQLite to PostgreSQL and back, through kill -9 of every command,
//! and nobody notices.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use hooktide_testkit::{Api, Behaviour, Gate, Receiver, ScratchSchema, ServerSetup, find_binary};
use serde_json::{Value, json};

/// Enough for several parts of each large table.
const MESSAGES: usize = 150;
/// Rows in a part.
const PART_ROWS: &str = "20";
/// Runs of a command that are killed.
const KILLS: usize = 3;
const MAIN_SECRET: &str = "a main secret that both stores share";
const JWT_SECRET: &str = "a JWT secret that both servers share";

/// Where a command of the binary runs, and with which store.
struct Place {
    dir: PathBuf,
    database_url: String,
    main_secret: &'static str,
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(find_binary());
        let inherited = ["PATH", "HOME", "TMPDIR"].into_iter();
        let kept = inherited.filter_map(|name| Some((name, std::env::var_os(name)?)));
        command.current_dir(&self.dir).env_clear().envs(kept).args(arguments);
        command.env("HOOKTIDE_DATABASE_URL", &self.database_url);
        command.env("HOOKTIDE_MAIN_SECRET", self.main_secret).env("HOOKTIDE_JWT_SECRET", JWT_SECRET);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Kill the command after its first part, some times; then let it end. What it says in the end.
    fn run_through_kills(&self, arguments: &[&str]) -> String {
        for _ in 0..KILLS {
            let mut child =
                self.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            let talk = BufReader::new(child.stderr.take().unwrap());
            let begun = talk.lines().map(Result::unwrap).find(|line| line.contains(" rows/s"));
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(begun.is_some(), "hooktide {arguments:?} wrote no part");
        }
        let output = self.run(arguments);
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "hooktide {arguments:?} failed: {talk}");
        assert!(talk.contains("going on with an"), "{talk}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn setup() -> ServerSetup {
    ServerSetup::new()
        .embedded()
        .retries("1s,1s,1s,1s,1s,1s,1s,1s,1s,1s")
        .env("HOOKTIDE_MAIN_SECRET", MAIN_SECRET)
        .env("HOOKTIDE_JWT_SECRET", JWT_SECRET)
}

/// All that a client can see of the application, in the order of its lists.
async fn seen(api: &Api, app: &str, endpoints: &[String]) -> BTreeMap<String, Vec<Value>> {
    let mut seen = BTreeMap::new();
    for list in ["msg?with_content=true", "endpoint"] {
        seen.insert(list.to_owned(), api.all(&format!("/app/{app}/{list}")).await);
    }
    for endpoint in endpoints {
        let secret = api.secret(app, endpoint).await;
        let headers = api.get(&format!("/app/{app}/endpoint/{endpoint}/headers")).await.ok().json();
        seen.insert(endpoint.clone(), vec![json!(secret), headers]);
    }
    seen
}

/// The successful attempts of all messages at an endpoint.
async fn successes(api: &Api, app: &str, endpoint: &str) -> Vec<Value> {
    api.all(&format!("/app/{app}/attempt/endpoint/{endpoint}?status=0")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_moves_to_postgresql_and_back_through_kills_and_nobody_notices() {
    let receiver = Receiver::start().await;
    let gate = Gate::closed();
    receiver.script("/slow", [Behaviour::ok().held_by(&gate)]);
    let mut server = setup().start().await;
    let api = server.api();
    let app = api.create_app("moved").await;
    let quick = api.create_endpoint(&app, &receiver.url("/quick")).await;
    let slow = api.create_endpoint(&app, &receiver.url("/slow")).await;
    let body = json!({ "url": receiver.url("/keyed"), "headers": { "x-token": "planted" } });
    let keyed = api.create_endpoint_with(&app, body).await;
    let mut messages = Vec::new();
    for number in 0..MESSAGES {
        messages.push(api.publish(&app, "invoice.paid", json!({ "number": number })).await);
    }
    api.wait_for_status(&app, &messages[MESSAGES - 1], &quick, 0).await;
    let endpoints = [quick.clone(), slow.clone(), keyed];
    let before = seen(&api, &app, &endpoints).await;
    server.kill9();

    let dir = server.dir();
    let sqlite = Place {
        dir: dir.clone(),
        database_url: "sqlite://hooktide-data/hooktide.db".to_owned(),
        main_secret: MAIN_SECRET,
    };
    let exported = sqlite.run_through_kills(&["export", "archive", "--part-rows", PART_ROWS]);
    assert!(exported.lines().any(|line| line.split_whitespace().eq(["message", "150"])), "{exported}");
    no_secret_in_clear(&dir.join("archive"));
    let schema = Arc::new(ScratchSchema::create().await);
    let postgres = Place { dir: dir.clone(), database_url: schema.url(), main_secret: MAIN_SECRET };
    assert_eq!(postgres.run_through_kills(&["import", "archive"]), exported);

    gate.open();
    let moved = setup().in_schema(Arc::clone(&schema)).in_dir(dir.clone());
    let mut moved = moved.start().await;
    assert_eq!(seen(&moved.api(), &app, &endpoints).await, before);
    // What was only in the memory of the server that was killed is delivered by the other one.
    for message in &messages {
        moved.api().wait_for_status(&app, message, &slow, 0).await;
    }
    assert_eq!(successes(&moved.api(), &app, &slow).await.len(), MESSAGES);
    let status = moved.sigterm(std::time::Duration::from_secs(40)).await;
    assert!(status.success(), "{status}");
    drop(moved);

    let back =
        Place { database_url: "sqlite://back.db".to_owned(), dir: dir.clone(), main_secret: MAIN_SECRET };
    let exported = postgres.run_through_kills(&["export", "second", "--part-rows", PART_ROWS]);
    assert_eq!(back.run_through_kills(&["import", "second"]), exported);
    let again = setup().env("HOOKTIDE_DATABASE_URL", "sqlite://back.db").in_dir(dir).start().await;
    assert_eq!(seen(&again.api(), &app, &endpoints).await, before);
    assert_eq!(successes(&again.api(), &app, &slow).await.len(), MESSAGES);
}

/// Neither the signing keys nor the headers of endpoints can be read in what was written.
fn no_secret_in_clear(archive: &Path) {
    let endpoints = std::fs::read_dir(archive).unwrap().map(|entry| entry.unwrap().path());
    for path in endpoints {
        let bytes = std::fs::read(&path).unwrap();
        for secret in [&b"whsec_"[..], b"planted", MAIN_SECRET.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn commands_refuse_a_store_in_use_and_another_main_secret_and_say_what_to_do() {
    let server = setup().start().await;
    let app = server.api().create_app("in use").await;
    server.api().publish(&app, "invoice.paid", json!({})).await;
    let dir = server.dir();
    let place = |database_url: &str, main_secret| Place {
        dir: dir.clone(),
        database_url: database_url.to_owned(),
        main_secret,
    };
    let used = place("sqlite://hooktide-data/hooktide.db", MAIN_SECRET);
    let refused = used.run(&["export", "archive"]);
    assert_eq!(refused.status.code(), Some(1));
    let talk = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(talk.contains("another process has") && talk.contains("stop it first"), "{talk}");
    let mut server = server;
    server.kill9();
    assert!(used.run(&["export", "archive"]).status.success());

    let other = place("sqlite://other.db", "another main secret, just as long as the other");
    let refused = other.run(&["import", "archive"]);
    assert_eq!(refused.status.code(), Some(1));
    let talk = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        talk.contains("sealed with another main secret") && talk.contains("HOOKTIDE_MAIN_SECRET"),
        "{talk}"
    );
    let refused = used.run(&["import", "archive"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not empty"));
    let missing = place("sqlite://nowhere/hooktide.db", MAIN_SECRET).run(&["export", "second"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("there is no store at"));
    assert!(!dir.join("nowhere").exists(), "an export makes nothing beside a store that is not there");
}
