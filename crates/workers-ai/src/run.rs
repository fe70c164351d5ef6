//! A call that waits to be awaited, and its options.

use std::{
    fmt::{self, Debug},
    future::{Future, IntoFuture},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    call::{Call, Mode, limit},
    client::Client,
    decode::{self, Answer},
    download::{self, Download},
    error::Error,
    gateway::Gateway,
    response::{Details, Response},
    retry::RetryPolicy,
    send::exchange,
    stream::EventStream,
    url::AccountId,
};

/// A call to a model. Nothing happens before it is awaited, and dropping the future stops the
/// request.
///
/// An option that cannot be used is told when the call is awaited, before anything is sent.
///
/// It is awaited in a Tokio runtime with IO and time. Where there is no runtime, that is an error of
/// kind [`NoRuntime`](crate::ErrorKind::NoRuntime), also for a stream or a download that waits there.
///
/// Where a future is wanted, [`into_future`](IntoFuture::into_future) makes one, which is [`Send`]
/// and borrows nothing: for `tokio::spawn` and `join!`, for `try_join_all` and `buffer_unordered`
/// of `futures`.
///
/// ```no_run
/// # async fn example(ai: workers_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::future::IntoFuture as _; // Since edition 2024 it is there without.
/// use workers_ai::models::Llama31_8bInstructFp8;
///
/// let call = |question: &str| ai.run(Llama31_8bInstructFp8::prompt(question)).into_future();
/// let later = tokio::spawn(call("Why is the sky blue?"));
/// let (grass, snow) = tokio::join!(call("Why is grass green?"), call("Why is snow white?"));
/// println!("{} {} {}", grass?.text(), snow?.text(), later.await??.text());
/// # Ok(())
/// # }
/// ```
///
/// Options stand before the `await`:
///
/// ```no_run
/// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
/// use std::time::Duration;
/// use serde_json::json;
///
/// let response = ai
///     .run_any("@cf/meta/llama-3.1-8b-instruct-fp8", json!({ "prompt": "Hello" }))
///     .total_timeout(Duration::from_secs(20))
///     .tags(["demo"])
///     .details()
///     .await?;
/// println!("{} after {} attempts", response.output, response.details.attempts());
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is only made when it is awaited"]
pub struct Run<O> {
    client: Client,
    /// On the heap: this is handed on with each option, and the future is small enough to be allocated quickly.
    call: Box<Call>,
    read: fn(Answer) -> Result<O, Error>,
}

impl<O> Run<O> {
    pub(crate) fn new(client: Client, call: Call, read: fn(Answer) -> Result<O, Error>) -> Self {
        Self::over(client, Box::new(call), read)
    }

    fn over(client: Client, call: Box<Call>, read: fn(Answer) -> Result<O, Error>) -> Self {
        Self { client, call, read }
    }

    /// How long the answer may take to begin.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.call.timeouts.head = Some(limit(timeout, &mut self.call.fault));
        self
    }

    /// How long one attempt may take, answer included. A stream has no such limit.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.call.timeouts.attempt = Some(limit(timeout, &mut self.call.fault));
        self
    }

    /// How long the call may take: attempts, waits and the answer.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.call.timeouts.total = Some(limit(timeout, &mut self.call.fault));
        self
    }

    /// How the call is tried again if it fails.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.call.retry = Some(Box::new(policy));
        self
    }

    /// The gateway that the call goes through, in place of the client's; or just its id.
    pub fn gateway(mut self, gateway: impl Into<Gateway>) -> Self {
        self.call.gateway = Some(Box::new(gateway.into()));
        self
    }

    /// Another account than the client's. The credentials have to allow it.
    pub fn account_id(mut self, id: impl AsRef<str>) -> Self {
        match AccountId::new(id.as_ref()) {
            Ok(id) => self.call.account = Some(id),
            Err(error) => self.call.note(Err(error)),
        }
        self
    }

    /// Labels for the dashboard: five at most, of letters, digits and `: - . / @`.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let outcome = self.call.set_tags(tags);
        self.call.note(outcome);
        self
    }

    /// Keeps the calls of a conversation on one machine, where the beginning of its prompt is still
    /// at hand. Any lasting id will do.
    pub fn session_affinity(self, id: impl AsRef<str>) -> Self {
        self.header("x-session-affinity", id)
    }

    /// Fails at once if the model is busy, instead of waiting in its queue. For JSON bodies.
    pub fn reject_if_busy(self) -> Self {
        self.field("options", json!({ "rejectIfBusy": true }))
    }

    /// Adds a header. Those that prove who calls or describe the body cannot be set.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let outcome = self.call.set_header(name.as_ref(), value.as_ref());
        self.call.note(outcome);
        self
    }

    /// Adds a parameter to the query. It is escaped as needed.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.call.query.push((name.into(), value.into()));
        self
    }

    /// Adds a field to a JSON body, or takes the place of one. It is not `null`, which is also what
    /// a number that is not finite becomes.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let outcome = self.call.set_field(name.into(), value.into());
        self.call.note(outcome);
        self
    }

    /// Sends the input although it is outside the limits of the model's document.
    pub fn skip_validation(mut self) -> Self {
        self.call.invalid = None;
        self
    }

    /// The answer's body as it came, whatever it is. An error status is an error all the same.
    pub fn raw(mut self) -> Run<Bytes> {
        self.call.mode = Mode::Raw;
        Run::over(self.client, self.call, decode::untouched)
    }

    /// The answer's body as it comes, whatever it is, without holding all of it: for large files.
    /// An error status is an error all the same.
    pub fn download(mut self) -> Run<Download> {
        self.call.mode = Mode::Passed;
        Run::over(self.client, self.call, download::open)
    }

    /// The answer together with its status, headers, cost and so on.
    pub fn details(self) -> Detailed<O> {
        Detailed(self)
    }
}

impl Run<Download> {
    /// How long the answer may send nothing.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.call.timeouts.idle = Some(limit(timeout, &mut self.call.fault));
        self
    }
}

impl<E> Run<EventStream<E>> {
    /// How long the stream may send nothing.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.call.timeouts.idle = Some(limit(timeout, &mut self.call.fault));
        self
    }

    /// How long the stream may go without an event, whatever else it sends.
    pub fn event_gap_timeout(mut self, timeout: Duration) -> Self {
        self.call.timeouts.gap = Some(limit(timeout, &mut self.call.fault));
        self
    }
}

/// A call that is being made; see [`Run`].
#[must_use = "a future does nothing unless it is polled"]
pub struct Running<O> {
    exchange: Exchange,
    read: fn(Answer) -> Result<O, Error>,
}

type Exchange = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

/// The part that is the same for every model, and is compiled once.
fn begin(client: Client, mut call: Box<Call>) -> Exchange {
    Box::pin(async move { exchange(&client.inner, &mut call).await })
}

impl<O> IntoFuture for Run<O> {
    type Output = Result<O, Error>;
    type IntoFuture = Running<O>;

    fn into_future(self) -> Self::IntoFuture {
        Running {
            exchange: begin(self.client, self.call),
            read: self.read,
        }
    }
}

impl<O> Future for Running<O> {
    type Output = Result<O, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(self.exchange.as_mut().poll(context))?;
        Poll::Ready((self.read)(answer))
    }
}

impl<O> Debug for Running<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

/// A call that answers with a [`Response`]; see [`Run::details`].
#[must_use = "a call is only made when it is awaited"]
pub struct Detailed<O>(Run<O>);

impl<O: 'static> IntoFuture for Detailed<O> {
    type Output = Result<Response<O>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Run { client, call, read } = self.0;
        let exchange = begin(client, call);
        Box::pin(async move {
            let answer = exchange.await?;
            let details = Details::new(&answer);
            let output = read(answer)?;
            Ok(Response { output, details })
        })
    }
}

impl<O> Debug for Run<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("model", &self.call.model)
            .field("payload", &self.call.payload)
            .finish_non_exhaustive()
    }
}

impl<O> Debug for Detailed<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_is_small_enough_to_be_allocated_quickly() {
        let ai = Client::builder()
            .account_id("0123456789abcdef0123456789abcdef")
            .api_token("any-token")
            .build()
            .unwrap();
        let call = ai.run_any("@cf/any/model", json!({}));
        let size = size_of_val(&*begin(call.client, call.call));
        assert!(size <= 1024, "{size} bytes");
        assert!(size_of::<Call>() <= 1024, "{} bytes", size_of::<Call>());
    }
}
