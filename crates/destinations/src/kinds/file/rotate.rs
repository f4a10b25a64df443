//! Full files: `orders.jsonl` becomes `orders.20260131T235959123Z.jsonl`, and the oldest beyond the limit are deleted.
//!
//! Renaming is one step, so a crash leaves the full file under one name or the other, and no line is lost or doubled.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

use hooktide_model::Timestamp;
use rustix::fs::{AtFlags, Dir, fsync, renameat, unlinkat};
use rustix::io::Errno;

use super::append::fault;
use super::place::Place;
use crate::seam::Fault;

const DAY_S: i64 = 24 * 60 * 60;
/// Shape of the time in a full file's name, to the millisecond.
const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";
const STAMP_BYTES: usize = "20260131T235959123Z".len();
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
    let full = full_files(folder, place).map_err(|errno| fault("looking for full files", &errno.into()))?;
    let kept_as = next_name(place, full.last().map(String::as_str), now);
    renameat(folder, place.name(), folder, &kept_as).map_err(|errno| fault("renaming it", &errno.into()))?;
    fsync(folder).map_err(|errno| fault("keeping its new name", &errno.into()))?;
    let too_many = (full.len() + 1).saturating_sub(rotation.files_kept);
    for name in full.iter().take(too_many) {
        if let Err(error) = unlinkat(folder, name, AtFlags::empty()) {
            // The line matters more: what is too much now is deleted at the next turn.
            tracing::warn!(file = place.path(), %error, "failed to delete an old file of an endpoint");
        }
    }
    Ok(true)
}

/// The names of the full files, the oldest first.
fn full_files(folder: &OwnedFd, place: &Place) -> Result<Vec<String>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)?.take(ENTRIES_MAX) {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if stamp_of(place, &name).is_some() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// A name with this time, or with one after the newest file's: also when a clock is set back, the order of the names is
/// the order of the lines, and no name is taken twice.
fn next_name(place: &Place, newest: Option<&str>, now: Timestamp) -> String {
    let newest = newest.and_then(|name| stamp_of(place, name)).and_then(milliseconds);
    let at_ms = newest.map_or(now.unix_ms(), |newest| now.unix_ms().max(newest + 1));
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    format!("{}.{}.{}", place.stem, at.strftime(STAMP), place.extension)
}

/// The stamp's time.
fn milliseconds(stamp: &str) -> Option<i64> {
    let part = |from: usize, to: usize| stamp.get(from..to);
    let (date, time) =
        ((part(0, 4)?, part(4, 6)?, part(6, 8)?), (part(9, 11)?, part(11, 13)?, part(13, 15)?));
    let text =
        format!("{}-{}-{}T{}:{}:{}.{}Z", date.0, date.1, date.2, time.0, time.1, time.2, part(15, 18)?);
    Some(text.parse::<jiff::Timestamp>().ok()?.as_millisecond())
}

/// The time in a name that is exactly as [`next_name`] makes them, so that nothing else is ever deleted.
fn stamp_of<'a>(place: &Place, name: &'a str) -> Option<&'a str> {
    let stamp = name
        .strip_prefix(&place.stem)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(place.extension))
        .and_then(|rest| rest.strip_suffix('.'));
    stamp.filter(|stamp| {
        stamp.len() == STAMP_BYTES
            && stamp.bytes().enumerate().all(|(index, byte)| match index {
                8 => byte == b'T',
                18 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
    })
}
