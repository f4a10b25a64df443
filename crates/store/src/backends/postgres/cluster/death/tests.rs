//! Who is gone.

use std::process::Command;

use super::*;

#[test]
fn a_process_that_ended_is_gone_and_one_elsewhere_is_not_known_to_be() {
    let own = Process::own().expect("tests run on Linux");
    assert!(!own.is_gone(&own));
    let mut child = Command::new("true").spawn().expect("a process can be started");
    let other = Process { number: child.id(), started: started(child.id()).unwrap_or(1), ..own.clone() };
    child.wait().expect("it ends");
    assert!(other.is_gone(&own));
    let elsewhere = Process { space: "pid:[1]".to_owned(), ..other };
    assert!(!elsewhere.is_gone(&own));
}
