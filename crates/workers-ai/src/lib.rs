//! A thin client for [Cloudflare Workers AI](https://developers.cloudflare.com/workers-ai/) that is
//! honest about what came back.
//!
//! ```no_run
//! # async fn example() -> Result<(), workers_ai::Error> {
//! use workers_ai::{Client, models::Llama31_8bInstructFp8};
//!
//! let ai = Client::from_env()?;
//! let answer = ai.run(Llama31_8bInstructFp8::prompt("Why is the sky blue?")).await?;
//! println!("{}", answer.text());
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
//!   [`Client::to_markdown`] turns documents into text for a prompt, and [`Client::get_any`] and
//!   [`Client::post_any`] reach the rest of the API.
//!
//! Each gives a [`Run`], which takes options, and makes the call when it is awaited.
//! [`Run::details`] adds status, headers, cost and attempts to the answer. A function for any model
//! takes a [`ModelInput`](models::ModelInput).
//!
//! # Coming from `reqwest`
//!
//! The body you post today goes to [`Client::run_any`] as it is: address, token, envelope, error
//! codes and retries are then the client's. From there a call is typed when it suits you.
//! [`Run::field`] adds what an input does not know, and [`Run::raw`] gives a body untouched.
//!
//! # What to rely on
//!
//! - There is no empty success: an answer without a result is an error.
//! - A stream that stops before it is complete ends with an error.
//! - Nothing that may have been done is sent again, and nothing at all once an answer began.
//! - Redirects are not followed, so credentials and prompts go to one host.
//! - Nothing that this crate prints holds a credential, a prompt or an answer.
//! - Reading is lenient, and [`ClientBuilder::on_drift`] tells where an answer is not what its
//!   model's document says.
//!
//! # Where it runs
//!
//! In a Tokio runtime with IO and time. Where there is none, a call is an error, and so is a stream or
//! a download that has to wait there. In one that was built by hand without `enable_all`, Tokio panics
//! and says what to enable.
//!
//! A program without `async` makes a runtime and blocks on it:
//!
//! ```no_run
//! # fn example(ai: workers_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use workers_ai::models::Llama31_8bInstructFp8;
//!
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let answer = runtime.block_on(async { ai.run(Llama31_8bInstructFp8::prompt("Hello")).await })?;
//! println!("{}", answer.text());
//! # Ok(())
//! # }
//! ```
//!
//! # Tracing
//!
//! Each call is a `tracing` span with the field names of OpenTelemetry: model, operation, status,
//! request id, tokens, attempts, kind of error. It lasts as long as the answer: that of a stream
//! ends with the stream. There is no content in it.
//!
//! # Without an account
//!
//! `workers-ai-local` is a stand-in server for tests and for work offline. Give its address to
//! [`ClientBuilder::base_url`] and call [`ClientBuilder::allow_loopback`], or set
//! `CLOUDFLARE_BASE_URL` and `WORKERS_AI_ALLOW_LOOPBACK=1` for a program that uses
//! [`Client::from_env`].
//!
//! # Features
//!
//! - Each task is a feature and compiles its models; all are on by default. Features add up, so
//!   naming one takes `default-features = false`.
//! - `ring` (on by default) or `aws-lc-rs` is the cryptography of TLS, for programs that have not
//!   installed a provider of rustls themselves.
//! - Connections use the certificates that the system trusts. For others, or a proxy, see
//!   [`ClientBuilder::http_client`].

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod addresses;
mod again;
mod attempt;
mod body;
mod budget;
mod builder;
mod call;
mod catalogue;
mod client;
mod codes;
mod collected;
mod content;
mod deadline;
mod decode;
mod download;
mod drift;
mod envelope;
mod error;
mod event_error;
mod events;
mod gateway;
mod headers;
mod large;
mod lost;
mod pace;
mod picked;
mod receive;
mod response;
mod retry;
mod retry_after;
mod run;
mod runtime;
mod scan;
mod secret;
mod send;
mod sse;
mod stream;
mod tls;
mod token;
mod trace;
mod transport;
mod upload;
mod url;

pub use builder::ClientBuilder;
pub use catalogue::{
    ConvertedFile, FileToConvert, ListedModel, ListedProperty, ListedTask, ModelSchema, ModelSearch,
};
pub use client::Client;
pub use codes::ServiceMessage;
pub use collected::Collected;
pub use download::Download;
pub use drift::DriftReport;
pub use error::{ApiErrorKind, Cap, Error, ErrorKind, Stop, Timeout, Unexpected};
pub use gateway::{Gateway, GatewayBackoff};
pub use headers::Headers;
pub use response::{Details, Response};
pub use retry::RetryPolicy;
pub use run::{Detailed, Run, Running};
pub use stream::EventStream;
pub use upload::Upload;
/// The models: what each takes, answers and streams.
pub use workers_ai_models as models;
