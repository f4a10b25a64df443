//! The real resolver against a hostile name server (SS6).

use std::net::IpAddr;
use std::time::Duration;

use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use hooktide_testkit::{DnsReply, StubDns};

use crate::guard::{
    EndpointUrl, GuardPolicy, Resolve, ResolveError, SocketRefusal, SystemResolver, VetError, vet,
};

fn ips(addresses: &[&str]) -> Vec<IpAddr> {
    addresses.iter().map(|ip| ip.parse().unwrap()).collect()
}

async fn vet_through(dns: &StubDns) -> Result<Vec<String>, VetError> {
    let resolver = SystemResolver::from_name_servers(&[dns.address()]).unwrap();
    let policy = GuardPolicy::default();
    let url = EndpointUrl::parse("https://hooks.example.com/", &policy).unwrap();
    let vetted = vet(&policy, &resolver, &url).await?;
    Ok(vetted.as_slice().iter().map(|socket| socket.ip().to_string()).collect())
}

async fn dns_error(dns: &StubDns) -> ResolveError {
    match vet_through(dns).await {
        Err(VetError::Dns { source, .. }) => source,
        other => panic!("expected a dns error, got {other:?}"),
    }
}

fn is_refused(result: &Result<Vec<String>, VetError>) -> bool {
    matches!(result, Err(VetError::Resolved { refusal: SocketRefusal::Address(_), .. }))
}

#[tokio::test]
async fn both_families_are_seen() {
    let dns = StubDns::start(|_| DnsReply::Addresses(ips(&["8.8.8.8", "2606:4700::1111"]))).await;
    assert_eq!(vet_through(&dns).await.unwrap(), ["8.8.8.8", "2606:4700::1111"]);
}

#[tokio::test]
async fn a_private_answer_in_either_family_is_refused() {
    for answer in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "fd00::1"],
        &["10.0.0.1", "2606:4700::1111"],
        &["8.8.8.8", "::ffff:10.0.0.1"],
        &["8.8.8.8", "8.8.4.4", "169.254.169.254"],
        &["::1"],
    ] {
        let answer = ips(answer);
        let dns = StubDns::start(move |_| DnsReply::Addresses(answer.clone())).await;
        assert!(is_refused(&vet_through(&dns).await));
    }
}

#[tokio::test]
async fn an_alias_chain_is_followed_to_its_judgement() {
    for length in [1, 8] {
        let dns = StubDns::start(move |_| DnsReply::Chain(length, ips(&["8.8.8.8"]))).await;
        assert_eq!(vet_through(&dns).await.unwrap(), ["8.8.8.8"], "{length}");
        let dns = StubDns::start(move |_| DnsReply::Chain(length, ips(&["10.0.0.1"]))).await;
        assert!(is_refused(&vet_through(&dns).await), "{length}");
    }
}

#[tokio::test]
async fn a_chain_of_64_aliases_to_a_private_address_opens_nothing() {
    let dns = StubDns::start(|_| DnsReply::Chain(64, ips(&["10.0.0.1"]))).await;
    assert!(vet_through(&dns).await.is_err());
}

#[tokio::test]
async fn an_alias_loop_fails_closed() {
    let dns = StubDns::start(|_| DnsReply::Loop).await;
    assert!(matches!(vet_through(&dns).await, Err(VetError::Dns { .. })));
}

/// The server says public and private in turn, at TTL 0: each lookup asks again and each answer is judged.
#[tokio::test]
async fn an_answer_that_flips_on_every_query_is_judged_every_time() {
    let dns = StubDns::start(|question| match (question.kind, question.number / 2 % 2) {
        (RecordType::A, 0) => DnsReply::Addresses(ips(&["8.8.8.8"])),
        (RecordType::A, _) => DnsReply::Addresses(ips(&["127.0.0.1"])),
        _ => DnsReply::Addresses(Vec::new()),
    })
    .await;
    let resolver = SystemResolver::from_name_servers(&[dns.address()]).unwrap();
    let policy = GuardPolicy::default();
    let url = EndpointUrl::parse("https://rebind.example.com/", &policy).unwrap();
    let (mut public, mut refused) = (0, 0);
    for _ in 0..50 {
        match vet(&policy, &resolver, &url).await {
            Ok(addresses) => {
                assert!(addresses.as_slice().iter().all(|socket| socket.ip().to_string() == "8.8.8.8"));
                public += 1;
            }
            Err(VetError::Resolved { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(public > 0 && refused > 0, "{public} public, {refused} refused");
}

#[tokio::test]
async fn a_missing_name_and_an_empty_one_are_told_apart() {
    let dns = StubDns::start(|_| DnsReply::Code(ResponseCode::NXDomain)).await;
    assert_eq!(dns_error(&dns).await, ResolveError::NotFound);
    let dns = StubDns::start(|_| DnsReply::Addresses(Vec::new())).await;
    assert_eq!(dns_error(&dns).await, ResolveError::NoAddress);
}

#[tokio::test]
async fn server_errors_fail_closed() {
    for code in [ResponseCode::ServFail, ResponseCode::Refused, ResponseCode::NotImp, ResponseCode::FormErr] {
        let dns = StubDns::start(move |_| DnsReply::Code(code)).await;
        assert!(matches!(dns_error(&dns).await, ResolveError::Failed(_)), "{code}");
    }
}

#[tokio::test]
async fn a_silent_server_leaves_the_caller_its_deadline() {
    let dns = StubDns::start(|_| DnsReply::Silence).await;
    let waited = tokio::time::timeout(Duration::from_millis(100), vet_through(&dns)).await;
    assert!(waited.is_err());
    assert!(dns.queries() > 0);
}

#[tokio::test]
async fn garbage_and_oversized_answers_open_nothing() {
    for length in [0, 11, 12, 9_000, 65_000] {
        let dns = StubDns::start(move |_| DnsReply::Garbage(length)).await;
        let answer = tokio::time::timeout(Duration::from_millis(100), vet_through(&dns)).await;
        assert!(!matches!(answer, Ok(Ok(_))), "{length}");
    }
    let dns = StubDns::start(|_| DnsReply::Truncated).await;
    let answer = tokio::time::timeout(Duration::from_millis(100), vet_through(&dns)).await;
    assert!(!matches!(answer, Ok(Ok(_))));
}

#[tokio::test]
async fn a_thousand_records_open_nothing() {
    for count in [33_u32, 1_000] {
        let many: Vec<IpAddr> = (0..count).map(|n| IpAddr::V4((0x0808_0000 + n).into())).collect();
        let dns = StubDns::start(move |_| DnsReply::Addresses(many.clone())).await;
        let answer = tokio::time::timeout(Duration::from_millis(200), vet_through(&dns)).await;
        assert!(!matches!(answer, Ok(Ok(_))), "{count}");
    }
}

#[tokio::test]
async fn names_are_asked_as_they_are_without_a_search_domain() {
    let dns = StubDns::start(|_| DnsReply::Code(ResponseCode::NXDomain)).await;
    let resolver = SystemResolver::from_name_servers(&[dns.address()]).unwrap();
    assert_eq!(resolver.resolve("receiver").await, Err(ResolveError::NotFound));
    assert!(dns.queries() <= 2, "one query per family, got {}", dns.queries());
}
