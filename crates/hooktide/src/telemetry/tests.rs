//! The log as its readers see it.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use super::*;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged at three levels.
fn log(format: LogFormat, level: &str, terminal: bool, no_color: bool) -> String {
    let captured = Captured::default();
    let writer = captured.clone();
    let settings = LogSettings { format, level: level.to_owned() };
    let dispatch = dispatch(&settings, Surroundings { terminal, no_color }, move || writer.clone()).unwrap();
    tracing::dispatcher::with_default(&dispatch, || {
        tracing::info!(port = 8071, "listening");
        tracing::debug!("a detail");
        tracing::debug!(target: "hooktide_store::commit", "a flush");
    });
    let bytes = captured.0.lock().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_terminal_gets_text_and_anything_else_json() {
    let text = log(LogFormat::Auto, "info", true, true);
    assert!(text.contains(" INFO ") && text.contains("listening port=8071"), "{text}");
    let line: serde_json::Value = serde_json::from_str(&log(LogFormat::Auto, "info", false, false)).unwrap();
    assert_eq!(line["message"], "listening");
    assert_eq!(line["port"], 8071);
    assert_eq!(line["level"], "INFO");
}

#[test]
fn a_configured_format_wins_over_the_terminal() {
    assert!(log(LogFormat::Json, "info", true, false).starts_with('{'));
    assert!(!log(LogFormat::Text, "info", false, false).starts_with('{'));
}

#[test]
fn colour_needs_a_terminal_and_the_absence_of_no_color() {
    let coloured = |terminal, no_color| log(LogFormat::Text, "info", terminal, no_color).contains('\u{1b}');
    assert!(coloured(true, false));
    assert!(!coloured(true, true));
    assert!(!coloured(false, false));
}

#[test]
fn directives_choose_what_is_logged() {
    let lines = |level: &str| log(LogFormat::Json, level, false, false).lines().count();
    assert_eq!(lines("off"), 0);
    assert_eq!(lines("info"), 1);
    assert_eq!(lines("info,hooktide_store=debug"), 2);
    assert_eq!(lines("trace"), 3);
    assert_eq!(lines("warn,hooktide_store::commit=debug"), 1);
}
