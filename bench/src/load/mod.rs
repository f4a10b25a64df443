//! The load generator: kept-alive connections that publish, either as fast as answers come (closed loop, for
//! throughput) or at a fixed rate whatever the answers do (open loop, for latency).

mod connection;
mod generator;
mod histogram;
mod inbound;
mod requests;
mod target;

pub(crate) use generator::{Load, LoadReport, Pace, run};
pub(crate) use histogram::{Histogram, Quantiles};
pub(crate) use inbound::{Inbound, Sender};
pub(crate) use target::{Route, Target};
