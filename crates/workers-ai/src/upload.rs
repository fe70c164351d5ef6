//! A body that is read while it is sent, so that a large file is never in memory as a whole.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    io,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, ReadBuf};

/// So much is read from a reader at once.
const CHUNK: usize = 64 << 10;

type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Bytes for a model that takes a file as its whole body, see
/// [`Client::upload`](crate::Client::upload).
///
/// An upload can be read once, so a call with one is never tried again.
#[must_use]
pub struct Upload {
    chunks: Mutex<Chunks>,
    content_type: Cow<'static, str>,
    length: Option<u64>,
}

impl Upload {
    /// Chunks from a stream. `content_type` says what they are, such as `audio/wav`.
    pub fn stream(
        content_type: impl Into<Cow<'static, str>>,
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        Self {
            chunks: Mutex::new(Box::pin(chunks)),
            content_type: content_type.into(),
            length: None,
        }
    }

    /// Everything a reader gives, such as a `tokio::fs::File`.
    pub fn reader(
        content_type: impl Into<Cow<'static, str>>,
        reader: impl AsyncRead + Send + 'static,
    ) -> Self {
        Self::stream(content_type, Reader(Box::pin(reader)))
    }

    /// Says how many bytes there are, so that the service knows beforehand. It has to be right.
    pub fn length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }
}

/// What the transport asks.
impl Upload {
    pub(crate) fn content_type(&self) -> &str {
        &self.content_type
    }

    pub(crate) fn known_length(&self) -> Option<u64> {
        self.length
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let chunks = self.get_mut().chunks.get_mut();
        let chunks = chunks.unwrap_or_else(std::sync::PoisonError::into_inner);
        let chunk = ready!(chunks.as_mut().poll_next(cx));
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

struct Reader<R>(Pin<Box<R>>);

impl<R: AsyncRead> Stream for Reader<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut chunk = vec![0; CHUNK];
        let mut buffer = ReadBuf::new(&mut chunk);
        ready!(self.0.as_mut().poll_read(cx, &mut buffer))?;
        let read = buffer.filled().len();
        if read == 0 {
            return Poll::Ready(None);
        }
        chunk.truncate(read);
        Poll::Ready(Some(Ok(chunk.into())))
    }
}
