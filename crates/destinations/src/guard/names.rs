//! Rules for host names, applied before anything is resolved.
//!
//! They catch at store time what would only fail later, and the names that a platform answers for. They are a first
//! fence, not the wall: the addresses that a name resolves to are judged in any case, by [`super::vet`].
//!
//! - Platform names (cloud metadata, the Kubernetes API) are refused under every policy; who really means them lists
//!   the address and writes the address.
//! - `localhost` and names below it pass when the allow-list opens a loopback address, and then mean exactly the
//!   loopback addresses it opens; no resolver is asked.
//! - Names that only a private network knows (`.internal`, `.local`, single labels and the like) pass when the
//!   allow-list has a network beyond loopback.

use super::policy::GuardPolicy;
use super::refusal::UrlRefusal;

/// Longest host name in bytes without its final dot (RFC 1035 section 2.3.4).
pub const NAME_BYTES_MAX: usize = 253;
/// Longest label in bytes.
const LABEL_BYTES_MAX: usize = 63;

/// Names that platforms answer on every machine; also everything below them.
const PLATFORM_NAMES: &[&str] = &[
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
];

/// Suffixes that no public zone has: RFC 6762, RFC 8375, ICANN's reservation of `.internal`, common practice.
const PRIVATE_SUFFIXES: &[&str] =
    &["internal", "local", "home.arpa", "localdomain", "lan", "intranet", "corp", "private"];

/// Judges a host name as the URL parser gives it: lower case, ASCII.
pub(super) fn judge_name(name: &str, policy: &GuardPolicy) -> Result<(), UrlRefusal> {
    judge_shape(name)?;
    if PLATFORM_NAMES.iter().any(|listed| is_at_or_below(name, listed)) {
        return Err(UrlRefusal::PlatformName(name.to_owned()));
    }
    if is_localhost(name) {
        return match policy.loopback_addresses().is_empty() {
            true => Err(UrlRefusal::Localhost(name.to_owned())),
            false => Ok(()),
        };
    }
    let is_private =
        !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| is_at_or_below(name, suffix));
    if is_private && !policy.allows_private_names() {
        return Err(UrlRefusal::PrivateName(name.to_owned()));
    }
    Ok(())
}

/// Whether a name means this machine (RFC 6761 section 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    is_at_or_below(name, "localhost")
}

fn judge_shape(name: &str) -> Result<(), UrlRefusal> {
    if name.ends_with('.') {
        return Err(UrlRefusal::TrailingDot);
    }
    if name.len() > NAME_BYTES_MAX {
        return Err(UrlRefusal::Name("it is longer than 253 bytes"));
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err(UrlRefusal::Name("it has an empty part between two dots"));
        }
        if label.len() > LABEL_BYTES_MAX {
            return Err(UrlRefusal::Name("a part between dots is longer than 63 bytes"));
        }
        if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Err(UrlRefusal::Name(
                "only letters, digits, hyphens and underscores may stand between dots",
            ));
        }
    }
    Ok(())
}

fn is_at_or_below(name: &str, zone: &str) -> bool {
    match name.strip_suffix(zone) {
        Some(rest) => rest.is_empty() || rest.ends_with('.'),
        None => false,
    }
}
