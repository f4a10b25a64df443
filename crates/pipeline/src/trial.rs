//! Trial: scripts are checked when they are saved, and tried without sending anything.
//!
//! For the API. What must stay true: a trial takes the steps of a delivery (`transform`), so what it shows is what would
//! be sent; and it takes no turn from deliveries. A crash here leaves nothing.

use std::collections::BTreeMap;

use bytes::Bytes;
use hooktide_model::{AppId, Message};
use hooktide_transform::{Moment, OriginalRequest, ScriptError, Webhook, compile_check, run};

use crate::Pipeline;
use crate::scripts::run_in;
use crate::seen::SeenRequest;
use crate::transform::{Change, METHOD, moment_of};

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
    /// What is wrong, and where.
    pub async fn check_script(&self, app: AppId, code: String) -> Result<(), ScriptError> {
        let turn = self.engine.trials.turn(app.seq()).await;
        run_in(turn, Moment::default(), move |budget| compile_check(&code, budget)).await
    }

    /// What would be sent.
    ///
    /// # Errors
    /// What would be told of a delivery's attempt.
    pub async fn try_script(&self, app: AppId, trial: Trial) -> Result<Webhook, ScriptError> {
        let turn = self.engine.trials.turn(app.seq()).await;
        let policy = self.engine.destinations.policy.guard.clone();
        let (code, webhook, moment) = trial.webhook();
        let work = move |budget| {
            let after = run(&code, &webhook, budget)?;
            if !after.cancel {
                Change::between(&webhook, after.clone(), &policy)?;
            }
            Ok(after)
        };
        run_in(turn, moment, work).await
    }
}
