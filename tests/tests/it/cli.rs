//! The command line: what a person or a script meets before any request.

use hooktide_testkit::{ServerSetup, ServerUnderTest};

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

    let server = ServerUnderTest::start().await;
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
