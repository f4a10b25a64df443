//! The table: what a line holds, the judgement against the budgets, and the three ways to print it.

mod budget;
mod line;
mod print;
mod table;

pub(crate) use budget::Verdict;
pub(crate) use line::Line;
pub(crate) use print::print;
