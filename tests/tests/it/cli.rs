//! The command line: what a person or a script meets before any request.

use hooktide_testkit::{DEADLINE, ServerSetup, ServerUnderTest, output_within};
use serde_json::json;

#[tokio::test]
async fn token_is_alone_on_standard_output_and_lasts() {
    let mut server = ServerUnderTest::start().await;
    let output = server.run_raw(&["token"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert_eq!(text.trim().split('.').count(), 3);

    server.kill9();
    server.restart().await;
    let _ = server.api().with_token(text.trim()).get("/app").await.expect(200);
}

#[tokio::test]
async fn token_refuses_what_is_no_organisation() {
    let server = ServerUnderTest::start().await;
    let refused = server.run_raw(&["token", "app_123"]);
    assert!(!refused.status.success());
    assert!(refused.stdout.is_empty());
    assert!(!refused.stderr.is_empty());
}

#[tokio::test]
async fn generated_secrets_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let server = ServerSetup::new().embedded().start().await;
    let mut open = vec![server.dir()];
    let mut secrets = 0;
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.contains("secret") {
                secrets += 1;
                assert_eq!(
                    path.metadata().unwrap().permissions().mode() & 0o777,
                    0o600,
                    "{}",
                    path.display()
                );
            }
        }
    }
    assert_eq!(secrets, 2, "one for tokens, one for encryption at rest");
}

#[tokio::test]
async fn all_configuration_mistakes_are_told_at_once() {
    let server = ServerUnderTest::start().await;
    let file = server.dir().join("wrong.toml");
    std::fs::write(
        &file,
        "listn = \"127.0.0.1:1\"\n[delivery]\nretry_schedule = \"soon\"\ntimeout = \"-1s\"\n",
    )
    .unwrap();

    let output = server.run_raw(&["config", "check", "--config", file.to_str().unwrap()]);

    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{said}");
    for part in ["listn", "listen", "retry_schedule", "timeout"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}

#[tokio::test]
async fn config_print_tells_origins_and_keeps_secrets() {
    let server = ServerSetup::new()
        .env("HOOKTIDE_JWT_SECRET", "planted jwt secret that nobody shall see")
        .retries("7s,9s")
        .start()
        .await;
    let text = server.run(&["config", "print"]);
    assert!(text.contains("retry_schedule") && text.contains("HOOKTIDE_DELIVERY_RETRY_SCHEDULE"), "{text}");
    assert!(!text.contains("planted"), "{text}");
    assert!(text.contains("[redacted]"), "{text}");
}

#[tokio::test]
async fn help_and_completions_are_on_standard_output() {
    let server = ServerUnderTest::start().await;
    let help = server.run(&["--help"]);
    for word in ["serve", "dev", "token", "healthcheck", "config"] {
        assert!(help.contains(word), "{word}");
    }
    assert!(server.run(&["completion", "bash"]).contains("hooktide"));
}

#[tokio::test]
async fn signed_command_is_believed_by_the_source() {
    let server = ServerUnderTest::start().await;
    let secret = "it's a secret of one's own";
    let source = json!({ "name": "Signed", "type": "github", "config": { "secret": secret } });
    let made = server.api().post("/ingest/api/v1/source", source).await.expect(201).json();
    let url = made["ingestUrl"].as_str().expect("a URL");
    let folder = tempfile::tempdir().expect("a folder");
    let (file, body) = (folder.path().join("secret"), folder.path().join("body.json"));
    std::fs::write(&file, format!("{secret}\n")).expect("a file");
    std::fs::write(&body, br#"{"it's": "exact\u0020bytes"}"#).expect("a file");
    let (file, data) = (file.display().to_string(), format!("@{}", body.display()));
    let signed = server.run_raw(&[
        "sign",
        "github",
        url,
        "--secret-file",
        &file,
        "-d",
        &data,
        "-H",
        "x-github-event: ping",
    ]);
    let command = String::from_utf8(signed.stdout).expect("text");
    assert!(!command.contains(secret), "{command}");
    let answer = output_within(std::process::Command::new("sh").args(["-c", &command]), DEADLINE);
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200"), "{command}\n{answer}");

    for (arguments, hint) in
        [(["sign", "githib", url], "one of: "), (["sign", "github", url], "HOOKTIDE_SIGN_SECRET")]
    {
        let refused = server.run_raw(&arguments);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(hint), "{refused:?}");
    }
}
