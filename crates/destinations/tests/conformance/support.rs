//! Parcels, policies and addresses that the suite and its fixtures share.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::guard::SystemResolver;
use hooktide_destinations::kinds::KINDS;
use hooktide_destinations::seam::{Destination, Opener, Parcel, Policy, Seam, Shared, SharedConfig};
use serde_json::Value;
use tokio::net::TcpListener;

/// Longer than any delivery should take; a test that waits for it fails.
pub(crate) const AMPLE: Duration = Duration::from_secs(20);
/// The deadline of deliveries that must meet it.
pub(crate) const SHORT: Duration = Duration::from_millis(400);
/// How late a delivery may end on a busy machine.
pub(crate) const SLACK: Duration = Duration::from_millis(1_500);
/// How long an observer waits for what should come.
pub(crate) const OBSERVE: Duration = Duration::from_secs(10);
/// A password that must never be seen again.
pub(crate) const CANARY: &str = "canary-hunter2";
/// Large enough for every limit that counts in kilobytes.
pub(crate) const LARGE_BYTES: usize = 1024 * 1024;

/// The server's URL without its scheme's secrets: from the environment, or on loopback.
pub(crate) fn server_url(server: &str, default: &str) -> url::Url {
    let name = format!("HOOKTIDE_TEST_{}_URL", server.to_uppercase());
    env::var(name).unwrap_or_else(|_| default.to_owned()).parse().unwrap()
}

pub(crate) fn host_and_port(url: &url::Url, default_port: u16) -> String {
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(default_port))
}

/// A name that nobody else uses.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("{prefix}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn parcel(payload: impl Into<Bytes>, timeout: Duration) -> Parcel {
    let message_id = unique("msg");
    Parcel {
        idempotency_key: format!("key-of-{message_id}"),
        message_id,
        event_type: "order.paid".into(),
        content_type: "application/json".into(),
        payload: payload.into(),
        headers: vec![("x-shop".into(), "north".into())],
        occurred_at_ms: 1_700_000_000_123,
        attempt: 1,
        hops: 0,
        endpoint_id: "ep_1".into(),
        timeout,
    }
}

pub(crate) fn order(timeout: Duration) -> Parcel {
    parcel(r#"{"note":"hello"}"#, timeout)
}

/// Loopback is open, so are files below the system's temporary directory, and the shell may run the tests' scripts.
pub(crate) fn open_policy() -> Policy {
    let mut policy = Policy::default();
    policy.guard.allow_subnets.push("127.0.0.0/8".parse().unwrap());
    policy.files_root = Some(env::temp_dir());
    policy.commands = ["/bin/sh", "/usr/local/bin/restart-shop"].map(Into::into).into();
    policy
}

pub(crate) fn shared(policy: Policy) -> Arc<Shared> {
    shared_with(policy, |_| ())
}

pub(crate) fn shared_with(policy: Policy, change: impl FnOnce(&mut SharedConfig)) -> Arc<Shared> {
    let nobody = "127.0.0.1:1".parse().unwrap();
    let resolver = Arc::new(SystemResolver::from_name_servers(&[nobody]).unwrap());
    let mut config = SharedConfig::new(policy, resolver);
    change(&mut config);
    Arc::new(Shared::new(config).unwrap())
}

pub(crate) fn seam(kind: &str) -> Seam {
    KINDS.iter().find(|listed| listed.name == kind).and_then(|listed| listed.seam).unwrap()
}

pub(crate) fn checked(kind: &str, config: &Value) -> Opener {
    let checked = (seam(kind).check)(config, &open_policy()).unwrap();
    checked.opener().cloned().unwrap()
}

pub(crate) fn open(kind: &str, config: &Value) -> Box<dyn Destination> {
    checked(kind, config).open(&shared(open_policy()))
}

/// An address on which nobody listens.
pub(crate) async fn refused_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}
