//! A mail server that keeps what it takes in a maildir, whose place is the path of its URL.

use std::fs;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{host_and_port, server_url, unique};

pub(crate) struct Email {
    url: url::Url,
    recipient: String,
}

impl Email {
    fn maildir(&self) -> PathBuf {
        PathBuf::from(self.url.path()).join("new")
    }

    /// The mails to this test's recipient, as they are kept.
    pub(crate) fn mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.maildir()).unwrap();
        let mails = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        mails.filter(|mail| mail.contains(&self.recipient)).collect()
    }
}

#[async_trait]
impl Fixture for Email {
    const KIND: &'static str = "email";
    const TWICE: Twice = Twice::TwoWithOneKey;
    /// A server that falls silent falls silent before the mail.
    const UNCONFIRMED: Twice = Twice::Once;

    #[expect(clippy::disallowed_methods, reason = "the observer's own way to a server on loopback")]
    async fn start() -> Self {
        let url = server_url("smtp", "smtp://127.0.0.1:2525/tmp/hooktide-maildir");
        let mut stream = TcpStream::connect(host_and_port(&url, 2525))
            .await
            .unwrap_or_else(|error| panic!("no mail server at {url}: {error}"));
        assert_eq!(stream.read_u8().await.unwrap(), b'2', "the mail server greets");
        Self { url, recipient: format!("{}@example.com", unique("shop")) }
    }

    fn server(&self) -> Option<String> {
        Some(host_and_port(&self.url, 2525))
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let user = password.map(|password| format!("hooktide:{password}@")).unwrap_or_default();
        json!({
            "url": format!("smtp://{user}{server}?starttls=disable"),
            "from": "Shop <shop@example.com>",
            "to": [self.recipient],
            "subject": "paid",
            "text": "{{ message_id }}",
        })
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.config(&self.server().unwrap(), None);
        config["to"] = json!([self.recipient, "refused@example.com"]);
        (config, "answered 550: no such user here")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.message_id.clone().into())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let header = |mail: &str, name: &str| {
            mail.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned())).unwrap()
        };
        self.mails()
            .into_iter()
            .filter(|mail| header(mail, "Webhook-Id:") == parcel.message_id)
            .map(|mail| {
                let key = header(&mail, "Idempotency-Key:");
                assert_eq!(header(&mail, "Message-ID:"), format!("<{key}@example.com>"));
                let (_, text) = mail.split_once("\n\n").unwrap();
                Seen { content: text.trim().to_owned().into(), idempotency_key: Some(key) }
            })
            .collect()
    }

    async fn clean(&self) {}
}
