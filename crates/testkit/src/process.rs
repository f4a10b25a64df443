//! Running another program to its end, with a deadline.

use std::process::{Command, Output, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Runs a program and collects what it says.
///
/// # Panics
/// When it cannot be started, or has not ended within `limit`; it is killed then.
#[must_use]
pub fn output_within(command: &mut Command, limit: Duration) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("failed to start {command:?}: {error}"));
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a child has a process id");
    let (done, ended) = sync_channel(1);
    std::thread::spawn(move || done.send(child.wait_with_output()));
    match ended.recv_timeout(limit) {
        Ok(output) => output.expect("the output of a child can be read"),
        Err(_) => {
            // It has not been waited for, so its id is still its own.
            let _ = kill_process(pid, Signal::KILL);
            panic!("{command:?} did not end within {limit:?}");
        }
    }
}

#[cfg(test)]
mod tests;
