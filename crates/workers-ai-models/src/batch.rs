//! Many requests in one call: queued now, answered when the service finds time.

use std::{
    error::Error,
    fmt::{self, Debug, Display},
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Value, value::RawValue};

use crate::{
    Batched, Check, Queueable, Validate, lenient, misfit::without_content, open_enum, union::Raw,
};

/// Requests to be queued together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(bound = "")]
#[non_exhaustive]
pub struct Batch<M: Batched> {
    /// The requests, in the order of their answers.
    pub requests: Vec<BatchRequest<M::Request>>,
}

impl<M: Batched> Batch<M> {
    /// A batch of these requests: inputs of the model, or [`BatchRequest`]s, which have a reference
    /// of yours.
    ///
    /// ```
    /// # #[cfg(all(feature = "text-embeddings", feature = "text-generation"))] {
    /// use workers_ai_models::{Batch, BatchRequest, BgeBaseEnV15, ChatMessage, KimiK26};
    ///
    /// let batch = Batch::<BgeBaseEnV15>::new([BgeBaseEnV15::text("one"), BgeBaseEnV15::text("two")]);
    /// assert_eq!(batch.requests.len(), 2);
    ///
    /// let question = KimiK26::messages([ChatMessage::user("Why is the sky blue?")]);
    /// let batch = Batch::<KimiK26>::new([question.clone()]);
    /// assert_eq!(batch.requests.len(), 1);
    /// let batch = Batch::<KimiK26>::new([BatchRequest::new(question).with_reference("sky")]);
    /// assert_eq!(batch.requests.len(), 1);
    /// # }
    /// ```
    pub fn new<As>(requests: impl IntoIterator<Item: Queueable<M::Request, As>>) -> Self {
        let requests = requests.into_iter();
        Self {
            requests: requests.map(Queueable::into_request).collect(),
        }
    }
}

impl<M: Batched> Validate for Batch<M> {
    fn check(&self, check: &mut Check<'_>) {
        check.nested("requests", &self.requests);
    }
}

/// One request of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BatchRequest<R> {
    /// What is asked.
    #[serde(flatten)]
    pub request: R,
    /// A name of yours that comes back with the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_reference: Option<String>,
}

impl<R> BatchRequest<R> {
    /// A request without a reference; `R` is the [`Batched::Request`] of the model.
    pub fn new(request: impl Into<R>) -> Self {
        Self {
            request: request.into(),
            external_reference: None,
        }
    }

    /// Gives the request a name of yours, by which to find its answer.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.external_reference = Some(reference.into());
        self
    }
}

impl<R> From<R> for BatchRequest<R> {
    fn from(request: R) -> Self {
        Self::new(request)
    }
}

impl<R: Validate> Validate for BatchRequest<R> {
    fn check(&self, check: &mut Check<'_>) {
        self.request.check(check);
    }
}

/// Asks how far a batch has come. Send it to the model that took the batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Poll {
    /// The id from [`QueuedBatch::request_id`].
    pub request_id: String,
}

impl Poll {
    /// Asks for the batch with this id.
    pub fn new(request_id: impl Into<String>) -> Self {
        Self {
            request_id: request_id.into(),
        }
    }
}

open_enum! {
    /// How far a batch has come that has no results yet.
    pub enum BatchStatus {
        /// Waiting for its turn.
        Queued = "queued",
        /// Being worked on.
        Running = "running",
    }
}

/// A batch that has no results yet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct QueuedBatch {
    /// How far it has come.
    pub status: Option<BatchStatus>,
    /// The id to ask with, see [`Poll`].
    pub request_id: String,
    /// The model that answers it.
    pub model: Option<String>,
}

/// The answers to a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchResults<O> {
    /// One answer for each request; [`id`](BatchResponse::id) tells which.
    pub responses: Vec<BatchResponse<O>>,
    /// What the batch used, as the service counts it.
    pub usage: Option<Value>,
}

/// The answer to one request of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchResponse<O> {
    /// Which request it answers, counted from zero.
    pub id: Option<u64>,
    /// What the service calls it where that is not such a number: a text, for example.
    pub other_id: Option<Value>,
    /// The name the request was given, see [`BatchRequest::with_reference`].
    pub external_reference: Option<String>,
    /// The model's answer, or why there is none: each request fails on its own.
    pub result: Result<O, BatchFailure>,
}

/// A request of a batch that has no answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchFailure {
    /// What the service sent for this request. The form of a failure is not documented.
    pub raw: Value,
    /// Why the answer could not be read, if the service said that there is one.
    pub decode_error: Option<String>,
}

impl Display for BatchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.decode_error {
            Some(error) => write!(f, "the answer could not be read: {error}"),
            None => f.write_str("the service could not answer this request of the batch"),
        }
    }
}

impl Error for BatchFailure {}

/// The list is documented as `responses` and seen as `results`.
impl<'de, O: DeserializeOwned> Deserialize<'de> for BatchResults<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "O: DeserializeOwned")]
        struct Lists<O> {
            responses: Option<Vec<BatchResponse<O>>>,
            results: Option<Vec<BatchResponse<O>>>,
            usage: Option<Value>,
        }

        let lists = Lists::deserialize(deserializer)?;
        let given = [lists.responses, lists.results];
        if given.iter().all(Option::is_none) {
            return Err(D::Error::missing_field("responses"));
        }
        Ok(Self {
            responses: given.into_iter().flatten().flatten().collect(),
            usage: lists.usage,
        })
    }
}

impl<'de, O: DeserializeOwned> Deserialize<'de> for BatchResponse<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Which request it answers is documented as `id` and seen as `index`.
        #[derive(Deserialize)]
        struct Item {
            id: Option<Value>,
            index: Option<Value>,
            external_reference: Option<String>,
            success: Option<bool>,
            result: Option<Box<RawValue>>,
        }

        let raw = Raw::read(deserializer)?;
        let item: Item = raw.decode()?;
        let result = match item.result {
            Some(result) if item.success != Some(false) => {
                serde_json::from_str(result.get()).map_err(|error| Some(without_content(&error)))
            }
            _ => Err(None),
        };
        let given = [item.id, item.index];
        let number = |value: &Value| lenient::integer(value).ok().flatten();
        Ok(Self {
            id: given.iter().flatten().find_map(number),
            other_id: given
                .into_iter()
                .flatten()
                .find(|value| number(value).is_none()),
            external_reference: item.external_reference,
            result: match result {
                Ok(result) => Ok(result),
                Err(decode_error) => Err(BatchFailure {
                    raw: raw.decode()?,
                    decode_error,
                }),
            },
        })
    }
}

/// Where a batch stands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum BatchState<O> {
    /// There are no results yet.
    Queued(QueuedBatch),
    /// Every request has been answered or has failed.
    Done(BatchResults<O>),
}

/// Decided by whether there are answers; the status may be any word.
impl<'de, O: DeserializeOwned> Deserialize<'de> for BatchState<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::read(deserializer)?;
        if raw.has("responses") || raw.has("results") {
            raw.decode().map(Self::Done)
        } else {
            raw.decode().map(Self::Queued)
        }
    }
}
