//! Receiving: providers' requests through the door, signed as the providers sign them.

mod accept;
mod crash;
mod dedupe;
mod disk;
mod door;
mod endpoints;
mod filter;
mod forward;
mod handshake;
mod keeping;
mod provider;
mod rotation;
mod sources;
mod split;
mod transformation;
