//! From a parcel to a stored object.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_model::Timestamp;
use http::{HeaderName, HeaderValue, Method};
use rusty_s3::actions::{PutObject, S3Action};
use rusty_s3::{Bucket, Credentials};

use super::{batch, refusal};
use crate::guard::{EndpointUrl, GuardPolicy};
use crate::kinds::http::{HttpRequest, HttpResponse};
use crate::mapping::{Reading, Template};
use crate::seam::{Done, Fault, Parcel, Secret, WebService, request_to};

/// Longest key that stores take.
const KEY_BYTES_MAX: usize = 1_024;
/// How long a signature is valid; enough for a clock that is a little off.
const SIGNATURE_LIFE: Duration = Duration::from_secs(300);

pub(super) struct S3Client {
    pub(super) bucket: Bucket,
    pub(super) credentials: Credentials,
    pub(super) secrets: Vec<Secret>,
    pub(super) guard: GuardPolicy,
    pub(super) key: Template,
    pub(super) if_absent: bool,
    /// Whether an object holds many events.
    pub(super) is_batch: bool,
}

/// One object, not signed yet.
pub(super) struct Job {
    key: String,
    /// Headers that are signed.
    headers: Vec<(&'static str, String)>,
    parcel: Parcel,
}

impl WebService for S3Client {
    type Job = Job;

    /// The same object again.
    const IS_REPEATABLE: bool = true;

    fn secrets(&self) -> Vec<&Secret> {
        self.secrets.iter().collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Job, Fault> {
        let mut key = Reading::new(parcel).render(&self.key)?;
        if self.is_batch {
            key.push_str(&batch::key_end(parcel));
        }
        judge_key(&key)
            .map_err(|what| Fault::fail(format!("the key `{key}` {what}; change the template")))?;
        let mut headers = vec![
            ("content-type", parcel.content_type.clone()),
            ("x-amz-meta-event-type", parcel.event_type.clone()),
            ("x-amz-meta-idempotency-key", parcel.idempotency_key.clone()),
            ("x-amz-meta-message-id", parcel.message_id.clone()),
        ];
        if self.if_absent {
            headers.push(("if-none-match", "*".to_owned()));
        }
        Ok(Job { key, headers, parcel: parcel.clone() })
    }

    fn request(&self, job: &Job, now: Timestamp) -> Result<HttpRequest, Fault> {
        let mut put = PutObject::new(&self.bucket, Some(&self.credentials), &job.key);
        for (name, value) in &job.headers {
            put.headers_mut().insert(*name, value.as_str());
        }
        let now = jiff::Timestamp::from_millisecond(now.unix_ms()).unwrap_or_default();
        let signed = put.sign_with_time(SIGNATURE_LIFE, &now);
        let url = EndpointUrl::parse(signed.as_str(), &self.guard)
            .map_err(|error| Fault::fail(error.to_string()))?;
        let mut request = request_to(Method::PUT, Arc::new(url), &job.parcel.content_type, &job.parcel)?;
        for (name, value) in &job.headers {
            let value = HeaderValue::from_str(value).map_err(|_| {
                Fault::fail(format!("the header {name} cannot be `{value}`; send another value"))
            })?;
            request.headers.insert(HeaderName::from_static(name), value);
        }
        request.body = Bytes::clone(&job.parcel.payload);
        Ok(request)
    }

    fn judge(&self, job: &Job, answer: &HttpResponse, now: Timestamp) -> Result<Done, Fault> {
        let (code, key) = (Some(answer.status), &job.key);
        match answer.status {
            412 if self.if_absent => {
                Ok(Done { code, detail: format!("{key} was there and is left as it is") })
            }
            _ => match refusal::judge(answer, now) {
                Ok(()) => Ok(Done { code, detail: format!("stored as {key}") }),
                Err(fault) => Err(fault),
            },
        }
    }
}

/// Keys that a URL or a store cannot hold as they are.
pub(super) fn judge_key(key: &str) -> Result<(), &'static str> {
    match key {
        "" => Err("is empty"),
        _ if key.len() > KEY_BYTES_MAX => Err("is longer than 1024 bytes"),
        _ if key.chars().any(char::is_control) => Err("has control characters"),
        _ if key.starts_with('/') || key.ends_with('/') => Err("starts or ends with a slash"),
        _ if key.split('/').any(|segment| matches!(segment, "" | "." | "..")) => {
            Err("has a part between slashes that is empty, . or ..")
        }
        _ => Ok(()),
    }
}
