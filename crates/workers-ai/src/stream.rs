//! An answer that comes piece by piece. Nothing runs in the background: the stream moves while it is
//! polled.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workers_ai_models::{Answer, Streaming, flat};

use crate::{
    call::Caps,
    codes,
    collected::Collected,
    deadline::Waiting,
    decode::{self, Content, misfit_text},
    envelope,
    error::{Cap, Error, ErrorKind, Unexpected},
    event_error::is_error,
    lost,
    send::Facts,
    sse::{Decoder, Event, TooLarge},
    trace,
};

/// The events of an answer, in the order in which the service sends them.
///
/// An event that does not fit its type is an error of kind
/// [`StreamDecode`](ErrorKind::StreamDecode), after which the stream goes on. Every other error is
/// the last item. A stream that stops before the service says it is complete ends with
/// [`StreamTruncated`](ErrorKind::StreamTruncated), after everything that came.
///
/// Dropping the stream ends the request.
///
/// ```no_run
/// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
/// use workers_ai::models::Llama31_8bInstructFp8;
///
/// let mut events = ai.stream(Llama31_8bInstructFp8::prompt("Tell me a story")).await?;
/// while let Some(event) = events.next().await {
///     println!("{:?}", event?);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct EventStream<E> {
    events: Events,
    event: PhantomData<fn() -> E>,
}

/// The events before they are read as a type.
struct Events {
    /// Gone once the stream has ended.
    body: Option<reqwest::Body>,
    decoder: Decoder,
    end: &'static str,
    facts: Facts,
    caps: Caps,
    waiting: Waiting,
    has_begun: bool,
    /// The first bytes of the answer, until there is an event.
    beginning: Bytes,
}

/// The events of a model.
pub(crate) fn open<M: Streaming>(answer: decode::Answer) -> Result<EventStream<M::Event>, Error> {
    EventStream::new(answer, M::END)
}

/// The events of a model of which only its id is known.
pub(crate) fn open_any(answer: decode::Answer) -> Result<EventStream<Value>, Error> {
    EventStream::new(answer, "[DONE]")
}

impl<E> EventStream<E> {
    fn new(mut answer: decode::Answer, end: &'static str) -> Result<Self, Error> {
        let Content::Events(body) = &mut answer.content else {
            return Err(answer.of_another_type());
        };
        let events = Events {
            body: Some(std::mem::take(body)),
            decoder: Decoder::new(answer.caps.event),
            end,
            waiting: Waiting::new(&answer.facts),
            facts: answer.facts,
            caps: answer.caps,
            has_begun: false,
            beginning: Bytes::new(),
        };
        Ok(Self {
            events,
            event: PhantomData,
        })
    }

    /// The id under which the service knows the request: `cf-ai-req-id`, else `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<Cow<'_, str>> {
        self.events.facts.head.headers.request_id()
    }
}

impl Events {
    /// Waits for the next event that is for the caller; [`data`](Self::data) has it then.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            match self.decoder.advance() {
                Some(Ok(())) => {
                    match step(&self.decoder.event(), self.end, &self.facts, &self.caps) {
                        Step::Item => {
                            self.waiting.got_event();
                            if !self.beginning.is_empty() {
                                self.beginning = Bytes::new();
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
                        if !std::mem::replace(&mut self.has_begun, true) {
                            self.beginning = chunk.clone();
                        }
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

    /// The data of the event that came last.
    fn data(&self) -> &[u8] {
        self.decoder.event().data.trim_ascii()
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
            &self.beginning[..]
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
        self.facts.tell(error)
    }
}

impl<E: DeserializeOwned> EventStream<E> {
    /// The next event; `None` once the stream has ended.
    ///
    /// # Errors
    ///
    /// An item is an error if the event does not fit its type, the service reports an error, or the
    /// stream breaks off, stalls or ends too early.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        Next(self).await
    }

    #[inline]
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        match self.events.poll(cx) {
            Poll::Ready(Some(Ok(()))) => {}
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => return Poll::Pending,
        }
        if self.events.facts.watch.is_idle() {
            if let Ok(text) = std::str::from_utf8(self.events.data()) {
                if let Ok(event) = flat::read(text) {
                    return Poll::Ready(Some(Ok(event)));
                }
            }
        }
        self.poll_other()
    }

    /// Reads an event that is no flat object.
    #[inline(never)]
    fn poll_other(&self) -> Poll<Option<Result<E, Error>>> {
        let Events { facts, caps, .. } = &self.events;
        let data = self.events.data();
        if facts.watch.is_idle() {
            return read(data, facts, caps);
        }
        let item = facts.watch.over(&facts.model, || decode(data));
        Poll::Ready(Some(item.map_err(|error| broken(error, data, facts, caps))))
    }
}

/// Waits for the next event. Written by hand, since events are large and each layer would copy them.
struct Next<'a, E>(&'a mut EventStream<E>);

impl<E: DeserializeOwned> Future for Next<'_, E> {
    type Output = Option<Result<E, Error>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.poll_item(cx)
    }
}

impl<E: DeserializeOwned + Answer> EventStream<E> {
    /// Waits for the end, and puts everything together.
    ///
    /// # Errors
    ///
    /// The first error of the stream; what came before it is lost, unlike with
    /// [`collect_into`](Self::collect_into). An answer without text, reasoning and tool calls is an
    /// error too: [`Unexpected::EmptyResult`].
    pub async fn collect(mut self) -> Result<Collected, Error> {
        let mut collected = Collected::new();
        self.collect_into(&mut collected).await?;
        if collected.is_empty() {
            let empty = ErrorKind::Unexpected(Unexpected::EmptyResult);
            return Err(self.events.facts.tell(Error::new(empty, "")));
        }
        Ok(collected)
    }

    /// Waits for the end, and adds everything to `collected`.
    ///
    /// # Errors
    ///
    /// The first error of the stream. What came before it is in `collected`.
    pub async fn collect_into(&mut self, collected: &mut Collected) -> Result<(), Error> {
        while let Some(event) = self.next().await {
            collected.push(&event?);
        }
        Ok(())
    }
}

impl<E: DeserializeOwned> Stream for EventStream<E> {
    type Item = Result<E, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
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

fn step(event: &Event<'_>, end: &str, facts: &Facts, caps: &Caps) -> Step {
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
    trace::usage(&facts.span, data);
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

/// Reads the data of an event. Events can be large, so they are put where they go as soon as they are there.
fn read<E: DeserializeOwned>(
    data: &[u8],
    facts: &Facts,
    caps: &Caps,
) -> Poll<Option<Result<E, Error>>> {
    if let Ok(text) = std::str::from_utf8(data) {
        let mut json = serde_json::Deserializer::from_str(text);
        match E::deserialize(&mut json) {
            Ok(event) if json.end().is_ok() => return Poll::Ready(Some(Ok(event))),
            _ => {}
        }
    }
    let item = decode(data);
    Poll::Ready(Some(item.map_err(|error| broken(error, data, facts, caps))))
}

/// Reads the data of an event, or tells what is wrong with it. A bad byte spoils the text it is in, no more.
fn decode<E: DeserializeOwned>(data: &[u8]) -> Result<E, Error> {
    let text = String::from_utf8_lossy(data);
    serde_json::from_str(&text).map_err(|error| {
        let what = "an event of the stream does not fit its type";
        let detail = misfit_text(what, &error, text.as_bytes(), "");
        Error::new(ErrorKind::StreamDecode, detail)
    })
}

fn broken(error: Error, data: &[u8], facts: &Facts, caps: &Caps) -> Error {
    facts.tell(error.with_body(kept(data, caps)))
}

impl<E> Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("model", &self.events.facts.model)
            .field("request_id", &self.request_id())
            .field("ended", &self.events.body.is_none())
            .finish_non_exhaustive()
    }
}
