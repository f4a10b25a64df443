//! Proof that a node is dead, where there is one: it ran here, in this same space of processes, and its process is gone.
//!
//! So a server that is started again after a crash need not wait for the lease. No proof means nothing: then the lease
//! decides. Known on Linux only.

use serde::{Deserialize, Serialize};

/// Where and as what a node runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Process {
    /// This start of this machine.
    boot: String,
    /// The namespace in which the number counts: containers have their own.
    space: String,
    number: u32,
    /// In the kernel's ticks since the machine's start: numbers are used again.
    started: u64,
}

impl Process {
    /// This process; `None` where it cannot be known.
    pub(super) fn own() -> Option<Self> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
        let space = std::fs::read_link("/proc/self/ns/pid").ok()?.to_string_lossy().into_owned();
        let number = std::process::id();
        Some(Self { boot, space, number, started: started(number)? })
    }

    /// Whether that process is known to be gone.
    pub(super) fn is_gone(&self, own: &Self) -> bool {
        self.boot == own.boot && self.space == own.space && started(self.number) != Some(self.started)
    }
}

/// When the process of that number started; `None` without one. A dead one that nobody has waited for is none.
fn started(number: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The name may hold blanks and brackets; what follows its last bracket is numbers, the state first.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(started)
}

#[cfg(test)]
mod tests;
