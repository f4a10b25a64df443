//! One line at the end of one file, on the disk before it counts.
//!
//! Every folder is opened from the one above it and no link is followed, so nothing that lies below the directory can
//! lead out of it, also while somebody changes it.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, fsync, mkdirat, openat};
use rustix::io::Errno;

use super::client::{Connection, Job};
use super::rotate::rotate_when_due;
use crate::seam::{Done, Fault};

/// For its owner, and its group to look into.
const FOLDER_MODE: Mode = Mode::RWXU.union(Mode::RGRP).union(Mode::XGRP);
/// For its owner, and its group to read.
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR).union(Mode::RGRP);

/// Appends the line. Called on a thread that may block.
pub(super) fn append(connection: &Connection, job: &Job) -> Result<Done, Fault> {
    let place = &job.place;
    let _turn = connection.locks.lock(&place.path());
    let folder = open_folder(&connection.root, &place.folders)?;
    let mut file = open_file(&folder, &place.name())?;
    if let Some(rotation) = job.rotation
        && rotate_when_due(&folder, place, &file, job.line.len(), rotation, connection.clock.now())?
    {
        file = open_file(&folder, &place.name())?;
    }
    let length = file.metadata().map_err(|error| fault("reading its length", &error))?.len();
    if length == 0 {
        // A file that is new must still be found after a crash.
        fsync(&folder).map_err(|errno| fault("keeping its name", &errno.into()))?;
    }
    write_line(&file, length, &job.line)?;
    file.sync_data().map_err(|error| fault("flushing it to the disk", &error))?;
    Ok(Done::new(format!("appended to {}", place.path().trim_start_matches('/'))))
}

fn open_folder(root: &Path, folders: &[String]) -> Result<OwnedFd, Fault> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut folder = openat(CWD, root, flags, Mode::empty())
        .map_err(|errno| fault("opening the server's files directory", &errno.into()))?;
    for name in folders {
        match mkdirat(&folder, name, FOLDER_MODE) {
            Ok(()) => fsync(&folder).map_err(|errno| fault("keeping its folder", &errno.into()))?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(fault("making its folder", &errno.into())),
        }
        folder =
            openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty()).map_err(|errno| match errno {
                Errno::LOOP | Errno::NOTDIR => {
                    Fault::fail(format!("`{name}` is a link or no folder; put a folder in its place"))
                }
                errno => fault("opening its folder", &errno.into()),
            })?;
    }
    Ok(folder)
}

fn open_file(folder: &OwnedFd, name: &str) -> Result<File, Fault> {
    // Without blocking, so that a pipe in the file's place does not hold the thread.
    let flags = OFlags::RDWR
        | OFlags::APPEND
        | OFlags::CREATE
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::CLOEXEC;
    let not_a_file = || Fault::fail(format!("`{name}` is a link or no file; put a file in its place"));
    let file = openat(folder, name, flags, FILE_MODE).map_err(|errno| match errno {
        Errno::LOOP | Errno::ISDIR => not_a_file(),
        errno => fault("opening it", &errno.into()),
    })?;
    let stat = fstat(&file).map_err(|errno| fault("looking at it", &errno.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(not_a_file());
    }
    Ok(file.into())
}

/// One write, after the line end that a torn last line lacks. What was written in part is taken back.
fn write_line(mut file: &File, length: u64, line: &[u8]) -> Result<(), Fault> {
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1).map_err(|error| fault("reading its end", &error))?;
    }
    let mended;
    let bytes = if last == *b"\n" {
        line
    } else {
        mended = [b"\n", line].concat();
        &mended
    };
    match file.write(bytes) {
        Ok(count) if count == bytes.len() => Ok(()),
        outcome => {
            let error = outcome.err().unwrap_or_else(|| io::ErrorKind::StorageFull.into());
            // When this fails too, the next line mends what is left.
            let _taken_back = file.set_len(length);
            Err(fault("writing to it", &error))
        }
    }
}

/// Rights, space and broken disks are mended without touching the endpoint, so everything here is tried again.
pub(super) fn fault(doing: &str, error: &io::Error) -> Fault {
    Fault::retry(format!("the file: {doing} failed: {error}"))
}
