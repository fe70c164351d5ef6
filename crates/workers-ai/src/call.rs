//! One call before it is sent: a model, a payload and everything the caller asks for.

use std::{borrow::Cow, time::Duration};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use workers_ai_models::{EncodeError, Payload};

use crate::{
    error::Error, events::DONE, gateway::Gateway, retry::RetryPolicy, trace, upload::Upload,
    url::AccountId,
};

const MOST_TAGS: usize = 5;
const TAG_LENGTH: usize = 50;

/// How long things may take; `Duration::MAX` is for ever.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    pub(crate) head: Duration,
    pub(crate) attempt: Duration,
    pub(crate) total: Duration,
    pub(crate) idle: Duration,
    pub(crate) gap: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(120),
            attempt: Duration::from_secs(300),
            total: Duration::MAX,
            idle: Duration::from_secs(60),
            gap: Duration::from_secs(180),
        }
    }
}

/// How many bytes things may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    pub(crate) request: usize,
    pub(crate) response: usize,
    pub(crate) event: usize,
    pub(crate) error: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            request: 100 << 20,
            response: 128 << 20,
            event: 32 << 20,
            error: 64 << 10,
        }
    }
}

/// A time limit. None at all is a mistake.
pub(crate) fn limit(timeout: Duration, fault: &mut Option<Error>) -> Duration {
    if timeout.is_zero() {
        let why = "a timeout is zero; leave it out, or use `Duration::MAX` for no limit";
        fault.get_or_insert_with(|| Error::config(why));
    }
    timeout
}

/// How an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a whole, by its content type.
    Whole,
    /// As a whole, as it is.
    Raw,
    /// Event by event.
    Live,
    /// Piece by piece, as it is.
    Passed,
}

/// Where a call goes, below the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A model, with a body.
    Run,
    /// Something to read.
    Get(Cow<'static, str>),
    /// Something that takes a body.
    Post(Cow<'static, str>),
}

pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    /// The model; for another endpoint, its path.
    pub(crate) model: Cow<'static, str>,
    pub(crate) operation: &'static str,
    pub(crate) payload: Result<Payload, Error>,
    pub(crate) upload: Option<Box<Upload>>,
    /// What is wrong with the input, unless the caller does not care.
    pub(crate) invalid: Option<Error>,
    /// The first option that cannot be used.
    pub(crate) fault: Option<Error>,
    pub(crate) mode: Mode,
    /// How the events end, where there are any.
    pub(crate) end: &'static str,
    pub(crate) account: Option<AccountId>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) fields: Vec<(String, Value)>,
    pub(crate) gateway: Option<Box<Gateway>>,
    pub(crate) retry: Option<Box<RetryPolicy>>,
    pub(crate) timeouts: Overrides,
    pub(crate) max_bytes: Option<usize>,
    /// How many requests have been made.
    pub(crate) made: u32,
}

/// The time limits a call has of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Overrides {
    pub(crate) head: Option<Duration>,
    pub(crate) attempt: Option<Duration>,
    pub(crate) total: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) gap: Option<Duration>,
}

impl Overrides {
    pub(crate) fn over(self, usual: Timeouts) -> Timeouts {
        Timeouts {
            head: self.head.unwrap_or(usual.head),
            attempt: self.attempt.unwrap_or(usual.attempt),
            total: self.total.unwrap_or(usual.total),
            idle: self.idle.unwrap_or(usual.idle),
            gap: self.gap.unwrap_or(usual.gap),
        }
    }
}

impl Call {
    pub(crate) fn new(
        model: Cow<'static, str>,
        operation: &'static str,
        payload: Result<Payload, EncodeError>,
    ) -> Self {
        Self {
            endpoint: Endpoint::Run,
            model,
            operation,
            payload: payload.map_err(Error::from),
            upload: None,
            invalid: None,
            fault: None,
            mode: Mode::Whole,
            end: DONE,
            account: None,
            query: Vec::new(),
            headers: HeaderMap::new(),
            fields: Vec::new(),
            gateway: None,
            retry: None,
            timeouts: Overrides::default(),
            max_bytes: None,
            made: 0,
        }
    }

    /// A call to another endpoint than a model's.
    pub(crate) fn to(endpoint: Endpoint, payload: Result<Payload, EncodeError>) -> Self {
        let path = match &endpoint {
            Endpoint::Run => Cow::Borrowed("run"),
            Endpoint::Get(path) | Endpoint::Post(path) => path.clone(),
        };
        let call = Self::new(path, trace::ANY_OPERATION, payload);
        Self { endpoint, ..call }
    }

    /// Remembers an error until the call is made, so that options can be chained.
    pub(crate) fn note(&mut self, outcome: Result<(), Error>) {
        if let Err(error) = outcome {
            self.fault.get_or_insert(error);
        }
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let shown: String = name.chars().take(64).flat_map(char::escape_debug).collect();
        let Ok(key) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(Error::input(format!(
                "`{shown}` is not the name of a header"
            )));
        };
        if is_reserved(&key) {
            return Err(Error::input(format!(
                "the header `{shown}` is not the caller's to set"
            )));
        }
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(key, value);
                Ok(())
            }
            Err(_) => Err(Error::input(format!(
                "the value of the header `{shown}` cannot be sent: it holds a line end or a control character"
            ))),
        }
    }

    pub(crate) fn set_field(&mut self, name: String, value: Value) -> Result<(), Error> {
        if value.is_null() {
            let shown: String = name.chars().take(64).flat_map(char::escape_debug).collect();
            let why = "is null, or a number that is not finite; leave it out";
            return Err(Error::input(format!("the field `{shown}` {why}")));
        }
        self.fields.push((name, value));
        Ok(())
    }

    pub(crate) fn set_tags(
        &mut self,
        tags: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<(), Error> {
        let mut unique: Vec<String> = Vec::new();
        for tag in tags {
            let tag = tag.into();
            let is_tag = (1..=TAG_LENGTH).contains(&tag.len())
                && tag.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'.' | b'/' | b'@')
                });
            if !is_tag {
                return Err(Error::input(
                    "a tag is 1 to 50 letters, digits and `: - . / @`",
                ));
            }
            if !unique.contains(&tag) {
                unique.push(tag);
            }
        }
        if unique.len() > MOST_TAGS {
            return Err(Error::input("a call has at most five tags"));
        }
        self.query.push(("tags".to_owned(), unique.join(",")));
        Ok(())
    }
}

/// Headers that a caller cannot set: they prove who calls, or belong to the body and the connection.
fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [&str; 18] = [
        "accept",
        "accept-encoding",
        "authorization",
        "cf-aig-authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "upgrade",
        "x-auth-email",
        "x-auth-key",
        "x-auth-user-service-key",
    ];
    RESERVED.contains(&name.as_str())
}
