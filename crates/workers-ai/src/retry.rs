//! When a call is tried again, and after how long. Nothing that may have been done is repeated
//! unless the caller says so.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use crate::error::{ApiErrorKind, Error, ErrorKind, Stop, Timeout};

/// A retry because the service is busy.
pub(crate) const THROTTLED_COST: u32 = 5;
/// A retry for any other reason.
pub(crate) const FAILED_COST: u32 = 14;

/// Why there was no connection, where there will be none the next time: the other end is not the service, speaks no TLS
/// of ours, or is a proxy that does not accept who asks.
const LASTING: [&str; 5] = [
    "invalid peer certificate",
    "peer is incompatible",
    "received corrupt message",
    "received fatal alert: ProtocolVersion",
    "proxy authorization required",
];

/// How failed calls are tried again.
///
/// What is tried again, within the attempts: a connection that could not be made, a busy model, a
/// rate limit, and failures of the service that come with a status of their own. What never is: a
/// refused request, a used-up quota, an answer that broke off, and a stream that has begun. A call
/// of which nobody knows whether the service did the work is only repeated after
/// [`repeat_in_doubt`](Self::repeat_in_doubt), because a repeat is billed again.
///
/// Besides, the clones of a client share a budget: while the service fails every call, retries soon
/// stop.
///
/// ```
/// use std::time::Duration;
/// use workers_ai::RetryPolicy;
///
/// let patient = RetryPolicy::new()
///     .attempts(6)
///     .backoff(Duration::from_secs(1), Duration::from_secs(30))
///     .longest_wait(Duration::from_secs(300));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    base: Duration,
    throttled_base: Duration,
    cap: Duration,
    longest_wait: Duration,
    in_doubt: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            throttled_base: Duration::from_secs(1),
            cap: Duration::from_secs(8),
            longest_wait: Duration::from_secs(60),
            in_doubt: false,
        }
    }
}

impl RetryPolicy {
    /// Three attempts, with growing and random waits of at most eight seconds.
    pub fn new() -> Self {
        Self::default()
    }

    /// One attempt.
    #[doc(alias = "none")]
    pub fn never() -> Self {
        Self::new().attempts(1)
    }

    /// How many requests a call makes at most. None at all is refused when the call is made.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The wait before the second attempt is a random part of `base`, or of twice as much if the
    /// service is busy; before every later one of double that, and never more than `cap`.
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.throttled_base = base.saturating_mul(2);
        self.cap = cap;
        self
    }

    /// The longest wait that the service may ask for; 60 seconds unless set. If it asks for more,
    /// the call fails at once and [`Error::retry_after`] tells the wait.
    pub fn longest_wait(mut self, limit: Duration) -> Self {
        self.longest_wait = limit;
        self
    }

    /// Repeats calls of which nobody knows whether the service did the work. It may do it twice.
    pub fn repeat_in_doubt(mut self, repeat: bool) -> Self {
        self.in_doubt = repeat;
        self
    }

    /// The wait before the next attempt and its cost, or why there is none. `made` attempts failed,
    /// the last one with `error`.
    pub(crate) fn next(
        &self,
        error: &Error,
        made: u32,
        left: Option<Duration>,
        random: u64,
    ) -> Result<(Duration, u32), Option<Stop>> {
        let verdict = Verdict::of(error);
        let cost = match verdict {
            Verdict::Never => return Err(None),
            Verdict::Refused => return Err(Some(Stop::Service)),
            Verdict::InDoubt if !self.in_doubt => return Err(Some(Stop::InDoubt)),
            Verdict::InDoubt | Verdict::Failed => FAILED_COST,
            Verdict::Throttled => THROTTLED_COST,
        };
        let asked = error.retry_after().unwrap_or_default();
        if asked > self.longest_wait {
            return Err(Some(Stop::RetryAfter));
        }
        if made >= self.attempts {
            return Err(Some(Stop::Attempts));
        }
        let base = if verdict == Verdict::Throttled {
            self.throttled_base
        } else {
            self.base
        };
        let wait = asked.saturating_add(jitter(self.ceiling(base, made), random));
        if left.is_some_and(|left| wait >= left) {
            return Err(Some(Stop::Deadline));
        }
        Ok((wait, cost))
    }

    /// The wait that the service asks for and that is not too long.
    pub(crate) fn heeded(&self, error: &Error) -> Option<Duration> {
        error.retry_after().filter(|asked| self.heeds(*asked))
    }

    /// Whether the service may ask for so long a wait.
    pub(crate) fn heeds(&self, wait: Duration) -> bool {
        wait <= self.longest_wait
    }

    fn ceiling(&self, base: Duration, made: u32) -> Duration {
        let doublings = made.saturating_sub(1).min(31);
        base.saturating_mul(1_u32 << doublings).min(self.cap)
    }
}

/// What a failure says about another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Never,
    /// The service asks not to.
    Refused,
    /// The work may have been done.
    InDoubt,
    /// The service has no room now.
    Throttled,
    /// Nothing was done.
    Failed,
}

impl Verdict {
    pub(crate) fn of(error: &Error) -> Self {
        let status = error.status().unwrap_or_default();
        let verdict = match error.kind() {
            ErrorKind::Connect if LASTING.iter().any(|why| error.source_says(why)) => Self::Never,
            ErrorKind::Connect
            | ErrorKind::Timeout(Timeout::Connect)
            | ErrorKind::Api(ApiErrorKind::ServerTimeout) => Self::Failed,
            ErrorKind::InDoubt | ErrorKind::Timeout(Timeout::Head) => Self::InDoubt,
            ErrorKind::Timeout(Timeout::Attempt) if error.head().is_none() => Self::InDoubt,
            ErrorKind::Api(ApiErrorKind::RateLimited | ApiErrorKind::Capacity) => Self::Throttled,
            ErrorKind::Api(ApiErrorKind::Server) => match status {
                503 | 529 => Self::Throttled,
                // What a model's own service said comes with 400 at times.
                400 | 500 | 502 | 504 | 520..=527 | 530 => Self::Failed,
                _ => Self::Never,
            },
            _ => Self::Never,
        };
        let refused = error
            .headers()
            .and_then(|headers| headers.get("x-should-retry"))
            .is_some_and(|value| value.eq_ignore_ascii_case("false"));
        if refused && verdict != Self::Never {
            Self::Refused
        } else {
            verdict
        }
    }

    /// Whether another attempt may help and repeats nothing.
    pub(crate) fn is_safe(self) -> bool {
        matches!(self, Self::Throttled | Self::Failed)
    }
}

/// A random part of `ceiling`.
pub(crate) fn jitter(ceiling: Duration, random: u64) -> Duration {
    let nanos = (ceiling.as_nanos().min(u128::from(u64::MAX)) * u128::from(random)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// A number nobody foresees; the standard library seeds its hashers with one.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::{
        codes::ServiceMessage,
        headers::{Head, Headers},
    };

    fn answered(kind: ApiErrorKind, status: u16) -> Error {
        Error::new(ErrorKind::Api(kind), "").with_head(Head {
            status,
            headers: Headers::new(HeaderMap::new()),
        })
    }

    fn next(error: &Error, made: u32) -> Result<Duration, Option<Stop>> {
        RetryPolicy::new()
            .next(error, made, None, u64::MAX)
            .map(|(wait, _)| wait)
    }

    #[test]
    fn waits_double_from_a_base_to_a_cap() {
        let failed = Error::new(ErrorKind::Connect, "");
        let policy = RetryPolicy::new().attempts(u32::MAX);
        let waits: Vec<_> = [1, 2, 3, 4, 5, 6, 1_000]
            .map(|made| {
                policy
                    .next(&failed, made, None, u64::MAX)
                    .unwrap()
                    .0
                    .as_millis()
            })
            .to_vec();
        assert_eq!(waits, [499, 999, 1999, 3999, 7999, 7999, 7999]);
        assert_eq!(
            policy.next(&failed, 1, None, 0).unwrap(),
            (Duration::ZERO, FAILED_COST)
        );
        let busy = answered(ApiErrorKind::Capacity, 429);
        assert_eq!(
            policy.next(&busy, 1, None, u64::MAX).unwrap().0.as_millis(),
            999
        );
    }

    #[test]
    fn r04_jitter_is_spread_over_the_whole_range() {
        let mut below = 0;
        for _ in 0..10_000 {
            let wait = jitter(Duration::from_secs(1), random());
            assert!(wait < Duration::from_secs(1));
            below += u32::from(wait < Duration::from_millis(500));
        }
        assert!((4_000..6_000).contains(&below), "{below}");
    }

    #[test]
    fn the_retry_table_is_kept() {
        use ApiErrorKind as Api;
        for (kind, status, expected) in [
            (Api::RateLimited, 429, Verdict::Throttled),
            (Api::Capacity, 400, Verdict::Throttled),
            (Api::Quota, 429, Verdict::Never),
            (Api::ServerTimeout, 408, Verdict::Failed),
            (Api::Server, 503, Verdict::Throttled),
            (Api::Server, 529, Verdict::Throttled),
            (Api::Server, 400, Verdict::Failed),
            (Api::Server, 500, Verdict::Failed),
            (Api::Server, 527, Verdict::Failed),
            (Api::Server, 501, Verdict::Never),
            (Api::Server, 505, Verdict::Never),
            (Api::Server, 599, Verdict::Never),
            (Api::Server, 200, Verdict::Never),
            (Api::BadRequest, 400, Verdict::Never),
            (Api::Auth, 401, Verdict::Never),
            (Api::TooLarge, 413, Verdict::Never),
        ] {
            assert_eq!(
                Verdict::of(&answered(kind, status)),
                expected,
                "{kind:?} {status}"
            );
        }
        for (kind, expected) in [
            (ErrorKind::Connect, Verdict::Failed),
            (ErrorKind::Timeout(Timeout::Connect), Verdict::Failed),
            (ErrorKind::InDoubt, Verdict::InDoubt),
            (ErrorKind::Timeout(Timeout::Head), Verdict::InDoubt),
            (ErrorKind::Timeout(Timeout::Total), Verdict::Never),
            (ErrorKind::BodyInterrupted, Verdict::Never),
            (ErrorKind::StreamTruncated, Verdict::Never),
            (ErrorKind::Decode, Verdict::Never),
        ] {
            assert_eq!(Verdict::of(&Error::new(kind, "")), expected, "{kind:?}");
        }
        let late = answered(Api::Server, 200).with_messages(vec![ServiceMessage::new(Some(1), "")]);
        assert!(!late.is_retryable());
    }

    #[test]
    fn stops_say_why() {
        let busy = |wait: u64| {
            answered(ApiErrorKind::RateLimited, 429)
                .with_retry_after(Some(Duration::from_secs(wait)))
        };
        assert_eq!(next(&busy(61), 1), Err(Some(Stop::RetryAfter)));
        assert_eq!(next(&busy(0), 3), Err(Some(Stop::Attempts)));
        assert_eq!(
            next(&Error::new(ErrorKind::InDoubt, ""), 1),
            Err(Some(Stop::InDoubt))
        );
        assert!(next(&busy(60), 1).unwrap() >= Duration::from_secs(60));
        let left = Some(Duration::from_secs(3));
        assert_eq!(
            RetryPolicy::new().next(&busy(5), 1, left, 0),
            Err(Some(Stop::Deadline))
        );
    }
}
