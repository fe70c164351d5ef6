//! The client: who calls, where to, and what every call begins with.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    sync::Arc,
};

use reqwest::header::HeaderValue;
use serde_json::Value;
use workers_ai_models::{
    Batch, BatchState, Batched, EncodeError, Invalid, Model, ModelInput, Payload, Poll,
    QueuedBatch, Streaming,
};

use crate::{
    addresses::Addresses,
    budget::Budget,
    builder::ClientBuilder,
    call::{Call, Caps, Mode, Timeouts},
    decode,
    drift::Watch,
    error::Error,
    gateway::Gateway,
    pace::Pace,
    retry::RetryPolicy,
    run::Run,
    secret::Credentials,
    send::Sleep,
    stream::{self, EventStream},
    trace,
    upload::Upload,
    url::{AccountId, Base},
};

/// The service refuses batches of this size and above.
const BATCH_BYTES: usize = 10_000_000;

/// What makes a request one of the queue's.
const QUEUE: [&str; 2] = ["queueRequest", "true"];

/// A client for Workers AI.
///
/// Cloning is cheap, and clones share their connections and their retry budget.
///
/// ```no_run
/// # async fn example() -> Result<(), workers_ai::Error> {
/// use workers_ai::{Client, models::Llama31_8bInstructFp8};
///
/// let ai = Client::from_env()?;
/// let answer = ai.run(Llama31_8bInstructFp8::prompt("Why is the sky blue?").max_tokens(64)).await?;
/// # let _ = answer;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

/// What the clones of a client share.
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) base: Base,
    pub(crate) addresses: Addresses,
    pub(crate) account: AccountId,
    pub(crate) credentials: Credentials,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeouts: Timeouts,
    pub(crate) caps: Caps,
    pub(crate) retry: RetryPolicy,
    pub(crate) gateway: Option<Gateway>,
    pub(crate) show_messages: bool,
    pub(crate) watch: Watch,
    pub(crate) budget: Budget,
    pub(crate) pace: Option<Pace>,
    pub(crate) sleep: Sleep,
}

impl Client {
    /// A client with the account and the credentials of the environment:
    /// `CLOUDFLARE_ACCOUNT_ID`, and `CLOUDFLARE_API_TOKEN` or else `CLOUDFLARE_EMAIL` with
    /// `CLOUDFLARE_API_KEY`. `CLOUDFLARE_BASE_URL` sends calls elsewhere.
    ///
    /// # Errors
    ///
    /// If a variable is missing or is not what it should be. The error names the variable, never
    /// its value.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::new().env().build()
    }

    /// Builds a client step by step.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Calls the model that `input` is for.
    ///
    /// A conversation grows by what was said:
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
    /// use workers_ai::models::{Llama33_70bInstructFp8Fast, Message};
    ///
    /// let mut messages = vec![Message::system("Answer like a sailor.")];
    /// for question in ["What is a lighthouse for?", "And a buoy?"] {
    ///     messages.push(Message::user(question));
    ///     let ask = Llama33_70bInstructFp8Fast::messages(messages.clone()).max_tokens(64);
    ///     let answer = ai.run(ask).await?;
    ///     println!("{}", answer.text());
    ///     messages.push(Message::assistant(answer.text()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A function of yours that takes any model's input has the same bound; [`ModelInput`] shows one.
    pub fn run<I: ModelInput>(&self, input: I) -> Run<<I::Model as Model>::Output> {
        let invalid = input.validate().err();
        let mut input = input.into();
        I::Model::ask_whole(&mut input);
        let payload = Payload::in_pieces(|| I::Model::encode(&input));
        let call = model_call::<I::Model>(payload, invalid);
        Run::new(self.clone(), call, decode::output::<I::Model>)
    }

    /// Calls the model that `input` is for, and asks for the answer piece by piece.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::io::Write as _;
    /// use workers_ai::models::Llama33_70bInstructFp8Fast;
    ///
    /// let story = Llama33_70bInstructFp8Fast::prompt("Tell me a story.");
    /// let mut events = ai.stream(story).await?;
    /// while let Some(event) = events.next().await {
    ///     print!("{}", event?.text());
    ///     std::io::stdout().flush()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`EventStream::collect`] puts all of it together, and [`Collected`](crate::Collected) does so
    /// while it is shown: text, reasoning, tool calls and, from one of the last events, usage.
    ///
    /// It is answered as soon as the first event is there. If that reports an error, nothing has been delivered yet: the
    /// call has failed, and is tried again like any other.
    ///
    /// Now and then the service answers with one whole document all the same. That is an error of
    /// kind [`Unexpected::ContentType`](crate::Unexpected::ContentType), from which
    /// [`Error::decode_body`] reads the answer.
    pub fn stream<I>(&self, input: I) -> Run<EventStream<<I::Model as Streaming>::Event>>
    where
        I: ModelInput<Model: Streaming>,
    {
        let invalid = input.validate().err();
        let mut input = input.into();
        I::Model::set_stream(&mut input, true);
        let payload = Payload::in_pieces(|| I::Model::encode(&input));
        let mut call = model_call::<I::Model>(payload, invalid);
        call.mode = Mode::Live;
        call.end = I::Model::END;
        Run::new(self.clone(), call, stream::open)
    }

    /// Calls any model by its id, with any JSON: for a model that is chosen at run time or that has
    /// no type, and for a body you already have. The answer comes without its envelope.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    ///
    /// let model = std::env::args().nth(1).ok_or("which model?")?;
    /// let answer = ai.run_any(model, json!({ "prompt": "Hello" })).await?;
    /// println!("{}", answer["response"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Types of models read such answers too. Every chat model takes `messages`, and what it answers to
    /// them, in whatever form, is a
    /// [`TextGenerationOutput`](crate::models::TextGenerationOutput):
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client, model: String) -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use workers_ai::models::TextGenerationOutput;
    ///
    /// let question = json!({ "messages": [{ "role": "user", "content": "Hello" }] });
    /// let answer: TextGenerationOutput = serde_json::from_value(ai.run_any(model, question).await?)?;
    /// println!("{}", answer.text());
    /// # Ok(())
    /// # }
    /// ```
    pub fn run_any(&self, model: impl Into<String>, input: impl Into<Value>) -> Run<Value> {
        let call = any_call(model.into(), &input.into());
        Run::new(self.clone(), call, decode::json_only)
    }

    /// Calls any model by its id, with any JSON, and asks for the answer piece by piece.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
    /// use serde_json::json;
    ///
    /// let story = json!({ "prompt": "Tell me a story." });
    /// let mut events = ai.stream_any("@cf/meta/llama-3.1-8b-instruct-fp8", story).await?;
    /// while let Some(event) = events.next().await {
    ///     println!("{}", event?["response"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_any(
        &self,
        model: impl Into<String>,
        input: impl Into<Value>,
    ) -> Run<EventStream<Value>> {
        let mut call = any_call(model.into(), &input.into());
        call.fields.push(("stream".to_owned(), Value::Bool(true)));
        call.mode = Mode::Live;
        Run::new(self.clone(), call, stream::open)
    }

    /// Calls a model that takes a file as its whole body, and sends the file while it is read.
    /// Options of the model go into [`Run::query`].
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client, file: impl tokio::io::AsyncRead + Send + 'static)
    /// #     -> Result<(), workers_ai::Error> {
    /// use workers_ai::{Upload, models::Nova3};
    ///
    /// // `file` is a `tokio::fs::File`, say.
    /// let recording = Upload::reader("audio/mpeg", file);
    /// let transcript = ai.upload::<Nova3>(recording).query("language", "en").await?;
    /// println!("{}", transcript.text());
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload<M: Model>(&self, upload: Upload) -> Run<M::Output> {
        let mut call = model_call::<M>(Payload::json(&()), None);
        call.upload = Some(Box::new(upload));
        Run::new(self.clone(), call, decode::output::<M>)
    }

    /// Queues many requests at once. [`poll`](Self::poll) asks for their answers.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
    /// use std::time::Duration;
    /// use workers_ai::models::{Batch, BatchRequest, BatchState, KimiK26, ChatMessage};
    ///
    /// let requests = ["What is a lighthouse for?", "And a buoy?"].map(|question| {
    ///     BatchRequest::new(KimiK26::messages([ChatMessage::user(question)]))
    ///         .with_reference(question)
    /// });
    /// let queued = ai.submit(&Batch::<KimiK26>::new(requests)).await?;
    /// let results = loop {
    ///     match ai.poll::<KimiK26>(&queued.request_id).await? {
    ///         BatchState::Done(results) => break results,
    ///         _ => tokio::time::sleep(Duration::from_secs(10)).await,
    ///     }
    /// };
    /// for answer in results.responses {
    ///     match answer.result {
    ///         Ok(output) => println!("{:?}: {}", answer.external_reference, output.text()),
    ///         Err(failure) => println!("{:?}: {failure}", answer.external_reference),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Requests are inputs of the model, apart from the few models that have a type for them: the
    /// model's [`Batched::Request`].
    pub fn submit<M: Batched>(&self, batch: &Batch<M>) -> Run<QueuedBatch> {
        let invalid = Invalid::unless_fits(batch).err();
        let invalid = invalid.map(|invalid| invalid.for_model(M::ID));
        let mut call = model_call::<M>(Payload::json(batch), invalid);
        call.query.push(QUEUE.map(str::to_owned).into());
        call.max_bytes = Some(BATCH_BYTES);
        Run::new(self.clone(), call, decode::json_only)
    }

    /// Asks how far a batch has come, by the id from [`QueuedBatch::request_id`].
    pub fn poll<M: Batched>(&self, request_id: impl Into<String>) -> Run<BatchState<M::Output>> {
        let mut call = model_call::<M>(Payload::json(&Poll::new(request_id)), None);
        call.query.push(QUEUE.map(str::to_owned).into());
        Run::new(self.clone(), call, decode::json_only)
    }
}

fn model_call<M: Model>(payload: Result<Payload, EncodeError>, invalid: Option<Invalid>) -> Call {
    let operation = trace::operation(M::INFO.task);
    let mut call = Call::new(Cow::Borrowed(M::ID), operation, payload);
    call.invalid = invalid.map(Error::from);
    call
}

#[inline]
fn any_call(model: String, input: &Value) -> Call {
    Call::new(
        Cow::Owned(model),
        trace::ANY_OPERATION,
        Payload::json(input),
    )
}

impl Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.inner.account)
            .field("credentials", &self.inner.credentials)
            .field("timeouts", &self.inner.timeouts)
            .field("caps", &self.inner.caps)
            .field("retry", &self.inner.retry)
            .field("gateway", &self.inner.gateway)
            .field("watch", &self.inner.watch)
            .finish_non_exhaustive()
    }
}
