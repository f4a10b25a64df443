//! Record: what an answer means, as an outcome for the store. Judgements are the model's; this puts them together.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::kinds::http::{Exchange, HttpResponse};
use hooktide_destinations::seam::{Delivered, Outcome as Fate};
use hooktide_destinations::{RETRY_AFTER_MAX, parse_retry_after};
use hooktide_model::classify::{Verdict, judge as judge_status};
use hooktide_model::{AttemptStatus, Timestamp, Trigger};
use hooktide_store::{NewAttempt, Outcome};

use crate::engine::Engine;
use crate::lane::{Job, Lane};
use crate::subscriber::Subscriber;

/// Bytes of an answer that are stored with the attempt.
const RESPONSE_STORED_BYTES_MAX: usize = 20_000;

/// What a redirect's attempt says when the receiver said nothing else.
const REDIRECTED: &str = "the receiver answered with a redirect, and redirects are not followed; set the endpoint's url to where it leads";

/// What came of a try.
pub(crate) enum Answer {
    /// It was sent, or the sending failed.
    Exchange(Exchange),
    /// The same over a destination of another kind than HTTP.
    Delivered(Delivered),
    /// It could not be sent, for this reason.
    Refused(String),
    /// What has to be done before it can be sent took too long, for this reason.
    Overran(String),
}

/// An outcome and what it says about the endpoint.
pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    pub(crate) verdict: Verdict,
    /// The endpoint did not answer in time, or not at all.
    pub(crate) is_slow: bool,
    /// The schedule has ended without success.
    pub(crate) is_exhausted: bool,
}

/// When a try was made and judged, and its share of jitter. Deliveries that were tried as one share it, so that they
/// come due as one again.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) started_at: Timestamp,
    now: Timestamp,
    unit: f64,
}

impl Moment {
    /// A try that began then and ends now.
    pub(crate) fn since(engine: &Engine, started_at: Timestamp) -> Self {
        Self { started_at, now: engine.clock.now(), unit: engine.unit() }
    }
}

/// Judge an answer and decide the next step.
pub(crate) fn judge(
    engine: &Engine,
    lane: &Lane,
    job: &Job,
    subscriber: &Subscriber,
    moment: Moment,
    answer: Answer,
) -> Judged {
    let Moment { started_at, now, unit } = moment;
    let Reading { verdict, status_code, duration, response, wish, is_slow } = read(answer, now);
    let status = if verdict == Verdict::Delivered { AttemptStatus::Success } else { AttemptStatus::Fail };
    let number = job.tries.saturating_add(1);
    let may_retry =
        matches!(verdict, Verdict::Retry | Verdict::RetrySlower) && job.trigger == Trigger::Scheduled;
    let delay = if may_retry { engine.config.retry_schedule.delay_after(number, wish, unit) } else { None };
    let attempt = NewAttempt {
        seq: engine.store.seqs().next(started_at),
        number,
        trigger: job.trigger,
        status,
        status_code: status_code.unwrap_or(0),
        duration_ms: u32::try_from(duration.as_millis()).unwrap_or(u32::MAX),
        url: Arc::clone(&subscriber.url_text),
        response,
    };
    let lag = (job.tries == 0 && job.trigger == Trigger::Scheduled)
        .then(|| started_at.since(job.message.deliver_at.unwrap_or_default().max(job.message.accepted_at())));
    engine.meters.attempt(status, duration, lag);
    let is_exhausted = status == AttemptStatus::Fail && delay.is_none() && job.trigger == Trigger::Scheduled;
    let next_due = delay.map(|delay| now.plus(delay));
    Judged { outcome: outcome(lane, job, attempt, next_due), verdict, is_slow, is_exhausted }
}

/// What an answer says, whatever the kind.
struct Reading {
    verdict: Verdict,
    status_code: Option<u16>,
    duration: Duration,
    response: Bytes,
    /// The receiver's wish for the time of the next try.
    wish: Option<Duration>,
    is_slow: bool,
}

fn read(answer: Answer, now: Timestamp) -> Reading {
    match answer {
        Answer::Refused(why) => unanswered(why, Duration::ZERO, false),
        // Slow is slow: of such deliveries, too, only a few are to wait in memory.
        Answer::Overran(why) => unanswered(why, Duration::ZERO, true),
        Answer::Exchange(Exchange { outcome: Err(failure), duration, .. }) => {
            unanswered(failure.detail, duration, true)
        }
        Answer::Exchange(Exchange { outcome: Ok(response), duration, .. }) => Reading {
            verdict: judge_status(Some(response.status)),
            status_code: Some(response.status),
            duration,
            wish: response.retry_after.as_ref().and_then(|value| parse_retry_after(value, now.unix_s())),
            response: stored(&response),
            is_slow: false,
        },
        Answer::Delivered(delivered) => of_kind(delivered),
    }
}

fn unanswered(why: String, duration: Duration, is_slow: bool) -> Reading {
    let (verdict, response) = (judge_status(None), Bytes::from(why));
    Reading { verdict, status_code: None, duration, response, wish: None, is_slow }
}

fn of_kind(delivered: Delivered) -> Reading {
    let (verdict, wish) = match delivered.outcome {
        Fate::Done => (Verdict::Delivered, None),
        Fate::Failed => (Verdict::Refused, None),
        Fate::Retry { after: Some(after) } => (Verdict::RetrySlower, Some(after.min(RETRY_AFTER_MAX))),
        Fate::Retry { after: None } => (Verdict::Retry, None),
    };
    Reading {
        verdict,
        status_code: delivered.code,
        duration: delivered.duration,
        response: delivered.detail,
        wish,
        // Without a number of its own the server gave no answer: it was not reached, or not in time.
        is_slow: verdict == Verdict::Retry && delivered.code.is_none(),
    }
}

/// The receiver's words; of a redirect without any, ours.
fn stored(response: &HttpResponse) -> Bytes {
    if (300..400).contains(&response.status) && response.body.is_empty() {
        return Bytes::from_static(REDIRECTED.as_bytes());
    }
    response.body.slice(..response.body.len().min(RESPONSE_STORED_BYTES_MAX))
}

fn outcome(lane: &Lane, job: &Job, attempt: NewAttempt, next_due: Option<Timestamp>) -> Outcome {
    let (message, endpoint, source) = (job.message.seq(), lane.endpoint, job.source);
    Outcome { message, endpoint, source, attempt, next_due, place: job.place() }
}

/// The delivery ends without having been tried.
pub(crate) fn canceled(engine: &Engine, lane: &Lane, job: &Job, url: &str, why: &'static str) -> Outcome {
    unsent(engine, lane, job, AttemptStatus::Canceled, Arc::from(url), why)
}

/// The delivery ends: there is nothing left to send.
pub(crate) fn payload_gone(engine: &Engine, lane: &Lane, job: &Job, subscriber: &Subscriber) -> Outcome {
    let why = "the payload was erased or has expired before it could be delivered";
    unsent(engine, lane, job, AttemptStatus::Fail, Arc::clone(&subscriber.url_text), why)
}

/// We failed, not the endpoint: try again by the schedule.
pub(crate) fn internal_error(engine: &Engine, lane: &Lane, job: &Job) -> Outcome {
    let why = "internal error in the server; its log has the details";
    let mut outcome = unsent(engine, lane, job, AttemptStatus::Fail, Arc::from(""), why);
    if job.trigger == Trigger::Scheduled {
        let delay = engine.config.retry_schedule.delay_after(outcome.attempt.number, None, engine.unit());
        outcome.next_due = delay.map(|delay| engine.clock.now().plus(delay));
    }
    outcome
}

fn unsent(
    engine: &Engine,
    lane: &Lane,
    job: &Job,
    status: AttemptStatus,
    url: Arc<str>,
    why: &'static str,
) -> Outcome {
    engine.meters.attempt(status, Duration::ZERO, None);
    let attempt = NewAttempt {
        seq: engine.store.seqs().next(engine.clock.now()),
        number: job.tries.saturating_add(1),
        trigger: job.trigger,
        status,
        status_code: 0,
        duration_ms: 0,
        url,
        response: Bytes::from_static(why.as_bytes()),
    };
    outcome(lane, job, attempt, None)
}

#[cfg(test)]
mod tests;
