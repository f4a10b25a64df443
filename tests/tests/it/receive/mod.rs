//! Receiving: providers' requests through the door, signed as the providers sign them.

mod accept;
mod answer;
mod bytes;
mod crash;
mod crash_loop;
mod dedupe;
mod disk;
mod door;
mod endpoints;
mod handshake;
mod handshakes;
mod hostile;
mod keeping;
mod libraries;
mod library_cases;
mod load;
mod operations;
mod provider;
mod rotation;
mod signatures;
mod sources;
mod windows;
