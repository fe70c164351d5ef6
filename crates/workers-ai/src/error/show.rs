//! What an error prints: one line with the facts, and no content.

use std::{
    error::Error as StdError,
    fmt::{self, Debug, Display, Write as _},
};

use super::{ApiErrorKind, Cause, Error, Inner, Stop};
use crate::codes;

/// This much of a message by the service is shown; [`ServiceMessage::message`](crate::ServiceMessage) has all of it.
const SHOWN: usize = 300;

impl Inner {
    /// The detail, or the kind in words if there is nothing better to say.
    fn what(&self) -> &str {
        if self.detail.is_empty() {
            self.kind.what()
        } else {
            &self.detail
        }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(model) = &inner.model {
            write!(f, "{}: ", model.escape_debug())?;
        }
        f.write_str(inner.what())?;
        let by_kind = || self.api_kind().and_then(ApiErrorKind::hint);
        if let Some(hint) = self.codes().find_map(codes::hint).or_else(by_kind) {
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
                f.write_str(": ")?;
                for c in message.message.chars().take(SHOWN) {
                    match c {
                        '"' | '\'' => f.write_char(c)?,
                        c => write!(f, "{}", c.escape_debug())?,
                    }
                }
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

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, time::Duration};

    use bytes::Bytes;

    use super::*;
    use crate::{codes::ServiceMessage, error::ErrorKind};

    #[test]
    fn display_is_one_line_with_the_facts() {
        let error = Error::new(ErrorKind::Api(ApiErrorKind::Capacity), "")
            .with_messages(vec![ServiceMessage::new(
                Some(3040),
                "No \"room\"\nat the inn",
            )])
            .with_call(Cow::Borrowed("@cf/a/b"), 3, Duration::ZERO, true);
        assert_eq!(
            error.to_string(),
            "@cf/a/b: the model is busy, try again later, code 3040: No \"room\"\\nat the inn, 3 attempts"
        );
    }

    #[test]
    fn what_to_do_is_said_once() {
        for (kind, code, expected) in [
            (
                ApiErrorKind::Auth,
                1,
                "accept the credentials; check the API token, or",
            ),
            (
                ApiErrorKind::Auth,
                10_000,
                "accept the credentials; check the API token and its",
            ),
            (ApiErrorKind::TooLarge, 1, "too large; send less at once"),
            (ApiErrorKind::TooLarge, 3006, "too large; send less at once"),
            (
                ApiErrorKind::Permission,
                5016,
                "do not allow this; accept the model's terms",
            ),
            (ApiErrorKind::Server, 1, "the service failed, code 1"),
        ] {
            let message = ServiceMessage::new(Some(code), "");
            let error = Error::new(ErrorKind::Api(kind), "").with_messages(vec![message]);
            let text = error.to_string();
            assert!(text.contains(expected), "{text}");
            assert!(text.matches(';').count() <= 1, "{text}");
        }
    }

    #[test]
    fn messages_can_be_left_out_and_are_cut() {
        let error = |show| {
            Error::new(ErrorKind::Api(ApiErrorKind::Server), "")
                .with_messages(vec![ServiceMessage::new(None, "x".repeat(1_000))])
                .with_call(Cow::Borrowed("m"), 1, Duration::ZERO, show)
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
