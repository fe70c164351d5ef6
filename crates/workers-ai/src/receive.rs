//! Reading the bodies of answers: bounded in size and in time.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::Body as _;
use tokio::time::Instant;

use crate::{
    call::Caps,
    deadline::Deadline,
    error::{Cap, Error, Timeout},
    headers::Head,
    lost,
};

/// The body of an error is not waited for any longer than this.
const ERROR_BODY_PATIENCE: Duration = Duration::from_secs(5);

/// A body that announces more than this has to show some of it first.
const MOST_RESERVED: usize = 1 << 20;

/// From then on it is believed to be at most this many times what has come.
const BELIEVED: usize = 8;

/// The body of an error, as far as it helps.
pub(crate) async fn of_error(body: &mut reqwest::Body, cap: usize, deadline: Deadline) -> Bytes {
    let mut come = Vec::new();
    let read = poll_fn(|context| {
        while come.len() < cap {
            let Some(Ok(chunk)) = ready!(poll_chunk(body, context)) else {
                break;
            };
            let room = cap - come.len();
            come.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        }
        Poll::Ready(())
    });
    // What came until then is enough to tell.
    let patience = deadline.or_after(Instant::now(), ERROR_BODY_PATIENCE, Timeout::Attempt);
    let _ = patience.hold(read).await;
    come.into()
}

/// A whole body.
pub(crate) async fn whole(
    head: &Head,
    body: &mut reqwest::Body,
    caps: &Caps,
    deadline: Deadline,
) -> Result<Bytes, Error> {
    let cap = caps.response;
    let too_large = || Error::cap(Cap::Response, cap).with_head(head.clone());
    let announced = http_body::Body::size_hint(body).exact().unwrap_or_default();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > cap {
        return Err(too_large());
    }
    let mut come = Gathered::default();
    let read = poll_fn(|context| {
        Poll::Ready(loop {
            match ready!(poll_chunk(body, context)) {
                None => break Ok(true),
                Some(Err(error)) => break Err(error),
                Some(Ok(chunk)) if come.len().saturating_add(chunk.len()) > cap => break Ok(false),
                Some(Ok(chunk)) => come.push(chunk, announced),
            }
        })
    });
    let outcome = deadline.hold(read).await;
    let error = match outcome {
        Ok(Ok(true)) => return Ok(come.into_bytes()),
        Ok(Ok(false)) => return Err(too_large()),
        Ok(Err(error)) => {
            let detail = format!("the answer broke off after {} bytes", come.len());
            lost::within_answer(&error, detail)
        }
        Err(error) => error,
    };
    let mut kept = come.into_bytes();
    kept.truncate(caps.error);
    Err(error.with_head(head.clone()).with_body(kept))
}

/// The next bytes of a body; trailers are none.
fn poll_chunk(
    body: &mut reqwest::Body,
    context: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, reqwest::Error>>> {
    loop {
        match ready!(Pin::new(&mut *body).poll_frame(context)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            Some(Ok(frame)) => {
                if let Ok(chunk) = frame.into_data() {
                    return Poll::Ready(Some(Ok(chunk)));
                }
            }
        }
    }
}

/// Chunks put together. A body that comes in one chunk, as most do, is not copied.
#[derive(Default)]
struct Gathered {
    first: Bytes,
    all: Vec<u8>,
}

impl Gathered {
    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, chunk: Bytes, announced: usize) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        if self.all.is_empty() {
            let come = self.first.len() + chunk.len();
            self.all.reserve(come.max(announced.min(MOST_RESERVED)));
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        let come = self.all.len() + chunk.len();
        if come > self.all.capacity() {
            let expected = announced.min(come.saturating_mul(BELIEVED));
            // Else as vectors grow, and they double.
            if expected >= come {
                self.all.reserve_exact(expected - self.all.len());
            }
        }
        self.all.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.into()
        }
    }
}
