//! An answer that comes piece by piece. Nothing runs in the background: the stream moves while it is
//! polled.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use workers_ai_models::{Answer, glance};

use crate::{
    collected::Collected,
    content::Content,
    decode::{self, misfit_text},
    error::{Error, ErrorKind, Unexpected},
    events::{Events, Next},
    send::Facts,
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
    told: Told,
    event: PhantomData<fn() -> E>,
}

/// An event of this size seldom comes in one piece, and would be read in vain where it does not.
const LARGE: usize = 16 << 10;

/// The part that is the same for every model.
struct Told {
    events: Box<Events>,
    facts: Facts,
    /// Nobody wants to know how the bytes that came last differ from the document.
    is_unwatched: bool,
    /// The event whose end was looked for last was large, so the next may well be.
    is_large: bool,
}

/// The events of an answer that has begun.
pub(crate) fn open<E>(mut answer: decode::Answer) -> Result<EventStream<E>, Error> {
    match std::mem::replace(&mut answer.content, Content::Unread) {
        Content::Events(events) => Ok(EventStream {
            told: Told {
                events,
                is_unwatched: answer.facts.watch.is_idle(),
                is_large: false,
                facts: answer.facts,
            },
            event: PhantomData,
        }),
        _ => Err(answer.of_another_type()),
    }
}

impl<E> EventStream<E> {
    /// The id under which the service knows the request: `cf-ai-req-id`, else `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<Cow<'_, str>> {
        self.told.facts.head.headers.request_id()
    }
}

impl Told {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        let next = ready!(self.events.poll(cx));
        match next {
            Next::Event => {
                let data = self.events.data();
                self.is_large = data.len() > LARGE;
                trace::usage(&self.facts.span, || data);
            }
            Next::Bytes => self.is_unwatched = self.facts.watch.is_idle(),
            Next::Error(error) => return Poll::Ready(Next::Error(self.facts.tell(error))),
            Next::End => {}
        }
        Poll::Ready(next)
    }

    /// What follows, if it may be read at a glance.
    #[inline]
    fn ahead(&mut self) -> Option<&str> {
        if !self.is_unwatched || self.is_large {
            return None;
        }
        self.events.ahead()
    }

    #[inline]
    fn take_ahead(&mut self, length: usize) -> bool {
        let is_taken = self.events.take_ahead(length);
        if is_taken {
            trace::usage(&self.facts.span, || self.events.data());
        }
        is_taken
    }

    /// An error about the event that came last.
    fn broken(&self, error: Error) -> Error {
        self.facts.tell(error.with_body(self.events.kept()))
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
        Item(self).await
    }

    #[inline(never)]
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        loop {
            if let Some(text) = self.told.ahead() {
                let mut length = 0;
                match glance::first(text, &mut length) {
                    Ok(event) if self.told.take_ahead(length) => {
                        return Poll::Ready(Some(Ok(event)));
                    }
                    _ => {}
                }
            }
            match ready!(self.told.poll(cx)) {
                Next::Bytes => {}
                Next::Event => return self.poll_other(),
                Next::Error(error) => return Poll::Ready(Some(Err(error))),
                Next::End => return Poll::Ready(None),
            }
        }
    }

    /// Reads an event whose end had to be looked for. Events can be large, so they are put where they go as soon as they
    /// are there.
    #[inline(never)]
    fn poll_other(&self) -> Poll<Option<Result<E, Error>>> {
        let Told { events, facts, .. } = &self.told;
        let data = events.data();
        let is_idle = facts.watch.is_idle();
        if let Some(text) = std::str::from_utf8(data).ok().filter(|_| is_idle) {
            let mut length = 0;
            match glance::first(text, &mut length) {
                Ok(event) if length == text.len() => return Poll::Ready(Some(Ok(event))),
                _ => {}
            }
        }
        let item = facts.watch.over(&facts.model, || decode(data));
        Poll::Ready(Some(item.map_err(|error| self.told.broken(error))))
    }
}

/// Waits for the next event. Written by hand, since events are large and each layer would copy them.
struct Item<'a, E>(&'a mut EventStream<E>);

impl<E: DeserializeOwned> Future for Item<'_, E> {
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
            return Err(self.told.facts.tell(Error::new(empty, "")));
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

/// Reads the data of an event, or tells what is wrong with it. A bad byte spoils the text it is in, no more.
fn decode<E: DeserializeOwned>(data: &[u8]) -> Result<E, Error> {
    let text = String::from_utf8_lossy(data);
    serde_json::from_str(&text).map_err(|error| {
        let what = "an event of the stream does not fit its type";
        let detail = misfit_text(what, &error, text.as_bytes(), "");
        Error::new(ErrorKind::StreamDecode, detail)
    })
}

impl<E> Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("model", &self.told.facts.model)
            .field("request_id", &self.request_id())
            .field("ended", &self.told.events.has_ended())
            .finish_non_exhaustive()
    }
}
