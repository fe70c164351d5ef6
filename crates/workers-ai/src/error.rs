//! The one error of this crate: what went wrong, in which phase, and everything that is known about
//! it.

use std::{
    borrow::Cow,
    error::Error as StdError,
    fmt::{self, Debug, Display, Write as _},
    time::Duration,
};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use workers_ai_models::{Invalid, Model};

use crate::{
    codes::{self, ServiceMessage},
    decode,
    headers::{Head, Headers},
};

/// This much of a message by the service is shown; [`ServiceMessage::message`] has all of it.
const SHOWN: usize = 300;

/// A call that failed, or could not be made.
///
/// [`kind`](Self::kind) tells the phase and the meaning, the predicates (`is_rate_limited` and so
/// on) answer the usual questions over every code the service is known to use for them.
///
/// `Display` is one line. Neither it nor `Debug` shows a credential, an account id, a prompt or an
/// answer; the service's own messages are shown, cut to 300 characters, unless
/// [`ClientBuilder::service_messages`](crate::ClientBuilder::service_messages) turns that off.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    detail: Cow<'static, str>,
    model: Option<Cow<'static, str>>,
    messages: Vec<ServiceMessage>,
    show_messages: bool,
    head: Option<Head>,
    body: Bytes,
    retry_after: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    earlier: Vec<ErrorKind>,
    stop: Option<Stop>,
    source: Option<Cause>,
}

/// What went wrong, by phase and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client could not be built. Nothing was sent.
    Config,
    /// The call cannot be made as it was asked for: a model id, header, field or limit. Nothing was
    /// sent.
    InvalidInput,
    /// No connection was made. The request did not reach the service.
    Connect,
    /// The connection was lost after the request was sent and before an answer began. The service
    /// may have done the work.
    InDoubt,
    /// Something took too long.
    Timeout(Timeout),
    /// The answer began and broke off.
    BodyInterrupted,
    /// The service answered with an error.
    Api(ApiErrorKind),
    /// The answer is well-formed but not of a sort that was asked for.
    Unexpected(Unexpected),
    /// The answer is complete but does not fit its type.
    Decode,
    /// A stream ended without saying that it is complete.
    StreamTruncated,
    /// The service reported an error inside a stream, which ends there.
    StreamApi(ApiErrorKind),
    /// One event of a stream does not fit its type. The stream goes on.
    StreamDecode,
    /// One of this crate's own caps was reached.
    LimitExceeded(Cap),
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timeout {
    /// Making the connection. Nothing was sent.
    Connect,
    /// The beginning of the answer. The service may have done the work.
    Head,
    /// One attempt, answer included.
    Attempt,
    /// The whole call: attempts, waits and the answer.
    Total,
    /// A stream sent no bytes.
    Idle,
    /// A stream sent bytes, but no event.
    EventGap,
}

/// What an error that the service reports means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The request is not acceptable.
    BadRequest,
    /// There is no such model.
    UnknownModel,
    /// The credentials are not accepted.
    Auth,
    /// The credentials are good, but not for this.
    Permission,
    /// The request is too large.
    TooLarge,
    /// Too many requests.
    RateLimited,
    /// The model is busy.
    Capacity,
    /// An allowance is used up; waiting seconds does not help.
    Quota,
    /// The service gave up waiting for the model.
    ServerTimeout,
    /// The service failed.
    Server,
}

/// In which way an answer is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unexpected {
    /// It points elsewhere. Redirects are never followed: they would carry the request to another
    /// host.
    Redirect,
    /// It is of another content type.
    ContentType,
    /// It has no body.
    Empty,
    /// It reports success and holds no result.
    EmptyResult,
    /// It is compressed, which was not asked for.
    Encoding,
    /// Its status is none of an answer's.
    Status,
}

/// A cap of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cap {
    /// The bytes of a request,
    /// [`ClientBuilder::max_request_bytes`](crate::ClientBuilder::max_request_bytes).
    Request,
    /// The bytes of an answer,
    /// [`ClientBuilder::max_response_bytes`](crate::ClientBuilder::max_response_bytes).
    Response,
    /// The bytes of one event of a stream,
    /// [`ClientBuilder::max_event_bytes`](crate::ClientBuilder::max_event_bytes).
    Event,
}

/// Why a call that could have been tried again was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stop {
    /// The attempts are used up.
    Attempts,
    /// The retry budget that the clones of a client share is used up.
    Budget,
    /// The next attempt would begin after the call's deadline.
    Deadline,
    /// The service asks for a longer wait than the policy allows.
    RetryAfter,
    /// The service asks not to try again.
    Service,
    /// The service may have done the work, and the policy does not repeat such calls.
    InDoubt,
    /// Retries are left to the gateway.
    Gateway,
    /// The body was a stream, which is gone.
    Body,
}

/// The text of an underlying error, free of addresses.
struct Cause(String);

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The model that was called.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }

    /// The status of the last answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.head.as_ref().map(|head| head.status)
    }

    /// The headers of the last answer.
    #[must_use]
    pub fn headers(&self) -> Option<&Headers> {
        self.0.head.as_ref().map(|head| &head.headers)
    }

    /// The id under which the service knows the request: `cf-ai-req-id`, else `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<Cow<'_, str>> {
        self.headers()?.request_id()
    }

    /// Every error the service reported, in its order.
    #[must_use]
    pub fn messages(&self) -> &[ServiceMessage] {
        &self.0.messages
    }

    /// Every code the service reported, in its order.
    pub fn codes(&self) -> impl Iterator<Item = u64> {
        self.0.messages.iter().filter_map(|message| message.code)
    }

    /// The last answer's body, or the event of a stream, cut to
    /// [`max_error_bytes`](crate::ClientBuilder::max_error_bytes); a complete answer that could not
    /// be used is kept whole. It may repeat a prompt or hold an answer.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// How long the service asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many requests were made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How the attempts before the last one failed.
    #[must_use]
    pub fn earlier(&self) -> &[ErrorKind] {
        &self.0.earlier
    }

    /// Why the call was not tried again, if it could have been.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.0.stop
    }

    /// Whether the same call may well succeed a little later, and sending it again repeats no work.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        crate::retry::Verdict::of(self).is_safe()
    }

    /// The credentials are not accepted. Check the token, or the e-mail address and the key.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        self.is_api(ApiErrorKind::Auth) || self.any_code(codes::AUTH)
    }

    /// The credentials are good, but not for this account, model or plan.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        self.is_api(ApiErrorKind::Permission) || self.any_code(codes::PERMISSION)
    }

    /// Too many requests in a short time. Waiting helps.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.is_api(ApiErrorKind::RateLimited) || self.any_code(codes::RATE_LIMITED)
    }

    /// The model is busy. Waiting helps.
    #[must_use]
    pub fn is_capacity(&self) -> bool {
        self.is_api(ApiErrorKind::Capacity) || self.any_code(codes::CAPACITY)
    }

    /// A daily allowance, a balance or a spending limit is used up. Waiting a little does not help.
    #[must_use]
    pub fn is_quota(&self) -> bool {
        self.is_api(ApiErrorKind::Quota) || self.any_code(codes::QUOTA)
    }

    /// The input is longer than the model or the service takes.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.is_api(ApiErrorKind::TooLarge)
            || self.any_code(codes::TOO_LONG)
            || self.0.messages.iter().any(codes::speaks_of_length)
    }

    /// There is no such model.
    #[must_use]
    pub fn is_unknown_model(&self) -> bool {
        self.is_api(ApiErrorKind::UnknownModel) || self.any_code(codes::UNKNOWN_MODEL)
    }

    /// The model was withdrawn.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.any_code(codes::RETIRED) || (self.status() == Some(410) && self.api_kind().is_some())
    }

    /// The account has to accept the model's terms first.
    #[must_use]
    pub fn needs_agreement(&self) -> bool {
        self.any_code(codes::NEEDS_AGREEMENT)
    }

    /// The service found a field of the input wanting.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput || self.any_code(codes::VALIDATION)
    }

    /// Something took too long, here or in the service.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout(_)) || self.is_api(ApiErrorKind::ServerTimeout)
    }

    /// Whether the service may have done the work although there is no answer to show for it.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::InDoubt
                | ErrorKind::BodyInterrupted
                | ErrorKind::StreamTruncated
                | ErrorKind::Timeout(
                    Timeout::Head | Timeout::Attempt | Timeout::Total | Timeout::Idle | Timeout::EventGap
                )
        )
    }

    /// Reads the kept body as a model's whole answer. For the case that an answer came in another
    /// form than the one asked for, such as [`Unexpected::ContentType`] for a stream.
    ///
    /// # Errors
    ///
    /// If the body is not such an answer.
    pub fn decode_body<M: Model>(&self) -> Result<M::Output, Self> {
        decode::by_hand(self.body())
    }

    /// What the service reported means, if it reported anything.
    fn api_kind(&self) -> Option<ApiErrorKind> {
        match self.kind() {
            ErrorKind::Api(kind) | ErrorKind::StreamApi(kind) => Some(kind),
            _ => None,
        }
    }

    fn is_api(&self, kind: ApiErrorKind) -> bool {
        self.api_kind() == Some(kind)
    }

    fn any_code(&self, set: &[u64]) -> bool {
        self.codes().any(|code| set.contains(&code))
    }
}

/// How the rest of the crate fills an error in.
impl Error {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            model: None,
            messages: Vec::new(),
            show_messages: true,
            head: None,
            body: Bytes::new(),
            retry_after: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            earlier: Vec::new(),
            stop: None,
            source: None,
        }))
    }

    pub(crate) fn config(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, detail)
    }

    pub(crate) fn input(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, detail)
    }

    pub(crate) fn cap(cap: Cap, limit: usize) -> Self {
        let (what, setter) = match cap {
            Cap::Request => ("the request", "max_request_bytes"),
            Cap::Response => ("the answer", "max_response_bytes"),
            Cap::Event => ("an event of the stream", "max_event_bytes"),
        };
        Self::new(
            ErrorKind::LimitExceeded(cap),
            format!("{what} is larger than {limit} bytes; `ClientBuilder::{setter}` raises the limit"),
        )
    }

    pub(crate) fn with_messages(mut self, messages: Vec<ServiceMessage>) -> Self {
        self.0.messages = messages;
        self
    }

    pub(crate) fn with_head(mut self, head: Head) -> Self {
        self.0.head = Some(head);
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.0.body = body;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_source(mut self, source: &(dyn StdError + 'static)) -> Self {
        let mut text = source.to_string();
        let mut next = source.source();
        while let Some(cause) = next {
            let _ = write!(text, ": {cause}");
            next = cause.source();
        }
        self.0.source = Some(Cause(text));
        self
    }

    /// Adds what the call knows: its model, its history and whether messages are shown.
    pub(crate) fn with_call(
        mut self,
        model: &Cow<'static, str>,
        attempts: u32,
        elapsed: Duration,
        show_messages: bool,
    ) -> Self {
        self.0.model = Some(model.clone());
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self.0.show_messages = show_messages;
        self
    }

    pub(crate) fn with_history(mut self, earlier: Vec<ErrorKind>, stop: Option<Stop>) -> Self {
        self.0.earlier = earlier;
        self.0.stop = stop;
        self
    }

    pub(crate) fn head(&self) -> Option<&Head> {
        self.0.head.as_ref()
    }

    /// Whether the underlying cause says this.
    pub(crate) fn source_says(&self, text: &str) -> bool {
        self.0.source.as_ref().is_some_and(|cause| cause.0.contains(text))
    }
}

impl Inner {
    /// The kind in words, unless there is something better to say.
    fn what(&self) -> &str {
        if !self.detail.is_empty() {
            return &self.detail;
        }
        match self.kind {
            ErrorKind::Config => "the client could not be built",
            ErrorKind::InvalidInput => "the call cannot be made as asked",
            ErrorKind::Connect => "no connection to the service",
            ErrorKind::InDoubt => "the connection was lost before an answer; the work may have been done",
            ErrorKind::Timeout(Timeout::Connect) => "connecting took too long",
            ErrorKind::Timeout(Timeout::Head) => "the answer did not begin in time",
            ErrorKind::Timeout(Timeout::Attempt) => "the answer was not complete in time",
            ErrorKind::Timeout(Timeout::Total) => "the call did not end in time",
            ErrorKind::Timeout(Timeout::Idle) => "the stream sent nothing for too long",
            ErrorKind::Timeout(Timeout::EventGap) => "the stream sent no event for too long",
            ErrorKind::BodyInterrupted => "the answer broke off",
            ErrorKind::Api(kind) | ErrorKind::StreamApi(kind) => kind.what(),
            ErrorKind::Unexpected(Unexpected::Redirect) => "the answer is a redirect, which is never followed",
            ErrorKind::Unexpected(Unexpected::ContentType) => "the answer is of another content type",
            ErrorKind::Unexpected(Unexpected::Empty) => "the answer is empty",
            ErrorKind::Unexpected(Unexpected::EmptyResult) => "the answer reports success and holds no result",
            ErrorKind::Unexpected(Unexpected::Encoding) => "the answer is compressed, which was not asked for",
            ErrorKind::Unexpected(Unexpected::Status) => "the answer has a status that is none of an answer's",
            ErrorKind::Decode => "the answer does not fit its type",
            ErrorKind::StreamTruncated => "the stream ended before it was complete",
            ErrorKind::StreamDecode => "an event of the stream does not fit its type",
            ErrorKind::LimitExceeded(_) => "a limit was reached",
        }
    }
}

impl ApiErrorKind {
    fn what(self) -> &'static str {
        match self {
            Self::BadRequest => "the service refuses the request",
            Self::UnknownModel => "the service knows no such model",
            Self::Auth => "the service does not accept the credentials",
            Self::Permission => "the credentials do not allow this",
            Self::TooLarge => "the request is too large",
            Self::RateLimited => "too many requests, wait a little",
            Self::Capacity => "the model is busy, try again later",
            Self::Quota => "an allowance is used up",
            Self::ServerTimeout => "the service gave up waiting for the model",
            Self::Server => "the service failed",
        }
    }
}

impl Stop {
    fn what(self) -> Option<&'static str> {
        Some(match self {
            Self::Attempts => return None,
            Self::Budget => "not tried again: the retry budget is used up",
            Self::Deadline => "not tried again: the deadline is too near",
            Self::RetryAfter => "not tried again: the wait asked for is too long",
            Self::Service => "not tried again: the service asks not to",
            Self::InDoubt => "not tried again: the work may have been done",
            Self::Gateway => "not tried again: retries are left to the gateway",
            Self::Body => "not tried again: the body was a stream",
        })
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(model) = &inner.model {
            write!(f, "{}: ", model.escape_debug())?;
        }
        f.write_str(inner.what())?;
        if let Some(hint) = self.codes().find_map(codes::hint) {
            write!(f, "; {hint}")?;
        }
        if let Some(head) = &inner.head {
            write!(f, " (HTTP {}", head.status)?;
            if let Some(id) = head.headers.request_id() {
                write!(f, ", request {}", id.escape_debug())?;
            }
            f.write_char(')')?;
        }
        for message in &inner.messages {
            if let Some(code) = message.code {
                write!(f, ", code {code}")?;
            }
            if inner.show_messages && !message.message.is_empty() {
                let shown: String = message.message.chars().take(SHOWN).collect();
                write!(f, ": {}", shown.escape_debug())?;
            }
        }
        if let Some(wait) = inner.retry_after {
            write!(f, ", retry after {} s", wait.as_secs())?;
        }
        if inner.attempts > 1 {
            write!(f, ", {} attempts", inner.attempts)?;
        }
        if let Some(stop) = inner.stop.and_then(Stop::what) {
            write!(f, ", {stop}")?;
        }
        Ok(())
    }
}

impl Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("text", &format_args!("{self}"))
            .field("elapsed", &inner.elapsed)
            .field("earlier", &inner.earlier)
            .field("body", &format_args!("{} bytes", inner.body.len()))
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|cause| cause as _)
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Cause {}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::input(invalid.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_one_pointer_and_may_travel() {
        fn travels<T: Send + Sync + StdError + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn display_is_one_line_with_the_facts() {
        let error = Error::new(ErrorKind::Api(ApiErrorKind::Capacity), "")
            .with_messages(vec![ServiceMessage::new(Some(3040), "No room\nat the inn")])
            .with_call(&Cow::Borrowed("@cf/a/b"), 3, Duration::ZERO, true);
        assert_eq!(
            error.to_string(),
            "@cf/a/b: the model is busy, try again later, code 3040: No room\\nat the inn, 3 attempts"
        );
    }

    #[test]
    fn messages_can_be_left_out_and_are_cut() {
        let error = |show| {
            Error::new(ErrorKind::Api(ApiErrorKind::Server), "")
                .with_messages(vec![ServiceMessage::new(None, "x".repeat(1_000))])
                .with_call(&Cow::Borrowed("m"), 1, Duration::ZERO, show)
                .to_string()
        };
        assert_eq!(error(true).matches('x').count(), SHOWN);
        assert!(!error(false).contains('x'));
    }

    #[test]
    fn a01_debug_shows_sizes_not_bodies() {
        let error = Error::new(ErrorKind::Decode, "").with_body(Bytes::from_static(b"canary"));
        let text = format!("{error:?} {error}");
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("6 bytes"), "{text}");
    }
}
