//! Handshakes: what a provider asks before it sends, answered outside the source's rate.
//!
//! What must stay true: a secret that is handed over is kept once and never replaced by another, and a crash before
//! the answer leaves a secret that the same question finds again.

use std::sync::Arc;

use hooktide_model::{Source, SourceSecret, SourceSecretUse, Timestamp};
use hooktide_store::{ObjectRef, StoreError};
use hooktide_verify::{Answer, Purpose, Secret, VerifyOptions, secrets_equal};

use crate::commit::keep;
use crate::engine::Engine;
use crate::keys::fetch;
use crate::receive::{Inbound, Received, Refused, judge};
use crate::source::SourceConfig;

/// How often the saving of a learnt secret that met another save is done again.
const SAVE_TRIES: usize = 5;

/// A handshake's answer, once what it asks for is done.
pub(crate) async fn shake_hands(
    engine: &Engine,
    config: &SourceConfig,
    inbound: &Inbound,
    question: Answer,
    now: Timestamp,
) -> Result<Received, StoreError> {
    if question.needs_verification {
        match judge(engine, config, inbound, now, VerifyOptions::default()).await {
            Ok(_) => {}
            Err(refused) if refused.status == 503 => return Ok(Received::Refused(refused)),
            Err(refused) => return Ok(keep(engine, config, inbound, refused, now).await),
        }
    }
    if let Some(secret) = &question.learn
        && !learn(engine, config, secret, now).await?
    {
        let detail = "the source has a secret already, and another one was offered; it was not taken";
        let refused = Refused::new(config.provider.refusal_status, "secret_already_learnt", detail);
        return Ok(keep(engine, config, inbound, refused, now).await);
    }
    if let Some(url) = &question.fetch
        && fetch(Arc::clone(&engine.http), url.clone()).await.is_none()
    {
        let detail = "the URL that confirms the subscription could not be opened";
        return Ok(Received::Refused(Refused::new(503, "confirmation_failed", detail)));
    }
    engine.meters.received("handshake");
    Ok(Received::Handshake(question))
}

/// Keep a secret that the provider hands over, unless there is one already. Whether the source has this one now.
async fn learn(
    engine: &Engine,
    config: &SourceConfig,
    secret: &Secret,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (org, id) = (&config.source.org, ObjectRef::Id(config.source.id));
    for _ in 0..SAVE_TRIES {
        let mut source = engine.store.source(org, &id).await?.ok_or(StoreError::Missing)?;
        if let Some(is_this) = holds(&source, secret) {
            return Ok(is_this);
        }
        let purpose = match secret.purpose {
            Purpose::Signing => SourceSecretUse::Signing,
            Purpose::Challenge => SourceSecretUse::Challenge,
        };
        let (id, text) = (secret.id.clone(), secret.text().to_owned());
        source.secrets.push(SourceSecret { id, purpose, text, from_s: None, until_s: None });
        source.updated_at = now;
        match engine.store.save_source(source, None).await {
            Ok(saved) => {
                engine.catalogue.source_changed(&[&saved.into_inner()]);
                return Ok(true);
            }
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Stale)
}

/// Whether this is among the source's signing secrets; `None` when it has none.
fn holds(source: &Source, secret: &Secret) -> Option<bool> {
    let signing = || source.secrets.iter().filter(|held| held.purpose == SourceSecretUse::Signing);
    signing().next()?;
    Some(signing().any(|held| secrets_equal(held.text.as_bytes(), secret.text().as_bytes())))
}
