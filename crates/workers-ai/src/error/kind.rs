//! The words of the error type: phases, meanings and reasons.

use std::fmt::{self, Display};

/// What went wrong, by phase and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client could not be built, or a call cannot be made with its settings. Nothing was sent.
    Config,
    /// The call cannot be made as it was asked for: a model id, header, field or limit. Nothing was
    /// sent.
    InvalidInput,
    /// There is no Tokio runtime where the call, its stream or its download is awaited. If
    /// [`attempts`](crate::Error::attempts) is 0, nothing was sent.
    NoRuntime,
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
    /// The answer, or an event of it, is not what its document says, and the client is
    /// [strict](crate::ClientBuilder::strict).
    Drift,
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
    /// Asking for the API token. Nothing was sent.
    Token,
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
    /// It does not begin as HTTP does.
    Head,
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

impl ErrorKind {
    /// The kind in words.
    pub(super) fn what(self) -> &'static str {
        match self {
            ErrorKind::Config => "the client cannot be used as it is set",
            ErrorKind::InvalidInput => "the call cannot be made as asked",
            ErrorKind::NoRuntime => {
                "there is no Tokio runtime here: await this inside of one, such as that of `#[tokio::main]`"
            }
            ErrorKind::Connect => {
                "no connection to the service; check the network and the base URL"
            }
            ErrorKind::InDoubt => {
                "the connection was lost before an answer; the work may have been done"
            }
            ErrorKind::Timeout(Timeout::Token) => {
                "the API token was not there in time; `head_timeout` allows more"
            }
            ErrorKind::Timeout(Timeout::Connect) => {
                "connecting took too long; `connect_timeout` allows more"
            }
            ErrorKind::Timeout(Timeout::Head) => {
                "the answer did not begin in time; `head_timeout` allows more"
            }
            ErrorKind::Timeout(Timeout::Attempt) => {
                "the answer was not complete in time; `attempt_timeout` allows more"
            }
            ErrorKind::Timeout(Timeout::Total) => {
                "the call did not end in time; `total_timeout` allows more"
            }
            ErrorKind::Timeout(Timeout::Idle) => {
                "the stream sent nothing for too long; `idle_timeout` allows more"
            }
            ErrorKind::Timeout(Timeout::EventGap) => {
                "the stream sent no event for too long; `event_gap_timeout` allows more"
            }
            ErrorKind::BodyInterrupted => "the answer broke off",
            ErrorKind::Api(kind) | ErrorKind::StreamApi(kind) => kind.what(),
            ErrorKind::Unexpected(Unexpected::Redirect) => {
                "the answer is a redirect, which is never followed; check the base URL"
            }
            ErrorKind::Unexpected(Unexpected::ContentType) => {
                "the answer is of another content type"
            }
            ErrorKind::Unexpected(Unexpected::Empty) => "the answer is empty",
            ErrorKind::Unexpected(Unexpected::EmptyResult) => {
                "the answer reports success and holds no result"
            }
            ErrorKind::Unexpected(Unexpected::Encoding) => {
                "the answer is compressed, which was not asked for"
            }
            ErrorKind::Unexpected(Unexpected::Head) => "the answer is not HTTP",
            ErrorKind::Unexpected(Unexpected::Status) => {
                "the answer has a status that is none of an answer's"
            }
            ErrorKind::Decode => "the answer does not fit its type",
            ErrorKind::Drift => "the answer is not what the model's document says",
            ErrorKind::StreamTruncated => "the stream ended before it was complete",
            ErrorKind::StreamDecode => "an event of the stream does not fit its type",
            ErrorKind::LimitExceeded(_) => "a limit was reached",
        }
    }
}

impl ApiErrorKind {
    pub(super) fn what(self) -> &'static str {
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

    /// What to do, where no code of the service tells better.
    pub(super) fn hint(self) -> Option<&'static str> {
        match self {
            Self::Auth => Some("check the API token, or the e-mail address and the key"),
            Self::Permission => Some("check the permissions of the credentials, and the account"),
            Self::TooLarge => Some("send less at once"),
            Self::UnknownModel => Some("check the spelling of the model's id"),
            _ => None,
        }
    }
}

impl Stop {
    pub(super) fn what(self) -> Option<&'static str> {
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

/// In words.
impl Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what())
    }
}

/// In words.
impl Display for ApiErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what())
    }
}
