//! `hooktide sign`: a request signed as a provider signs it, as a command to paste.
//!
//! What must stay true: the secret is read from a file or the environment, never from the command line, and the bytes of
//! the printed request are those that were signed.

use std::fs;
use std::path::PathBuf;

use hooktide_model::clock::{Clock, SystemClock};
use hooktide_verify::{Now, Outgoing, PROVIDERS, Secret, provider, sign};
use zeroize::Zeroizing;

use crate::cli::SignArgs;
use crate::failure::Failure;
use crate::output::print_data;

/// Where the secret is when no file is named.
const SECRET_VARIABLE: &str = "HOOKTIDE_SIGN_SECRET";
/// Bytes of a body that is read.
const BODY_BYTES_MAX: u64 = 64 << 20;

/// Where the body comes from.
enum Body {
    Text(String),
    File(PathBuf, Vec<u8>),
}

/// Prints it.
pub(crate) fn run(arguments: &SignArgs) -> Result<(), Failure> {
    let known = provider(&arguments.provider).ok_or_else(|| {
        let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
        Failure::usage(
            format!("there is no provider {:?}", arguments.provider),
            format!("one of: {}", names.join(", ")),
        )
    })?;
    let body = body(&arguments.data)?;
    let bytes = match &body {
        Body::Text(text) => text.as_bytes().to_vec(),
        Body::File(_, bytes) => bytes.clone(),
    };
    let mut request = Outgoing::post(&arguments.url, bytes.as_slice());
    request.method.clone_from(&arguments.method);
    request.set_header("content-type", "application/json");
    for line in &arguments.headers {
        let (name, value) = line.split_once(':').ok_or_else(|| {
            Failure::usage(format!("{line:?} is no header"), "write it as in 'x-event: ping'")
        })?;
        request.set_header(name.trim(), value.trim());
    }
    let secret = secret(arguments)?;
    let now = Now { unix_ms: SystemClock.now().unix_ms() };
    sign(&known.scheme, &Secret::new("command line", secret.as_str()), &mut request, now).map_err(
        |error| {
            let where_from = known.secret.as_ref().map_or("", |guide| guide.found_at);
            Failure::caused(&format!("cannot sign as {}", known.title), &error, where_from)
        },
    )?;
    print_data(&if arguments.only_headers {
        headers(&request)
    } else {
        curl(arguments, &request, &body, &bytes)
    })
}

fn secret(arguments: &SignArgs) -> Result<Zeroizing<String>, Failure> {
    let text = match &arguments.secret_file {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| Failure::caused(&format!("cannot read {}", path.display()), &error, ""))?,
        None => std::env::var(SECRET_VARIABLE).map_err(|_| {
            Failure::usage(
                "the secret is missing",
                format!("set {SECRET_VARIABLE}, or name a file with --secret-file"),
            )
        })?,
    };
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn body(data: &str) -> Result<Body, Failure> {
    let Some(path) = data.strip_prefix('@').map(PathBuf::from) else {
        return Ok(Body::Text(data.to_owned()));
    };
    let failed =
        |error: std::io::Error| Failure::caused(&format!("cannot read {}", path.display()), &error, "");
    let length = fs::metadata(&path).map_err(failed)?.len();
    if length > BODY_BYTES_MAX {
        return Err(Failure::usage(
            format!("{} has {length} bytes", path.display()),
            format!("at most {BODY_BYTES_MAX}"),
        ));
    }
    let bytes = fs::read(&path).map_err(failed)?;
    Ok(Body::File(path, bytes))
}

fn headers(request: &Outgoing) -> String {
    let line = |(name, value): &(String, Vec<u8>)| format!("{name}: {}\n", String::from_utf8_lossy(value));
    request.headers.iter().map(line).collect()
}

fn curl(arguments: &SignArgs, request: &Outgoing, body: &Body, before: &[u8]) -> String {
    // Where the proof is a parameter, the target has it.
    let origin_end = arguments.url.find("://").map_or(0, |at| at + 3);
    let path_at = arguments.url[origin_end..].find('/').map_or(arguments.url.len(), |at| origin_end + at);
    let url = format!("{}{}", &arguments.url[..path_at], request.target);
    let mut command = format!("curl -si -X {} {}", request.method, quoted(&url));
    for (name, value) in &request.headers {
        command.push_str(&format!(" -H {}", quoted(&format!("{name}: {}", String::from_utf8_lossy(value)))));
    }
    let data = match body {
        Body::File(path, _) if request.body == before => format!("@{}", path.display()),
        Body::File(..) | Body::Text(_) => String::from_utf8_lossy(&request.body).into_owned(),
    };
    command.push_str(&format!(" --data-binary {}\n", quoted(&data)));
    command
}

/// As a word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
