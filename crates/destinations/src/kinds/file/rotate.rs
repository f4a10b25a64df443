//! Full files: `orders.jsonl` becomes `orders.20260131T235959123Z.jsonl`, and the oldest beyond the limit are deleted.
//!
//! Renaming is one step, so a crash leaves the full file under one name or the other, and no line is lost or doubled.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

use hooktide_model::Timestamp;
use rustix::fs::{AtFlags, Dir, fsync, renameat, statat, unlinkat};
use rustix::io::Errno;

use super::append::fault;
use super::place::Place;
use crate::seam::Fault;

const DAY_S: i64 = 24 * 60 * 60;
/// Shape of the time in a full file's name, to the millisecond.
const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";
const STAMP_BYTES: usize = "20260131T235959123Z".len();
/// Names that are tried when a file was rotated in this very millisecond already.
const STAMPS_MAX: i64 = 1_000;
/// Entries of a folder that are looked at to find old files.
const ENTRIES_MAX: usize = 100_000;

/// When a file is full, and what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rotation {
    pub(super) bytes_max: Option<u64>,
    pub(super) is_daily: bool,
    pub(super) files_kept: usize,
}

/// Renames the file when this line would not belong into it; says whether it did.
pub(super) fn rotate_when_due(
    folder: &OwnedFd,
    place: &Place,
    file: &File,
    line_bytes: usize,
    rotation: Rotation,
    now: Timestamp,
) -> Result<bool, Fault> {
    let metadata = file.metadata().map_err(|error| fault("looking at it", &error))?;
    let is_full = rotation.bytes_max.is_some_and(|max| metadata.len() + line_bytes as u64 > max);
    let is_of_another_day =
        rotation.is_daily && metadata.mtime().div_euclid(DAY_S) != now.unix_s().div_euclid(DAY_S);
    if metadata.len() == 0 || !(is_full || is_of_another_day) {
        return Ok(false);
    }
    let kept_as = free_name(folder, place, now)?;
    renameat(folder, place.name(), folder, &kept_as).map_err(|errno| fault("renaming it", &errno.into()))?;
    fsync(folder).map_err(|errno| fault("keeping its new name", &errno.into()))?;
    if let Err(error) = delete_old(folder, place, rotation.files_kept) {
        // The line matters more: what is too much now is deleted at the next turn.
        tracing::warn!(file = place.path(), %error, "failed to delete old files of an endpoint");
    }
    Ok(true)
}

/// A name that nobody has, the later the greater.
fn free_name(folder: &OwnedFd, place: &Place, now: Timestamp) -> Result<String, Fault> {
    for later_ms in 0..STAMPS_MAX {
        let at = jiff::Timestamp::from_millisecond(now.unix_ms() + later_ms).unwrap_or_default();
        let name = format!("{}.{}.{}", place.stem, at.strftime(STAMP), place.extension);
        match statat(folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(name),
            Err(errno) => return Err(fault("finding a name for the full file", &errno.into())),
            Ok(_) => {}
        }
    }
    Err(Fault::retry("the file: there is no free name for the full file"))
}

fn delete_old(folder: &OwnedFd, place: &Place, files_kept: usize) -> Result<(), Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)?.take(ENTRIES_MAX) {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if is_full_file_of(place, &name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    let too_many = names.len().saturating_sub(files_kept);
    for name in &names[..too_many] {
        unlinkat(folder, name, AtFlags::empty())?;
    }
    Ok(())
}

/// Whether a name is exactly as [`free_name`] makes them, so that nothing else is ever deleted.
fn is_full_file_of(place: &Place, name: &str) -> bool {
    let stamp = name
        .strip_prefix(&place.stem)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(place.extension))
        .and_then(|rest| rest.strip_suffix('.'));
    stamp.is_some_and(|stamp| {
        stamp.len() == STAMP_BYTES
            && stamp.bytes().enumerate().all(|(index, byte)| match index {
                8 => byte == b'T',
                18 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
    })
}
