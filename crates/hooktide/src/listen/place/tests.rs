//! Where to begin, and the file that remembers it.

use std::time::Duration;

use hooktide_model::Timestamp;

use super::{Place, PlaceFile, Since};

#[test]
fn beginnings_are_read_as_people_write_them() {
    let time = Timestamp::parse("2026-11-20T10:00:00Z").unwrap();
    for (text, expected) in [
        ("now", Since::Now),
        ("start", Since::Start),
        ("10m", Since::Ago(Duration::from_secs(600))),
        ("1h30m", Since::Ago(Duration::from_secs(5400))),
        ("2026-11-20T10:00:00Z", Since::At(time)),
    ] {
        assert_eq!(Since::parse(text), Ok(expected), "{text}");
    }
    for text in ["", "yesterday", "10", "2026-11-20"] {
        assert!(Since::parse(text).unwrap_err().contains("10m"), "{text}");
    }
}

#[test]
fn file_gives_back_what_was_saved_and_to_its_own_source_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("place");
    let (file, place) = PlaceFile::open(&path, "src_a").unwrap();
    assert_eq!(place, None, "there is none yet");
    let time = Timestamp::parse("2026-11-20T10:00:00Z").unwrap();
    for place in [Place::Start, Place::Since(time), Place::After("rcpt_1".to_owned())] {
        file.save(&place).unwrap();
        assert_eq!(PlaceFile::open(&path, "src_a").unwrap().1, Some(place));
    }
    let refused = PlaceFile::open(&path, "src_b").err().expect("another source's").text();
    assert!(refused.contains("another source") && refused.contains("help:"), "{refused}");
    for text in ["", "{", "{\"source\":\"src_a\",\"after\":7}", "{\"source\":\"src_a\",\"since\":\"soon\"}"] {
        std::fs::write(&path, text).unwrap();
        let refused = PlaceFile::open(&path, "src_a").err().expect("damaged").text();
        assert!(refused.contains("no cursor file"), "{text}: {refused}");
    }
    std::fs::write(&path, " ".repeat(5000)).unwrap();
    assert!(PlaceFile::open(&path, "src_a").is_err(), "too large to be one");
}
