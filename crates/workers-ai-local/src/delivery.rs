//! The body as it goes out: piece by piece, with pauses, to a good or a bad end.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    sync::mpsc,
    time::{Sleep, sleep},
};

/// So long what was written before a bad end has to get through.
const SETTLE: Duration = Duration::from_millis(25);

/// How a body ends.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// As it should.
    Good,
    /// The connection is closed in the middle.
    Close,
    /// The connection is reset in the middle; the flag belongs to the connection.
    Reset(Arc<AtomicBool>),
    /// Nothing more comes, and the connection stays.
    Stall,
}

/// A body on its way out.
#[derive(Debug)]
pub(crate) struct Delivery {
    source: Source,
    pace: Duration,
    apart: bool,
    started: bool,
    wait: Option<Pin<Box<Sleep>>>,
    left: usize,
    end: End,
}

#[derive(Debug)]
enum Source {
    One(Option<Bytes>),
    Pieces(VecDeque<Bytes>),
    Live(mpsc::Receiver<Bytes>),
}

/// A body that was to end badly.
#[derive(Debug)]
pub(crate) struct Broken;

impl Delivery {
    /// The whole body at once.
    pub(crate) fn whole(body: Bytes, end: End) -> Self {
        Self::new(Source::One(Some(body)), Duration::ZERO, end)
    }

    /// Pieces with a pause between any two.
    pub(crate) fn pieces(pieces: Vec<Bytes>, pace: Duration, end: End) -> Self {
        Self::new(Source::Pieces(pieces.into()), pace, end)
    }

    /// Pieces as they come.
    pub(crate) fn live(pieces: mpsc::Receiver<Bytes>, end: End) -> Self {
        Self::new(Source::Live(pieces), Duration::ZERO, end)
    }

    fn new(source: Source, pace: Duration, end: End) -> Self {
        Delivery {
            source,
            pace,
            apart: false,
            started: false,
            wait: None,
            left: usize::MAX,
            end,
        }
    }

    /// Lets each piece be written by itself, even without a pause.
    pub(crate) fn apart(mut self) -> Self {
        self.apart = true;
        self
    }

    /// Ends after so many bytes, whatever is left then.
    pub(crate) fn limit(mut self, bytes: usize) -> Self {
        self.left = bytes;
        self
    }

    /// Comes back after a pause.
    fn pause(&mut self, time: Duration, context: &mut Context<'_>) -> Poll<()> {
        let wait = self.wait.get_or_insert_with(|| Box::pin(sleep(time)));
        let done = wait.as_mut().poll(context);
        if done.is_ready() {
            self.wait = None;
        }
        done
    }

    fn is_empty(&self) -> bool {
        if self.left == 0 {
            return true;
        }
        match &self.source {
            Source::One(body) => body.is_none(),
            Source::Pieces(pieces) => pieces.is_empty(),
            Source::Live(_) => false,
        }
    }

    fn poll_end(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match &self.end {
            End::Good => return Poll::Ready(None),
            End::Stall => return Poll::Pending,
            End::Close | End::Reset(_) => {}
        }
        if self.pause(SETTLE, context).is_pending() {
            return Poll::Pending;
        }
        if let End::Reset(flag) = &self.end {
            flag.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Some(Err(Broken)))
    }
}

impl Body for Delivery {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = &mut *self;
        if this.is_empty() {
            return this.poll_end(context);
        }
        if this.started && !this.pace.is_zero() && this.pause(this.pace, context).is_pending() {
            return Poll::Pending;
        }
        if this.started && this.apart && this.pace.is_zero() {
            // What was given so far is written before the next piece is asked for.
            this.started = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        this.started = true;
        let piece = match &mut this.source {
            Source::One(body) => body.take(),
            Source::Pieces(pieces) => pieces.pop_front(),
            Source::Live(pieces) => match pieces.poll_recv(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(piece) => piece,
            },
        };
        match piece {
            Some(mut piece) => {
                piece.truncate(this.left);
                this.left -= piece.len();
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            None => this.poll_end(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.end, End::Good) && self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.source, &self.end) {
            (Source::One(body), End::Good) => {
                let length = body.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(length.min(self.left) as u64)
            }
            _ => SizeHint::default(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this answer was to end badly")
    }
}

impl Error for Broken {}
