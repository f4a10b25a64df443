//! The hosts where providers keep their certificates and keys, as the tests play them: known by name to the server
//! under test alone, and reached over TLS that it trusts.

use hooktide_testkit::{Behaviour, DnsReply, LocalAuthority, Receiver, ServerSetup, StubDns};
use hooktide_verify::{Now, Outgoing, Secret, provider, sign};
use rcgen::{CertificateParams, DnType, IsCa, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::provider::{Signed, of};

/// Where SNS of a region keeps its certificates.
pub(super) const SNS: &str = "sns.us-east-1.amazonaws.com";
/// The topic of the messages.
pub(super) const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:MyTopic";
/// The key that signs.
pub(super) const KEY: &str = include_str!("../../../../crates/verify/tests/suite/keys/rsa.pem");

/// A pinned host, and a name server by which every name leads to it.
#[derive(Debug)]
pub(super) struct KeyHost {
    /// What it answers, and what it was asked.
    pub(super) pages: Receiver,
    pub(super) names: StubDns,
    authority: LocalAuthority,
    dir: TempDir,
}

impl KeyHost {
    /// A host that can prove these names.
    pub(super) async fn start(hosts: &[&str]) -> Self {
        let authority = LocalAuthority::new();
        let pages = Receiver::start_https(&authority.certify(hosts)).await;
        let address = pages.addr().ip();
        let names = StubDns::start(move |_| DnsReply::Addresses(vec![address])).await;
        let dir = TempDir::with_prefix("hooktide-authority-").expect("a temporary directory can be made");
        Self { pages, names, authority, dir }
    }

    /// A server that finds the host by its name and trusts its authority.
    pub(super) fn setup(&self) -> ServerSetup {
        let file = self.authority.write(self.dir.path());
        self.setup_without_trust()
            .env("HOOKTIDE_DELIVERY_EXTRA_CA_FILE", file.to_str().expect("a path of ASCII"))
    }

    /// A server that finds the host and trusts only whom everybody trusts.
    pub(super) fn setup_without_trust(&self) -> ServerSetup {
        ServerSetup::new().env("HOOKTIDE_DELIVERY_DNS_SERVERS", &self.names.address().to_string())
    }

    /// Puts a document at a path.
    pub(super) fn put(&self, path: &str, document: impl Into<Vec<u8>>) {
        self.pages.script(path, [Behaviour::ok().body(document.into())]);
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.pages.count(|request| request.path() == path)
    }
}

/// The certificate of the key above for that name, valid in these years.
pub(super) fn certificate(name: &str, years: (i32, i32)) -> String {
    let key = KeyPair::from_pem(KEY).expect("the key is one");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    params.self_signed(&key).expect("it signs").pem()
}

/// SNS' certificate as it is today.
pub(super) fn sns_certificate() -> String {
    certificate("sns.amazonaws.com", (2026, 2046))
}

/// A message of SNS with that certificate, signed with the key above.
pub(super) fn sns_message(id: &str, certificate_url: &str) -> Signed {
    let body = serde_json::json!({
        "Type": "Notification", "MessageId": id, "TopicArn": TOPIC, "Message": "Hello",
        "Timestamp": "2026-09-21T12:26:40.000Z", "SignatureVersion": "2", "Signature": "",
        "SigningCertURL": certificate_url,
        "UnsubscribeURL": format!("https://{SNS}/?Action=Unsubscribe"),
    });
    signed("aws-sns", "", &[("content-type", "text/plain; charset=UTF-8")], &body.to_string())
}

/// A request as that provider signs it with the key above; `shared` is what the receiver holds.
pub(super) fn signed(kind: &str, shared: &str, headers: &[(&str, &str)], body: &str) -> Signed {
    let provider = provider(kind).expect("a known provider");
    let mut outgoing = Outgoing::post("http://unsigned.example/", body);
    outgoing.set_header("content-type", "application/json");
    for (name, value) in headers {
        outgoing.set_header(name, *value);
    }
    let now = Now::from_unix_s(hooktide_testkit::unix_seconds());
    let signer = Secret::new("signer", format!("{shared}\n{KEY}"));
    sign(&provider.scheme, &signer, &mut outgoing, now).expect("it can be signed");
    of(outgoing)
}
