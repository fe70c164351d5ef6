//! The events of an answer before they are read as a type: which are items, which is the end, and which are errors.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    call::{Caps, Timeouts},
    codes,
    deadline::Waiting,
    envelope,
    error::{Cap, Error, ErrorKind},
    event_error::is_error,
    lost, receive,
    sse::{Decoder, Event, TooLarge},
};

/// How an event stream ends unless its model says otherwise.
pub(crate) const DONE: &str = "[DONE]";

/// What comes next.
pub(crate) enum Next {
    /// An event for the caller.
    Event,
    /// Bytes, in which an event may be.
    Bytes,
    Error(Error),
    End,
}

/// The events of an answer.
pub(crate) struct Events {
    /// Gone once the stream has ended.
    response: Option<reqwest::Response>,
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
        response: reqwest::Response,
        end: &'static str,
        caps: Caps,
        timeouts: Timeouts,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            response: Some(response),
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
        let first = poll_fn(|cx| {
            loop {
                match self.poll(cx) {
                    Poll::Ready(Next::Bytes) => {}
                    other => break other,
                }
            }
        });
        match first.await {
            Next::Error(error) if matches!(error.kind(), ErrorKind::StreamApi(_)) => {
                Err(error.before_any_event())
            }
            first => {
                self.first = Some(first);
                Ok(())
            }
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.response.is_none()
    }

    /// The data of the event that came last.
    pub(crate) fn data(&self) -> &[u8] {
        self.decoder.event().data.trim_ascii()
    }

    /// As much of the data as an error keeps.
    pub(crate) fn kept(&self) -> Bytes {
        kept(self.data(), &self.caps)
    }

    /// What follows, if the next event begins there.
    #[inline]
    pub(crate) fn ahead(&mut self) -> Option<&str> {
        if self.first.is_some() || self.response.is_none() {
            return None;
        }
        self.decoder.ahead()
    }

    /// Goes to the event whose data is so much of what is ahead. Not if there is none, or it is not for the caller.
    #[inline]
    pub(crate) fn take_ahead(&mut self, length: usize) -> bool {
        let is_item = match self.decoder.event_ahead(length) {
            Some(event) => !is_error(&event) && event.data != self.end.as_bytes(),
            None => false,
        };
        if is_item {
            self.decoder.take_ahead(length);
            self.got_event();
        }
        is_item
    }

    #[inline]
    fn got_event(&mut self) {
        self.waiting.got_event();
        if self.beginning.as_ref().is_some_and(|kept| !kept.is_empty()) {
            self.beginning = Some(Bytes::new());
        }
    }

    /// Waits for bytes, or for the next event that is for the caller; [`data`](Self::data) has it then.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(first);
        }
        loop {
            let Some(response) = &mut self.response else {
                return Poll::Ready(Next::End);
            };
            match self.decoder.advance() {
                Some(Ok(())) => {
                    match step(&self.decoder.event(), self.end, &self.caps) {
                        Step::Item => {
                            self.got_event();
                            return Poll::Ready(Next::Event);
                        }
                        Step::Skip => {}
                        Step::Fail(error) => return Poll::Ready(self.fail(error)),
                        Step::End => self.response = None,
                    }
                    continue;
                }
                Some(Err(TooLarge)) => {
                    let error = Error::cap(Cap::Event, self.caps.event);
                    return Poll::Ready(self.fail(error));
                }
                None => {}
            }
            // What has come is taken before any clock is looked at.
            match receive::poll_chunk(response, cx) {
                Poll::Ready(Ok(Some(chunk))) => {
                    self.waiting.got_bytes();
                    self.beginning.get_or_insert_with(|| chunk.clone());
                    self.decoder.push(chunk);
                    return Poll::Ready(Next::Bytes);
                }
                Poll::Ready(Err(error)) => {
                    let broken = lost::within_answer(&error, "the stream broke off".to_owned());
                    return Poll::Ready(self.fail(broken));
                }
                Poll::Ready(Ok(None)) => return Poll::Ready(self.close()),
                Poll::Pending => {
                    return match self.waiting.poll(cx) {
                        Poll::Pending => Poll::Pending,
                        Poll::Ready(error) => Poll::Ready(self.fail(error)),
                    };
                }
            }
        }
    }

    /// What it means that nothing more comes.
    fn close(&mut self) -> Next {
        let left = self.decoder.left_over();
        let last = if left.is_empty() {
            self.decoder.bare_line()
        } else {
            left
        };
        if last.trim_ascii() == self.end.as_bytes() {
            self.response = None;
            return Next::End;
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
        self.fail(error)
    }

    /// Ends the stream with an error.
    fn fail(&mut self, error: Error) -> Next {
        self.response = None;
        Next::Error(error)
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
