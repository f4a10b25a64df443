//! A folder per test.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::fixture::{Fixture, Seen, Twice};

pub(crate) struct File {
    pub(crate) folder: tempfile::TempDir,
}

/// A line as a reader takes it.
#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) message_id: String,
    idempotency_key: String,
    payload: Option<Box<RawValue>>,
    payload_text: Option<String>,
    payload_base64: Option<String>,
}

impl File {
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder.path().file_name().unwrap().to_str().unwrap())
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<Line> {
        let text = std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        assert!(text.is_empty() || text.ends_with('\n'), "a torn line");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[async_trait]
impl Fixture for File {
    const KIND: &'static str = "file";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        // A name that starts with a dot is refused.
        Self { folder: tempfile::Builder::new().prefix("hooktide-").tempdir().unwrap() }
    }

    fn server(&self) -> Option<String> {
        None
    }

    fn config(&self, _server: &str, _password: Option<&str>) -> Value {
        json!({"path": self.path("{{ event_type }}.jsonl")})
    }

    fn broken(&self) -> (Value, &'static str) {
        (json!({"path": self.path("{{ payload.nothing }}.jsonl")}), "payload.nothing")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let lines = self.lines("order.paid.jsonl");
        let lines = lines.into_iter().filter(|line| line.message_id == parcel.message_id);
        lines
            .map(|line| {
                let json = line.payload.map(|json| json.get().as_bytes().to_vec());
                let text = line.payload_text.map(String::into_bytes);
                let binary = line.payload_base64.map(|text| STANDARD.decode(text).unwrap());
                let content = json.or(text).or(binary).unwrap().into();
                Seen { content, idempotency_key: Some(line.idempotency_key) }
            })
            .collect()
    }

    async fn clean(&self) {}
}
