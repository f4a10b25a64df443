//! Places in a webhook and in a filter, as they are written.

use serde_json::Value;

use super::clause::{Names, Part, Place, Reference, Segment};

/// How many steps a reference may take.
const SEGMENTS_MAX: usize = 32;
/// What is said about everything that is no place.
const WAY_OUT: &str = "`$ref` names a place: \"body.field\", \"body.list[0].id\", \"headers.x-name\", \"query.name\", \
                       \"path\", \"event_type\", or [\"body\", \"a key with a dot.\", 0]";

/// The JSON path of a key below a path.
pub(super) fn join(path: &str, key: &str) -> String {
    let is_plain =
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
    if is_plain { format!("{path}.{key}") } else { format!("{path}[{}]", Value::from(key)) }
}

/// Reads what stands at `$ref`, or says what should.
pub(super) fn parse(value: &Value) -> Result<Reference, String> {
    let segments = match value {
        Value::String(text) => split(text),
        Value::Array(items) => items.iter().map(segment).collect(),
        _ => None,
    };
    let place = segments.filter(|segments| segments.len() <= SEGMENTS_MAX).and_then(place);
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    place.map(|place| Reference { text, place }).ok_or_else(|| WAY_OUT.to_owned())
}

fn segment(value: &Value) -> Option<Segment> {
    match value {
        Value::String(key) => Some(Segment::Key(key.clone())),
        Value::Number(index) => Some(Segment::Index(usize::try_from(index.as_u64()?).ok()?)),
        _ => None,
    }
}

fn split(text: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    for piece in text.split('.') {
        let (key, indexes) = piece.split_at(piece.find('[').unwrap_or(piece.len()));
        if key.is_empty() {
            return None;
        }
        segments.push(Segment::Key(key.to_owned()));
        if let Some(indexes) = indexes.strip_prefix('[') {
            for index in indexes.strip_suffix(']')?.split("][") {
                segments.push(Segment::Index(index.parse().ok()?));
            }
        }
    }
    Some(segments)
}

fn place(segments: Vec<Segment>) -> Option<Place> {
    let mut segments = segments.into_iter();
    let Segment::Key(part) = segments.next()? else {
        return None;
    };
    let rest: Vec<Segment> = segments.collect();
    let name = |rest: Vec<Segment>| match <[Segment; 1]>::try_from(rest) {
        Ok([Segment::Key(name)]) => Some(name),
        _ => None,
    };
    match part.as_str() {
        "body" => Some(Place::Part(Part::Body, rest)),
        "path" if rest.is_empty() => Some(Place::Part(Part::Path, rest)),
        "event_type" if rest.is_empty() => Some(Place::Part(Part::EventType, rest)),
        "headers" => name(rest).map(|name| Place::Named(Names::Headers, name.to_ascii_lowercase())),
        "query" => name(rest).map(|name| Place::Named(Names::Query, name)),
        _ => None,
    }
}
