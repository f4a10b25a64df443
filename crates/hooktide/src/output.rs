//! Standard output, for data only.

use std::io::{self, Write};

use crate::failure::Failure;

/// Prints the data of a command. A reader that has seen enough and closed the pipe, as `head` does, is no failure.
pub(crate) fn print_data(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write to standard output: {error}"), ""))
        }
        _ => Ok(()),
    }
}
