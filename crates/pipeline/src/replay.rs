//! Replay: take a stored request once more, after its secret was put right or its action failed.
//!
//! A refused one is judged again with the secrets of today as of its own time; the clock is not checked. Then it is
//! committed as a message that says so, under its event's key: a provider that tried several times leaves several
//! refused requests, and may try again; all of them are one event. A conflict is taken without a key, since a person
//! has decided that it is an event of its own. A request that was split is split again, by the rule of today.

use hooktide_model::receipt::bytes_of_text;
use hooktide_model::{MessageId, Receipt, ReceiptOutcome, Timestamp};
use hooktide_store::{Idempotency, StoreError};
use hooktide_verify::{Acceptance, VerifyOptions, dedupe_key};

use crate::commit::{Part, Taken, commit};
use crate::keyed::part_of;
use crate::receive::{Inbound, Received, Refused, judge, wrong_method};
use crate::source::SourceConfig;
use crate::split;
use crate::{Pipeline, ResendError};

/// What came of a replay.
#[derive(Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It is this message now.
    Committed(MessageId),
    /// Its message goes to so many endpoints again.
    Resent(usize),
}

/// Why a request was not replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Its body was not kept, or has expired.
    #[error("the body is gone")]
    BodyGone,
    /// The same event was taken with another body; this one is kept as a conflict.
    #[error("the event is there with another body")]
    Conflict,
    /// It is still not believed.
    #[error("{}", .0.detail)]
    Refused(Refused),
    /// The store's refusal.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Pipeline {
    /// Take a stored request of the source once more.
    ///
    /// # Errors
    /// When it is still not believed, has no body any more, or was not stored.
    pub async fn replay(
        &self,
        config: &SourceConfig,
        receipt: Receipt,
        payload_expires_at: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> Result<Replayed, ReplayError> {
        let is_accepted = receipt.outcome == ReceiptOutcome::Accepted;
        let is_whole = is_accepted && receipt.head.events.is_some();
        if let (true, false, Some(message)) = (is_accepted, is_whole, receipt.message) {
            return self.resend_everywhere(config, message, idempotency).await;
        }
        let body = receipt.body.clone().ok_or(ReplayError::BodyGone)?;
        let header = |(name, value): &(String, String)| (name.clone(), bytes_of_text(value));
        let inbound = Inbound {
            method: receipt.head.method.clone(),
            target: receipt.head.target.clone(),
            url: receipt.head.url.clone(),
            headers: receipt.head.headers.iter().map(header).collect(),
            body: Some(body.clone()),
            peer: receipt.head.peer.clone(),
            payload_expires_at,
        };
        let acceptance = if is_whole {
            Acceptance::default()
        } else {
            if let Some(refused) = wrong_method(config, &inbound) {
                return Err(ReplayError::Refused(refused));
            }
            let options = VerifyOptions { check_time: false };
            let judged = judge(&self.engine, config, &inbound, receipt.received_at(), options).await;
            judged.map_err(ReplayError::Refused)?
        };
        let is_new = receipt.outcome == ReceiptOutcome::Refused;
        let dedupe_key =
            is_new.then(|| inbound.look(|request| dedupe_key(&config.dedupe, request))).flatten();
        // Two keys cannot hold for one message, and the event's answers a repeated call as well.
        let idempotency = idempotency.filter(|_| dedupe_key.is_none());
        let (replay_of, part) = (Some(receipt.id), Part::Only);
        let taken = Taken { acceptance, dedupe_key, idempotency, replay_of, part };
        let now = self.engine.clock.now();
        let received = match split::events(config, &inbound) {
            Some(items) => split::commit_all(&self.engine, config, &inbound, items, taken, now).await?,
            None => commit(&self.engine, config, &inbound, body, taken, now).await?,
        };
        match received {
            Received::Accepted { message, .. } => Ok(Replayed::Committed(message)),
            Received::Conflict => Err(ReplayError::Conflict),
            Received::Handshake(_) | Received::Refused(_) => Err(ReplayError::Store(StoreError::Database(
                "a replay was answered as another request".to_owned(),
            ))),
        }
    }

    async fn resend_everywhere(
        &self,
        config: &SourceConfig,
        message: MessageId,
        idempotency: Option<Idempotency>,
    ) -> Result<Replayed, ReplayError> {
        let app = self.source_app(config.source.app).await?.ok_or(StoreError::Missing)?;
        let mut resent = 0;
        for endpoint in app.endpoints.iter().filter(|endpoint| !endpoint.disabled) {
            let own = idempotency.map(|whole| part_of(whole, endpoint.id.seq()));
            match self.resend(&app, message, endpoint.id, own).await {
                Ok(()) => resent += 1,
                Err(ResendError::PayloadGone) => return Err(ReplayError::BodyGone),
                Err(ResendError::EndpointDisabled) => {}
                Err(ResendError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(Replayed::Resent(resent))
    }
}
