//! What an answer means for the delivery and for the endpoint. Pure: a table, tested as a table.

/// The judgement on one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 2xx: delivered.
    Delivered,
    /// Try again by the schedule.
    Retry,
    /// Try again by the schedule, and send this endpoint less for a while (429, 502, 503, 504).
    RetrySlower,
    /// It cannot work until somebody changes the configuration, the message or the server: the delivery ends.
    Refused,
    /// 410: the endpoint asks never to be called again; it is disabled and the delivery ends.
    Gone,
}

/// Judge an HTTP status; `None` when there was no answer.
///
/// Only 2xx is success and redirects are failures (Standard Webhooks 1.0.0, "Delivery").
#[must_use]
pub const fn judge(status_code: Option<u16>) -> Verdict {
    match status_code {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::Gone,
        Some(429 | 502 | 503 | 504) => Verdict::RetrySlower,
        _ => Verdict::Retry,
    }
}

#[cfg(test)]
mod tests;
