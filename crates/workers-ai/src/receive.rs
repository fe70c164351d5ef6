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

/// A body is believed to be at most so many times as long as what has come of it.
const BELIEVED: usize = 8;

/// No more pieces than these wait for a body to be believed.
const MOST_PIECES: usize = 256;

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
pub(crate) fn poll_chunk(
    response: &mut reqwest::Response,
    context: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, reqwest::Error>> {
    pin!(response.chunk()).poll(context)
}

/// Chunks put together. A body that comes in one chunk, as most do, is not copied, and one that says how long it is is
/// copied once.
#[derive(Default)]
struct Gathered {
    /// What has come until enough of it is there to believe how long all of it is.
    pieces: Vec<Bytes>,
    waiting: usize,
    all: Vec<u8>,
}

impl Gathered {
    fn len(&self) -> usize {
        self.waiting + self.all.len()
    }

    fn push(&mut self, chunk: Bytes, announced: usize) {
        let come = self.len() + chunk.len();
        let believed = announced.min(come.saturating_mul(BELIEVED));
        if self.all.is_empty() {
            self.waiting = come;
            self.pieces.push(chunk);
            let is_enough = believed == announced || self.pieces.len() > MOST_PIECES;
            if self.pieces.len() > 1 && is_enough {
                self.put_together(believed);
            }
        } else {
            if come > self.all.capacity() && believed > come {
                self.all.reserve_exact(believed - self.all.len());
            }
            self.all.extend_from_slice(&chunk);
        }
    }

    fn put_together(&mut self, room: usize) {
        self.all.reserve_exact(room.max(self.waiting));
        for piece in self.pieces.drain(..) {
            self.all.extend_from_slice(&piece);
        }
        self.waiting = 0;
    }

    fn into_bytes(mut self) -> Bytes {
        if self.pieces.len() > 1 {
            self.put_together(0);
        }
        match self.pieces.pop() {
            Some(only) => only,
            None => self.all.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_put_together_whatever_is_announced_and_in_whatever_pieces() {
        let body: Bytes = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let ways: [&[usize]; 6] = [
            &[40_000],
            &[1],
            &[10, 0, 3000],
            &[0, 0, 30_000],
            &[4 << 10],
            &[39_999, 1],
        ];
        for lengths in ways {
            for announced in [0, 1, 39_999, 40_000, 40_001, 5 << 20, usize::MAX] {
                let mut gathered = Gathered::default();
                let mut rest = body.clone();
                for length in lengths.iter().cycle() {
                    gathered.push(rest.split_to(rest.len().min(*length)), announced);
                    let come = body.len() - rest.len();
                    assert_eq!(gathered.len(), come);
                    // What is announced claims no memory.
                    assert!(gathered.all.capacity() <= come * BELIEVED, "{announced}");
                    assert!(gathered.pieces.len() <= MOST_PIECES);
                    if rest.is_empty() {
                        break;
                    }
                }
                assert!(gathered.into_bytes() == body, "{lengths:?} of {announced}");
            }
        }
    }

    #[test]
    fn one_piece_is_not_copied_and_an_honest_length_is_all_that_is_asked_for() {
        let body = Bytes::from(vec![1; 1 << 20]);
        let mut gathered = Gathered::default();
        gathered.push(body.clone(), body.len());
        assert_eq!(gathered.into_bytes().as_ptr(), body.as_ptr());

        let mut gathered = Gathered::default();
        for chunk in body.chunks(64 << 10) {
            gathered.push(Bytes::copy_from_slice(chunk), body.len());
        }
        assert_eq!(gathered.all.capacity(), body.len());
        assert!(Gathered::default().into_bytes().is_empty());
    }
}
