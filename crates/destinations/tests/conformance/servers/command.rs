//! A script per test, which keeps what it gets in files.

use std::fs;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use serde_json::{Value, json};

use crate::fixture::{Fixture, Seen, Twice};

const KEEP: &str = r#"set -eu
file=$(mktemp "$1/XXXXXX")
cat > "$file.payload"
printf '%s' "$HOOKTIDE_IDEMPOTENCY_KEY" > "$file.key"
printf '%s' "$HOOKTIDE_MESSAGE_ID" > "$file.id"
echo kept
"#;

pub(crate) struct Command {
    folder: tempfile::TempDir,
}

impl Command {
    /// A configuration that lets the shell run such a script.
    pub(crate) fn script(&self, text: &str, args: &[&str]) -> Value {
        let path = self.folder.path().join("script.sh");
        fs::write(&path, text).unwrap();
        let args: Vec<_> = [path.to_str().unwrap()].iter().chain(args).map(ToString::to_string).collect();
        json!({"program": "/bin/sh", "args": args})
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[async_trait]
impl Fixture for Command {
    const KIND: &'static str = "command";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn server(&self) -> Option<String> {
        None
    }

    fn config(&self, _server: &str, _password: Option<&str>) -> Value {
        self.script(KEEP, &[self.folder.path().to_str().unwrap()])
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.script("echo out; echo wrong shop >&2; exit 65", &[]);
        config["fail_codes"] = json!([64, 65]);
        (config, "exit code 65; stderr: wrong shop; stdout: out")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.extension().is_some_and(|extension| extension == "id"))
            .filter(|path| fs::read(path).unwrap() == parcel.message_id.as_bytes())
            .map(|path| Seen {
                content: fs::read(path.with_extension("payload")).unwrap().into(),
                idempotency_key: Some(fs::read_to_string(path.with_extension("key")).unwrap()),
            })
            .collect()
    }

    async fn clean(&self) {}
}
