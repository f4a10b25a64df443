//! The loop: the next receipts, each to the application, and the place moved on behind it.

use hooktide_model::Clock;

use super::application::{Application, Taken};
use super::event::{Event, Listed};
use super::place::{Place, PlaceFile, Since};
use super::report::Report;
use super::server::Server;
use crate::failure::Failure;

/// What the person wants.
pub(crate) struct Wishes {
    /// Only events of these types; a `*` at the end stands for the rest. Empty for all.
    pub(crate) types: Vec<String>,
    /// Send refused requests on too.
    pub(crate) with_refused: bool,
    /// End after so many.
    pub(crate) once: Option<u64>,
    /// End at the first that the application does not take.
    pub(crate) stop_on_failure: bool,
}

/// A source that is followed.
pub(crate) struct Follow {
    pub(crate) server: Server,
    pub(crate) application: Application,
    pub(crate) wishes: Wishes,
    pub(crate) report: Report,
    place: Place,
    file: Option<PlaceFile>,
    sent: u64,
    /// Of those, how many were not answered with 2xx.
    failed: u64,
}

impl Follow {
    /// At the place that the file names, or where the person wants to begin.
    ///
    /// # Errors
    /// When the server or the file cannot be used.
    pub(crate) async fn begin(
        mut server: Server,
        application: Application,
        (since, file): (Since, Option<&std::path::Path>),
        clock: &dyn Clock,
        (wishes, report): (Wishes, Report),
    ) -> Result<Self, Failure> {
        let (source, name) = server.source().await?;
        let (file, kept) = match file.map(|path| PlaceFile::open(path, &source)).transpose()? {
            Some((file, kept)) => (Some(file), kept),
            None => (None, None),
        };
        let place = match (kept, since) {
            (Some(kept), _) => kept,
            (None, Since::Start) => Place::Start,
            (None, Since::At(time)) => Place::Since(time),
            (None, Since::Ago(span)) => Place::Since(clock.now().minus(span)),
            (None, Since::Now) => server.newest().await?.map_or(Place::Start, Place::After),
        };
        if let Some(file) = &file {
            file.save(&place)?;
        }
        eprintln!("following {name} ({source}); the provider is answered by the server. Stop with Ctrl-C.");
        Ok(Self { server, application, wishes, report, place, file, sent: 0, failed: 0 })
    }

    /// Follow until enough were sent, or something cannot be mended by waiting.
    ///
    /// # Errors
    /// Then; also when one that was sent was not answered with 2xx and an end was asked for.
    pub(crate) async fn run(&mut self) -> Result<(), Failure> {
        // Each turn is a page of receipts, or an answer that there are none; the server is asked about three times a
        // minute while nothing comes.
        while !self.is_enough() {
            for listed in self.server.next(&self.place).await? {
                self.deal_with(&listed).await?;
                self.place = Place::After(listed.id);
                if let Some(file) = &self.file {
                    file.save(&self.place)?;
                }
                if self.is_enough() {
                    break;
                }
            }
        }
        match self.failed {
            0 => Ok(()),
            failed => Err(Failure::failed(
                format!("{failed} of {} events were not answered with 2xx", self.sent),
                "the lines above say which",
            )),
        }
    }

    fn is_enough(&self) -> bool {
        self.wishes.once.is_some_and(|once| self.sent >= once)
    }

    async fn deal_with(&mut self, listed: &Listed) -> Result<(), Failure> {
        // The request that it was cut out of goes whole.
        if listed.is_part {
            return Ok(());
        }
        let is_accepted = listed.outcome == "accepted";
        if !is_accepted && !self.wishes.with_refused {
            eprintln!(
                "not forwarded: {} was answered {} ({}: {}); --with-refused forwards such requests too",
                listed.id, listed.status, listed.code, listed.detail
            );
            return Ok(());
        }
        let Some(mut event) = self.server.event(&listed.id).await? else {
            eprintln!("not forwarded: {} is not kept any more", listed.id);
            return Ok(());
        };
        if is_accepted && !is_wanted(&self.wishes.types, &event.event_type) {
            return Ok(());
        }
        let Some(body) = event.body.take() else {
            eprintln!("not forwarded: the body of {} was not kept, or is not any more", listed.id);
            return Ok(());
        };
        self.send(&event, body).await
    }

    async fn send(&mut self, event: &Event, body: bytes::Bytes) -> Result<(), Failure> {
        let why = match self.application.take(event, body).await {
            Taken::Answered(status, took) => {
                self.sent += 1;
                self.report.answered(event, status, took)?;
                if (200..300).contains(&status) {
                    return Ok(());
                }
                self.failed += 1;
                format!("answered {status}")
            }
            Taken::Not(why) => {
                self.sent += 1;
                self.failed += 1;
                self.report.not_taken(event, &why)?;
                why
            }
        };
        match self.wishes.stop_on_failure {
            false => Ok(()),
            true => Err(Failure::failed(
                format!("the application did not take {}: {why}", event.id),
                "with --cursor-file the next start begins with this event",
            )),
        }
    }
}

/// Whether events of that type are asked for.
fn is_wanted(types: &[String], event_type: &str) -> bool {
    types.is_empty()
        || types.iter().any(|one| match one.strip_suffix('*') {
            Some(beginning) => event_type.starts_with(beginning),
            None => one == event_type,
        })
}

#[cfg(test)]
mod tests;
