//! How bodies, labels and targets lie in their columns.

use bytes::Bytes;
use hooktide_model::{Seq, Trigger};
use smallvec::SmallVec;

use super::Damaged;

/// A body that [`pack_body`] packed.
pub(in super::super) fn unpack_body(body: &[u8], plain_bytes: Option<u32>) -> Result<Bytes, Damaged> {
    let Some(plain_bytes) = plain_bytes else { return Ok(Bytes::copy_from_slice(body)) };
    let plain = lz4_flex::block::decompress(body, plain_bytes as usize);
    plain.map(Bytes::from).map_err(|error| Damaged { column: "body", detail: error.to_string() })
}

/// A payload as it is stored: compressed when that saves an eighth. Returns the plain length when compressed.
pub(in super::super) fn pack_body(payload: &[u8]) -> (Vec<u8>, Option<u32>) {
    const COMPRESS_BYTES_MIN: usize = 128;
    if let (true, Ok(plain_bytes)) = (payload.len() >= COMPRESS_BYTES_MIN, u32::try_from(payload.len())) {
        let packed = compress(payload);
        if packed.len() < payload.len() - payload.len() / 8 {
            return (packed, Some(plain_bytes));
        }
    }
    (payload.to_vec(), None)
}

/// With a table per thread: making one anew costs more than compressing a kilobyte.
fn compress(payload: &[u8]) -> Vec<u8> {
    use lz4_flex::block::{CompressTable, compress, compress_into_with_table, get_maximum_output_size};
    thread_local! {
        static TABLE: std::cell::RefCell<CompressTable> = std::cell::RefCell::new(CompressTable::default());
    }
    let mut packed = vec![0; get_maximum_output_size(payload.len())];
    let written = TABLE.with_borrow_mut(|table| compress_into_with_table(payload, &mut packed, table));
    match written {
        Ok(written) => {
            packed.truncate(written);
            packed
        }
        // The output has room by its size; were it otherwise, the slower way is right too.
        Err(_) => compress(payload),
    }
}

/// Labels as one text; nothing when there are none. Labels hold no spaces.
pub(in super::super) fn joined<T>(labels: &[T], text: impl Fn(&T) -> &str) -> Option<String> {
    if labels.is_empty() {
        return None;
    }
    Some(labels.iter().map(text).collect::<Vec<_>>().join(" "))
}

/// The labels in a text that [`joined`] made.
pub(in super::super) fn split<T>(joined: Option<&str>, one: impl Fn(&str) -> T) -> Vec<T> {
    joined.map(|joined| joined.split(' ').map(one).collect()).unwrap_or_default()
}

/// The endpoint keys of a message, eight bytes each.
pub(in super::super) fn pack_targets(endpoints: impl Iterator<Item = Seq>) -> SmallVec<[u8; 32]> {
    endpoints.flat_map(|endpoint| endpoint.0.to_be_bytes()).collect()
}

/// The endpoint keys in a message row's `targets`.
pub(in super::super) fn unpack_targets(blob: &[u8]) -> impl Iterator<Item = Seq> + '_ {
    blob.chunks_exact(8).map(|bytes| Seq(bytes.iter().fold(0, |sum, byte| (sum << 8) | i64::from(*byte))))
}

/// What asked for an attempt, from its number; anything unknown is the schedule.
pub(in super::super) const fn trigger(number: u8) -> Trigger {
    if number == Trigger::Manual as u8 { Trigger::Manual } else { Trigger::Scheduled }
}
