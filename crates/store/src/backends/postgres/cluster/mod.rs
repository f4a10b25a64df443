//! Many nodes over one database: who is there, who owns what, and how they hear of each other.
//!
//! A node owns what it accepted. It says every second that it lives ([`keeper`], [`membership`]); when it has not said so
//! for the lease, by the database's clock, another takes its work over ([`adopt`]), and everything it would still write
//! is refused by the fence. What one node at a time must serve has a lease ([`leases`]). Notifications ([`nudges`]) only
//! make things quicker: each has a look at the database behind it.

mod adopt;
mod death;
mod keeper;
mod leases;
mod membership;
mod nodes;
mod nudges;

pub(super) use keeper::{Keeper, hand_over, start};
pub(super) use leases::Leases;
pub(super) use membership::Membership;
pub(super) use nodes::{Told, nodes};
pub(super) use nudges::Nudges;
