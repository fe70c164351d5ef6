//! Every Cloudflare Workers AI model as Rust types: what it takes, what it answers, what it
//! streams.
//!
//! There is no HTTP here, no runtime and no account. A program that has a transport of its own
//! encodes an input with [`Model::encode`], sends the [`Payload`], and reads the answer as
//! [`Model::Output`]; the `workers-ai` crate does just that.
//!
//! # What a model is
//!
//! A model is a unit struct that implements [`Model`]. It names its input and output types, and
//! [`Model::INFO`] says the rest: task, context window, price, abilities. Models that stream also
//! implement [`Streaming`], those whose requests can be queued [`Batched`]. The [`catalogue`] lists
//! them all.
//!
//! A model this crate does not know takes a few lines:
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use workers_ai_models::{Model, ModelInfo, ModelInput, Payload, Task, Validate};
//!
//! struct Parrot;
//!
//! #[derive(Debug, Clone, Serialize)]
//! struct Phrase {
//!     prompt: String,
//! }
//!
//! // No limits to check.
//! impl Validate for Phrase {}
//!
//! // So that `ai.run(phrase)` knows the model.
//! impl ModelInput for Phrase {
//!     type Model = Parrot;
//! }
//!
//! #[derive(Debug, Deserialize)]
//! struct Echo {
//!     response: String,
//! }
//!
//! impl Model for Parrot {
//!     const ID: &'static str = "@cf/example/parrot";
//!     const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Parrot", Task::TextGeneration);
//!     type Input = Phrase;
//!     type Output = Echo;
//! }
//!
//! let payload = Parrot::encode(&Phrase { prompt: "hello".into() })?;
//! assert!(matches!(payload, Payload::Json(body) if body == br#"{"prompt":"hello"}"#));
//!
//! let echo: <Parrot as Model>::Output = serde_json::from_str(r#"{"response": "hello"}"#)?;
//! assert_eq!(echo.response, "hello");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # What to expect of the types
//!
//! - Only what was set is sent; nothing goes out as `null`.
//! - An input knows the limits its model's document states: [`ModelInput::validate`] names every
//!   field outside them.
//! - An answer may lack what its document promises. Fields are optional, `null` is the same as
//!   absent, and what is new is ignored.
//! - A choice the service adds later is kept as text, see [`open_enum!`].
//! - Where an answer has one of several shapes, what is present in it decides which.
//! - Pictures and sound are [`Media`], embeddings a [`Matrix`], and text that may come as JSON is
//!   [`TextOrJson`].
//!
//! # Features
//!
//! Each task is a feature, and all are on by default; switch the default off to compile only the
//! tasks you use. `roundtrip` adds serde's other direction: inputs that can be read, outputs that
//! can be written.

#![cfg_attr(docsrs, feature(doc_cfg))]

// Links in the documentation that macros write begin with this name, here and in other crates.
extern crate self as workers_ai_models;

#[doc(hidden)]
pub mod answer;
mod batch;
pub mod catalogue;
#[doc(hidden)]
pub mod chat;
mod conversions;
#[doc(hidden)]
pub mod cut;
pub mod drift;
#[doc(hidden)]
pub mod fields;
mod format;
#[doc(hidden)]
pub mod glance;
#[rustfmt::skip]
mod generated;
mod info;
#[doc(hidden)]
pub mod lenient;
mod limits;
mod matrix;
pub mod media;
#[doc(hidden)]
pub mod members;
#[doc(hidden)]
pub mod misfit;
mod model;
#[doc(hidden)]
pub mod open_enum;
mod outline;
mod padding;
mod payload;
mod pieces;
mod plain;
mod queueable;
mod text;
#[doc(hidden)]
pub mod union;

pub use answer::{Answer, Arguments, CalledTool, TokenUsage};
pub use batch::{
    Batch, BatchFailure, BatchRequest, BatchResponse, BatchResults, BatchState, BatchStatus, Poll,
    QueuedBatch,
};
pub use drift::Drift;
#[allow(unused_imports, unreachable_pub, reason = "empty if every task is off")]
pub use generated::*;
pub use info::{Ability, ModelInfo, Price, Reasoning, Status, Task, UnknownTask};
pub use limits::{Check, Integer, Invalid, Length, Limit, Validate, Violation};
pub use matrix::{Matrix, MatrixRows, cosine_similarity};
pub use media::{Media, MediaError};
pub use model::{Batched, Extended, Model, ModelInput, ModelOptions, NoOptions, Streaming};
pub use open_enum::OpenEnum;
pub use padding::Padding;
pub use payload::{EncodeError, Form, Part, PartValue, Payload, RawBody};
pub use pieces::Piece;
pub use queueable::Queueable;
pub use text::TextOrJson;

/// A JSON object, written as in `serde_json::json!`: for schemas of tools and answers.
///
/// ```
/// use workers_ai_models::object;
///
/// let schema = object!({"type": "object", "properties": {"city": {"type": "string"}}});
/// assert_eq!(schema["type"], "object");
/// ```
#[macro_export]
macro_rules! object {
    ({ $($members:tt)* }) => {
        match $crate::__json::json!({ $($members)* }) {
            $crate::__json::Value::Object(map) => map,
            // Braces make an object.
            _ => $crate::__json::Map::new(),
        }
    };
}

#[doc(hidden)]
pub use serde_json as __json;
