//! The stub against the resolver it is made for.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;

use super::StubDns;

#[tokio::test]
async fn a_name_leads_where_its_next_answer_says_and_others_nowhere() {
    let dns = StubDns::serving(&[("a.example.com", &["127.0.0.1", "127.0.0.2 127.0.0.3"])]).await;
    let resolver = resolver(&dns);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = resolver.lookup_ip("a.example.com.").await.expect("it is known");
        let mut ips: Vec<String> = answer.iter().map(|ip| ip.to_string()).collect();
        ips.sort();
        seen.push(ips.join(" "));
    }
    assert_eq!(seen, ["127.0.0.1", "127.0.0.2 127.0.0.3", "127.0.0.2 127.0.0.3"]);
    assert_eq!(dns.lookups("a.example.com"), 3);
    assert!(resolver.lookup_ip("b.example.com.").await.is_err_and(|error| error.is_nx_domain()));
    dns.set("b.example.com", &["::1"]);
    let changed = self::resolver(&dns).lookup_ip("b.example.com.").await.expect("it is known now");
    assert_eq!(changed.iter().map(|ip| ip.to_string()).collect::<Vec<_>>(), ["::1"]);
}

fn resolver(dns: &StubDns) -> TokioResolver {
    let mut udp = ConnectionConfig::udp();
    udp.port = dns.address().port();
    let server = NameServerConfig::new(dns.address().ip(), true, vec![udp]);
    let config = ResolverConfig::from_name_servers(vec![server]);
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .build()
        .expect("it can be built")
}
