//! Paths that an event makes, the line of an event, and what becomes of full and torn files.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::Timestamp;
use hooktide_model::clock::ManualClock;

use super::append::append;
use super::client::{Connection, Job};
use super::place::Place;
use super::rotate::Rotation;
use crate::json_line::compact;

const NOON_MS: i64 = 1_700_049_600_000;

fn place(path: &str) -> Place {
    Place::parse(path, path).unwrap()
}

struct World {
    folder: tempfile::TempDir,
    clock: ManualClock,
    connection: Connection,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Timestamp::from_unix_ms(NOON_MS));
        let root = folder.path().to_owned();
        let connection = Connection { root, locks: Arc::default(), clock: Arc::new(clock.clone()) };
        Self { folder, clock, connection }
    }

    fn append(&self, path: &str, line: &str, rotation: Option<Rotation>) {
        let line = format!("{line}\n").into_bytes().into();
        append(&self.connection, &Job { place: place(path), line, rotation }).unwrap();
        // The file's time follows the test's clock.
        let file = fs::File::options().write(true).open(self.folder.path().join(path)).unwrap();
        let now =
            Duration::from_secs(u64::try_from(hooktide_model::Clock::now(&self.clock).unix_s()).unwrap());
        file.set_modified(std::time::UNIX_EPOCH + now).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn event_cannot_leave_the_directory_or_make_folders() {
    let good = Place::parse("shop/north-1/orders.v2.jsonl", "shop/{{ a }}/{{ b }}.jsonl").unwrap();
    assert_eq!((good.folders.len(), good.name().as_str()), (2, "orders.v2.jsonl"));
    for path in
        ["a/../b.jsonl", "../b.jsonl", "/b.jsonl", "a//b.jsonl", ".b.jsonl", "a/.b/c.jsonl", "b.db", ".jsonl"]
    {
        assert!(Place::parse(path, path).is_err(), "{path}");
    }
    for path in
        ["a\nb.jsonl", "a\\b.jsonl", "a:b.jsonl", "a\u{202e}b.jsonl", "a*.jsonl", "b.jsonl ", "jsonl", ""]
    {
        assert!(Place::parse(path, path).is_err(), "{path:?}");
    }
    assert!(Place::parse("a/b/c.jsonl", "a/{{ x }}.jsonl").is_err(), "a slash from the event");
    assert!(Place::parse(&format!("{}.jsonl", "x".repeat(201)), "x").is_err());
}

#[test]
fn compact_json_keeps_everything_but_the_space_between_parts() {
    let json = "{ \"a b\" : [1.10,\n 12345678901234567890123 ],\t\"q\\\" \\\\\" : \" \\\\\\\" x \" }";
    assert_eq!(compact(json), r#"{"a b":[1.10,12345678901234567890123],"q\" \\":" \\\" x "}"#);
}

#[test]
fn torn_last_line_is_ended_before_the_next_one() {
    let world = World::new();
    fs::write(world.folder.path().join("a.jsonl"), "{\"whole\":1}\n{\"torn\":").unwrap();
    world.append("a.jsonl", "{\"next\":2}", None);
    world.append("a.jsonl", "{\"next\":3}", None);
    assert_eq!(world.read("a.jsonl"), "{\"whole\":1}\n{\"torn\":\n{\"next\":2}\n{\"next\":3}\n");
}

#[test]
fn full_file_is_renamed_and_the_oldest_are_deleted() {
    let world = World::new();
    let rotation = Some(Rotation { bytes_max: Some(10), is_daily: false, files_kept: 2 });
    fs::write(world.folder.path().join("a.20200101.jsonl"), "not one of ours").unwrap();
    for number in 0..9 {
        world.append("a.jsonl", &format!("{number}234"), rotation);
    }
    assert_eq!(world.read("a.jsonl"), "8234\n");
    let names = world.names();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.contains(&"a.20200101.jsonl".to_owned()), "{names:?}");
    // The clock stood still, so their order is that of the names.
    assert_eq!(
        (world.read(&names[1]), world.read(&names[2])),
        ("4234\n5234\n".into(), "6234\n7234\n".into())
    );
    world.append("b.jsonl", "longer than any file may be", rotation);
    assert_eq!(world.read("b.jsonl"), "longer than any file may be\n");
}

#[test]
fn new_day_begins_a_new_file() {
    let world = World::new();
    let rotation = Some(Rotation { bytes_max: None, is_daily: true, files_kept: 5 });
    world.append("a.jsonl", "1", rotation);
    world.clock.advance(Duration::from_secs(11 * 60 * 60));
    world.append("a.jsonl", "2", rotation);
    assert_eq!(world.read("a.jsonl"), "1\n2\n");
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    world.append("a.jsonl", "3", rotation);
    assert_eq!(world.read("a.jsonl"), "3\n");
    assert_eq!(world.names(), ["a.20231116T010000000Z.jsonl", "a.jsonl"]);
}

#[test]
fn links_and_things_that_are_no_files_are_refused() {
    let world = World::new();
    let outside = tempfile::tempdir().unwrap();
    let root = world.folder.path();
    std::os::unix::fs::symlink(outside.path(), root.join("folder")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("x"), root.join("link.jsonl")).unwrap();
    fs::create_dir(root.join("dir.jsonl")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    for path in ["folder/a.jsonl", "link.jsonl", "dir.jsonl", "file/a.jsonl"] {
        let job = Job { place: place(path), line: b"x\n".to_vec().into(), rotation: None };
        let fault = append(&world.connection, &job).unwrap_err();
        assert_eq!(fault.verdict, crate::seam::Verdict::Fail, "{path}: {fault}");
    }
    assert!(fs::read_dir(outside.path()).unwrap().next().is_none());
}
