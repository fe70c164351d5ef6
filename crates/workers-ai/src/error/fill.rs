//! How the rest of the crate fills an error in.

use std::{borrow::Cow, error::Error as StdError, fmt::Write as _, time::Duration};

use bytes::Bytes;
use workers_ai_models::{EncodeError, Invalid};

use super::{Cap, Cause, Error, ErrorKind, Inner, Stop};
use crate::{codes::ServiceMessage, headers::Head};

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
            format!(
                "{what} is larger than {limit} bytes; `ClientBuilder::{setter}` raises the limit"
            ),
        )
    }

    /// What a stream reports before it has delivered anything is an error like that of any call.
    pub(crate) fn before_any_event(mut self) -> Self {
        if let ErrorKind::StreamApi(kind) = self.0.kind {
            self.0.kind = ErrorKind::Api(kind);
        }
        self
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
        model: Cow<'static, str>,
        attempts: u32,
        elapsed: Duration,
        show_messages: bool,
    ) -> Self {
        self.0.model = Some(model);
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
        self.0
            .source
            .as_ref()
            .is_some_and(|cause| cause.0.contains(text))
    }
}

impl From<Invalid> for Error {
    fn from(mut invalid: Invalid) -> Self {
        let model = invalid.model.take();
        let mut error = Self::input(invalid.to_string());
        error.0.model = model.map(Cow::Borrowed);
        error
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::input(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use workers_ai_models::{Model as _, ModelInput as _};

    use super::*;

    #[test]
    fn an_input_outside_its_limits_names_its_model_once() {
        let id = workers_ai_models::BgeBaseEnV15::ID;
        let invalid = workers_ai_models::BgeBaseEnV15::text("").validate();
        let told = Error::from(invalid.unwrap_err());
        assert_eq!(told.model(), Some(id));
        let text = told.to_string();
        assert!(
            text.starts_with(&format!("{id}: invalid input: text")),
            "{text}"
        );
        let called = told.with_call(Cow::Borrowed(id), 0, Duration::ZERO, true);
        assert_eq!(called.to_string(), text);
    }
}
