//! What is known about an answer besides the answer.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    time::Duration,
};

use bytes::Bytes;

use crate::{decode::Answer, headers::Headers};

/// An answer and what is known about it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<O> {
    /// The answer.
    pub output: O,
    /// Everything else.
    pub details: Details,
}

/// What is known about an answer. `Debug` shows no content.
#[derive(Clone)]
pub struct Details {
    status: u16,
    headers: Headers,
    attempts: u32,
    elapsed: Duration,
    body: Bytes,
}

impl Details {
    pub(crate) fn new(answer: &Answer) -> Self {
        let facts = &answer.facts;
        Self {
            status: facts.head.status,
            headers: facts.head.headers.clone(),
            attempts: facts.attempts,
            elapsed: facts.started.elapsed(),
            body: answer.body.clone(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The id under which the service knows the request: `cf-ai-req-id`, else `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<Cow<'_, str>> {
        self.headers.request_id()
    }

    /// What the call cost, in neurons.
    #[must_use]
    pub fn neurons(&self) -> Option<f64> {
        let neurons: f64 = self.headers.get("cf-ai-neurons")?.trim().parse().ok()?;
        neurons.is_finite().then_some(neurons)
    }

    /// The id of the gateway's log entry.
    #[must_use]
    pub fn gateway_log_id(&self) -> Option<Cow<'_, str>> {
        self.headers.get("cf-aig-log-id")
    }

    /// Whether the gateway answered from its cache, if it says.
    #[must_use]
    pub fn is_cached(&self) -> Option<bool> {
        let status = self.headers.get("cf-aig-cache-status")?;
        Some(status.eq_ignore_ascii_case("hit"))
    }

    /// How many requests were made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long it took, waits included; for a stream, until it began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The body as it came; empty for a stream.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// Without the answer, which may be anything.
impl<O> Debug for Response<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}
