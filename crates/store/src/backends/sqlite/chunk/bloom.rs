//! A blocked Bloom filter over 16 byte keys: one cache line per question.
//!
//! A publish with an idempotency key asks every chunk of the window whether it may hold the key. With 16 bits a
//! key about one answer in a thousand is a false "maybe", which costs one indexed look-up.

const BITS_PER_KEY: usize = 16;
const BLOCK_WORDS: usize = 8;
const PROBES: u32 = 7;

/// One cache line, aligned as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(64))]
struct Block([u64; BLOCK_WORDS]);

/// The filter of a sealed chunk.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Bloom(Vec<Block>);

impl Bloom {
    /// A filter over those keys.
    pub(in super::super) fn new<'a>(count: usize, keys: impl Iterator<Item = &'a [u8; 16]>) -> Self {
        let blocks = (count * BITS_PER_KEY).div_ceil(BLOCK_WORDS * 64).max(1);
        let mut filter = Self(vec![Block::default(); blocks]);
        for key in keys {
            let (block, mut probe) = filter.start(key);
            for _ in 0..PROBES {
                filter.0[block].0[(probe as usize >> 6) & 7] |= 1 << (probe & 63);
                probe >>= 9;
            }
        }
        filter
    }

    /// Whether the key may be there; `false` is certain. Looks at every probe without a branch, so that the cache
    /// misses of several filters overlap.
    pub(in super::super) fn may_hold(&self, key: &[u8; 16]) -> bool {
        let (block, probe) = self.start(key);
        let words = &self.0[block].0;
        let hit = |nth: u32| {
            let probe = probe >> (9 * nth);
            words[(probe as usize >> 6) & 7] >> (probe & 63)
        };
        (0..PROBES).fold(1, |all, nth| all & hit(nth)) == 1
    }

    /// Keys are hashes already: one half picks the block, the other the bits inside it.
    fn start(&self, key: &[u8; 16]) -> (usize, u64) {
        let (mut low, mut high) = ([0; 8], [0; 8]);
        low.copy_from_slice(&key[..8]);
        high.copy_from_slice(&key[8..]);
        let block = (u128::from(u64::from_le_bytes(low)) * self.0.len() as u128) >> 64;
        (block as usize, u64::from_le_bytes(high))
    }

    /// How many keys it was made for, rounded up to whole blocks.
    pub(in super::super) fn keys(&self) -> usize {
        self.0.len() * BLOCK_WORDS * 64 / BITS_PER_KEY
    }

    /// As bytes for the `meta` table.
    pub(in super::super) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|block| block.0).flat_map(|word| word.to_le_bytes()).collect()
    }

    /// From those bytes; `None` when they are not a filter.
    pub(in super::super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK_WORDS * 8) {
            return None;
        }
        let blocks = bytes.chunks_exact(BLOCK_WORDS * 8).map(|block| {
            let mut words = Block::default();
            for (word, bytes) in words.0.iter_mut().zip(block.chunks_exact(8)) {
                *word = bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
            }
            words
        });
        Some(Self(blocks.collect()))
    }
}

#[cfg(test)]
mod tests;
