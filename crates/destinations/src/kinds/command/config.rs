//! The configuration: which program, with which arguments and environment.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::client::CommandClient;
use super::environment;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, Secret, fields};

/// Most bytes of the program's path.
const PROGRAM_BYTES_MAX: usize = 4_096;
/// Most arguments.
const ARGUMENTS_MAX: usize = 64;
/// Most variables of each kind.
const VARIABLES_MAX: usize = 64;
/// Longest time for a program, in seconds; the server's own limit for a delivery may be shorter.
const TIMEOUT_S_MAX: i64 = 30;
/// Most programs of one endpoint at the same time.
const CONCURRENCY_MAX: i64 = 64;
/// Where an endpoint says nothing.
const CONCURRENCY: usize = 4;
/// Most exit codes in `fail_codes`.
const FAIL_CODES_MAX: usize = 64;

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "program",
        Form::Text { bytes_max: PROGRAM_BYTES_MAX },
        "the absolute path of a program that the server's operator listed",
    )
    .aiming(),
    Field::optional(
        "args",
        Form::List { of: &Form::Template, items_max: ARGUMENTS_MAX },
        "its arguments, one template each; other accounts of the machine can read them",
    )
    .aiming(),
    Field::optional(
        "env",
        Form::Map { of: &Form::Template, entries_max: VARIABLES_MAX },
        "variables for it; it has HOOKTIDE_MESSAGE_ID, HOOKTIDE_EVENT_TYPE, HOOKTIDE_CONTENT_TYPE, HOOKTIDE_OCCURRED_AT, HOOKTIDE_IDEMPOTENCY_KEY, HOOKTIDE_ATTEMPT and PATH, and nothing else of the server's",
    ),
    Field::optional(
        "secret_env",
        Form::Map { of: &Form::Secret, entries_max: VARIABLES_MAX },
        "variables with secrets; never shown",
    ),
    Field::optional(
        "timeout_s",
        Form::Integer { min: 1, max: TIMEOUT_S_MAX },
        "seconds after which it is killed with all it started; default: the server's limit for a delivery",
    ),
    Field::optional(
        "concurrency",
        Form::Integer { min: 1, max: CONCURRENCY_MAX },
        "how many may run for this endpoint at the same time; default: 4",
    ),
    Field::optional(
        "fail_codes",
        Form::List { of: &Form::Integer { min: 1, max: 255 }, items_max: FAIL_CODES_MAX },
        "exit codes that mean it will never work; every other one but 0 is tried again; default: none",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "program": "/usr/local/bin/restart-shop",
  "args": ["--shop", "{{ payload.shop.id }}"],
  "env": {"SHOP_NAME": "{{ payload.shop.name }}"},
  "secret_env": {"SHOP_TOKEN": "secret"},
  "timeout_s": 10,
  "fail_codes": [64, 65]
}"#;

#[derive(Deserialize)]
struct Config {
    program: String,
    #[serde(default)]
    args: Option<Vec<Template>>,
    env: Option<BTreeMap<String, Template>>,
    secret_env: Option<BTreeMap<String, Secret>>,
    timeout_s: Option<u64>,
    concurrency: Option<usize>,
    fail_codes: Option<Vec<i32>>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let env = config.env.unwrap_or_default();
    let secret_env = config.secret_env.unwrap_or_default();
    let mut mistakes = judge_names("env", env.keys());
    mistakes.extend(judge_names("secret_env", secret_env.keys()));
    mistakes.extend(env.keys().filter(|name| secret_env.contains_key(*name)).map(|name| {
        ConfigMistake::new(format!("env.{name}"), "is in secret_env too", "keep one of the two")
    }));
    mistakes.extend(judge_program(&config.program, policy));
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Checked::client(CommandClient {
        program: config.program.into(),
        args: config.args.unwrap_or_default(),
        env: env.into_iter().collect(),
        secret_env: secret_env.into_iter().collect(),
        time_max: config.timeout_s.map(Duration::from_secs),
        places: Arc::new(Semaphore::new(config.concurrency.unwrap_or(CONCURRENCY))),
        fail_codes: config.fail_codes.unwrap_or_default(),
    }))
}

fn judge_names<'a>(field: &str, names: impl Iterator<Item = &'a String>) -> Vec<ConfigMistake> {
    names
        .filter_map(|name| {
            let (what, mend) = environment::judge_name(name).err()?;
            Some(ConfigMistake::new(format!("{field}.{name}"), what, mend))
        })
        .collect()
}

fn judge_program(program: &str, policy: &Policy) -> Option<ConfigMistake> {
    if is_listed(Path::new(program), policy) {
        return None;
    }
    let what = match policy.commands.is_empty() {
        true => "names a program, and this server runs none",
        false => "is not among the programs that this server runs",
    };
    let mend = "ask the operator to list its absolute path in HOOKTIDE_DESTINATIONS_COMMANDS";
    Some(ConfigMistake::new("program", what, mend))
}

/// Whether the operator listed exactly this path.
pub(super) fn is_listed(program: &Path, policy: &Policy) -> bool {
    program.is_absolute() && policy.commands.iter().any(|listed| listed.as_os_str() == program.as_os_str())
}
