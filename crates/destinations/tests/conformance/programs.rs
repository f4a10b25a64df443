//! Programs beyond the suite: what they get, how they end, and what becomes of what they started.

use std::path::Path;
use std::time::Duration;

use hooktide_destinations::seam::{Delivered, Outcome, Policy};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::fixture::Fixture;
use crate::servers::command::Command;
use crate::support::{
    AMPLE, CANARY, OBSERVE, SHORT, SLACK, checked, open, open_policy, order, parcel, seam, shared,
    shared_with,
};

/// Enough for a program to start something on a busy machine.
const ENOUGH: Duration = Duration::from_secs(2);
/// Between two looks at what a program does.
const LOOK_EVERY: Duration = Duration::from_millis(10);

fn text(delivered: &Delivered) -> String {
    String::from_utf8(delivered.detail.to_vec()).unwrap()
}

async fn run(config: &Value) -> Delivered {
    open("command", config).deliver(&order(AMPLE)).await
}

async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let looking = async {
        while !is_so() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    timeout(OBSERVE, looking).await.unwrap_or_else(|_| panic!("not in time: {what}"));
}

/// Whether a process runs whose number stands in this file.
fn is_running(path: &Path) -> bool {
    let number = std::fs::read_to_string(path).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    // A zombie has ended; only its parent has not asked yet.
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn environment_holds_what_the_event_is_and_nothing_of_the_server_s() {
    let fixture = Command::start().await;
    let mut config = fixture.script("env | sort", &[]);
    config["env"] = json!({"SHOP": "{{ payload.note }} $(id)", "LANG": "C"});
    config["secret_env"] = json!({"SHOP_TOKEN": CANARY});
    let delivered = run(&config).await;
    assert_eq!((delivered.outcome, delivered.code), (Outcome::Done, Some(0)));
    let said = text(&delivered);
    let (_, environment) = said.split_once("stdout: ").unwrap();
    let names: Vec<_> = environment.lines().map(|line| line.split_once('=').unwrap().0).collect();
    let own = ["OLDPWD", "PWD", "SHLVL", "_"];
    let names: Vec<_> = names.into_iter().filter(|name| !own.contains(name)).collect();
    assert_eq!(
        names,
        [
            "HOOKTIDE_ATTEMPT",
            "HOOKTIDE_CONTENT_TYPE",
            "HOOKTIDE_EVENT_TYPE",
            "HOOKTIDE_IDEMPOTENCY_KEY",
            "HOOKTIDE_MESSAGE_ID",
            "HOOKTIDE_OCCURRED_AT",
            "LANG",
            "PATH",
            "SHOP",
            "SHOP_TOKEN",
        ]
    );
    assert!(said.contains("SHOP=hello $(id)\n") && said.contains("SHOP_TOKEN=[redacted]"), "{said}");
    assert!(said.contains("HOOKTIDE_OCCURRED_AT=2023-11-14T22:13:20.123Z"), "{said}");
    let config_shown = seam("command").masked(&config);
    assert_eq!(config_shown["secret_env"], json!({"SHOP_TOKEN": "[redacted]"}));
    assert_eq!(seam("command").with_kept_secrets(&config_shown, &config), config);
}

#[tokio::test]
async fn no_shell_reads_the_arguments_and_an_event_adds_no_option() {
    let fixture = Command::start().await;
    let mut config = fixture.script("for arg; do echo \"<$arg>\"; done", &[]);
    let script = config["args"][0].clone();
    config["args"] = json!([script, "{{ payload.note }}", "a b; echo $HOME *", "--id={{ payload.note }}"]);
    let hostile = parcel(json!({"note": "x\"; touch /tmp/evil; `id` $(id)"}).to_string(), AMPLE);
    let delivered = open("command", &config).deliver(&hostile).await;
    let expected =
        "<x\"; touch /tmp/evil; `id` $(id)>\n<a b; echo $HOME *>\n<--id=x\"; touch /tmp/evil; `id` $(id)>";
    assert!(text(&delivered).ends_with(expected), "{}", text(&delivered));

    let option = parcel(json!({"note": "--output=/etc/passwd"}).to_string(), AMPLE);
    let delivered = open("command", &config).deliver(&option).await;
    assert_eq!(delivered.outcome, Outcome::Failed);
    assert!(text(&delivered).contains("argument 2 would be an option"), "{}", text(&delivered));
    config["args"] = json!([script, "--", "{{ payload.note }}"]);
    let delivered = open("command", &config).deliver(&option).await;
    assert!(text(&delivered).ends_with("<--output=/etc/passwd>"), "{}", text(&delivered));
    let zero = parcel(json!({"note": "a\u{0}b"}).to_string(), AMPLE);
    assert_eq!(open("command", &config).deliver(&zero).await.outcome, Outcome::Failed);
    let long = parcel(json!({"note": "x".repeat(100_000)}).to_string(), AMPLE);
    let delivered = open("command", &config).deliver(&long).await;
    assert!(delivered.outcome == Outcome::Failed && text(&delivered).contains("standard input"));
}

#[tokio::test]
async fn exit_codes_are_told_apart_and_the_end_of_the_output_is_kept() {
    let fixture = Command::start().await;
    let mut config = fixture.script("exit 75", &[]);
    config["fail_codes"] = json!([64]);
    let later = run(&config).await;
    assert_eq!((later.outcome, later.code), (Outcome::Retry { after: None }, Some(75)));
    let ended = run(&fixture.script("kill -TERM $$", &[])).await;
    assert_eq!(ended.outcome, Outcome::Retry { after: None });
    assert!(text(&ended).contains("signal 15"), "{}", text(&ended));
    // Nothing reads the input, and the outputs are longer than any pipe.
    let loud =
        fixture.script("i=0; while [ $i -lt 9000 ]; do echo line $i; echo e $i >&2; i=$((i+1)); done", &[]);
    let large = parcel(vec![b'x'; 1 << 20], AMPLE);
    let delivered = open("command", &loud).deliver(&large).await;
    assert_eq!(delivered.outcome, Outcome::Done);
    assert!(text(&delivered).ends_with("line 8998\nline 8999") && text(&delivered).contains("stderr: …"));
    let missing = run(&json!({"program": "/usr/local/bin/restart-shop"})).await;
    assert_eq!(missing.outcome, Outcome::Retry { after: None });
    assert!(text(&missing).contains("does not exist"), "{}", text(&missing));
}

#[tokio::test]
async fn secret_that_the_cut_goes_through_is_not_told_in_part() {
    let fixture = Command::start().await;
    let mut config =
        fixture.script("i=0; while [ $i -lt 400 ]; do printf '%s' \"$SHOP_TOKEN\"; i=$((i+1)); done", &[]);
    let secret = "0123456789abcdefghijklmnopqrstuvwxyz!";
    config["secret_env"] = json!({"SHOP_TOKEN": secret});
    let said = text(&run(&config).await);
    let rest = said.replace("[redacted]", "");
    assert_eq!(rest, "exit code 0; stdout: …", "{said}");
}

#[tokio::test]
async fn everything_a_program_started_ends_when_its_time_is_over() {
    let fixture = Command::start().await;
    let script = "sleep 600 & echo $! > \"$1\"; trap '' TERM; sleep 600";
    let config = fixture.script(script, &[fixture.path("child").to_str().unwrap()]);
    let started = Instant::now();
    let delivered = open("command", &config).deliver(&order(ENOUGH)).await;
    assert_eq!(delivered.outcome, Outcome::Retry { after: None });
    assert!(text(&delivered).contains("its time was over"), "{}", text(&delivered));
    assert!(started.elapsed() < ENOUGH + SLACK, "{:?}", started.elapsed());
    wait_until("the end of the child", || !is_running(&fixture.path("child"))).await;

    let mut shorter = fixture.script("sleep 600", &[]);
    shorter["timeout_s"] = json!(1);
    let started = Instant::now();
    assert!(text(&run(&shorter).await).contains("its time was over"));
    assert!(started.elapsed() < AMPLE / 2);
}

#[tokio::test]
async fn everything_ends_with_an_abandoned_delivery_and_with_the_program_itself() {
    let fixture = Command::start().await;
    let script = "sleep 600 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait";
    let config = fixture.script(script, &[fixture.path("child").to_str().unwrap()]);
    let delivering = tokio::spawn(async move { run(&config).await });
    wait_until("the start of the child", || fixture.path("child").exists()).await;
    assert!(is_running(&fixture.path("child")));
    delivering.abort();
    wait_until("the end of the child", || !is_running(&fixture.path("child"))).await;

    let script = "sleep 600 & echo $! > \"$1\"; exit 0";
    let config = fixture.script(script, &[fixture.path("left").to_str().unwrap()]);
    let started = Instant::now();
    assert_eq!(run(&config).await.outcome, Outcome::Done);
    assert!(started.elapsed() < AMPLE / 2, "a child that holds the output open holds nobody");
    wait_until("the end of what was left", || !is_running(&fixture.path("left"))).await;
}

#[tokio::test]
async fn only_so_many_run_at_the_same_time() {
    for (of_server, of_endpoint, words) in [(2, 64, "only 2 programs"), (64, 2, "programs of this endpoint")]
    {
        let fixture = Command::start().await;
        let shared = shared_with(open_policy(), |shared| shared.commands_max = of_server);
        let script = "f=$(mktemp \"$1/run.XXXXXX\"); while [ ! -e \"$1/go\" ]; do sleep 0.02; done";
        let mut config = fixture.script(script, &[fixture.path("").to_str().unwrap()]);
        config["concurrency"] = json!(of_endpoint);
        let checked = checked("command", &config);
        let mut running = Vec::new();
        for _ in 0..2 {
            let mut destination = checked.open(&shared);
            running.push(tokio::spawn(async move { destination.deliver(&order(AMPLE)).await.outcome }));
        }
        let runs = || {
            let names = std::fs::read_dir(fixture.path("")).unwrap();
            names
                .filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().starts_with("run."))
                .count()
        };
        wait_until("two programs", || runs() == 2).await;
        let third = checked.open(&shared).deliver(&order(SHORT)).await;
        assert_eq!(third.outcome, Outcome::Retry { after: None });
        assert!(text(&third).contains("nothing was run") && text(&third).contains(words), "{}", text(&third));
        assert_eq!(runs(), 2);
        std::fs::write(fixture.path("go"), "").unwrap();
        for one in running {
            assert_eq!(one.await.unwrap(), Outcome::Done);
        }
        assert_eq!(checked.open(&shared).deliver(&order(AMPLE)).await.outcome, Outcome::Done);
    }
}

#[tokio::test]
async fn program_that_is_not_listed_any_more_does_not_run() {
    let fixture = Command::start().await;
    let config = fixture.script("touch \"$1\"", &[fixture.path("ran").to_str().unwrap()]);
    let strict = Policy { commands: vec!["/usr/bin/true".into()], ..open_policy() };
    let delivered = checked("command", &config).open(&shared(strict)).deliver(&order(AMPLE)).await;
    assert_eq!(delivered.outcome, Outcome::Failed);
    assert!(text(&delivered).contains("HOOKTIDE_DESTINATIONS_COMMANDS"), "{}", text(&delivered));
    assert!(!fixture.path("ran").exists());
}
