//! Helper programs end in time.

use super::*;

#[test]
fn output_is_collected() {
    let output = output_within(Command::new("echo").arg("said"), Duration::from_secs(10));
    assert_eq!(output.stdout, b"said\n");
}

#[test]
#[should_panic(expected = "did not end")]
fn program_without_end_is_killed() {
    let _ = output_within(Command::new("cat").arg("/dev/zero"), Duration::from_millis(50));
}
