//! Unpredictable bytes from the operating system: the one place of the program that asks for them.

use std::io;

/// Fills the buffer.
///
/// # Errors
/// When the system has no randomness.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where randomness enters; everything else is handed it"
)]
pub(crate) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}
