//! The place in a source's list: what comes next, also after a restart of this command.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use hooktide_config::parse_duration;
use hooktide_model::Timestamp;
use serde_json::{Value, json};

use crate::failure::Failure;

/// Bytes of the file: far more than an id and a key.
const FILE_BYTES_MAX: u64 = 4096;

/// Where the list is read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// From the oldest receipt that there is.
    Start,
    /// From this moment.
    Since(Timestamp),
    /// After this receipt.
    After(String),
}

/// Where to begin, as a person says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// With what comes from now on.
    Now,
    /// With the oldest.
    Start,
    /// So long ago.
    Ago(std::time::Duration),
    /// At that time.
    At(Timestamp),
}

impl Since {
    /// From the command line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "now" => Ok(Self::Now),
            "start" => Ok(Self::Start),
            _ => parse_duration(text).map(Self::Ago).or_else(|_| {
                let help =
                    "is neither now, start, a duration such as 10m, nor a time such as 2026-11-20T10:00:00Z";
                Timestamp::parse(text).map(Self::At).map_err(|_| help.to_owned())
            }),
        }
    }
}

/// The file that a place outlives the command in.
pub(crate) struct PlaceFile {
    path: PathBuf,
    source: String,
}

impl PlaceFile {
    /// The file for that source, and the place in it if there is one.
    ///
    /// # Errors
    /// When it cannot be read or belongs to another source.
    pub(crate) fn open(path: &Path, source: &str) -> Result<(Self, Option<Place>), Failure> {
        let file = Self { path: path.to_owned(), source: source.to_owned() };
        let wrong = |what: &str| {
            let help = "name another file with --cursor-file, or remove this one";
            Failure::usage(format!("{} {what}", path.display()), help)
        };
        let text = match fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((file, None)),
            Ok(known) if known.len() > FILE_BYTES_MAX => return Err(wrong("is no cursor file")),
            _ => fs::read_to_string(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?,
        };
        let json: Value = serde_json::from_str(&text).map_err(|_| wrong("is no cursor file"))?;
        if json["source"] != source {
            return Err(wrong("belongs to another source"));
        }
        let place = match (&json["after"], json["since"].as_str().map(Timestamp::parse)) {
            (Value::String(id), _) => Place::After(id.clone()),
            (Value::Null, Some(Ok(time))) => Place::Since(time),
            (Value::Null, None) => Place::Start,
            _ => return Err(wrong("is no cursor file")),
        };
        Ok((file, Some(place)))
    }

    /// Keep the place: all of it or what was there before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&self, place: &Place) -> Result<(), Failure> {
        let (after, since) = match place {
            Place::Start => (None, None),
            Place::Since(time) => (None, Some(time.to_string())),
            Place::After(id) => (Some(id), None),
        };
        let text = json!({ "source": self.source, "after": after, "since": since }).to_string();
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let written = fs::File::create(&beside)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, &self.path));
        written.map_err(|error| {
            let doing = format!("cannot write {}", self.path.display());
            Failure::caused(&doing, &error, "choose another file with --cursor-file")
        })
    }
}

#[cfg(test)]
mod tests;
