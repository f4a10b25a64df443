//! The way to the Hooktide server: its API, asked again while it cannot be reached.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::guard::{EndpointUrl, GuardPolicy, SystemResolver};
use hooktide_destinations::kinds::http::{
    FailureKind, HttpConfig, HttpLimits, HttpRequest, HttpShared, HttpSlot, RESPONSE_BODY_BYTES_MAX,
    read_certificates,
};
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;

use super::event::{Event, Listed};
use super::place::Place;
use crate::failure::Failure;

/// Bytes of an answer: the largest body that a source can take, in base64, and what stands around it.
const ANSWER_BYTES_MAX: usize = 96 << 20;
/// The list goes by the times in ids, which are steps of 4 ms, and `after` takes what is in a later step.
const TIMES_APART: Duration = Duration::from_millis(4);
/// Receipts asked for at a time.
const PAGE: u32 = 50;
/// How long the server may keep the question for the next receipt.
const WAIT: Duration = Duration::from_secs(20);
/// How long it may take beyond that.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Questions in a row without an answer, after which it is given up: about 14 hours.
const TRIES_MAX: u32 = 10_000;
/// The first pause between two of them, and the longest.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
const AGENT: HeaderValue = HeaderValue::from_static(concat!("hooktide-listen/", env!("CARGO_PKG_VERSION")));

/// What connections are made with: to the server, and to the application.
pub(crate) struct Connections {
    pub(super) policy: GuardPolicy,
    server: Arc<HttpShared>,
    pub(super) application: Arc<HttpShared>,
}

impl Connections {
    /// Both ends are typed by the person at the keyboard, so the guard lets every host through.
    ///
    /// # Errors
    /// When the file with certificates cannot be used.
    pub(crate) fn new(ca_file: Option<&Path>) -> Result<Self, Failure> {
        let all = ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("a network"));
        let policy = GuardPolicy { allow_subnets: all.to_vec(), ..GuardPolicy::default() };
        let extra_roots = match ca_file {
            None => Vec::new(),
            Some(path) => read_certificates(path).map_err(|error| {
                let doing = format!("cannot read {}", path.display());
                Failure::caused(&doing, &error, "it must hold PEM certificates")
            })?,
        };
        let resolver = Arc::new(SystemResolver::from_system());
        let shared = |response_body_bytes_max| {
            let limits = HttpLimits { response_body_bytes_max, ..HttpLimits::default() };
            let (policy, extra_roots) = (policy.clone(), extra_roots.clone());
            HttpShared::new(HttpConfig { policy, resolver: resolver.clone(), extra_roots, limits })
                .map(Arc::new)
                .map_err(|error| Failure::caused("cannot prepare connections", &error, ""))
        };
        let (server, application) = (shared(ANSWER_BYTES_MAX)?, shared(RESPONSE_BODY_BYTES_MAX)?);
        Ok(Self { policy, server, application })
    }
}

/// The server, as the bearer of a token sees a source of it.
pub(crate) struct Server {
    base: String,
    source: String,
    headers: HeaderMap,
    policy: GuardPolicy,
    slot: HttpSlot,
    /// Whether it has answered before: then a silence is an interruption, and else most likely a mistake.
    has_answered: bool,
}

/// What came of one question.
enum Answer {
    Found(Value),
    /// 404.
    Missing,
    /// It may go better in a moment; why it did not.
    Not(String),
}

impl Server {
    /// A server that was not asked yet; `source` is an id or a uid.
    ///
    /// # Errors
    /// When the URL or the token cannot be meant.
    pub(crate) fn new(
        connections: &Connections,
        url: &str,
        token: &str,
        source: &str,
    ) -> Result<Self, Failure> {
        let base = url.trim_end_matches('/').to_owned();
        EndpointUrl::parse(&base, &connections.policy).map_err(|error| {
            Failure::usage(
                format!("--server {url}: {error}"),
                "write it as in https://hooks.example.com, without a path",
            )
        })?;
        let bearer = HeaderValue::try_from(format!("Bearer {}", token.trim()));
        let mut bearer = bearer.map_err(|_| {
            Failure::usage("the token has characters that no token has", "`hooktide token` prints one")
        })?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(USER_AGENT, AGENT);
        Ok(Self {
            base,
            source: escaped(source),
            headers,
            policy: connections.policy.clone(),
            slot: HttpSlot::new(Arc::clone(&connections.server)),
            has_answered: false,
        })
    }

    /// The source's id and name.
    ///
    /// # Errors
    /// When the server does not answer, or has no such source for this token.
    pub(crate) async fn source(&mut self) -> Result<(String, String), Failure> {
        let found = self.found("").await?;
        let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("name")))
    }

    /// The newest receipt.
    ///
    /// # Errors
    /// When the server says that there is no source any more, or has been silent for too long.
    pub(super) async fn newest(&mut self) -> Result<Option<String>, Failure> {
        Ok(rows(&self.found("/receipt?limit=1").await?).pop().map(|row| row.id))
    }

    /// The next receipts after the place; waits a while for the first, so that there may be none.
    ///
    /// # Errors
    /// As [`Server::newest`].
    pub(super) async fn next(&mut self, place: &Place) -> Result<Vec<Listed>, Failure> {
        let from = match place {
            Place::Start => String::new(),
            // What came at that very moment is meant, too.
            Place::Since(time) => format!("&after={}", escaped(&time.minus(TIMES_APART).to_string())),
            Place::After(id) => format!("&iterator={}", escaped(id)),
        };
        let path = format!("/receipt?order=ascending&limit={PAGE}&wait={}{from}", WAIT.as_secs());
        Ok(rows(&self.found(&path).await?))
    }

    /// The request of a receipt; `None` when it is not there any more.
    ///
    /// # Errors
    /// As [`Server::newest`].
    pub(super) async fn event(&mut self, receipt: &str) -> Result<Option<Event>, Failure> {
        let Some(found) = self.ask(&format!("/receipt/{}/request", escaped(receipt))).await? else {
            return Ok(None);
        };
        Event::read(&found).map(Some).ok_or_else(|| strange(&self.base))
    }

    async fn found(&mut self, path: &str) -> Result<Value, Failure> {
        self.ask(path).await?.ok_or_else(|| {
            Failure::failed(
                format!("{} has no source {} for this token", self.base, self.source),
                format!(
                    "its id or uid is needed; GET {}/ingest/api/v1/source lists the sources of the token's organisation",
                    self.base
                ),
            )
        })
    }

    /// Ask until there is an answer.
    async fn ask(&mut self, path: &str) -> Result<Option<Value>, Failure> {
        let mut pause = PAUSE_MIN;
        for number in 0..TRIES_MAX {
            let why = match self.ask_once(path).await? {
                Answer::Found(json) => return Ok(Some(self.back(number, json))),
                Answer::Missing => return Ok(self.back(number, None)),
                Answer::Not(why) => why,
            };
            if !self.has_answered {
                let help = "is it running? --server or HOOKTIDE_URL names another";
                return Err(Failure::failed(format!("{} does not answer: {why}", self.base), help));
            }
            if number == 0 {
                eprintln!("lost the server ({why}); asking again, nothing it has is lost");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        let help = "start it again when the server is back, with --cursor-file or --since";
        Err(Failure::failed(format!("{} has been silent for too long", self.base), help))
    }

    /// There is an answer; after how many without.
    fn back<T>(&mut self, failures: u32, answer: T) -> T {
        self.has_answered = true;
        if failures > 0 {
            eprintln!("the server is back");
        }
        answer
    }

    async fn ask_once(&mut self, path: &str) -> Result<Answer, Failure> {
        let url = format!("{}/ingest/api/v1/source/{}{path}", self.base, self.source);
        let url = EndpointUrl::parse(&url, &self.policy).map_err(|error| {
            Failure::usage(format!("{}: {error}", self.base), "--server names the server")
        })?;
        let request = HttpRequest {
            method: Method::GET,
            url: Arc::new(url),
            headers: self.headers.clone(),
            body: Bytes::new(),
            timeout: WAIT + ANSWER_TIMEOUT,
        };
        let response = match self.slot.send(&request).await.outcome {
            Ok(response) => response,
            Err(failure) if failure.kind == FailureKind::Blocked => {
                return Err(Failure::failed(failure.detail, ""));
            }
            Err(failure) => return Ok(Answer::Not(failure.detail)),
        };
        let json = || serde_json::from_slice::<Value>(&response.body).ok();
        match response.status {
            200 => json().map(Answer::Found).ok_or_else(|| strange(&self.base)),
            404 => Ok(Answer::Missing),
            408 | 429 | 500..=599 => {
                let detail = json().and_then(|json| json["detail"].as_str().map(str::to_owned));
                let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
                Ok(Answer::Not(format!("{}{detail}", response.status)))
            }
            status => Err(self.refused(status, json())),
        }
    }

    fn refused(&self, status: u16, answer: Option<Value>) -> Failure {
        let detail = answer.map_or_else(String::new, |answer| match &answer["detail"] {
            Value::String(text) => format!(": {text}"),
            Value::Null => String::new(),
            fields => format!(": {fields}"),
        });
        let help = match status {
            401 | 403 => {
                "set HOOKTIDE_TOKEN to what `hooktide token` prints on the server, for the source's organisation"
            }
            300..=399 => "--server must be the address that answers itself",
            _ => "if a cursor file names a place that this server does not know, remove it and use --since",
        };
        Failure::failed(format!("{} answered {status}{detail}", self.base), help)
    }
}

fn rows(page: &Value) -> Vec<Listed> {
    page["data"].as_array().into_iter().flatten().filter_map(Listed::read).collect()
}

fn strange(base: &str) -> Failure {
    Failure::failed(format!("{base} does not answer as this version's API does"), "is it a Hooktide server?")
}

/// As a part of a path or a query.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
