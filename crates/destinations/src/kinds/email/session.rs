//! An open session with a mail server: encrypted as configured, introduced, and logged in.

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use tokio::time::Instant;

use super::starttls;
use super::stream::SmtpStream;
use crate::seam::{Fault, ServiceUrl, Shared, open_line, open_plain, secure_line};

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// From the start.
    Tls,
    /// By STARTTLS, always.
    StartTls,
    /// Not at all.
    None,
}

/// A session.
pub(super) struct Session {
    pub(super) smtp: AsyncSmtpConnection,
    /// Whether it stands between two mails.
    pub(super) is_usable: bool,
}

impl Session {
    /// Connects through the guard. `name` is how this server introduces itself.
    pub(super) async fn open(
        shared: &Shared,
        url: &ServiceUrl,
        security: Security,
        name: &str,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        let stream = match security {
            Security::Tls => SmtpStream::new(open_line(shared, &url.address, true, deadline).await?),
            Security::None => SmtpStream::new(open_line(shared, &url.address, false, deadline).await?),
            Security::StartTls => {
                let mut plain = open_plain(shared, &url.address, deadline).await?;
                starttls::ask(&mut plain, name).await?;
                SmtpStream::greeted(secure_line(shared, url.address.server_name(), plain).await?)
            }
        };
        let name = ClientId::Domain(name.to_owned());
        let mut smtp = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name)
            .await
            .map_err(|error| lost(&error))?;
        if let (Some(user), Some(password)) = (&url.user, &url.password) {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let login = smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            // A password may be changing just now.
            login.map_err(|error| Fault { verdict: crate::seam::Verdict::Retry, ..fault(&error) })?;
        }
        Ok(Self { smtp, is_usable: true })
    }
}

/// What the server refused, or how the connection broke.
pub(super) fn fault(error: &Error) -> Fault {
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let Some(status) = error.status() else {
        return Fault::lost(format!("connection to the mail server: {error}"));
    };
    let detail = format!("the mail server answered {status}: {words}");
    let code = status.to_string().parse().unwrap_or_default();
    if error.is_permanent() {
        Fault::fail(detail).with_code(code)
    } else {
        Fault::retry(detail).with_code(code)
    }
}

/// The same before a mail was sent.
pub(super) fn lost(error: &Error) -> Fault {
    let fault = fault(error);
    match fault.code {
        // The server is closing the session, which an old one comes to in the end.
        Some(421) => Fault::lost(fault.detail).with_code(421),
        _ => fault,
    }
}
