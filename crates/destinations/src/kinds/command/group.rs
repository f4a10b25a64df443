//! The process group of a program that runs: whoever holds it ends all of it by letting go.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// Kills the group when dropped.
///
/// The program leads the group and is reaped by its [`Child`], so the group is let go of first. When the program has
/// ended by itself, its number still belongs to the group while anything of it runs; once nothing does, the kill finds
/// nobody: numbers are given out in turn, and the next turn is far away.
pub(super) struct Group(Option<Pid>);

impl Group {
    pub(super) fn of(child: &Child) -> Self {
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        Self(number.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // Nobody left is what is wanted.
            let _nobody_left = kill_process_group(leader, Signal::KILL);
        }
    }
}
