//! The one error of this crate: what went wrong, in which phase, and everything that is known about
//! it.

mod fill;
mod kind;
mod show;

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use workers_ai_models::Model;

use crate::{
    codes::{self, ServiceMessage},
    decode,
    headers::{Head, Headers},
};

pub use kind::{ApiErrorKind, Cap, ErrorKind, Stop, Timeout, Unexpected};

/// A call that failed, or could not be made.
///
/// [`kind`](Self::kind) tells the phase and the meaning, the predicates (`is_rate_limited` and so
/// on) answer the usual questions over every code the service is known to use for them.
///
/// ```no_run
/// # async fn example(ai: workers_ai::Client) {
/// use workers_ai::{ErrorKind, models::Llama31_8bInstructFp8};
///
/// let question = Llama31_8bInstructFp8::prompt("Why is the sky blue?");
/// if let Err(error) = ai.run(question).await {
///     eprintln!("{error}");
///     match error.kind() {
///         ErrorKind::Config | ErrorKind::InvalidInput => eprintln!("nothing was sent"),
///         ErrorKind::Timeout(_) => eprintln!("gave up after {:?}", error.elapsed()),
///         ErrorKind::Api(kind) => eprintln!("{kind}, HTTP {:?}", error.status()),
///         kind => eprintln!("{kind}"),
///     }
///     for message in error.messages() {
///         eprintln!("the service says: {message}");
///     }
///     // All that came, which may repeat a prompt.
///     let body = String::from_utf8_lossy(error.body());
///     # let _ = body;
/// }
/// # }
/// ```
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

/// The text of an underlying error, free of addresses.
struct Cause(String);

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The model that was called; for a call to something else, its path.
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
        self.kind() == ErrorKind::InvalidInput
            || (self.any_code(codes::VALIDATION) && !self.is_api(ApiErrorKind::Server))
            || self.0.messages.iter().any(codes::speaks_of_validation)
    }

    /// Something took too long, here or in the service.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout(_)) || self.is_api(ApiErrorKind::ServerTimeout)
    }

    /// Whether the service may have done the work although there is no answer to show for it.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        match self.kind() {
            ErrorKind::InDoubt | ErrorKind::BodyInterrupted | ErrorKind::StreamTruncated => true,
            ErrorKind::Timeout(
                Timeout::Head
                | Timeout::Attempt
                | Timeout::Total
                | Timeout::Idle
                | Timeout::EventGap,
            )
            | ErrorKind::NoRuntime => self.attempts() > 0,
            _ => false,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_one_pointer_and_may_travel() {
        fn travels<T: Send + Sync + std::error::Error + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
