//! An answer that is mostly one picture or one matrix: the rest is read as JSON, and the large value taken as it stands.

use std::{any::TypeId, cell::Cell, ops::Range};

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::drift;

/// Values smaller than this are not worth it.
pub const LEAST: usize = 16 << 10;

/// A picture that is taken keeps its document, which is at most so many times as long.
const KEPT: usize = 2;

/// Stands where a value was cut out.
const PLACEHOLDER: &[u8] = b"\"0\"";

/// A value that was cut out: where its placeholder's text is in memory, and its own text.
struct Cut {
    address: usize,
    value: Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is cut out.
    Closed,
    /// Something is, and a value of this type is asked for.
    Asked(TypeId),
    /// The value that was asked for is being read, member by member.
    Open,
}

thread_local! {
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Closed) };
    static CUTS: Cell<Vec<Cut>> = const { Cell::new(Vec::new()) };
}

/// Reads `document` as `serde_json` does, with the values at `large` cut out and taken as they stand where the type is one
/// of this crate's own structs and a picture or a matrix is expected there.
///
/// Nothing else may come to see a placeholder. Therefore the struct itself has to be what was asked for, and every value
/// has to be taken; else the whole document is read after all.
///
/// # Errors
///
/// If the document does not fit, as `serde_json` says it.
pub fn read<T: DeserializeOwned + 'static>(
    document: &Bytes,
    large: &[Range<usize>],
) -> serde_json::Result<T> {
    if !large.is_empty() && !drift::is_watched() {
        if let Some(value) = without(document, large) {
            return Ok(value);
        }
    }
    serde_json::from_slice(document)
}

/// Most answers are small and never get here.
#[cold]
fn without<T: DeserializeOwned + 'static>(document: &Bytes, large: &[Range<usize>]) -> Option<T> {
    struct Closed;

    impl Drop for Closed {
        fn drop(&mut self) {
            STAGE.set(Stage::Closed);
            CUTS.take();
        }
    }

    let (short, cuts) = cut(document, large)?;
    let _closed = Closed;
    CUTS.set(cuts);
    STAGE.set(Stage::Asked(TypeId::of::<T>()));
    let value = serde_json::from_slice(&short).ok()?;
    CUTS.take().is_empty().then_some(value)
}

fn cut(document: &Bytes, large: &[Range<usize>]) -> Option<(Vec<u8>, Vec<Cut>)> {
    let mut short = Vec::new();
    let mut places = Vec::with_capacity(large.len());
    let mut from = 0;
    for place in large {
        short.extend_from_slice(document.get(from..place.start)?);
        places.push(short.len() + 1);
        short.extend_from_slice(PLACEHOLDER);
        from = place.end;
    }
    short.extend_from_slice(document.get(from..)?);
    let start = short.as_ptr().addr();
    let cut = |(place, range): (usize, &Range<usize>)| Cut {
        address: start + place,
        value: if range.len() >= document.len() / KEPT {
            document.slice(range.clone())
        } else {
            Bytes::copy_from_slice(&document[range.clone()])
        },
    };
    let cuts = places.into_iter().zip(large).map(cut).collect();
    Some((short, cuts))
}

/// A struct of the type `of` begins.
#[inline]
pub(crate) fn begin(of: fn() -> TypeId) {
    if let Stage::Asked(asked) = STAGE.get() {
        STAGE.set(if asked == of() {
            Stage::Open
        } else {
            Stage::Closed
        });
    }
}

/// Whether a placeholder may come.
pub(crate) fn is_open() -> bool {
    STAGE.get() == Stage::Open
}

/// The text of the value for which `text` stands.
pub(crate) fn take(text: &str) -> Option<Bytes> {
    if !is_open() {
        return None;
    }
    let mut cuts = CUTS.take();
    let stands_for = |cut: &Cut| cut.address == text.as_ptr().addr();
    let found = cuts.iter().position(stands_for);
    let value = found.map(|index| cuts.swap_remove(index).value);
    CUTS.set(cuts);
    value
}

/// What is between the quotes of a JSON string, if all of it are letters that stand for themselves there and may occur
/// in base64 text or in front of it.
pub(crate) fn plain(value: &Bytes) -> Option<Bytes> {
    let inside = 1..value.len().checked_sub(1)?;
    let text = value.get(inside.clone())?;
    let is_quoted = value.starts_with(b"\"") && value.ends_with(b"\"");
    // Every letter is looked at, since that takes less time than to ask after each whether to go on.
    let is_odd = |byte: &u8| !matches!(byte, b'+'..=b'z') || *byte == b'\\';
    let is_plain = !text.iter().fold(false, |odd, byte| odd | is_odd(byte));
    (is_quoted && is_plain).then(|| value.slice(inside))
}
