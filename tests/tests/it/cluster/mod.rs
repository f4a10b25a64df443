//! Many nodes over one PostgreSQL: what holds while nodes, their networks and the database fail, and what callers of one
//! node see of the others.

mod away;
mod change;
mod configuration;
mod doors;
mod fault;
mod faults;
mod feed;
mod hand_over;
mod load;
mod once;
mod order;
mod outcomes;
mod plan;
mod publisher;
mod reads;
mod stale;
mod throttle;
mod turns;
mod world;
