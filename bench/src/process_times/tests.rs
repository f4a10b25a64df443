//! Fields behind an awkward name.

use super::*;

#[test]
fn times_are_found_behind_a_name_with_brackets() {
    let text = "12 (a) b (c)) S 7 12 12 0 -1 0 1 2 3 4 50 6 70 8 20 0 1 0 99";
    let times = ProcessTimes { parent: 7, own_us: 560_000, ended_children_us: 780_000 };
    assert_eq!(ProcessTimes::parse(text), times);
}
