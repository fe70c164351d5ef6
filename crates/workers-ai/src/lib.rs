//! A thin client for [Cloudflare Workers AI](https://developers.cloudflare.com/workers-ai/) that is
//! honest about what came back.
//!
//! ```no_run
//! # async fn example() -> Result<(), workers_ai::Error> {
//! use workers_ai::{Client, models::Llama31_8bInstructFp8};
//!
//! let ai = Client::from_env()?;
//! let answer = ai.run(Llama31_8bInstructFp8::prompt("Why is the sky blue?")).await?;
//! println!("{answer:?}");
//! # Ok(())
//! # }
//! ```
//!
//! # Calls
//!
//! - [`Client::run`] takes any model's input and gives its output; [`Client::stream`] gives its
//!   events and compiles for models that stream.
//! - [`Client::run_any`] and [`Client::stream_any`] take any model id and any JSON.
//! - [`Client::upload`] sends a file while it is read, [`Client::submit`] and [`Client::poll`] queue
//!   requests and fetch their answers.
//! - [`Client::search_models`], [`Client::model_schema`] and [`Client::tasks`] ask what there is,
//!   [`Client::to_markdown`] turns documents into text for a prompt.
//!
//! Each gives a [`Run`], which takes options, and makes the call when it is awaited.
//! [`Run::details`] adds status, headers, cost and attempts to the answer.
//!
//! # What to rely on
//!
//! - There is no empty success: an answer without a result is an error.
//! - A stream that stops before it is complete ends with an error.
//! - Nothing that may have been done is sent again, and nothing at all once an answer began.
//! - Redirects are not followed, so credentials and prompts go to one host.
//! - Nothing that this crate prints holds a credential, a prompt or an answer.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod attempt;
mod body;
mod builder;
mod call;
mod catalogue;
mod client;
mod codes;
mod collected;
mod deadline;
mod decode;
mod drift;
mod envelope;
mod error;
mod gateway;
mod headers;
mod lost;
mod path;
mod receive;
mod response;
mod retry;
mod retry_after;
mod run;
mod scan;
mod secret;
mod send;
mod sse;
mod stream;
mod tls;
mod trace;
mod upload;
mod url;

pub use builder::ClientBuilder;
pub use catalogue::{
    ConvertedFile, FileToConvert, ListedModel, ListedProperty, ListedTask, ModelSchema, ModelSearch,
};
pub use client::Client;
pub use codes::ServiceMessage;
pub use collected::Collected;
pub use drift::DriftReport;
pub use error::{ApiErrorKind, Cap, Error, ErrorKind, Stop, Timeout, Unexpected};
pub use gateway::{Gateway, GatewayBackoff};
pub use headers::Headers;
pub use response::{Details, Response};
pub use retry::RetryPolicy;
pub use run::{Detailed, Run};
pub use stream::EventStream;
pub use upload::Upload;
/// The models: what each takes, answers and streams.
pub use workers_ai_models as models;
