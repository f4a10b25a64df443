//! The rows of the table: one file each, run in the order of the table.

mod cluster;
mod fan_out;
mod hanging;
mod hooktide;
mod idle;
mod inbound;
mod one;
mod plan;
mod relay;
mod run;
mod stored;
mod waiting;

pub(crate) use plan::Plan;
pub(crate) use run::run_all;
