//! Points in time after which waiting ends.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    call::Timeouts,
    error::{Error, ErrorKind, Timeout},
    runtime,
};

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
        runtime::ensure()?;
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

/// The clocks of a stream. They are set when the stream begins to wait, so a caller who takes long
/// is not held against the service.
pub(crate) struct Waiting {
    idle: Duration,
    gap: Duration,
    total: Option<Instant>,
    /// Since when there was nothing to read.
    idle_since: Option<Instant>,
    /// Since when there was no event.
    gap_since: Option<Instant>,
    /// Left as it is while things come, and put off if it rings too early.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Waiting {
    pub(crate) fn new(timeouts: Timeouts, total: Option<Instant>) -> Self {
        Self {
            idle: timeouts.idle,
            gap: timeouts.gap,
            total,
            idle_since: None,
            gap_since: None,
            alarm: None,
        }
    }

    pub(crate) fn got_bytes(&mut self) {
        self.idle_since = None;
    }

    pub(crate) fn got_event(&mut self) {
        self.gap_since = None;
    }

    /// Waits; ready once it has been too long, or where nobody can wait.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        if let Err(missing) = runtime::ensure() {
            return Poll::Ready(missing);
        }
        let (idle, gap) = match (self.idle_since, self.gap_since) {
            (Some(idle), Some(gap)) => (idle, gap),
            (idle, gap) => {
                let now = Instant::now();
                (idle.unwrap_or(now), gap.unwrap_or(now))
            }
        };
        (self.idle_since, self.gap_since) = (Some(idle), Some(gap));
        let mut next = self.total.map(|at| (at, Timeout::Total));
        for (since, limit, which) in [
            (idle, self.idle, Timeout::Idle),
            (gap, self.gap, Timeout::EventGap),
        ] {
            let at = since.checked_add(limit);
            next = match (next, at) {
                (Some((first, _)), Some(at)) if first <= at => next,
                (_, Some(at)) => Some((at, which)),
                (next, None) => next,
            };
        }
        match next {
            Some((at, which)) => {
                let wait = self.wait(at, cx);
                wait.map(|()| Error::new(ErrorKind::Timeout(which), ""))
            }
            None => Poll::Pending,
        }
    }

    fn wait(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(at)));
        loop {
            ready!(alarm.as_mut().poll(cx));
            if alarm.deadline() >= at {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(at);
        }
    }
}
