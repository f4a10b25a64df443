//! Receiving: providers' requests through the door, signed as the providers sign them.
//!
//! Comments of the tests name the group of cases that they belong to:
//!
//! | groups | about | where |
//! |---|---|---|
//! | 1 | right and wrong proofs | `signatures`, `libraries` |
//! | 2, 3, 4 | faults of a proof, several of them, time | `signatures`, `rotation` |
//! | 5 to 8, 10 | bytes, URLs, forms, algorithms, packed bodies | `bytes`, `door`, `accept` |
//! | 9 | certificates and keys on pinned hosts, over TLS | `certificates` |
//! | 11, 13, 15 | the answer while actions hang, the store cannot commit, a burst | `answer`, `disk`, `handshake` |
//! | 12 | kill -9 around the answer | `crash`, `crash_loop` |
//! | 14 | hostile senders | `hostile`, `door`, `keeping` |
//! | 16, 17, 18 | the same event again, what makes it the same, no poisoning | `dedupe`, `windows` |
//! | 21, 22 | handshakes, learnt secrets | `handshakes`, `handshake`, `libraries` |
//! | 24, 25 | actions: retries, where they may go | `endpoints`, `operations` |
//! | 28 | replay | `keeping`, `windows`, `signatures` |
//! | 29 | rotation and stop under traffic | `operations`, `rotation` |
//! | - | every type of the wire API, and the fields of its configurations | `types` |
//! | 30 | what is written nowhere | `operations`, `sources`, `accept` |
//! | 31 | `hooktide listen`: sent on elsewhere, nothing lost or doubled | `listen`, `follow` |

mod accept;
mod answer;
mod brokers;
mod bytes;
mod certificates;
mod crash;
mod crash_loop;
mod cron;
mod dedupe;
mod disk;
mod door;
mod endpoints;
mod filter;
mod follow;
mod forward;
mod handshake;
mod handshakes;
mod hostile;
mod keeping;
mod key_host;
mod libraries;
mod library_cases;
mod listen;
mod load;
mod operations;
mod provider;
mod rotation;
mod signatures;
mod sources;
mod split;
mod transformation;
mod types;
mod windows;
