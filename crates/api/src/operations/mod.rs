//! Operations of the wire API that this server does not have: they answer 501, so that a client can tell "not here"
//! from "no such object". When one is built its line goes; a test says so.

mod find;
mod list;

pub(crate) use find::find;
pub(crate) use list::ABSENT;

#[cfg(test)]
mod tests;
