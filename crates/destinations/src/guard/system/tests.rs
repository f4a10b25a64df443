//! The hosts file and the fallback; the name server path is tested with the guard's other DNS tests.

use super::*;

#[tokio::test]
async fn a_name_in_the_hosts_file_is_never_asked_for() {
    let mut hosts = Hosts::default();
    hosts.read_hosts_conf(&b"10.1.2.3 receiver receiver.internal # ours\nfd12::3 receiver\n"[..]).unwrap();
    // Nobody listens on port 1, so an answer can only come from the file.
    let nobody = SystemResolver::from_name_servers(&["127.0.0.1:1".parse().unwrap()]).unwrap();
    let resolver = SystemResolver { hosts, ..nobody };
    let both: Vec<IpAddr> = vec!["10.1.2.3".parse().unwrap(), "fd12::3".parse().unwrap()];
    assert_eq!(resolver.resolve("receiver").await, Ok(both.clone()));
    assert_eq!(resolver.resolve("RECEIVER").await, Ok(both.clone()));
    assert_eq!(resolver.resolve("receiver.internal").await, Ok(both[..1].to_vec()));
}

#[tokio::test]
async fn the_fallback_answers_what_the_system_knows() {
    let addresses = SystemResolver::from_getaddrinfo().resolve("localhost").await.unwrap();
    assert!(!addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
}
