//! A reply in the form of RFC 1035.

use std::net::IpAddr;
use std::str::FromStr;

use hickory_resolver::proto::op::{Message, MessageType};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

use super::server::DnsReply;

/// Aliases of a loop before it closes.
const LOOP_LINKS: usize = 3;

/// The bytes that answer `query`; `None` for silence.
pub(super) fn encode(query: &Message, reply: DnsReply) -> Option<Vec<u8>> {
    let asked = query.queries[0].name().clone();
    let kind = query.queries[0].query_type();
    let mut answer = Message::new(query.metadata.id, MessageType::Response, query.metadata.op_code);
    answer.metadata.recursion_desired = true;
    answer.metadata.recursion_available = true;
    answer.add_query(query.queries[0].clone());
    match reply {
        DnsReply::Addresses(addresses) => add_addresses(&mut answer, &asked, kind, &addresses),
        DnsReply::Chain(length, addresses) => {
            let end = add_chain(&mut answer, &asked, length);
            add_addresses(&mut answer, &end, kind, &addresses);
        }
        DnsReply::Loop => {
            let end = add_chain(&mut answer, &asked, LOOP_LINKS);
            answer.add_answer(Record::from_rdata(end, 0, RData::CNAME(CNAME(asked))));
        }
        DnsReply::Code(code) => answer.metadata.response_code = code,
        DnsReply::Silence => return None,
        DnsReply::Garbage(length) => return Some(vec![0xff; length]),
        DnsReply::Truncated => answer.metadata.truncation = true,
    }
    Some(answer.to_vec().expect("an answer can be written"))
}

fn add_addresses(answer: &mut Message, name: &Name, kind: RecordType, addresses: &[IpAddr]) {
    for address in addresses {
        let data = match address {
            IpAddr::V4(ip) => RData::A(A(*ip)),
            IpAddr::V6(ip) => RData::AAAA(AAAA(*ip)),
        };
        if data.record_type() == kind {
            answer.add_answer(Record::from_rdata(name.clone(), 0, data));
        }
    }
}

fn add_chain(answer: &mut Message, start: &Name, length: usize) -> Name {
    let mut alias = start.clone();
    for link in 0..length {
        let next = Name::from_str(&format!("link{link}.example.com.")).expect("it is a name");
        answer.add_answer(Record::from_rdata(alias, 0, RData::CNAME(CNAME(next.clone()))));
        alias = next;
    }
    alias
}
