//! Several parcels that are delivered as one.
//!
//! A destination that takes many events at once says here how many it wants to wait for; the engine gathers them and
//! hands it one parcel that holds them all. They share its fate: done together, or tried again each by itself.

use std::time::Duration;

use super::fault::Fault;
use super::parcel::Parcel;

/// How parcels become one. A batch ends with the first of the three limits that is reached.
#[derive(Debug, Clone, Copy)]
pub struct Gathering {
    /// Parcels in one.
    pub events_max: usize,
    /// Bytes of payload after which nothing more is added; the last parcel may go beyond.
    pub bytes_max: usize,
    /// How long the first parcel waits for more.
    pub wait_max: Duration,
    /// What makes one of them.
    pub bind: fn(Vec<Parcel>) -> Result<Parcel, Fault>,
}
