//! Trial: scripts are checked when they are saved, and tried without sending anything.
//!
//! For the API. What must stay true: a trial takes the steps of a delivery (`transform`), so what it shows is what would
//! be sent; and it takes no turn from deliveries. A crash here leaves nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use hooktide_model::{AppId, Message};
use hooktide_transform::{Moment, OriginalRequest, ScriptError, Webhook, compile_check, run};

use crate::Pipeline;
use crate::scripts::{Turn, run_in};
use crate::seen::SeenRequest;
use crate::transform::{Change, METHOD, moment_of, params_of};

/// How long a trial waits for its turn.
const TURN_WAIT_MAX: Duration = Duration::from_secs(5);

/// A script and what it is tried on.
pub struct Trial {
    /// The script.
    pub code: String,
    /// The endpoint's URL.
    pub url: String,
    /// What happened.
    pub event_type: Option<String>,
    /// Channels.
    pub channels: Vec<String>,
    /// What the script changes.
    pub payload: Bytes,
    /// Variables of the script.
    pub variables: BTreeMap<String, String>,
    /// What the message's publisher said to scripts.
    pub params: Option<serde_json::Value>,
    /// The request that brought the message.
    pub request: Option<SeenRequest>,
    /// When the script believes to run.
    pub moment: Moment,
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Why a trial came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// Others try scripts, and none of them ended in time.
    #[error("too many scripts are tried at the same time; send it again")]
    Busy,
    /// The script's own mistake, or what would be told of a delivery's attempt.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

/// What deliveries of that message tell their scripts.
#[must_use]
pub fn params_of_message(message: &Message) -> Option<serde_json::Value> {
    params_of(message)
}

/// The moment at which deliveries of that message run their scripts.
#[must_use]
pub fn moment_of_message(message: &Message) -> Moment {
    moment_of(message)
}

impl Trial {
    fn webhook(self) -> (String, Webhook, Moment) {
        let webhook = Webhook {
            event_type: self.event_type,
            channels: self.channels,
            variables: self.variables,
            params: self.params,
            request: self.request.map(OriginalRequest::from),
            ..Webhook::new(METHOD, self.url, self.payload.to_vec())
        };
        (self.code, webhook, self.moment)
    }
}

impl Pipeline {
    /// Whether a script is one: it parses, its top level runs, and it declares `handler`.
    ///
    /// # Errors
    /// What is wrong, and where; or that there was no turn.
    pub async fn check_script(&self, app: AppId, code: String) -> Result<(), TrialError> {
        let turn = self.trial_turn(app).await?;
        Ok(run_in(turn, Moment::default(), move |budget| compile_check(&code, budget)).await?)
    }

    /// What would be sent.
    ///
    /// # Errors
    /// What would be told of a delivery's attempt; or that there was no turn.
    pub async fn try_script(&self, app: AppId, trial: Trial) -> Result<Webhook, TrialError> {
        let turn = self.trial_turn(app).await?;
        let policy = self.engine.destinations.policy.guard.clone();
        let (code, webhook, moment) = trial.webhook();
        let work = move |budget| {
            let after = run(&code, &webhook, budget)?;
            if !after.cancel {
                Change::between(&webhook, after.clone(), &policy)?;
            }
            Ok(after)
        };
        Ok(run_in(turn, moment, work).await?)
    }

    async fn trial_turn(&self, app: AppId) -> Result<Turn, TrialError> {
        let turn = tokio::time::timeout(TURN_WAIT_MAX, self.engine.trials.turn(app.seq()));
        turn.await.map_err(|_elapsed| TrialError::Busy)
    }
}
