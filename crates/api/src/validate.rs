//! Rules on what callers send: each helper checks one kind of value and notes what is wrong, so that one answer
//! names every mistake of a body. Used by the `In` types in `wire`.

use std::collections::BTreeMap;
use std::fmt::Display;

use hooktide_model::id::TypedId;
use hooktide_model::name::{CHANNELS_MAX, METADATA_BYTES_MAX, NameError, TAGS_MAX};
use hooktide_model::{Channel, EventTypeName, Metadata, Tag, Uid};

use crate::error::{ApiError, FieldError, VALUE_ERROR};

/// Feature flags of a token or an event type.
pub const FEATURE_FLAGS_MAX: usize = 25;
/// Event types that an endpoint may name.
pub const EVENT_TYPES_MAX: usize = 1000;
/// Bytes of a name or a description for people.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Collects broken rules of one request body.
#[derive(Debug, Default)]
pub struct Rules {
    broken: Vec<FieldError>,
    prefix: Vec<String>,
}

impl Rules {
    /// No rule broken yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rules whose places lie inside the object `field`.
    #[must_use]
    pub fn inside(field: &str) -> Self {
        Self { broken: Vec::new(), prefix: vec![field.to_owned()] }
    }

    /// Note a broken rule.
    pub fn fail(&mut self, field: &str, msg: impl Display) {
        self.fail_at(&[field], msg, VALUE_ERROR);
    }

    /// Note a broken rule deeper inside, or with a code of its own.
    pub fn fail_at(&mut self, path: &[&str], msg: impl Display, kind: &'static str) {
        let mut loc = vec!["body"];
        loc.extend(self.prefix.iter().map(String::as_str));
        loc.extend(path);
        let error = FieldError::new(&loc, msg, kind);
        self.broken.push(error);
    }

    /// Keep a good value, note a bad one.
    pub fn check<T, E: Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.fail(field, error)).ok()
    }

    /// Whether no rule was broken so far.
    #[must_use]
    pub fn hold(&self) -> bool {
        self.broken.is_empty()
    }

    /// Take over what another collection found.
    pub fn absorb(&mut self, other: Self) {
        self.broken.extend(other.broken);
    }

    /// All or nothing.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn finish(self) -> Result<(), ApiError> {
        if self.broken.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.broken)) }
    }

    /// All or nothing, with a value that is there unless a rule was broken.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn finish_with<T>(self, value: Option<T>) -> Result<T, ApiError> {
        self.finish()?;
        value.ok_or_else(|| ApiError::internal("a value is missing although no rule was broken"))
    }

    /// An optional uid of an object whose ids have the prefix of `I`.
    pub fn uid<I: TypedId>(&mut self, field: &str, text: Option<&str>) -> Option<Uid> {
        let text = text?;
        self.check(field, Uid::parse_for(I::PREFIX, text))
    }

    /// A name for people: not empty, bounded.
    pub fn name(&mut self, field: &str, text: &str) {
        if text.is_empty() {
            self.fail(field, "must not be empty");
        }
        self.text(field, text);
    }

    /// Text for people: bounded, and such that every database can hold it.
    pub fn text(&mut self, field: &str, text: &str) {
        if text.contains('\0') {
            self.fail(field, "must not hold the character U+0000");
        }
        if text.len() > TEXT_BYTES_MAX {
            self.fail(field, format_args!("must be at most {TEXT_BYTES_MAX} bytes"));
        }
    }

    /// A rate per second; 0 would mean never.
    pub fn rate(&mut self, field: &str, rate: Option<u16>) -> Option<u16> {
        if rate == Some(0) {
            self.fail(field, "must be at least 1; leave it out or send null for no limit");
        }
        rate.filter(|&rate| rate > 0)
    }

    /// Free string pairs: bounded as JSON.
    pub fn metadata(&mut self, metadata: BTreeMap<String, String>) -> Metadata {
        let bytes = serde_json::to_vec(&metadata).map_or(usize::MAX, |json| json.len());
        if bytes > METADATA_BYTES_MAX {
            self.fail(
                "metadata",
                format_args!("is {bytes} bytes as JSON; at most {METADATA_BYTES_MAX} are kept"),
            );
        }
        metadata
    }

    /// A list of event type names. Doubles are dropped; empty means `None`, which is all.
    pub fn event_types(&mut self, field: &str, names: Option<&[String]>) -> Option<Vec<EventTypeName>> {
        self.list(field, names, EVENT_TYPES_MAX, EventTypeName::parse)
    }

    /// A list of channels. Doubles are dropped; empty means `None`.
    pub fn channels(&mut self, field: &str, names: Option<&[String]>) -> Option<Vec<Channel>> {
        self.list(field, names, CHANNELS_MAX, Channel::parse)
    }

    /// A list of tags. Doubles are dropped; empty means `None`.
    pub fn tags(&mut self, field: &str, names: Option<&[String]>) -> Option<Vec<Tag>> {
        self.list(field, names, TAGS_MAX, Tag::parse)
    }

    /// A list of feature flags: the grammar of event type names.
    pub fn feature_flags(&mut self, field: &str, names: Option<&[String]>) -> Vec<String> {
        let flags = self.list(field, names, FEATURE_FLAGS_MAX, EventTypeName::parse).unwrap_or_default();
        flags.into_iter().map(|flag| flag.as_str().to_owned()).collect()
    }

    fn list<T: PartialEq>(
        &mut self,
        field: &str,
        names: Option<&[String]>,
        count_max: usize,
        parse: impl Fn(&str) -> Result<T, NameError>,
    ) -> Option<Vec<T>> {
        let names = names.filter(|names| !names.is_empty())?;
        if names.len() > count_max {
            self.fail(field, format_args!("has {} items; at most {count_max} are allowed", names.len()));
            return None;
        }
        let mut good = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            match parse(name) {
                Ok(item) if good.contains(&item) => {}
                Ok(item) => good.push(item),
                Err(error) => self.fail_at(&[field, &format!("[{index}]")], error, VALUE_ERROR),
            }
        }
        Some(good)
    }
}

/// A field that has two names: whichever was sent; a broken rule when both were and differ.
pub fn agree<T: PartialEq>(
    rules: &mut Rules,
    first: (&str, Option<T>),
    second: (&str, Option<T>),
) -> Option<T> {
    if let (Some(one), Some(other)) = (&first.1, &second.1)
        && one != other
    {
        let msg = format!("is the earlier name of {} and has another value; send only {0}", first.0);
        rules.fail(second.0, msg);
    }
    first.1.or(second.1)
}

#[cfg(test)]
mod tests;
