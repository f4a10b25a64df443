//! Secrets that Hooktide keeps for itself: generated once, in the data directory, readable by its owner only.
//!
//! The binary calls this at start for every secret that nobody configured. What must stay true: a name holds either
//! no secret or a whole one, also after a crash in the middle, because half a `main.secret` would lock the user out
//! of the data; and two processes that start together end up with the same one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::SecretText;

/// Random bytes in a generated secret, written as hexadecimal digits.
const SECRET_BYTES: usize = 32;

/// Content below this is not a secret but a damaged file.
const TEXT_BYTES_MIN: usize = 8;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// Others on this machine can read it, so it is no secret any more.
    #[error("secret file `{path}` can be read by every user (mode {mode:03o}); run `chmod 600 {path}`, and replace \
        the secret if somebody may have seen it", path = .path.display())]
    OpenToAll {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds next to nothing.
    #[error("secret file `{path}` is empty or damaged; restore it from a copy, or remove it to have a new secret \
        generated (what the old one signed or encrypted is lost then)", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} `{path}`", path = .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No randomness, no secret.
    #[error("cannot get random bytes for a new secret")]
    Random(#[source] io::Error),
}

/// Reads the secret `name` (as in `jwt.secret`) from the directory, or creates it from bytes that `fill` provides.
/// The directory is created if need be, for its owner only.
///
/// # Errors
/// See [`SecretFileError`]. An existing file that every user may read is refused; access for the group is not, since
/// container platforms add it to mounted volumes on their own.
pub fn load_or_create_secret(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut [u8]) -> io::Result<()>,
) -> Result<SecretText, SecretFileError> {
    // The parent of a bare file name is the empty path, which names no directory to create or to flush.
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let path = dir.join(name);
    match read(&path) {
        Err(SecretFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    create_directory(dir)?;
    create(dir, &path, fill)?;
    // Read back rather than returned: when another process was faster, its secret is the one that counts.
    read(&path)
}

fn read(path: &Path) -> Result<SecretText, SecretFileError> {
    let metadata = fs::metadata(path).map_err(at("read", path))?;
    refuse_open_to_all(path, &metadata)?;
    let text = SecretText::new(fs::read_to_string(path).map_err(at("read", path))?);
    let trimmed = text.expose().trim();
    if trimmed.len() < TEXT_BYTES_MIN {
        return Err(SecretFileError::Damaged { path: path.to_owned() });
    }
    Ok(SecretText::new(trimmed.to_owned()))
}

/// Writes a private file aside, then links it to its name: linking never replaces and never shows half a file.
fn create(
    dir: &Path,
    path: &Path,
    fill: impl FnOnce(&mut [u8]) -> io::Result<()>,
) -> Result<(), SecretFileError> {
    let mut bytes = zeroize::Zeroizing::new([0; SECRET_BYTES]);
    fill(bytes.as_mut_slice()).map_err(SecretFileError::Random)?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = SecretText::new(text + "\n");
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{}.new", std::process::id()));
    let aside = PathBuf::from(aside);
    let linked = write_aside(&aside, &text).and_then(|()| match fs::hard_link(&aside, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(at("create", path)(error)),
        _ => Ok(()),
    });
    // Best effort: a file left aside is private, and its name is taken over by the next try of the same process id.
    let _ = fs::remove_file(&aside);
    linked?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(at("flush", dir))
}

fn write_aside(aside: &Path, text: &SecretText) -> Result<(), SecretFileError> {
    // A leftover of a crashed process with the same id, common in containers where it is always 1.
    let _ = fs::remove_file(aside);
    let mut file = private_file(aside).map_err(at("create", aside))?;
    file.write_all(text.expose().as_bytes()).and_then(|()| file.sync_all()).map_err(at("write", aside))
}

fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SecretFileError {
    let path = path.to_owned();
    move |source| SecretFileError::Io { action, path, source }
}

#[cfg(unix)]
fn refuse_open_to_all(path: &Path, metadata: &fs::Metadata) -> Result<(), SecretFileError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o007 == 0 { Ok(()) } else { Err(SecretFileError::OpenToAll { path: path.to_owned(), mode }) }
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(unix)]
fn create_directory(dir: &Path) -> Result<(), SecretFileError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at("create the directory", dir))
}

// Elsewhere a file inherits the access rules of its directory, and there are no mode bits to check.
#[cfg(not(unix))]
fn refuse_open_to_all(_: &Path, _: &fs::Metadata) -> Result<(), SecretFileError> {
    Ok(())
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(not(unix))]
fn create_directory(dir: &Path) -> Result<(), SecretFileError> {
    fs::create_dir_all(dir).map_err(at("create the directory", dir))
}
