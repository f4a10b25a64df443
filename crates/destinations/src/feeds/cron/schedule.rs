//! Times of a cron expression, in UTC.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use hooktide_model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A parsed expression.
#[derive(Debug)]
pub(super) struct Schedule(Cron);

impl Schedule {
    /// Reads five fields, or six with seconds first.
    ///
    /// # Errors
    /// What is wrong with it; reads on after the field's name.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(text).map_err(|error| format!("is not a schedule: {error}"))?;
        let schedule = Self(cron);
        match schedule.after(Timestamp::from_unix_ms(0)) {
            Some(_) => Ok(schedule),
            None => Err("names no time that ever comes".to_owned()),
        }
    }

    /// The first time after that one.
    pub(super) fn after(&self, time: Timestamp) -> Option<Timestamp> {
        stamp(self.0.find_next_occurrence(&civil(time)?, false).ok()?)
    }

    /// The last time that is not after that one.
    pub(super) fn latest(&self, time: Timestamp) -> Option<Timestamp> {
        stamp(self.0.find_previous_occurrence(&civil(time)?, true).ok()?)
    }
}

/// Whole seconds: a schedule knows nothing finer, and what is left over would hide the second itself.
fn civil(time: Timestamp) -> Option<DateTime> {
    let second = jiff::Timestamp::from_second(time.unix_s()).ok()?;
    Some(TimeZone::UTC.to_datetime(second))
}

fn stamp(time: DateTime) -> Option<Timestamp> {
    let time = TimeZone::UTC.to_timestamp(time).ok()?;
    Some(Timestamp::from_unix_ms(time.as_millisecond()))
}
