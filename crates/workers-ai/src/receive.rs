//! Reading the bodies of answers: bounded in size and in time.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    call::Caps,
    deadline::Deadline,
    decode,
    error::{Cap, Error, Timeout},
    headers::Head,
    lost,
    retry_after::retry_after,
};

/// The body of an error is not waited for any longer than this.
const ERROR_BODY_PATIENCE: Duration = Duration::from_secs(5);

/// A body that announces more than this has to show some of it first.
const MOST_RESERVED: usize = 1 << 20;

/// From then on it is believed to be at most this many times what has come.
const BELIEVED: usize = 8;

/// The error that an error status stands for. Its body is read as far as it helps.
pub(crate) async fn error(
    head: Head,
    mut response: reqwest::Response,
    cap: usize,
    deadline: Deadline,
) -> Error {
    let mut body = Vec::new();
    let read = async {
        while body.len() < cap {
            let Ok(Some(chunk)) = response.chunk().await else {
                break;
            };
            let room = cap - body.len();
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        }
    };
    // What came until then is enough to tell.
    let patience = deadline.or_after(Instant::now(), ERROR_BODY_PATIENCE, Timeout::Attempt);
    let _ = patience.hold(read).await;
    let wait = retry_after(&head.headers);
    decode::reported(head, body.into()).with_retry_after(wait)
}

/// A whole body.
pub(crate) async fn whole(
    head: &Head,
    mut response: reqwest::Response,
    caps: Caps,
    deadline: Deadline,
) -> Result<Bytes, Error> {
    let cap = caps.response;
    let too_large = || Error::cap(Cap::Response, cap).with_head(head.clone());
    let announced = response.content_length().unwrap_or_default();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > cap {
        return Err(too_large());
    }
    let mut body = Gathered::default();
    let read = async {
        while let Some(chunk) = response.chunk().await? {
            if body.len().saturating_add(chunk.len()) > cap {
                return Ok(false);
            }
            body.push(chunk, announced);
        }
        Ok::<_, reqwest::Error>(true)
    };
    let outcome = deadline.hold(read).await;
    let error = match outcome {
        Ok(Ok(true)) => return Ok(body.into_bytes()),
        Ok(Ok(false)) => return Err(too_large()),
        Ok(Err(error)) => {
            let detail = format!("the answer broke off after {} bytes", body.len());
            lost::within_answer(&error, detail)
        }
        Err(error) => error,
    };
    let mut kept = body.into_bytes();
    kept.truncate(caps.error);
    Err(error.with_head(head.clone()).with_body(kept))
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
