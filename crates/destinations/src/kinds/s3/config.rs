//! The configuration: which bucket, with which credentials, under which key.

use rusty_s3::{Bucket, BucketError, Credentials, UrlStyle};
use serde::Deserialize;
use serde_json::Value;

use super::batch;
use super::client::S3Client;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, Secret, Web, fields, service_url};

/// Most bytes of a region's or bucket's name.
const NAME_BYTES_MAX: usize = 255;
/// The region where the endpoint names none; most servers but Amazon's take any.
const REGION: &str = "us-east-1";
/// The key where the endpoint names none.
const KEY: &str = "{{ event_type }}/{{ occurred_at[:10] }}/{{ message_id }}";

const NAME: Form = Form::Text { bytes_max: NAME_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "the store, as in https://s3.eu-central-1.amazonaws.com"),
    Field::required("bucket", NAME, "the bucket; it has to exist"),
    Field::optional("region", NAME, "the bucket's region; default: us-east-1"),
    Field::optional(
        "path_style",
        Form::Flag,
        "the bucket stands in the url's path and not in its host; default: true, needed by most servers but Amazon's",
    ),
    Field::required("access_key_id", NAME, "the access key's id"),
    Field::required("secret_access_key", Form::Secret, "the access key's secret"),
    Field::optional("session_token", Form::Secret, "for credentials that last only for a while"),
    Field::optional(
        "key",
        Form::Template,
        "the object's key; default: {{ event_type }}/{{ occurred_at[:10] }}/{{ message_id }}",
    ),
    Field::optional(
        "if_absent",
        Form::Flag,
        "leave an object that is there as it is; not every server knows how; default: false",
    ),
    Field::optional(
        "batch",
        Form::Object(batch::FIELDS),
        "many events in one object, as lines of JSON; its key ends with a digest of what is in it and .jsonl, and \
         begins with key, whose default is then {{ occurred_at[:10] }}/{{ occurred_at }}-{{ message_id }} of the \
         first event; default: an object per event",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "https://s3.eu-central-1.amazonaws.com",
  "bucket": "shop-events",
  "region": "eu-central-1",
  "access_key_id": "AKIAIOSFODNN7EXAMPLE",
  "secret_access_key": "secret",
  "key": "orders/{{ occurred_at[:10] }}/{{ message_id }}.json"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    bucket: String,
    region: Option<String>,
    path_style: Option<bool>,
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Option<Secret>,
    key: Option<Template>,
    if_absent: Option<bool>,
    batch: Option<batch::Config>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let bucket = bucket(&config, policy).map_err(|mistake| vec![mistake])?;
    let default_key = if config.batch.is_some() { batch::KEY } else { KEY };
    let key = match config.key {
        Some(key) => key,
        None => Template::parse(default_key).map_err(|error| {
            vec![ConfigMistake::new("key", format!("has a default that does not parse: {error}"), "set it")]
        })?,
    };
    if config.batch.is_some() {
        batch::check_key(&key).map_err(|mistake| vec![mistake])?;
    }
    let (id, secret) = (config.access_key_id, config.secret_access_key.expose());
    let credentials = match &config.session_token {
        Some(token) => Credentials::new_with_token(id, secret, token.expose()),
        None => Credentials::new(id, secret),
    };
    Ok(Checked::client(Web(S3Client {
        bucket,
        credentials,
        secrets: [Some(config.secret_access_key), config.session_token].into_iter().flatten().collect(),
        guard: policy.guard.clone(),
        key,
        if_absent: config.if_absent.unwrap_or(false),
        is_batch: config.batch.is_some(),
    }))
    .gathering(config.batch.map(|batch| batch.gathering())))
}

/// The store's URL and the bucket's own are both judged.
fn bucket(config: &Config, policy: &Policy) -> Result<Bucket, ConfigMistake> {
    let store = service_url("url", &config.url, policy)?;
    let url = url::Url::parse(store.as_str())
        .map_err(|error| ConfigMistake::new("url", format!("is not a url: {error}"), "write https://host"))?;
    let style = if config.path_style.unwrap_or(true) { UrlStyle::Path } else { UrlStyle::VirtualHost };
    let region = config.region.clone().unwrap_or_else(|| REGION.to_owned());
    if matches!(config.bucket.as_str(), "." | "..") {
        return Err(ConfigMistake::new("bucket", "is not a name", "name the bucket"));
    }
    let bucket = Bucket::new(url, style, config.bucket.clone(), region).map_err(|error| match error {
        BucketError::ParseError(error) => ConfigMistake::new(
            "bucket",
            format!("cannot be part of a host: {error}"),
            "set path_style to true",
        ),
        error => ConfigMistake::new("url", format!("does not fit: {error}"), "write https://host"),
    })?;
    service_url("url", bucket.base_url().as_str(), policy)?;
    Ok(bucket)
}
