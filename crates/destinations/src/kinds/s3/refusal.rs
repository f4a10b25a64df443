//! What a store's refusal means: its own code in the answer's XML tells more than the status.

use hooktide_model::Timestamp;

use crate::kinds::http::HttpResponse;
use crate::seam::{Fault, Verdict, judge_status};

/// Codes whose status looks final and which pass by themselves.
const PASSING: &[&str] = &[
    "ConditionalRequestConflict",
    "ExpiredToken",
    "OperationAborted",
    "RequestTimeTooSkewed",
    "RequestTimeout",
];
/// Most characters of the store's words that are told.
const MESSAGE_CHARS_MAX: usize = 300;

/// Judges an answer.
///
/// # Errors
/// Everything that is not a success. Credentials may be changing just now, so being refused passes; a bucket that does
/// not exist does not.
pub(super) fn judge(answer: &HttpResponse, now: Timestamp) -> Result<(), Fault> {
    let Err(fault) = judge_status("the store", answer, now) else { return Ok(()) };
    let body = String::from_utf8_lossy(&answer.body);
    let code = element(&body, "Code");
    let may_pass = matches!(answer.status, 401 | 403) || code.is_some_and(|code| PASSING.contains(&code));
    let verdict = if fault.verdict == Verdict::Fail && may_pass { Verdict::Retry } else { fault.verdict };
    let detail = match code {
        Some(code) => {
            let message = element(&body, "Message").unwrap_or_default();
            let message: String = message.chars().take(MESSAGE_CHARS_MAX).collect();
            format!("the store answered {} {code}: {message}", answer.status)
        }
        None => fault.detail,
    };
    let hint = match answer.status {
        300..400 => "; name the bucket's own region and url",
        _ => "",
    };
    Err(Fault { verdict, code: fault.code, detail: detail + hint })
}

/// The text of the first such element. An error of S3 is flat and has no attributes.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text)
}
