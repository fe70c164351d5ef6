//! JSON whose large media stay bytes until they are sent, so that their base64 text is never in memory as a whole.

use std::{
    cell::Cell,
    fmt::{self, Debug},
    io,
};

use base64_simd::STANDARD;
use bytes::Bytes;
use serde::Serialize;

/// Media smaller than this are written where they stand.
const LEAST: usize = 16 << 10;

/// So many bytes become base64 at once, in three letters for each two.
const CHUNK: usize = 48 << 10;

/// A piece of a body.
///
/// ```
/// use workers_ai_models::{Payload, Piece};
///
/// let mut body = Vec::new();
/// for mut piece in [Piece::Plain("{\"audio\":\"".into()), Piece::Base64("hello".into())] {
///     while let Some(chunk) = piece.next_chunk() {
///         body.extend_from_slice(&chunk);
///     }
/// }
/// assert_eq!(body, b"{\"audio\":\"aGVsbG8=");
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Piece {
    /// Bytes that are sent as they are.
    Plain(Bytes),
    /// Bytes that are sent as base64, with padding.
    Base64(Bytes),
}

impl Piece {
    /// How many bytes are sent for it.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Base64(bytes) => bytes.len().div_ceil(3).saturating_mul(4),
        }
    }

    /// Whether nothing is left to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes what is sent next off the piece; `None` once there is nothing left.
    pub fn next_chunk(&mut self) -> Option<Bytes> {
        if self.is_empty() {
            return None;
        }
        Some(match self {
            Self::Plain(bytes) => std::mem::take(bytes),
            Self::Base64(bytes) => {
                let chunk = bytes.split_to(bytes.len().min(CHUNK));
                STANDARD.encode_type::<Vec<u8>>(&chunk).into()
            }
        })
    }
}

/// Kind and size; never the content.
impl Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Plain(_) => "Plain",
            Self::Base64(_) => "Base64",
        };
        write!(f, "{kind}({} bytes)", self.len())
    }
}

/// What may become of media in the text that is being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leave {
    /// They are written where they stand.
    Nothing,
    /// They may be left out.
    Allowed,
    /// Some have been left out.
    Done,
}

/// Where something was left out of a text, and what.
pub(crate) type Gap = (usize, Bytes);

thread_local! {
    /// Whether the next body may come in pieces.
    static IS_WANTED: Cell<bool> = const { Cell::new(false) };
    static LEAVE: Cell<Leave> = const { Cell::new(Leave::Nothing) };
    /// How long the text is that is being written.
    static WRITTEN: Cell<usize> = const { Cell::new(0) };
    /// What was left out of it.
    static GAPS: Cell<Vec<Gap>> = const { Cell::new(Vec::new()) };
}

/// Lets the body that `encode` makes come in pieces.
pub(crate) fn wanted<T>(encode: impl FnOnce() -> T) -> T {
    struct Before(bool);

    impl Drop for Before {
        fn drop(&mut self) {
            IS_WANTED.set(self.0);
        }
    }

    let _before = Before(IS_WANTED.replace(true));
    encode()
}

/// Whether pieces are wanted; from now on they no longer are.
pub(crate) fn take_wanted() -> bool {
    IS_WANTED.replace(false)
}

/// What was being written when something else began, and will be again.
struct Outer {
    leave: Leave,
    written: usize,
    gaps: Vec<Gap>,
}

impl Outer {
    fn set_aside(leave: Leave) -> Self {
        let outer = Self {
            leave: LEAVE.get(),
            written: WRITTEN.replace(0),
            gaps: take_gaps(),
        };
        LEAVE.set(leave);
        outer
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        // What is left of a text that failed.
        drop(take_gaps());
        if self.leave == Leave::Done {
            GAPS.set(std::mem::take(&mut self.gaps));
        }
        LEAVE.set(self.leave);
        WRITTEN.set(self.written);
    }
}

/// Looks at the list only if there is something in it: most texts have no gap.
fn take_gaps() -> Vec<Gap> {
    match LEAVE.get() {
        Leave::Done => {
            LEAVE.set(Leave::Allowed);
            GAPS.take()
        }
        Leave::Allowed | Leave::Nothing => Vec::new(),
    }
}

/// Writes JSON, and tells what was left out of it if that is allowed.
pub(crate) fn write<T: Serialize + ?Sized>(
    input: &T,
    may_leave_out: bool,
) -> serde_json::Result<(Vec<u8>, Vec<Gap>)> {
    let _outer = Outer::set_aside(if may_leave_out {
        Leave::Allowed
    } else {
        Leave::Nothing
    });
    let mut text = Counted(Vec::with_capacity(128));
    input.serialize(&mut serde_json::Serializer::new(&mut text))?;
    Ok((text.0, take_gaps()))
}

/// The text with what was left out of it in its places.
pub(crate) fn cut(text: Vec<u8>, gaps: Vec<Gap>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(gaps.len() * 2 + 1);
    let mut rest = Bytes::from(text);
    let mut start = 0;
    for (place, bytes) in gaps {
        pieces.push(Piece::Plain(rest.split_to(place - start)));
        pieces.push(Piece::Base64(bytes));
        start = place;
    }
    pieces.push(Piece::Plain(rest));
    pieces
}

/// Writes bytes as base64, or only their beginning if the rest may be left out.
///
/// Only the text that is being written may have a gap. Whether `write` leads there and nowhere else is seen by what the
/// beginning adds to it.
pub(crate) fn encode(bytes: &Bytes, mut write: impl FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
    if bytes.len() < LEAST || LEAVE.get() == Leave::Nothing {
        return write(bytes);
    }
    let before = WRITTEN.get();
    write(&bytes[..3])?;
    let rest = bytes.slice(3..);
    if WRITTEN.get() != before + 4 {
        return write(&rest);
    }
    let mut gaps = take_gaps();
    gaps.push((before + 4, rest));
    GAPS.set(gaps);
    LEAVE.set(Leave::Done);
    Ok(())
}

/// Text whose length is known to whoever adds to it.
struct Counted(Vec<u8>);

impl io::Write for Counted {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        WRITTEN.set(self.0.len());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
