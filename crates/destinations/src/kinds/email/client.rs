//! From a parcel to a mail that the server has taken.

use std::future::pending;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use tokio::time::Instant;

use super::mail;
use super::session::{Security, Session, fault, lost};
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Fault, Parcel, Secret, ServiceUrl, Shared, Verdict};

pub(super) struct EmailClient {
    pub(super) url: ServiceUrl,
    pub(super) security: Security,
    pub(super) from: Mailbox,
    pub(super) to: Vec<Mailbox>,
    pub(super) subject: Template,
    pub(super) text: Template,
}

impl Client for EmailClient {
    type Connection = Session;
    type Job = Vec<u8>;

    /// Only what failed before the server had all of the mail is told as a lost connection.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.url.password.iter().collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Vec<u8>, Fault> {
        let reading = Reading::new(parcel);
        let subject = reading.render(&self.subject)?;
        mail::write(parcel, &self.from, &self.to, &subject, reading.render(&self.text)?)
    }

    async fn connect(&self, shared: &Shared, deadline: Instant) -> Result<Session, Fault> {
        Session::open(shared, &self.url, self.security, self.from.email.domain(), deadline).await
    }

    async fn act(&self, session: &mut Session, mail: &Vec<u8>, _deadline: Instant) -> Result<Done, Fault> {
        // Whatever goes wrong leaves the session somewhere in the middle: the next mail gets a new one.
        session.is_usable = false;
        self.announce(session).await.map_err(|error| lost(&error))?;
        let taken = session.smtp.message(mail).await.map_err(|error| unknown(fault(&error)))?;
        session.is_usable = true;
        let words = taken.first_line().unwrap_or_default();
        Ok(Done { code: Some(250), detail: format!("taken by the mail server: {words}") })
    }

    fn is_open(session: &mut Session) -> bool {
        session.is_usable && !session.smtp.has_broken()
    }

    /// The library does not tell; a session that has ended is found by the next mail, which then gets a new one.
    async fn ended(_session: &mut Session) {
        pending().await
    }
}

impl EmailClient {
    /// Everything before the mail itself. One recipient that is refused refuses the mail for all.
    async fn announce(&self, session: &mut Session) -> Result<(), Error> {
        session.smtp.command(Mail::new(Some(self.from.email.clone()), Vec::new())).await?;
        for recipient in &self.to {
            session.smtp.command(Rcpt::new(recipient.email.clone(), Vec::new())).await?;
        }
        session.smtp.command(Data).await?;
        Ok(())
    }
}

/// Once the mail was sent, a lost connection says nothing about it, and it is not sent again at once.
fn unknown(fault: Fault) -> Fault {
    match fault.verdict {
        Verdict::Lost => Fault::retry(format!(
            "outcome unknown: the mail was sent, but not confirmed: {}; the next attempt carries the same Message-ID",
            fault.detail
        )),
        _ => fault,
    }
}
