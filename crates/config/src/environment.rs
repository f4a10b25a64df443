//! The environment layer: `HOOKTIDE_*`, and the two names that platforms set, `DATABASE_URL` and `PORT`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::entry::{Entry, Gathered, find_name};
use crate::key::{CONFIG_FILE_VARIABLE, VARIABLE_PREFIX, names};
use crate::suggest::nearest;
use crate::{Mistake, Origin};

/// Names of ours that are no settings: the file itself, what programs that call the API keep in the same environment
/// (`hooktide listen` too), and the secret that `hooktide sign` reads.
const NOT_SETTINGS: [&str; 4] =
    [CONFIG_FILE_VARIABLE, "HOOKTIDE_URL", "HOOKTIDE_TOKEN", "HOOKTIDE_SIGN_SECRET"];

/// Reads every variable that is meant for us, and finds those that were meant for us and misspelled.
pub(crate) fn gather(variables: &BTreeMap<String, OsString>) -> Gathered {
    let mut gathered = Gathered::default();
    for (variable, value) in variables.iter().filter(|(variable, _)| variable.starts_with(VARIABLE_PREFIX)) {
        let Some(text) = value.to_str() else {
            gathered.mistakes.push(mistake(variable, "is not valid UTF-8", "write plain text"));
            continue;
        };
        let origin = Origin::Environment { variable: variable.clone() };
        if let Some(name) = names().find(|name| name.variable() == *variable) {
            gathered.entries.push(Entry { name, origin, text: text.to_owned() });
        } else if !NOT_SETTINGS.contains(&variable.as_str()) && !is_service_link(variable, text) {
            gathered.mistakes.push(unknown(variable));
        }
    }
    fall_back_to_database_url(variables, &mut gathered);
    fall_back_to_port(variables, &mut gathered);
    gathered
}

fn unknown(variable: &str) -> Mistake {
    let suffix = variable.trim_start_matches(VARIABLE_PREFIX);
    let near = nearest(suffix, names().map(|name| name.path())).and_then(|path| find_name(&path));
    match near {
        Some(name) => mistake(variable, "is not a setting", &format!("did you mean `{}`?", name.variable())),
        None => {
            mistake(variable, "is not a setting", "unset it; `hooktide config reference` lists every setting")
        }
    }
}

/// The origin names the variable already, so the key stays empty.
fn mistake(variable: &str, problem: &str, help: &str) -> Mistake {
    Mistake {
        key: String::new(),
        origin: Origin::Environment { variable: variable.to_owned() },
        problem: problem.to_owned(),
        help: help.to_owned(),
    }
}

fn fall_back_to_database_url(variables: &BTreeMap<String, OsString>, gathered: &mut Gathered) {
    let variable = "DATABASE_URL";
    let Some(name) = find_name("database_url").filter(|_| !variables.contains_key("HOOKTIDE_DATABASE_URL"))
    else {
        return;
    };
    let Some(value) = variables.get(variable).filter(|value| !value.is_empty()) else {
        return;
    };
    match value.to_str() {
        Some(text) => {
            let origin = Origin::Environment { variable: variable.to_owned() };
            gathered.entries.push(Entry { name, origin, text: text.to_owned() });
        }
        None => gathered.mistakes.push(mistake(variable, "is not valid UTF-8", "write plain text")),
    }
}

/// Platforms that start containers say with `PORT` where they will connect to, from another machine.
fn fall_back_to_port(variables: &BTreeMap<String, OsString>, gathered: &mut Gathered) {
    let variable = "PORT";
    let Some(name) = find_name("listen").filter(|_| !variables.contains_key("HOOKTIDE_LISTEN")) else {
        return;
    };
    let Some(value) = variables.get(variable).filter(|value| !value.is_empty()) else {
        return;
    };
    match value.to_str().and_then(|text| text.trim().parse::<u16>().ok()) {
        Some(port) => {
            let origin = Origin::Environment { variable: variable.to_owned() };
            gathered.entries.push(Entry { name, origin, text: format!("0.0.0.0:{port}") });
        }
        None => {
            let help = "write a number from 0 to 65535, or set HOOKTIDE_LISTEN, which comes before PORT";
            gathered.mistakes.push(mistake(variable, "is not a port", help));
        }
    }
}

/// Kubernetes describes every service of a namespace to every container, so a service called `hooktide` sets
/// `HOOKTIDE_SERVICE_HOST`, `HOOKTIDE_PORT=tcp://10.0.0.1:80`, `HOOKTIDE_PORT_80_TCP_ADDR` and more. Nobody
/// misspelled those.
fn is_service_link(variable: &str, text: &str) -> bool {
    let is_url = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| text.starts_with(scheme));
    if variable.ends_with("_SERVICE_HOST") || variable.ends_with("_PORT") && is_url {
        return true;
    }
    if variable.ends_with("_SERVICE_PORT") || variable.contains("_SERVICE_PORT_") {
        return text.parse::<u16>().is_ok();
    }
    let Some((_, after)) = variable.split_once("_PORT_") else {
        return false;
    };
    let mut parts = after.split('_');
    let port = parts.next().is_some_and(|part| part.parse::<u16>().is_ok());
    let protocol = parts.next().is_some_and(|part| matches!(part, "TCP" | "UDP" | "SCTP"));
    port && protocol && parts.next().is_none_or(|part| matches!(part, "PROTO" | "PORT" | "ADDR"))
}
