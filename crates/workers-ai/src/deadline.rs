//! Points in time after which waiting ends.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::{Error, ErrorKind, Timeout};

/// A point in time after which waiting ends, and what is said then.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    which: Timeout,
}

impl Deadline {
    /// The end of a whole call, if it has one.
    pub(crate) fn total(at: Option<Instant>) -> Self {
        Self {
            at,
            which: Timeout::Total,
        }
    }

    /// The earlier of this and another one.
    pub(crate) fn or_after(self, start: Instant, limit: Duration, which: Timeout) -> Self {
        let at = start.checked_add(limit);
        match (self.at, at) {
            (Some(this), Some(other)) if other < this => Self { at, which },
            (None, Some(_)) => Self { at, which },
            _ => self,
        }
    }

    /// Waits, but no longer than this.
    pub(crate) fn hold<F: Future + Unpin>(self, future: F) -> Hold<F> {
        Hold {
            future,
            deadline: self,
            timer: None,
        }
    }
}

/// Waiting that ends. A timer is only set where there is something to wait for.
pub(crate) struct Hold<F> {
    future: F,
    deadline: Deadline,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F: Future + Unpin> Future for Hold<F> {
    type Output = Result<F::Output, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(value) = Pin::new(&mut self.future).poll(context) {
            return Poll::Ready(Ok(value));
        }
        let Deadline {
            at: Some(at),
            which,
        } = self.deadline
        else {
            return Poll::Pending;
        };
        let rings = match &mut self.timer {
            // A timer does not ring for a task that has used up its turn, the clock does.
            Some(timer) => timer.as_mut().poll(context).is_ready() || at <= Instant::now(),
            none => {
                let timer = none.insert(Box::pin(sleep_until(at)));
                timer.as_mut().poll(context).is_ready()
            }
        };
        if rings {
            return Poll::Ready(Err(Error::new(ErrorKind::Timeout(which), "")));
        }
        Poll::Pending
    }
}
