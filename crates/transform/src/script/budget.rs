//! How long a script may run, and at which moment it believes to.

use std::cell::{Cell, RefCell};
use std::fmt;

/// A backstop in work rather than time, for a caller whose deadline never comes: the engine asks once per some ten
/// thousand operations, so this is some two seconds of a processor.
pub const INTERRUPTS_MAX: u32 = 10_000;

/// What `Date` and `Math.random` tell the script. The same moment gives the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The time in milliseconds since 1970, of the message and not of the attempt.
    pub now_ms: i64,
    /// Where the pseudo-random numbers start. They are not for secrets.
    pub seed: u32,
}

/// The limits of a run that its caller sets.
pub struct Budget {
    pub(super) should_stop: Box<dyn FnMut() -> bool>,
    pub(super) moment: Moment,
}

impl Budget {
    /// Stops the script soon after the function says so. It is asked often, so it must be quick.
    pub fn until(should_stop: impl FnMut() -> bool + 'static) -> Self {
        Self { should_stop: Box::new(should_stop), moment: Moment::default() }
    }

    /// Stops the script after [`INTERRUPTS_MAX`] only. That bounds work and not time: with large values the same work
    /// takes much longer, so a run for a stranger has a deadline.
    pub fn steps_only() -> Self {
        Self::until(|| false)
    }

    /// With this moment instead of the start of 1970.
    #[must_use]
    pub fn at(mut self, moment: Moment) -> Self {
        self.moment = moment;
        self
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("moment", &self.moment).finish_non_exhaustive()
    }
}

/// Asks the caller, and remembers the answer: once stopped, a run stays stopped.
pub(super) struct Watch {
    should_stop: RefCell<Box<dyn FnMut() -> bool>>,
    interrupts: Cell<u32>,
    is_stopped: Cell<bool>,
}

impl Watch {
    pub(super) fn new(should_stop: Box<dyn FnMut() -> bool>) -> Self {
        Self {
            should_stop: RefCell::new(should_stop),
            interrupts: Cell::new(0),
            is_stopped: Cell::new(false),
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.get()
    }

    /// The engine asks by itself.
    pub(super) fn interrupt(&self) -> bool {
        self.interrupts.set(self.interrupts.get().saturating_add(1));
        self.is_stopped.set(self.is_stopped.get() || self.interrupts.get() > INTERRUPTS_MAX);
        self.ask()
    }

    /// A function that may take long asks before it starts.
    pub(super) fn ask(&self) -> bool {
        if !self.is_stopped.get() {
            self.is_stopped.set((self.should_stop.borrow_mut())());
        }
        self.is_stopped.get()
    }
}
