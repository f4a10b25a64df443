//! `hooktide listen` (group 31): what a source took reaches an application elsewhere, byte for byte and in order,
//! whatever goes away meanwhile.

use std::collections::BTreeSet;
use std::process::ExitStatus;

use hooktide_testkit::{Behaviour, Gate, Program, Received, Receiver, ServerSetup, raw_exchange};
use serde_json::{Value, json};

use super::provider::{Inbox, SECRET, sign_as};

/// Follows the inbox's source from now on.
async fn listen(inbox: &Inbox, arguments: &[&str]) -> Program {
    let program = start(inbox, arguments);
    program.says("following").await;
    program
}

fn start(inbox: &Inbox, arguments: &[&str]) -> Program {
    let (server, token) = (inbox.server.url(), inbox.api.token().to_owned());
    let all = ["listen", &inbox.door.id, "--server", &server, "--token", &token];
    inbox.server.start_command(&[&all[..], arguments].concat())
}

/// Sends event `number` as the provider does.
async fn send(inbox: &Inbox, number: usize) {
    send_typed(inbox, number, "push").await;
}

async fn send_typed(inbox: &Inbox, number: usize, event_type: &str) {
    let headers = [("x-github-event", event_type), ("x-github-delivery", &*format!("d{number}"))];
    let _ = inbox.send(&inbox.door.sign(&headers, &body(number))).await.expect(200);
}

fn body(number: usize) -> String {
    format!("{{\"n\":{number}}}")
}

/// The numbers of what arrived, in its order.
fn numbers(received: &[Received]) -> Vec<u64> {
    let number = |it: &Received| serde_json::from_slice::<Value>(&it.body).unwrap()["n"].as_u64().unwrap();
    received.iter().map(number).collect()
}

fn code(status: ExitStatus) -> i32 {
    status.code().expect("it ended by itself")
}

#[tokio::test]
async fn application_gets_the_request_as_the_provider_sent_it() {
    let source = json!({
        "type": "github", "config": { "secret": SECRET }, "methods": ["POST", "PUT"],
    });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let mut program =
        listen(&inbox, &["--forward", &inbox.receiver.url("/app/hook?mine=1"), "--once", "2", "--json"])
            .await;

    let odd = b"{ \"a\" : \"\\u00e9\\/\",\t\"a\":2, \"bad\": \"\xff\xfe\" }\r\n";
    let proof = super::provider::sign_at("github", SECRET, &[], *odd, hooktide_testkit::unix_seconds());
    let path = format!("{}/tenant%20one/../%2e/x//y?b=2&a=1&a=%2F+", inbox.door.path);
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\
         X-GitHub-Event: push\r\nX-GitHub-Delivery: d1\r\nX-Hub-Signature-256: {}\r\nAuthorization: Bearer theirs\r\n\
         Cookie: a=b\r\nUser-Agent: GitHub-Hookshot/1\r\nAccept-Encoding: gzip\r\nX-Two: second\r\nX-Two: first\r\n\
         Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        proof.header("x-hub-signature-256"),
        odd.len()
    );
    let request = [head.as_bytes(), odd, b"\r\n0\r\n\r\n"].concat();
    let reply = raw_exchange(inbox.server.addr(), &request).await;
    assert_eq!(reply.status, Some(200), "{reply:?}");
    let _ = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d2")], "")).await.expect(200);

    assert_eq!(code(program.ends().await), 0);
    let all = inbox.receiver.all();
    let [first, second] = &all[..] else { panic!("{all:?}") };
    assert_eq!((first.method.as_str(), &first.body[..]), ("PUT", &odd[..]));
    assert_eq!(first.target, "/app/hook/tenant%20one/../%2e/x//y?mine=1&b=2&a=1&a=%2F+");
    let sent: BTreeSet<(String, String)> = first
        .headers
        .iter()
        .filter(|(name, _)| {
            !matches!(&*name.to_ascii_lowercase(), "host" | "content-length" | "hooktide-hops")
        })
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect();
    let signature = proof.header("x-hub-signature-256");
    let expected = [
        ("x-github-event", "push"),
        ("x-github-delivery", "d1"),
        ("x-hub-signature-256", &signature),
        ("authorization", "Bearer theirs"),
        ("cookie", "a=b"),
        ("user-agent", "GitHub-Hookshot/1"),
        ("accept-encoding", "gzip"),
        ("x-two", "second"),
        ("x-two", "first"),
        ("content-type", "application/json; charset=utf-8"),
    ];
    assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let twice: Vec<&str> =
        first.headers.iter().filter(|(name, _)| name == "x-two").map(|(_, value)| value.as_str()).collect();
    assert_eq!(twice, ["second", "first"], "lines of one name keep their order");
    assert_eq!(first.header("host"), inbox.receiver.addr().to_string());
    assert_eq!((second.method.as_str(), second.body.len()), ("POST", 0));
    assert_eq!(second.target, "/app/hook?mine=1");

    let lines: Vec<Value> =
        program.data().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let receipts = inbox.receipts("accepted").await;
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["id"], &lines[0]["eventType"]), (&receipts[1]["id"], &json!("push")));
    assert_eq!((&lines[0]["status"], &lines[0]["error"]), (&json!(200), &Value::Null));
    assert!(lines[0]["ms"].is_u64(), "{lines:?}");
}

#[tokio::test]
async fn each_event_is_a_line_that_a_person_reads() {
    let inbox = Inbox::new("github").await;
    let program = listen(&inbox, &["--forward", &inbox.receiver.url("/app")]).await;
    inbox.receiver.script("/app", [Behaviour::status(500), Behaviour::ok()]);
    send_typed(&inbox, 1, "push").await;
    send_typed(&inbox, 2, "ping").await;
    let lines = program.lines(2).await;
    let receipts = inbox.receipts("accepted").await;
    for (line, (status, event_type, receipt)) in
        lines.iter().zip([("500", "push", &receipts[1]), ("200", "ping", &receipts[0])])
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        let id = receipt["id"].as_str().unwrap();
        assert_eq!((words[1], words[3], words[4], words[5]), (status, "ms", event_type, id), "{line}");
        assert!(receipt["receivedAt"].as_str().unwrap().contains(words[0]), "{line}");
    }
    assert_eq!(inbox.receiver.all().len(), 2, "an answer of any status is an answer");
}

/// The server is killed while the application has an event in its hands, and the provider goes on after the restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_server_loses_and_doubles_nothing_of_what_it_acknowledged() {
    const HALF: usize = 60;
    let mut inbox = Inbox::new("github").await;
    let address = inbox.server.addr().to_string();
    let gate = Gate::closed();
    let mut script = vec![Behaviour::ok(); HALF / 3];
    script.extend([Behaviour::ok().held_by(&gate), Behaviour::ok()]);
    inbox.receiver.script("/app", script);
    let once = (2 * HALF).to_string();
    let mut program = listen(&inbox, &["--forward", &inbox.receiver.url("/app"), "--once", &once]).await;
    for number in 0..HALF {
        send(&inbox, number).await;
    }
    inbox.receiver.wait_on("/app", HALF / 3 + 1).await;
    inbox.server.kill9();
    gate.open();
    program.says("lost the server").await;
    inbox.server.restart_with("HOOKTIDE_LISTEN", &address).await;
    inbox.api = inbox.server.api();
    for number in HALF..2 * HALF {
        send(&inbox, number).await;
    }
    assert_eq!(code(program.ends().await), 0);
    assert!(program.talk().contains("the server is back"), "{}", program.talk());
    let expected: Vec<u64> = (0..2 * HALF as u64).collect();
    assert_eq!(numbers(&inbox.receiver.all()), expected);
}

#[tokio::test]
async fn application_that_is_down_is_waited_for_and_gets_all_in_order() {
    let inbox = Inbox::new("github").await;
    let nobody = Receiver::address_of_nobody();
    let forward = format!("http://{nobody}/app");
    let mut program = listen(&inbox, &["--forward", &forward, "--once", "5"]).await;
    for number in 0..5 {
        send(&inbox, number).await;
    }
    program.says("the application is not there").await;
    let application = Receiver::start_at(nobody).await;
    assert_eq!(code(program.ends().await), 0);
    assert_eq!(numbers(&application.all()), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn application_that_stays_down_misses_its_events_and_is_told_which() {
    let inbox = Inbox::new("github").await;
    let forward = format!("http://{}/app", Receiver::address_of_nobody());
    let arguments = ["--forward", &forward, "--once", "2", "--patience", "300ms", "--json"];
    let mut program = listen(&inbox, &arguments).await;
    for number in 0..2 {
        send(&inbox, number).await;
    }
    assert_eq!(code(program.ends().await), 1);
    let mut receipts = inbox.receipts("accepted").await;
    receipts.reverse();
    let data = program.data();
    for (line, receipt) in data.lines().zip(&receipts) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&line["id"], &line["status"]), (&receipt["id"], &Value::Null), "{data}");
        assert!(line["error"].as_str().unwrap().contains("refused"), "{data}");
    }
    assert_eq!(data.lines().count(), 2);
}

/// An application that took a request and fell silent may have acted on it.
#[tokio::test]
async fn request_that_may_have_arrived_is_not_sent_again() {
    let inbox = Inbox::new("github").await;
    inbox.receiver.script("/app", [Behaviour::Close, Behaviour::hang(), Behaviour::ok()]);
    let arguments = ["--forward", &inbox.receiver.url("/app"), "--once", "3", "--timeout", "500ms"];
    let mut program = listen(&inbox, &arguments).await;
    for number in 0..3 {
        send(&inbox, number).await;
    }
    assert_eq!(code(program.ends().await), 1);
    assert_eq!(numbers(&inbox.receiver.all()), [0, 1, 2]);
    assert_eq!(program.data().matches("---").count(), 2, "{}", program.data());
    assert!(program.talk().contains("2 of 3 events"), "{}", program.talk());
}

#[tokio::test]
async fn place_in_a_file_outlives_the_command() {
    let inbox = Inbox::new("github").await;
    let file = inbox.server.dir().join("place");
    let file = file.to_str().unwrap();
    let arguments = ["--forward", &inbox.receiver.url("/app"), "--cursor-file", file, "--stop-on-failure"];
    // Nothing has come yet, and that is a place too.
    let mut program = listen(&inbox, &arguments).await;
    program.kill9();
    inbox.receiver.script("/app", [200, 200, 503, 200].map(Behaviour::status));
    for number in 0..3 {
        send(&inbox, number).await;
    }
    let mut program = listen(&inbox, &arguments).await;
    assert_eq!(code(program.ends().await), 1, "it stops at the first that was not taken");
    assert!(program.talk().contains("answered 503"), "{}", program.talk());
    send(&inbox, 3).await;
    let mut program = start(&inbox, &[&arguments[..], &["--once", "2"]].concat());
    assert_eq!(code(program.ends().await), 0);
    assert_eq!(numbers(&inbox.receiver.all()), [0, 1, 2, 2, 3], "and begins with it again");

    let other = super::provider::Door::create(&inbox.api, json!({ "type": "none" })).await;
    let refused = inbox.server.run_raw(&[
        "listen",
        &other.id,
        "--server",
        &inbox.server.url(),
        "--token",
        inbox.api.token(),
        "--forward",
        "http://localhost:1",
        "--cursor-file",
        file,
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another source"), "{refused:?}");
}

#[tokio::test]
async fn what_came_before_is_sent_when_it_is_asked_for() {
    let inbox = Inbox::new("github").await;
    send_typed(&inbox, 0, "push").await;
    send_typed(&inbox, 1, "ping").await;
    let forward = inbox.receiver.url("/app");
    let mut program = start(&inbox, &["--forward", &forward, "--since", "start", "--once", "2"]);
    assert_eq!(code(program.ends().await), 0);
    assert_eq!(numbers(&inbox.receiver.all()), [0, 1]);
    let mut program = start(&inbox, &["--forward", &forward, "--since", "1h", "--once", "2"]);
    assert_eq!(code(program.ends().await), 0);
    let time = inbox.receipts("accepted").await[0]["receivedAt"].as_str().unwrap().to_owned();
    let later = hooktide_testkit::unix_seconds() + 3600;
    let later = jiff::Timestamp::from_second(later).unwrap().to_string();
    // What came at that very moment is meant, too; nothing is after the other one.
    let mut program =
        start(&inbox, &["--forward", &forward, "--since", &time, "--filter-type", "pin*", "--once", "1"]);
    assert_eq!(code(program.ends().await), 0);
    let program = listen(&inbox, &["--forward", &forward, "--since", &later]).await;
    let now = listen(&inbox, &["--forward", &inbox.receiver.url("/now"), "--filter-type", "ping"]).await;
    send_typed(&inbox, 2, "push").await;
    send_typed(&inbox, 3, "ping").await;
    now.lines(1).await;
    assert_eq!(numbers(&inbox.receiver.wait_on("/now", 1).await), [3]);
    assert_eq!(program.data(), "");
    let sent = inbox.receiver.matching(|it| it.path() == "/app");
    assert_eq!(numbers(&sent), [0, 1, 0, 1, 1]);
}

#[tokio::test]
async fn refused_requests_are_mentioned_and_sent_on_when_that_is_asked_for() {
    let inbox = Inbox::new("github").await;
    let plain = listen(&inbox, &["--forward", &inbox.receiver.url("/plain")]).await;
    let all = listen(&inbox, &["--forward", &inbox.receiver.url("/all"), "--with-refused"]).await;
    let forged = sign_as("github", "another-secret-entirely", &[("x-github-delivery", "f")], "{\"n\":7}");
    inbox.send(&forged).await.error(401);
    send(&inbox, 8).await;
    plain.lines(1).await;
    all.lines(2).await;
    assert!(plain.talk().contains("401 (no_signature_matched"), "{}", plain.talk());
    let on = |path: &'static str| numbers(&inbox.receiver.matching(move |it| it.path() == path));
    assert_eq!((on("/plain"), on("/all")), (vec![8], vec![7, 8]));
}

/// A request with many events is one request, also here.
#[tokio::test]
async fn split_request_comes_whole_and_once() {
    let source = json!({ "type": "none", "split": { "at": "" } });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let mut program = listen(&inbox, &["--forward", &inbox.receiver.url("/app"), "--once", "2"]).await;
    for body in ["[{\"a\":1},{\"a\":2}]", "[{\"a\":3}]"] {
        let _ = inbox.send(&inbox.door.sign(&[], body)).await.expect(202);
    }
    assert_eq!(code(program.ends().await), 0);
    let bodies: Vec<_> = inbox.receiver.all().into_iter().map(|it| it.body).collect();
    assert_eq!(bodies, ["[{\"a\":1},{\"a\":2}]", "[{\"a\":3}]"]);
}

/// An application that hands everything back to the source's own door does not go round for ever.
#[tokio::test]
async fn loop_through_the_door_ends() {
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "none", "dedupe": { "first_of": [] } })).await;
    let door = format!("{}{}", inbox.server.url(), inbox.door.path);
    let program = listen(&inbox, &["--forward", &door]).await;
    let _ = inbox.send(&inbox.door.sign(&[], "{}")).await.expect(202);
    program.says("loop_detected").await;
    let lines = program.data();
    assert!((5..20).contains(&lines.lines().count()), "{lines}");
    assert!(lines.lines().last().unwrap().contains(" 508 "), "{lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_are_told_with_the_way_out() {
    let inbox = Inbox::new("github").await;
    let (url, token) = (inbox.server.url(), inbox.api.token().to_owned());
    let foreign = inbox.server.token_of("org_another");
    let nobody = format!("http://{}", Receiver::address_of_nobody());
    let id = inbox.door.id.as_str();
    let forward = "http://localhost:1/";
    let cases: [(&[&str], i32, &str); 8] = [
        (&[id, "--server", &url, "--forward", forward], 2, "hooktide token"),
        (&[id, "--server", &url, "--forward", forward, "--token", "no-token"], 1, "hooktide token"),
        (&[id, "--server", &url, "--forward", forward, "--token", &foreign], 1, "has no source"),
        (&["elsewhere", "--server", &url, "--forward", forward, "--token", &token], 1, "lists the sources"),
        (&[id, "--server", &nobody, "--forward", forward, "--token", &token], 1, "is it running?"),
        (
            &[id, "--server", &url, "--forward", "localhost:3000", "--token", &token],
            2,
            "http://localhost:3000",
        ),
        (&[id, "--server", &url, "--forward", forward, "--token", &token, "--since", "soon"], 2, "10m"),
        (
            &[id, "--server", &inbox.receiver.url("/"), "--forward", forward, "--token", &token],
            1,
            "Hooktide server",
        ),
    ];
    for (arguments, status, hint) in cases {
        let ended = inbox.server.run_raw(&[&["listen"], arguments].concat());
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert!(!said.contains(&token), "{said}");
        assert!(ended.stdout.is_empty());
    }
}
