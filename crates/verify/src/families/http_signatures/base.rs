//! The text that is signed (RFC 9421, section 2.5).
//!
//! What must stay true: a component that is not understood gives no text.

use super::fields::joined;
use crate::request::Request;
use crate::verdict::Reason;

/// One line per component, then the parameters.
pub(super) fn base(request: &Request<'_>, components: &[&str], parameters: &str) -> Result<String, Reason> {
    let mut text = String::new();
    for component in components {
        let value = value(request, component)?;
        if value.contains(['\r', '\n']) {
            return Err(Reason::SignatureMalformed { expected: "components of one line".to_owned() });
        }
        text.push_str(&format!("\"{component}\": {value}\n"));
    }
    text.push_str(&format!("\"@signature-params\": {parameters}"));
    Ok(text)
}

fn value(request: &Request<'_>, component: &str) -> Result<String, Reason> {
    let query = || request.query();
    match component {
        "@method" => Ok(request.method.to_owned()),
        "@target-uri" => request.url.map(str::to_owned).ok_or(Reason::UrlMissing),
        "@request-target" => Ok(request.target.to_owned()),
        "@path" => Ok(if request.path().is_empty() { "/" } else { request.path() }.to_owned()),
        "@query" => Ok(format!("?{}", query())),
        "@authority" => authority(request),
        "@scheme" => {
            let scheme = request.url.and_then(|url| url.split_once("://")).ok_or(Reason::UrlMissing)?.0;
            Ok(scheme.to_ascii_lowercase())
        }
        _ if component.starts_with('@') || component.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            let message = format!("the signature covers {component:?}, which is not understood");
            Err(Reason::Family { code: "component_unknown", message })
        }
        _ => joined(request, component),
    }
}

/// Host and port in lower case, without the default port: of the registered URL, else of the `Host` header.
fn authority(request: &Request<'_>) -> Result<String, Reason> {
    let Some((scheme, rest)) = request.url.and_then(|url| url.split_once("://")) else {
        return joined(request, "host").map(|host| host.to_ascii_lowercase());
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let default_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    Ok(authority.strip_suffix(default_port).map_or(authority.clone(), str::to_owned))
}
