//! Generated secrets on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{SecretFileError, load_or_create_secret};

/// A directory of its own for each test, removed at the end. The directory itself does not exist yet.
struct Scratch {
    dir: PathBuf,
    _parent: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        Self { dir: parent.path().join("data"), _parent: parent }
    }

    fn path(&self) -> &Path {
        &self.dir
    }
}

fn fill_with(byte: u8) -> impl Fn(&mut [u8]) -> io::Result<()> {
    move |bytes| {
        bytes.fill(byte);
        Ok(())
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_secret_is_created_once_and_then_kept() {
    let scratch = Scratch::new();
    let dir = scratch.path().join("deep/er");
    let first = load_or_create_secret(&dir, "jwt.secret", fill_with(0xab)).unwrap();
    assert_eq!(first.expose(), "ab".repeat(32));
    let again = load_or_create_secret(&dir, "jwt.secret", |_| panic!("nothing is generated twice")).unwrap();
    assert_eq!(again.expose(), first.expose());
    let names: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["jwt.secret"], "nothing is left aside");
}

#[cfg(unix)]
#[test]
fn secret_and_directory_are_private() {
    let scratch = Scratch::new();
    load_or_create_secret(scratch.path(), "main.secret", fill_with(1)).unwrap();
    assert_eq!(mode(scratch.path()), 0o700);
    assert_eq!(mode(&scratch.path().join("main.secret")), 0o600);
}

#[cfg(unix)]
#[test]
fn a_secret_that_everybody_can_read_is_refused_with_the_command_that_helps() {
    let scratch = Scratch::new();
    load_or_create_secret(scratch.path(), "jwt.secret", fill_with(1)).unwrap();
    let path = scratch.path().join("jwt.secret");
    for (open, refused) in [(0o644, true), (0o602, true), (0o640, false), (0o400, false)] {
        set_mode(&path, open);
        let found = load_or_create_secret(scratch.path(), "jwt.secret", fill_with(2));
        assert_eq!(found.is_err(), refused, "{open:o}");
        if let Err(error) = found {
            assert!(matches!(error, SecretFileError::OpenToAll { mode, .. } if mode == open));
            assert!(error.to_string().contains("run `chmod 600 "), "{error}");
        }
    }
}

#[test]
fn the_empty_path_means_the_working_directory() {
    let parent = tempfile::tempdir().unwrap();
    let name = parent.path().join("jwt.secret");
    // An absolute name keeps the file out of the working directory, which only has to exist and to be flushed.
    load_or_create_secret(Path::new(""), name.to_str().unwrap(), fill_with(8)).unwrap();
    assert!(name.exists());
}

#[test]
fn a_leftover_of_a_crash_is_neither_used_nor_in_the_way() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path()).unwrap();
    let aside = scratch.path().join(format!("jwt.secret.{}.new", std::process::id()));
    fs::write(&aside, "half a sec").unwrap();
    let secret = load_or_create_secret(scratch.path(), "jwt.secret", fill_with(3)).unwrap();
    assert_eq!(secret.expose(), "03".repeat(32));
    assert!(!aside.exists());
}

#[test]
fn a_damaged_secret_is_not_replaced() {
    let scratch = Scratch::new();
    load_or_create_secret(scratch.path(), "main.secret", fill_with(4)).unwrap();
    let path = scratch.path().join("main.secret");
    fs::write(&path, "\n").unwrap();
    let found = load_or_create_secret(scratch.path(), "main.secret", fill_with(5));
    assert!(matches!(found, Err(SecretFileError::Damaged { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "\n", "the user decides what is lost");
}

#[test]
fn without_randomness_there_is_no_secret() {
    let scratch = Scratch::new();
    let found =
        load_or_create_secret(scratch.path(), "jwt.secret", |_| Err(io::ErrorKind::Unsupported.into()));
    assert!(matches!(found, Err(SecretFileError::Random(_))));
    assert!(!scratch.path().join("jwt.secret").exists());
}

#[test]
fn starters_at_the_same_time_agree_on_one_secret() {
    let scratch = Scratch::new();
    // The second starter comes while the first one is still generating.
    let mut second = None;
    let first = load_or_create_secret(scratch.path(), "jwt.secret", |bytes| {
        second = load_or_create_secret(scratch.path(), "jwt.secret", fill_with(7)).ok();
        bytes.fill(6);
        Ok(())
    });
    assert_eq!(first.unwrap().expose(), "07".repeat(32));
    assert_eq!(second.unwrap().expose(), "07".repeat(32));
}
