//! The place where scripts run: a few at a time, on threads that may block, apart from what everything else needs.
//!
//! Used by `transform` for deliveries and, with turns of its own, by the API to check and try scripts. A script is cut
//! at its deadline; one that the engine can only stop late is no longer waited for, but keeps its turn until it ends. So
//! an application holds at most its own share of the turns, whatever its scripts do. A crash here leaves nothing.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use hooktide_model::Seq;
use hooktide_transform::{Budget, Moment, ScriptError, ScriptErrorKind};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Scripts of deliveries that run at the same time.
pub(crate) const SCRIPTS_MAX: usize = 4;
/// Scripts that are checked or tried at the same time.
pub(crate) const TRIALS_MAX: usize = 2;
/// How long a script may run.
pub const SCRIPT_TIME_MAX: Duration = Duration::from_secs(1);
/// How much longer its end is waited for.
const OVERDUE_MAX: Duration = Duration::from_secs(1);

/// Turns for running scripts.
pub(crate) struct Scripts {
    turns: Arc<Semaphore>,
    /// Of each application at the same time.
    share: usize,
    shares: Mutex<HashMap<Seq, Weak<Semaphore>>>,
}

/// The right to run one script, until it has ended.
pub(crate) struct Turn {
    _share: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl Scripts {
    /// So many at a time, and half of them for one application.
    pub(crate) fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), share: (turns / 2).max(1), shares: Mutex::default() }
    }

    /// Wait for a turn, in the order of asking.
    pub(crate) async fn turn(&self, app: Seq) -> Turn {
        // First the share: who waits for its own must not hold what others could use.
        let share = self.share_of(app).acquire_owned().await.expect("the turns are never closed");
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the turns are never closed");
        Turn { _share: share, _turn: turn }
    }

    fn share_of(&self, app: Seq) -> Arc<Semaphore> {
        let mut shares = self.shares.lock();
        if let Some(known) = shares.get(&app).and_then(Weak::upgrade) {
            return known;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let fresh = Arc::new(Semaphore::new(self.share));
        shares.insert(app, Arc::downgrade(&fresh));
        fresh
    }
}

/// Run a script's work within the budget, in that turn.
///
/// # Errors
/// What the work says, or that it ran too long.
pub(crate) async fn run_in<T: Send + 'static>(
    turn: Turn,
    moment: Moment,
    work: impl FnOnce(Budget) -> Result<T, ScriptError> + Send + 'static,
) -> Result<T, ScriptError> {
    let deadline = Instant::now() + SCRIPT_TIME_MAX;
    let blocking = move || {
        let _turn = turn;
        work(Budget::until(move || Instant::now() >= deadline).at(moment))
    };
    let running = tokio::task::spawn_blocking(blocking);
    match tokio::time::timeout_at(deadline + OVERDUE_MAX, running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => {
            tracing::error!(%error, "running a script panicked; this is a bug in Hooktide, please report it");
            Err(failed(
                ScriptErrorKind::BadResult,
                "the script could not be run; the server's log has the details",
            ))
        }
        Err(_elapsed) => Err(failed(ScriptErrorKind::Timeout, "the script ran longer than it may")),
    }
}

fn failed(kind: ScriptErrorKind, message: &str) -> ScriptError {
    ScriptError { message: message.to_owned(), line: None, column: None, kind }
}

#[cfg(test)]
mod tests;
