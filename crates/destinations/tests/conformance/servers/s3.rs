//! A bucket per test in a server that speaks S3.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{host_and_port, server_url, unique};

pub(crate) struct S3 {
    address: String,
    bucket: String,
}

/// An answer of the store, seen with the tests' own eyes.
struct Answer {
    status: String,
    head: String,
    body: Bytes,
}

impl S3 {
    #[expect(clippy::disallowed_methods, reason = "the observer's own way to a server on loopback")]
    async fn ask(&self, method: &str, path: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address)
            .await
            .unwrap_or_else(|error| panic!("no S3 server at {}: {error}", self.address));
        let request = format!(
            "{method} /{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: 0\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.take(64 << 20).read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        let status = head.split(' ').nth(1).unwrap().to_owned();
        Answer { status, head, body: Bytes::from(answer).slice(end + 4..) }
    }
}

#[async_trait]
impl Fixture for S3 {
    const KIND: &'static str = "s3";
    const TWICE: Twice = Twice::Once;
    const SILENCE: &'static str = "outcome unknown";

    async fn start() -> Self {
        let url = server_url("s3", "http://127.0.0.1:5555");
        let fixture = Self { address: host_and_port(&url, 80), bucket: unique("hooktide").replace('_', "-") };
        let made = fixture.ask("PUT", &fixture.bucket).await;
        assert_eq!(made.status, "200", "{}", made.head);
        fixture
    }

    fn server(&self) -> Option<String> {
        Some(self.address.clone())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        json!({
            "url": format!("http://{server}"),
            "bucket": self.bucket,
            "access_key_id": "test",
            "secret_access_key": password.unwrap_or("test"),
            "key": "{{ event_type }}/{{ occurred_at[:10] }}/{{ message_id }} ü+.json",
        })
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.config(&self.address, None);
        config["bucket"] = json!("no-such-bucket");
        (config, "answered 404 NoSuchBucket")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let path = format!("{}/order.paid/2023-11-14/{}%20%C3%BC%2B.json", self.bucket, parcel.message_id);
        let answer = self.ask("GET", &path).await;
        if answer.status == "404" {
            return Vec::new();
        }
        let header = |name: &str| {
            let found = answer.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            found.unwrap_or_else(|| panic!("no {name}: {}", answer.head)).trim().to_owned()
        };
        assert_eq!(header("content-type"), parcel.content_type);
        let key = header("x-amz-meta-idempotency-key");
        vec![Seen { content: answer.body.clone(), idempotency_key: Some(key) }]
    }

    async fn clean(&self) {}
}
