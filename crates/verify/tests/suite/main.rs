//! The whole crate through its public face: published vectors, the tamper matrix over every provider, handshakes and
//! rules, and Standard Webhooks in depth. One binary, so that it is linked once.

mod arbitrary;
mod arbitrary_parts;
mod certificates;
mod diagnosis;
mod entra;
mod escaped;
mod extractor;
mod families;
mod handshakes;
mod handshakes_of_families;
mod http_signatures;
mod interop;
mod known_answers;
mod minted;
mod minted_keys;
mod properties;
mod reference;
mod refusals;
mod rules;
mod schemes;
mod signing;
mod support;
mod tamper;
mod tamper_parts;
mod tamper_time;
mod templates;
mod tokens;
mod vectors;
