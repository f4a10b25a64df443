//! Transform: run the endpoint's script over one message, for one attempt.
//!
//! Called by `deliver` for endpoints that have a script, before the request is built and signed; the API tries scripts
//! through the same steps. What must stay true: the stored message stays as it is, whatever the script does; a script
//! sees neither signing secrets nor the endpoint's own headers; what it makes passes the same rules as configuration.
//! Every attempt runs the script anew, so that the retry after a script was mended works. A crash here leaves nothing.
//!
//! A script sees the endpoint's URL and what the message is; `headers` are empty, and what it sets there goes before the
//! endpoint's own. The request that a source received is beside these, in `request`, and not in their place: they are
//! what will be sent, so a script can pass a header on under its own name, and one that changes nothing forwards nothing.
//! The media type stays unless the script sets `content-type`. What a publisher passes in `transformationsParams` is
//! stored with the message, but for its `rawPayload`, which is the payload.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::check_custom_header;
use hooktide_destinations::guard::{EndpointUrl, GuardPolicy};
use hooktide_destinations::kinds::http::HttpRequest;
use hooktide_model::{EndpointTransformation, Message};
use hooktide_transform::{Moment, OriginalRequest, ScriptError, ScriptErrorKind, Webhook, run};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Method};
use tokio::time::sleep;

use crate::engine::Engine;
use crate::hops::HOPS;
use crate::lane::Job;
use crate::original::original;
use crate::scripts::{Turn, run_in};
use crate::seen::{HIDDEN, SeenRequest};
use crate::subscriber::{Subscriber, Target};

/// The method of a delivery unless its script chooses another.
pub(crate) const METHOD: &str = "POST";
/// Shorter values of variables are no secrets, and hiding them would garble what is told.
const HIDDEN_VALUE_CHARS_MIN: usize = 6;
/// How often a wait looks whether the server is ending, and how long a read that failed is left alone.
const NAP: Duration = Duration::from_millis(200);

/// A script as deliveries use it. Holds secrets: never printed.
pub(crate) struct Script {
    code: Arc<str>,
    variables: BTreeMap<String, String>,
}

impl Script {
    /// The stored script, while it is to run.
    pub(crate) fn of(stored: Option<&EndpointTransformation>) -> Option<Self> {
        let stored = stored?;
        Some(Self { code: Arc::from(stored.running()?), variables: stored.variables.clone() })
    }

    /// A text of the script or about it, without the values of its variables.
    fn without_secrets(&self, mut text: String) -> String {
        for value in self.variables.values().filter(|it| it.chars().count() >= HIDDEN_VALUE_CHARS_MIN) {
            text = text.replace(value.as_str(), HIDDEN);
        }
        text
    }
}

/// What came of a script.
pub(crate) enum Transformed {
    /// The message is sent like this.
    Changed(Change),
    /// The message is not sent.
    Cancelled,
    /// This attempt fails, for this reason.
    Failed(String),
    /// So does this one: the script ran too long.
    Overran(String),
}

/// What a script made of a message, checked.
pub(crate) struct Change {
    /// What is sent.
    pub(crate) payload: Bytes,
    /// Another URL.
    pub(crate) url: Option<Arc<EndpointUrl>>,
    /// Another method.
    method: Option<Method>,
    /// Headers that go before the endpoint's own.
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Change {
    /// What differs between the webhook before and after its script.
    ///
    /// # Errors
    /// When it breaks a rule that configuration has to keep too.
    pub(crate) fn between(
        before: &Webhook,
        after: Webhook,
        policy: &GuardPolicy,
    ) -> Result<Self, ScriptError> {
        let method = match after.method == before.method {
            true => None,
            false => Some(Method::try_from(after.method.as_str()).map_err(|_| refused("`method` is none"))?),
        };
        let url = match after.url == before.url {
            true => None,
            false => {
                let parsed = EndpointUrl::parse(&after.url, policy);
                Some(Arc::new(parsed.map_err(|refusal| refused(format!("`url` is refused: {refusal}")))?))
            }
        };
        let headers = after.headers.iter().map(|(name, value)| header(name, value));
        let headers = headers.collect::<Result<_, _>>()?;
        Ok(Self { payload: Bytes::from(after.payload), method, url, headers })
    }

    /// The request with the script's method and headers; payload and URL are in it already, and signed.
    pub(crate) fn apply(self, request: &mut HttpRequest) {
        if let Some(method) = self.method {
            request.method = method;
        }
        for (name, _) in &self.headers {
            request.headers.remove(name);
        }
        for (name, value) in self.headers {
            request.headers.append(name, value);
        }
    }

    /// The media type that the script chose.
    pub(crate) fn content_type(&self) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| name == CONTENT_TYPE);
        found.and_then(|(_, value)| value.to_str().ok())
    }

    /// The headers as destinations of other kinds take them.
    pub(crate) fn plain_headers(&self) -> Vec<(String, String)> {
        let others = self.headers.iter().filter(|(name, _)| name != CONTENT_TYPE);
        let text = |(name, value): &(HeaderName, HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        others.filter_map(text).collect()
    }
}

/// A script may say what its payload is; otherwise its headers are those that an endpoint may have.
fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ScriptError> {
    if name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()) {
        let value = HeaderValue::try_from(value);
        return Ok((CONTENT_TYPE, value.map_err(|_| refused("`content-type` is no media type"))?));
    }
    if name.eq_ignore_ascii_case(HOPS.as_str()) || name.eq_ignore_ascii_case(USER_AGENT.as_str()) {
        return Err(refused(format!("`headers`: {name} cannot be set")));
    }
    check_custom_header(name, value).map_err(|refusal| refused(format!("`headers`: {refusal}")))
}

fn refused(message: impl Into<String>) -> ScriptError {
    ScriptError { message: message.into(), line: None, column: None, kind: ScriptErrorKind::BadResult }
}

/// The message as its script sees it.
fn webhook_of(
    message: &Message,
    payload: &[u8],
    (method, url): (&str, &str),
    script: &Script,
    request: Option<SeenRequest>,
) -> Webhook {
    Webhook {
        event_type: Some(message.event_type.as_str().to_owned()),
        channels: message.channels.iter().map(|channel| channel.as_str().to_owned()).collect(),
        variables: script.variables.clone(),
        params: params_of(message),
        request: request.map(OriginalRequest::from),
        ..Webhook::new(method, url, payload.to_vec())
    }
}

/// What the publisher of a message said to scripts.
pub(crate) fn params_of(message: &Message) -> Option<serde_json::Value> {
    message.params.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

/// The moment that a script believes to be: of the message, so that every attempt makes the same of it.
pub(crate) fn moment_of(message: &Message) -> Moment {
    let seed = u32::try_from(message.seq().0 & i64::from(u32::MAX)).unwrap_or_default();
    Moment { now_ms: message.accepted_at().unix_ms(), seed }
}

/// Run the subscriber's script for an attempt. `None` when the server is ending and nothing was run.
pub(crate) async fn transform(
    engine: &Engine,
    subscriber: &Subscriber,
    script: &Script,
    job: &Job,
    payload: &[u8],
) -> Option<Transformed> {
    let message = &job.message;
    let turn = turn(engine, subscriber).await?;
    let request = seen(engine, message).await?;
    let method = match &subscriber.target {
        Target::Client(target) => target.client.options().method.as_str(),
        Target::Http(_) | Target::Message(_) | Target::Kind(_) => METHOD,
    };
    let before = webhook_of(message, payload, (method, &subscriber.url_text), script, request);
    let (code, policy) = (Arc::clone(&script.code), engine.destinations.policy.guard.clone());
    let work = move |budget| {
        let after = run(&code, &before, budget)?;
        if after.cancel { Ok(None) } else { Change::between(&before, after, &policy).map(Some) }
    };
    Some(match run_in(turn, moment_of(message), work).await {
        Ok(Some(change)) => Transformed::Changed(change),
        Ok(None) => Transformed::Cancelled,
        Err(error) => {
            let why = format!("the transformation failed: {}", script.without_secrets(error.to_string()));
            match error.kind {
                ScriptErrorKind::Timeout => Transformed::Overran(why),
                _ => Transformed::Failed(why),
            }
        }
    })
}

/// What of a script's URL is told: it may hold what is secret, so no query, and no value of a variable.
pub(crate) fn shown_url(script: &Script, url: &EndpointUrl) -> Arc<str> {
    let text = url.as_str();
    let text = text.split_once('?').map_or(text, |(path, _)| path);
    Arc::from(script.without_secrets(text.to_owned()))
}

async fn turn(engine: &Engine, subscriber: &Subscriber) -> Option<Turn> {
    let waiting = engine.scripts.turn(subscriber.application.id.seq());
    tokio::pin!(waiting);
    loop {
        tokio::select! {
            biased;
            turn = &mut waiting => return Some(turn),
            () = sleep(NAP) => if engine.is_draining() { return None },
        }
    }
}

/// The request that brought the message. Without it the script would see another message, so a store that cannot be
/// read is waited for.
async fn seen(engine: &Engine, message: &Message) -> Option<Option<SeenRequest>> {
    loop {
        match original(engine, message).await {
            Ok(head) => return Some(head.map(|head| SeenRequest::of_head(&head))),
            Err(error) => {
                tracing::warn!(%error, "failed to read the request that a message came with, trying again");
            }
        }
        if engine.is_draining() {
            return None;
        }
        sleep(NAP).await;
    }
}

#[cfg(test)]
mod tests;
