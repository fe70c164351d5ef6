//! The document that is being read, so that large text in it is shared and not copied.

use std::cell::Cell;

use bytes::Bytes;

/// Text smaller than this is copied.
const LEAST: usize = 16 << 10;

/// A text that is shared keeps its document, which is at most so many times as long.
const KEPT: usize = 2;

thread_local! {
    static DOCUMENT: Cell<Bytes> = const { Cell::new(Bytes::new()) };
}

/// Reads `document`. A [`Media`](crate::Media) that is most of it shares its memory, as long as `read` leads `serde_json`
/// straight over the bytes of `document`.
///
/// ```
/// use bytes::Bytes;
/// use workers_ai_models::{Media, media};
///
/// let document = Bytes::from(format!("\"{}\"", "AAAA".repeat(10_000)));
/// let media: Media = media::share(&document, || serde_json::from_slice(&document))?;
/// assert_eq!(media.bytes().map(|bytes| bytes.len()), Ok(30_000));
/// # Ok::<_, serde_json::Error>(())
/// ```
pub fn share<T>(document: &Bytes, read: impl FnOnce() -> T) -> T {
    struct Before(Bytes);

    impl Drop for Before {
        fn drop(&mut self) {
            DOCUMENT.set(std::mem::take(&mut self.0));
        }
    }

    let _before = (document.len() >= LEAST).then(|| Before(DOCUMENT.replace(document.clone())));
    read()
}

/// The same text as a part of the document that is being read, if it is one.
pub(crate) fn part(text: &str) -> Option<Bytes> {
    if text.len() < LEAST {
        return None;
    }
    let document = DOCUMENT.take();
    let part = part_of(&document, text);
    DOCUMENT.set(document);
    part
}

fn part_of(document: &Bytes, text: &str) -> Option<Bytes> {
    let start = text.as_ptr().addr().checked_sub(document.as_ptr().addr())?;
    let end = start.checked_add(text.len())?;
    let is_most = document.len() / KEPT <= text.len();
    (is_most && end <= document.len()).then(|| document.slice(start..end))
}
