//! Points in time after which waiting ends.

use std::{future::Future, time::Duration};

use tokio::time::Instant;

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
    pub(crate) async fn hold<T>(self, future: impl Future<Output = T>) -> Result<T, Error> {
        match self.at {
            None => Ok(future.await),
            Some(at) => tokio::time::timeout_at(at, future)
                .await
                .map_err(|_| Error::new(ErrorKind::Timeout(self.which), "")),
        }
    }
}
