//! The guard, from outside: what a server connects to, and what it believes of whom it has connected to.

mod names;
mod redirects;
mod spellings;
mod tls;
