//! Identifiers: an 8 byte time-ordered key inside a 27 character public id.
//!
//! The wire API's ids are a prefix and 20 bytes in base62, sortable by time (KSUID with 4 ms resolution). Ours
//! are the key ([`Seq`]: 40 bits of time, 24 bits of counter) followed by 12 bytes of HMAC over kind and key.
//! So a row stores 8 bytes, an id cannot be guessed from another one, and a forged id is refused without a
//! look-up. The HMAC key belongs to the store ([`IdMint`]).

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use parking_lot::Mutex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

use crate::Timestamp;
use crate::base62;

/// The KSUID epoch: 2014-05-13T16:53:20Z.
const KSUID_EPOCH_S: i64 = 1_400_000_000;
/// Bits of counter below the time in a [`Seq`].
const COUNTER_BITS: u32 = 24;
/// The bytes of an id.
const ID_BYTES: usize = base62::BYTES;
/// The length of an id without its prefix.
pub const BASE62_CHARS: usize = base62::CHARS;

/// A time-ordered integer key, always positive: `(seconds since the KSUID epoch << 8 | 4 ms steps) << 24 | counter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub i64);

impl Seq {
    /// Before every key.
    pub const MIN: Self = Self(0);
    /// After every key.
    pub const MAX: Self = Self(i64::MAX);

    /// The smallest key of the 4 ms step that holds `time`.
    #[must_use]
    pub fn first_at(time: Timestamp) -> Self {
        let since_epoch_ms =
            (time.unix_ms() - KSUID_EPOCH_S * 1000).clamp(0, i64::from(u32::MAX >> 1) * 1000);
        let steps = ((since_epoch_ms / 1000) << 8) | ((since_epoch_ms % 1000) / 4);
        Self(steps << COUNTER_BITS)
    }

    /// The time this key was made, rounded down to 4 ms.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        let steps = self.0 >> COUNTER_BITS;
        Timestamp::from_unix_ms((KSUID_EPOCH_S + (steps >> 8)) * 1000 + (steps & 0xff) * 4)
    }
}

/// Slots of a store that several nodes share: a key's lowest bits are its maker's slot, so that no two nodes make the
/// same key.
pub const SLOTS: i64 = 1024;

/// Hands out keys that only grow, also when the clock steps back.
#[derive(Debug, Default)]
pub struct SeqSource(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    last: i64,
    /// The slot whose keys these are; `None` for every key.
    slot: Option<i64>,
}

impl SeqSource {
    /// Keys after `last`, the largest one in the store.
    #[must_use]
    pub fn after(last: Seq) -> Self {
        Self(Mutex::new(Keys { last: last.0, slot: None }))
    }

    /// From now on only keys of that slot, and after `last`.
    pub fn take_slot(&self, slot: i64, last: Seq) {
        let mut keys = self.0.lock();
        keys.slot = Some(slot.rem_euclid(SLOTS));
        keys.last = keys.last.max(last.0);
    }

    /// The largest key so far.
    #[must_use]
    pub fn last(&self) -> Seq {
        Seq(self.0.lock().last)
    }

    /// The next key, at or after `now`.
    pub fn next(&self, now: Timestamp) -> Seq {
        let mut keys = self.0.lock();
        let free = (keys.last + 1).max(Seq::first_at(now).0);
        keys.last = keys.slot.map_or(free, |slot| free + (slot - free).rem_euclid(SLOTS));
        Seq(keys.last)
    }
}

impl Seq {
    /// The slot of the node that made it, in a store that nodes share.
    #[must_use]
    pub const fn slot(self) -> i64 {
        self.0.rem_euclid(SLOTS)
    }
}

/// Makes and checks the unguessable half of ids.
#[derive(Clone)]
pub struct IdMint(Hmac<Sha256>);

impl fmt::Debug for IdMint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdMint([redacted])")
    }
}

impl IdMint {
    /// A mint over the store's own 32 byte key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    fn bytes(&self, prefix: &str, seq: Seq) -> [u8; ID_BYTES] {
        let mut mac = self.0.clone();
        mac.update(prefix.as_bytes());
        mac.update(&seq.0.to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let mut bytes = [0; ID_BYTES];
        bytes[..8].copy_from_slice(&seq.0.to_be_bytes());
        bytes[8..].copy_from_slice(&tag[..12]);
        bytes
    }

    /// The public id of a key.
    #[must_use]
    pub fn id<T: TypedId>(&self, seq: Seq) -> T {
        T::from_bytes(self.bytes(T::PREFIX, seq))
    }

    /// Whether this mint made that id.
    #[must_use]
    pub fn made<T: TypedId>(&self, id: T) -> bool {
        self.bytes(T::PREFIX, id.seq()) == id.to_bytes()
    }
}

/// The text is not an id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that starts with {prefix:?} and goes on with 27 letters and digits")]
pub struct NotAnId {
    /// The prefix such ids have.
    pub prefix: &'static str,
}

/// What the id types share.
pub trait TypedId: Copy + Eq + Ord + fmt::Display + FromStr<Err = NotAnId> + Send + Sync + 'static {
    /// The prefix with its underscore: `msg_`.
    const PREFIX: &'static str;
    /// From the 20 bytes.
    fn from_bytes(bytes: [u8; ID_BYTES]) -> Self;
    /// The 20 bytes.
    fn to_bytes(self) -> [u8; ID_BYTES];
    /// The key inside.
    fn seq(self) -> Seq {
        let bytes = self.to_bytes();
        let mut key = [0; 8];
        key.copy_from_slice(&bytes[..8]);
        Seq(i64::from_be_bytes(key) & i64::MAX)
    }
    /// Write prefix and base62 to `out`.
    fn write_to(self, out: &mut String) {
        out.push_str(Self::PREFIX);
        out.push_str(text(&base62::encode(&self.to_bytes())));
    }
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; ID_BYTES]);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
                Self(bytes)
            }
            fn to_bytes(self) -> [u8; ID_BYTES] {
                self.0
            }
        }

        impl $name {
            /// The key inside the id.
            #[must_use]
            pub fn seq(self) -> Seq {
                TypedId::seq(self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                f.write_str(text(&base62::encode(&self.0)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse_bytes($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fn text(digits: &[u8; BASE62_CHARS]) -> &str {
    std::str::from_utf8(digits).expect("digits are ASCII")
}

fn parse_bytes(prefix: &'static str, text: &str) -> Result<[u8; ID_BYTES], NotAnId> {
    let wrong = NotAnId { prefix };
    let rest = text.strip_prefix(prefix).ok_or(wrong)?;
    let bytes = base62::decode(rest).ok_or(wrong)?;
    // A key is never negative.
    if bytes[0] & 0x80 != 0 {
        return Err(wrong);
    }
    Ok(bytes)
}

typed_id!(/// An application: `app_…`.
    AppId, "app_");
typed_id!(/// An endpoint: `ep_…`.
    EndpointId, "ep_");
typed_id!(/// A message: `msg_…`.
    MessageId, "msg_");
typed_id!(/// An attempt: `atmpt_…`.
    AttemptId, "atmpt_");
typed_id!(/// A source: `src_…`.
    SourceId, "src_");
typed_id!(/// A receipt: `rcpt_…`.
    ReceiptId, "rcpt_");
typed_id!(/// A background task: `qtask_…`.
    TaskId, "qtask_");

#[cfg(test)]
mod tests;
