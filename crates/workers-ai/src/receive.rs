//! Reading the bodies of answers: bounded in size and in time.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
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
pub(crate) async fn of_error(
    response: &mut reqwest::Response,
    cap: usize,
    deadline: Deadline,
) -> Bytes {
    let mut come = Vec::new();
    let read = poll_fn(|context| {
        while come.len() < cap {
            let Ok(Some(chunk)) = ready!(poll_chunk(response, context)) else {
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
    response: &mut reqwest::Response,
    caps: &Caps,
    deadline: Deadline,
) -> Result<Bytes, Error> {
    let cap = caps.response;
    let too_large = || Error::cap(Cap::Response, cap).with_head(head.clone());
    let announced = response.content_length().unwrap_or_default();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > cap {
        return Err(too_large());
    }
    let mut come = Gathered::default();
    let read = poll_fn(|context| {
        Poll::Ready(loop {
            match ready!(poll_chunk(response, context)) {
                Ok(None) => break Ok(true),
                Err(error) => break Err(error),
                Ok(Some(chunk)) if come.len().saturating_add(chunk.len()) > cap => break Ok(false),
                Ok(Some(chunk)) => come.push(chunk, announced),
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

/// The next bytes of an answer. Between two of them there is nothing to remember.
fn poll_chunk(
    response: &mut reqwest::Response,
    context: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, reqwest::Error>> {
    pin!(response.chunk()).poll(context)
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
