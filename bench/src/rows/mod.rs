//! The rows of the table: one file each, run in the order of the table.

mod fan_out;
mod hanging;
mod hooktide;
mod idle;
mod inbound;
mod one;
mod plan;
mod relay;
mod stored;
mod waiting;

pub(crate) use plan::{Plan, run_all};
