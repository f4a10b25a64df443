//! From a name to dialled sockets, with scripted resolvers (SS6, SS9).

use parking_lot::Mutex;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;

use super::support::allowing;
use crate::guard::{
    EndpointUrl, GuardPolicy, Resolve, ResolveError, ResolveFuture, SocketRefusal, UrlRefusal, VetError,
    dial, vet,
};

/// Answers with the script's entries in turn, repeating the last.
struct Scripted(Mutex<Vec<Result<Vec<IpAddr>, ResolveError>>>);

impl Scripted {
    fn new(answers: &[Result<&[&str], ResolveError>]) -> Self {
        let parse = |addresses: &&[&str]| addresses.iter().map(|ip| ip.parse().unwrap()).collect();
        Self(Mutex::new(
            answers.iter().rev().map(|answer| answer.as_ref().map(parse).map_err(Clone::clone)).collect(),
        ))
    }
}

impl Resolve for Scripted {
    fn resolve<'a>(&'a self, _name: &'a str) -> ResolveFuture<'a> {
        let mut answers = self.0.lock();
        let answer = if answers.len() > 1 { answers.pop().unwrap() } else { answers[0].clone() };
        Box::pin(async move { answer })
    }
}

async fn vetted(policy: &GuardPolicy, addresses: &[&str]) -> Result<Vec<String>, VetError> {
    let url = EndpointUrl::parse("https://hooks.example.com/", policy).unwrap();
    let vetted = vet(policy, &Scripted::new(&[Ok(addresses)]), &url).await?;
    Ok(vetted.as_slice().iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn public_answers_are_kept_in_alternating_families() {
    let answer = ["2606:4700::1", "2606:4700::2", "8.8.8.8", "8.8.4.4", "8.8.8.8"];
    let expected = ["8.8.8.8:443", "[2606:4700::1]:443", "8.8.4.4:443", "[2606:4700::2]:443"];
    assert_eq!(vetted(&GuardPolicy::default(), &answer).await.unwrap(), expected);
}

#[tokio::test]
async fn one_refused_address_refuses_the_whole_answer() {
    let policy = GuardPolicy::default();
    for bad in
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254", "0.0.0.0"]
    {
        for answer in [&["8.8.8.8", bad][..], &[bad, "8.8.8.8"], &[bad], &["2606:4700::1", "8.8.8.8", bad]] {
            let refusal = vetted(&policy, answer).await.unwrap_err();
            assert!(
                matches!(refusal, VetError::Resolved { refusal: SocketRefusal::Address(_), .. }),
                "{answer:?}"
            );
            assert!(!refusal.to_string().contains(bad), "the refused address is told: {refusal}");
        }
    }
}

#[tokio::test]
async fn resolver_errors_fail_closed() {
    let policy = GuardPolicy::default();
    let url = EndpointUrl::parse("https://hooks.example.com/", &policy).unwrap();
    for error in [ResolveError::NotFound, ResolveError::TimedOut, ResolveError::Failed("servfail".to_owned())]
    {
        let refused = vet(&policy, &Scripted::new(&[Err(error.clone())]), &url).await.unwrap_err();
        assert_eq!(refused, VetError::Dns { host: "hooks.example.com".to_owned(), source: error });
    }
    let refused = vet(&policy, &Scripted::new(&[Ok(&[])]), &url).await.unwrap_err();
    assert!(matches!(refused, VetError::Dns { source: ResolveError::NoAddress, .. }));
}

#[tokio::test]
async fn more_addresses_than_the_limit_are_refused() {
    let addresses: Vec<String> = (0..33).map(|host| format!("8.8.8.{host}")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    assert_eq!(vetted(&GuardPolicy::default(), &addresses[..32]).await.unwrap().len(), 32);
    let refused = vetted(&GuardPolicy::default(), &addresses).await.unwrap_err();
    assert!(matches!(refused, VetError::Dns { source: ResolveError::TooManyAddresses, .. }));
}

#[tokio::test]
async fn a_low_port_is_judged_by_the_address_it_resolves_to() {
    let policy = allowing(&["10.0.0.0/8"]);
    let url = EndpointUrl::parse("http://hooks.example.com:22/", &policy).unwrap();
    assert!(vet(&policy, &Scripted::new(&[Ok(&["10.0.0.1"])]), &url).await.is_ok());
    let refused = vet(&policy, &Scripted::new(&[Ok(&["8.8.8.8"])]), &url).await.unwrap_err();
    assert!(matches!(refused, VetError::Resolved { refusal: SocketRefusal::PortLow(22), .. }));
}

#[tokio::test]
async fn localhost_means_the_allowed_loopback_whatever_dns_says() {
    let policy = allowing(&["127.0.0.0/8"]);
    let url = EndpointUrl::parse("http://x.localhost:9000/", &policy).unwrap();
    let vetted = vet(&policy, &Scripted::new(&[Ok(&["8.8.8.8"])]), &url).await.unwrap();
    assert_eq!(vetted.as_slice(), ["127.0.0.1:9000".parse::<SocketAddr>().unwrap()]);
}

#[tokio::test]
async fn a_url_stored_under_a_laxer_policy_is_judged_again() {
    let lax = allowing(&["127.0.0.0/8", "10.0.0.0/8"]);
    let strict = GuardPolicy { https_only: true, ..GuardPolicy::default() };
    let resolver = Scripted::new(&[Ok(&["8.8.8.8"])]);
    for stored in ["http://10.0.0.1/", "http://localhost/", "http://db/", "http://example.com/"] {
        let url = EndpointUrl::parse(stored, &lax).unwrap();
        assert_eq!(vet(&strict, &resolver, &url).await.unwrap_err(), VetError::Url(UrlRefusal::HttpsOnly));
    }
    for stored in ["https://10.0.0.1/", "https://localhost/", "https://db/"] {
        let url = EndpointUrl::parse(stored, &lax).unwrap();
        assert!(matches!(vet(&strict, &resolver, &url).await, Err(VetError::Url(_))), "{stored}");
    }
}

/// 127.0.0.1 plays the public receiver, 127.0.0.2 on the same port the private canary.
#[tokio::test]
async fn a_name_that_flips_on_every_lookup_never_reaches_the_private_address() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = receiver.local_addr().unwrap().port();
    let canary = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    let policy = allowing(&["127.0.0.1/32"]);
    let url = EndpointUrl::parse(&format!("http://rebind.example.com:{port}/"), &policy).unwrap();
    let answers: Vec<Result<&[&str], ResolveError>> = (0..200)
        .map(|turn| Ok(if turn % 2 == 0 { &["127.0.0.1"][..] } else { &["127.0.0.2"][..] }))
        .collect();
    let resolver = Scripted::new(&answers);
    let mut reached = 0;
    for _ in 0..200 {
        let Ok(addresses) = vet(&policy, &resolver, &url).await else {
            continue;
        };
        let deadline = Instant::now() + Duration::from_secs(5);
        assert!(dial(&addresses, deadline).await.unwrap().1.ip().to_string() == "127.0.0.1");
        reached += 1;
        drop(receiver.accept().await.unwrap());
    }
    assert_eq!(reached, 100);
    let canary_hit = tokio::time::timeout(Duration::ZERO, canary.accept()).await;
    assert!(canary_hit.is_err(), "the canary was connected to");
}

#[tokio::test]
async fn dialling_goes_on_to_the_next_address_and_stops_at_the_third() {
    let listener = TcpListener::bind("127.0.0.4:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let policy = allowing(&["127.0.0.0/8"]);
    let url = EndpointUrl::parse(&format!("http://hooks.example.com:{port}/"), &policy).unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    let third = Scripted::new(&[Ok(&["127.0.0.2", "127.0.0.3", "127.0.0.4"])]);
    let addresses = vet(&policy, &third, &url).await.unwrap();
    assert_eq!(dial(&addresses, deadline).await.unwrap().1.ip().to_string(), "127.0.0.4");
    let fourth = Scripted::new(&[Ok(&["127.0.0.2", "127.0.0.3", "127.0.0.5", "127.0.0.4"])]);
    let addresses = vet(&policy, &fourth, &url).await.unwrap();
    let failure = dial(&addresses, deadline).await.unwrap_err();
    assert_eq!(failure.remote.ip().to_string(), "127.0.0.5");
    assert_eq!(failure.source.kind(), std::io::ErrorKind::ConnectionRefused);
}
