//! Names and what they lead to, one answer after the other.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use parking_lot::Mutex;

use super::server::{DnsQuestion, DnsReply};

/// Shared between the server and the test that changes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Zone(Arc<Mutex<HashMap<String, Name>>>);

#[derive(Debug)]
struct Name {
    answers: Vec<Vec<IpAddr>>,
    /// Lookups so far, per type: both types of one lookup get the same answer.
    asked: HashMap<RecordType, usize>,
}

impl Zone {
    pub(super) fn set(&self, name: &str, answers: &[&str]) {
        assert!(!answers.is_empty(), "a name has at least one answer");
        let answers = answers.iter().map(|answer| addresses(answer)).collect();
        self.0.lock().insert(name.to_owned(), Name { answers, asked: HashMap::new() });
    }

    pub(super) fn answer(&self, question: &DnsQuestion) -> DnsReply {
        match self.0.lock().get_mut(&question.name) {
            Some(name) => DnsReply::Addresses(name.step(question.kind)),
            None => DnsReply::Code(ResponseCode::NXDomain),
        }
    }
}

impl Name {
    fn step(&mut self, kind: RecordType) -> Vec<IpAddr> {
        let asked = self.asked.entry(kind).or_default();
        let step = (*asked).min(self.answers.len() - 1);
        *asked += 1;
        self.answers[step].clone()
    }
}

fn addresses(text: &str) -> Vec<IpAddr> {
    text.split_whitespace()
        .map(|ip| ip.parse().unwrap_or_else(|error| panic!("{ip} is no address: {error}")))
        .collect()
}
