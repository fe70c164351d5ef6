//! The events of an answer before they are read as a type: which are items, which is the end, and which are errors.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::Body as _;
use tokio::time::Instant;

use crate::{
    call::{Caps, Timeouts},
    codes,
    deadline::Waiting,
    envelope,
    error::{Cap, Error, ErrorKind},
    event_error::is_error,
    lost,
    sse::{Decoder, Event, TooLarge},
};

/// How an event stream ends unless its model says otherwise.
pub(crate) const DONE: &str = "[DONE]";

/// What comes next: an item, an error, or the end.
type Next = Option<Result<(), Error>>;

/// The events of an answer.
pub(crate) struct Events {
    /// Gone once the stream has ended.
    body: Option<reqwest::Body>,
    decoder: Decoder,
    end: &'static str,
    caps: Caps,
    waiting: Waiting,
    /// What came first, until the caller asks.
    first: Option<Next>,
    /// The first bytes of the answer; none are kept once there is an event.
    beginning: Option<Bytes>,
}

impl Events {
    pub(crate) fn new(
        body: reqwest::Body,
        end: &'static str,
        caps: Caps,
        timeouts: Timeouts,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            body: Some(body),
            decoder: Decoder::new(caps.event),
            end,
            caps,
            waiting: Waiting::new(timeouts, deadline),
            first: None,
            beginning: None,
        }
    }

    /// Waits for the first event. If it is an error that the service reports, nothing has been delivered yet, and the call
    /// has failed like any other.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        let first = poll_fn(|cx| self.poll(cx)).await;
        match first {
            Some(Err(error)) if matches!(error.kind(), ErrorKind::StreamApi(_)) => {
                Err(error.before_any_event())
            }
            first => {
                self.first = Some(first);
                Ok(())
            }
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.body.is_none()
    }

    /// The data of the event that came last.
    pub(crate) fn data(&self) -> &[u8] {
        self.decoder.event().data.trim_ascii()
    }

    /// As much of the data as an error keeps.
    pub(crate) fn kept(&self) -> Bytes {
        kept(self.data(), &self.caps)
    }

    /// Waits for the next event that is for the caller; [`data`](Self::data) has it then.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(first);
        }
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            match self.decoder.advance() {
                Some(Ok(())) => {
                    match step(&self.decoder.event(), self.end, &self.caps) {
                        Step::Item => {
                            self.waiting.got_event();
                            if self.beginning.as_ref().is_some_and(|kept| !kept.is_empty()) {
                                self.beginning = Some(Bytes::new());
                            }
                            return Poll::Ready(Some(Ok(())));
                        }
                        Step::Skip => {}
                        Step::Fail(error) => return Poll::Ready(Some(Err(self.fail(error)))),
                        Step::End => self.body = None,
                    }
                    continue;
                }
                Some(Err(TooLarge)) => {
                    let error = Error::cap(Cap::Event, self.caps.event);
                    return Poll::Ready(Some(Err(self.fail(error))));
                }
                None => {}
            }
            // What has come is taken before any clock is looked at.
            match Pin::new(body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.waiting.got_bytes();
                    if let Ok(chunk) = frame.into_data() {
                        self.beginning.get_or_insert_with(|| chunk.clone());
                        self.decoder.push(chunk);
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    let broken = lost::within_answer(&error, "the stream broke off".to_owned());
                    return Poll::Ready(Some(Err(self.fail(broken))));
                }
                Poll::Ready(None) => return Poll::Ready(self.close().map(Err)),
                Poll::Pending => {
                    return match self.waiting.poll(cx) {
                        Poll::Pending => Poll::Pending,
                        Poll::Ready(which) => {
                            let error = Error::new(ErrorKind::Timeout(which), "");
                            Poll::Ready(Some(Err(self.fail(error))))
                        }
                    };
                }
            }
        }
    }

    /// What it means that nothing more comes.
    fn close(&mut self) -> Option<Error> {
        let left = self.decoder.left_over();
        if left.trim_ascii() == self.end.as_bytes() {
            self.body = None;
            return None;
        }
        // What never was an event may be a page, or the report of an error.
        let left = if left.is_empty() {
            self.beginning.as_deref().unwrap_or_default()
        } else {
            left
        };
        let error = match envelope::open(left) {
            Ok(envelope::Envelope::Failure) => reported(left, &self.caps),
            _ => Error::new(ErrorKind::StreamTruncated, "").with_body(kept(left, &self.caps)),
        };
        Some(self.fail(error))
    }

    /// Ends the stream with an error.
    fn fail(&mut self, error: Error) -> Error {
        self.body = None;
        error
    }
}

/// What an event amounts to.
enum Step {
    /// Something for the caller.
    Item,
    /// Nothing for the caller.
    Skip,
    /// The last item.
    Fail(Error),
    End,
}

fn step(event: &Event<'_>, end: &str, caps: &Caps) -> Step {
    let data = event.data.trim_ascii();
    if data == end.as_bytes() {
        return Step::End;
    }
    if is_error(event) {
        return Step::Fail(reported(data, caps));
    }
    if data.is_empty() {
        return Step::Skip;
    }
    Step::Item
}

/// The error that an event reports.
fn reported(data: &[u8], caps: &Caps) -> Error {
    let messages = envelope::messages(data);
    let kind = ErrorKind::StreamApi(codes::classify(200, &messages));
    Error::new(kind, "")
        .with_messages(messages)
        .with_body(kept(data, caps))
}

fn kept(data: &[u8], caps: &Caps) -> Bytes {
    let data = data.trim_ascii();
    Bytes::copy_from_slice(data.get(..caps.error).unwrap_or(data))
}
