//! Tailor: the request of an attempt to an HTTP endpoint with options. Whose headers it carries, how the event is
//! wrapped, and a signature over exactly the bytes that are sent.
//!
//! Called by `deliver`. A crash leaves what it leaves there. What must stay true: a header of the provider is sent on
//! byte for byte or not at all, and none of ours takes the place of one that a provider's signature may cover.

use std::sync::Arc;

use bytes::Bytes;
use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::kinds::http::cloud_event::{Attributes, STRUCTURED};
use hooktide_destinations::kinds::http::{CloudEvents, HttpClient, HttpRequest, Signature};
use hooktide_model::{AppId, Message, ReceiptHead, Timestamp};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};

use crate::PipelineConfig;
use crate::engine::Engine;
use crate::hops::HOPS;
use crate::lane::Job;
use crate::original::{original, sent_on};
use crate::outlet::Outlet;
use crate::record::Answer;
use crate::request::{AGENT, ANY, RequestError, SVIX, WEBHOOK, content_type, header, signed};
use crate::subscriber::Subscriber;
use crate::transform::Change;

/// Credentials and certificates of an endpoint are for its own server.
const ELSEWHERE: &str =
    "the transformation chose a URL on another server; an endpoint with options is delivered to its own only";

/// Where an endpoint with options delivers, and how.
pub(crate) struct ClientTarget {
    pub(crate) url: Arc<EndpointUrl>,
    pub(crate) client: Arc<HttpClient>,
}

/// Build the request and send it.
pub(crate) async fn send(
    engine: &Engine,
    outlet: &mut Outlet,
    target: &ClientTarget,
    job: &Job,
    payload: Bytes,
    (subscriber, change, now): (&Subscriber, Option<Change>, Timestamp),
) -> Answer {
    let moved_to = change.as_ref().and_then(|change| change.url.as_ref());
    let url = moved_to.unwrap_or(&target.url);
    if !url.has_same_origin(&target.url) {
        return Answer::Refused(ELSEWHERE.to_owned());
    }
    let keeps_original = target.client.options().signature.keeps_original() && subscriber.is_of_source;
    let original = match keeps_original {
        false => None,
        true => match original(engine, &job.message).await {
            Ok(original) => original,
            Err(error) => {
                return Answer::Refused(format!("the provider's request cannot be read now: {error}"));
            }
        },
    };
    let event = (&*job.message, payload);
    match build((target, url), event, subscriber, original.as_deref(), &engine.config, now) {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(mut request) => {
            if let Some(change) = change {
                change.apply(&mut request);
            }
            let origin = &engine.config.origin;
            Answer::Exchange(target.client.send(outlet.http(), request, origin).await)
        }
    }
}

fn build(
    (target, url): (&ClientTarget, &Arc<EndpointUrl>),
    (message, payload): (&Message, Bytes),
    subscriber: &Subscriber,
    original: Option<&ReceiptHead>,
    config: &PipelineConfig,
    now: Timestamp,
) -> Result<HttpRequest, RequestError> {
    let options = target.client.options();
    let mut headers = original.map(sent_on).unwrap_or_default();
    // The families of which the provider has sent any header are the provider's.
    let families = [(config.webhook_headers, WEBHOOK), (config.svix_headers, SVIX)];
    let families =
        families.map(|(on, names)| (on && !names.iter().any(|name| headers.contains_key(name)), names));
    headers.insert(ACCEPT, ANY);
    headers.entry(USER_AGENT).or_insert(AGENT);
    headers.entry(CONTENT_TYPE).or_insert_with(|| content_type(message));
    for (name, value) in &subscriber.headers {
        headers.insert(name.clone(), value.clone());
    }
    // After the endpoint's own, which may not hide a loop; and always, for the user agent may be the provider's.
    headers.insert(HOPS, HeaderValue::from(u16::from(message.hops)));
    let body = match &options.cloud_events {
        None => payload,
        Some(events) => wrap(events, (message, subscriber.application.id, payload), config, &mut headers),
    };
    // Where there is nothing of a provider's to send on, a request without a signature would prove nothing.
    let signs = options.signature != Signature::Forward || original.is_none();
    let id = message.id.to_string();
    let values = match signs {
        true => Vec::from(signed(&id, &body, subscriber, now)?),
        false => vec![header(&id)],
    };
    for (_, names) in families.into_iter().filter(|(on, _)| *on) {
        for (name, value) in names.into_iter().zip(&values) {
            headers.insert(name, value.clone());
        }
    }
    let (method, url) = (options.method.clone(), Arc::clone(url));
    Ok(HttpRequest { method, url, headers, body, timeout: config.timeout })
}

/// The body of the event as a CloudEvent; what is said of it goes into the headers or the body.
fn wrap(
    events: &CloudEvents,
    (message, app, payload): (&Message, AppId, Bytes),
    config: &PipelineConfig,
    headers: &mut HeaderMap,
) -> Bytes {
    let own = || format!("{}/app/{app}", config.public_url);
    let source = events.source.clone().unwrap_or_else(own);
    let attributes = Attributes {
        id: &message.id.to_string(),
        source: &source,
        event_type: message.event_type.as_str(),
        time: &message.accepted_at().to_string(),
        content_type: message.content_type.as_str(),
    };
    if events.is_structured {
        headers.insert(CONTENT_TYPE, STRUCTURED);
        return attributes.wrap(&payload);
    }
    attributes.put_into(headers);
    payload
}
