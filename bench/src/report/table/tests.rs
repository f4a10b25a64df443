//! The table keeps its shape.

use super::{as_markdown, as_text, cells};
use crate::report::Line;

#[test]
fn every_row_has_every_column() {
    let cells = cells(&[Line::new("a row")]);
    let text = as_markdown(&cells);
    let bars: Vec<usize> = text.lines().map(|line| line.matches('|').count()).collect();
    assert_eq!(bars, [10, 10, 10]);
    assert_eq!(as_text(&cells).lines().nth(1), Some("a row"));
}
