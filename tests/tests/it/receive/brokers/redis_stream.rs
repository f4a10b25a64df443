//! A stream per test in Redis.

use redis::Value as Answer;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};

use super::broker::Broker;
use super::claims::claims;
use crate::destinations::servers::{address, unique};

struct RedisStream {
    stream: String,
    connection: MultiplexedConnection,
}

impl RedisStream {
    async fn ask(&mut self, words: &[&str]) -> Answer {
        let mut command = redis::cmd(words[0]);
        words[1..].iter().for_each(|word| {
            command.arg(*word);
        });
        command.query_async(&mut self.connection).await.unwrap()
    }
}

impl Broker for RedisStream {
    const KIND: &'static str = "redis-stream";
    const IS_KEYED: bool = true;
    const KEEPS_EARLY: bool = true;

    async fn start() -> Self {
        let url = format!("redis://{}/0", address("redis", "127.0.0.1:6379"));
        let client = redis::Client::open(url).unwrap();
        let connection = client.get_multiplexed_async_connection().await.unwrap();
        Self { stream: unique("hooktide_feed"), connection }
    }

    fn address(&self) -> String {
        address("redis", "127.0.0.1:6379")
    }

    fn config(&self, address: &str) -> Value {
        json!({ "url": format!("redis://{address}/0"), "stream": self.stream, "group": "hooks" })
    }

    fn back(&self) -> Value {
        let url = format!("redis://{}/0", self.address());
        let config = json!({ "url": url, "command": "stream_add", "key": self.stream });
        json!({ "kind": "redis", "config": config })
    }

    async fn publish(&mut self, body: &str) {
        let stream = self.stream.clone();
        let _id = self.ask(&["XADD", &stream, "*", "payload", body, "event_type", "order.paid"]).await;
    }

    async fn left(&mut self) -> usize {
        let stream = self.stream.clone();
        // What was given and not acknowledged, then what nobody was given yet.
        let Answer::Array(pending) = self.ask(&["XPENDING", &stream, "hooks"]).await else {
            panic!("XPENDING answers with a list")
        };
        let Answer::Int(pending) = pending[0] else { panic!("it begins with a number") };
        let read = ["XREADGROUP", "GROUP", "hooks", "test", "COUNT", "100", "STREAMS", &stream, ">"];
        let unread = usize::from(self.ask(&read).await != Answer::Nil);
        usize::try_from(pending).unwrap() + unread
    }

    async fn clean(mut self) {
        let stream = self.stream.clone();
        let _count = self.ask(&["DEL", &stream]).await;
    }
}

claims!(RedisStream);
