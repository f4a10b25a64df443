//! The configuration: over which server, from whom, to whom, and what is written.

use lettre::message::Mailbox;
use serde::Deserialize;
use serde_json::Value;

use super::client::EmailClient;
use super::session::Security;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, ServiceScheme, ServiceUrl, fields};

/// Most bytes of an address with its name.
const MAILBOX_BYTES_MAX: usize = 512;
/// Most recipients of a mail.
const RECIPIENTS_MAX: usize = 50;
/// What is written where the endpoint says nothing.
const SUBJECT: &str = "{{ event_type }}";
const TEXT: &str = "{{ event_type }} ({{ message_id }}), {{ occurred_at }}\n";

const PORTS: &[u16] = &[25, 465, 587, 2525];
const SCHEMES: &[ServiceScheme] = &[
    ServiceScheme { name: "smtp", port: 587, is_tls: false, service_ports: PORTS },
    ServiceScheme { name: "smtps", port: 465, is_tls: true, service_ports: PORTS },
];

const MAILBOX: Form = Form::Text { bytes_max: MAILBOX_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "url",
        Form::Url,
        "smtp://user:password@host:587 with STARTTLS, or smtps://user:password@host:465; ?starttls=disable sends in clear",
    ),
    Field::required("from", MAILBOX, "the sender: shop@example.com or Shop <shop@example.com>"),
    Field::required("to", Form::List { of: &MAILBOX, items_max: RECIPIENTS_MAX }, "the recipients"),
    Field::optional("subject", Form::Template, "the subject; default: the event's type"),
    Field::optional("text", Form::Template, "the text; default: the event's type, message id and time"),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "smtps://hooktide:secret@mail.example.com",
  "from": "Shop <shop@example.com>",
  "to": ["orders@example.com"],
  "subject": "order {{ payload.data.object.id }} was paid"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    from: String,
    to: Vec<String>,
    subject: Option<Template>,
    text: Option<Template>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    let url = note(ServiceUrl::parse(&config.url, SCHEMES, &policy.guard), &mut mistakes);
    let security = url.as_ref().and_then(|url| note(security(url), &mut mistakes));
    let from = note(mailbox("from", &config.from), &mut mistakes);
    let to = config.to.iter().enumerate();
    let to: Vec<_> =
        to.filter_map(|(index, text)| note(mailbox(&format!("to.{index}"), text), &mut mistakes)).collect();
    let subject = note(or_default("subject", config.subject, SUBJECT), &mut mistakes);
    let text = note(or_default("text", config.text, TEXT), &mut mistakes);
    match (url, security, from, subject, text) {
        (Some(url), Some(security), Some(from), Some(subject), Some(text)) if mistakes.is_empty() => {
            Ok(Checked::client(EmailClient { url, security, from, to, subject, text }))
        }
        _ => Err(mistakes),
    }
}

fn security(url: &ServiceUrl) -> Result<Security, ConfigMistake> {
    let mut security = if url.scheme.is_tls { Security::Tls } else { Security::StartTls };
    for (name, value) in &url.query {
        match (name.as_str(), value.as_str(), security) {
            ("starttls", "require", Security::StartTls) => {}
            ("starttls", "disable", Security::StartTls) => security = Security::None,
            _ => {
                let what = format!("has a parameter `{name}` that is not known here or has an unknown value");
                let mend = "use no parameter, or starttls=disable with smtp://";
                return Err(ConfigMistake::new("url", what, mend));
            }
        }
    }
    if url.user.is_some() != url.password.is_some() {
        return Err(ConfigMistake::new("url", "has a user or a password only", "write both, or neither"));
    }
    Ok(security)
}

/// Servers differ in whether they take other letters in addresses, so a mail would be lost on its way.
fn mailbox(field: &str, text: &str) -> Result<Mailbox, ConfigMistake> {
    let mend = "write name@example.com or Name <name@example.com>";
    let parsed: Mailbox = text
        .parse()
        .map_err(|error| ConfigMistake::new(field, format!("is not an address: {error}"), mend))?;
    let is_plain = AsRef::<str>::as_ref(&parsed.email).is_ascii() && !text.chars().any(char::is_control);
    if is_plain { Ok(parsed) } else { Err(ConfigMistake::new(field, "is not a plain address", mend)) }
}

fn or_default(field: &str, set: Option<Template>, default: &str) -> Result<Template, ConfigMistake> {
    set.map_or_else(|| Template::parse(default), Ok).map_err(|error| {
        ConfigMistake::new(field, format!("has a default that does not parse: {error}"), "set it")
    })
}

fn note<T>(result: Result<T, ConfigMistake>, mistakes: &mut Vec<ConfigMistake>) -> Option<T> {
    result.map_err(|mistake| mistakes.push(mistake)).ok()
}
