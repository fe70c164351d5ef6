//! A stand-in for Cloudflare Workers AI on your own machine.
//!
//! It is a real HTTP server, built from the models' own documents: it takes what the service takes,
//! refuses what the service refuses, and answers in the forms of each model, as JSON, events or
//! files. The answers are made up, but the same request gets the same answer.
//!
//! # Test your own app against it
//!
//! Start one per test, on a free port, and give your app its address in place of
//! `https://api.cloudflare.com/client/v4`. Any account and any token will do.
//!
//! ```
//! use std::{error::Error, io::{Read, Write}, net::TcpStream};
//! use workers_ai_local::{Fault, Server};
//!
//! // Your app, which would use the client of its choice.
//! fn ask(base_url: &str, prompt: &str) -> Result<String, Box<dyn Error>> {
//!     let (host, path) = base_url.trim_start_matches("http://").split_once('/').ok_or("no path")?;
//!     let body = format!(r#"{{"prompt":"{prompt}"}}"#);
//!     let mut stream = TcpStream::connect(host)?;
//!     write!(
//!         stream,
//!         "POST /{path}/accounts/a/ai/run/@cf/meta/llama-3.1-8b-instruct-fp8 HTTP/1.1\r\n\
//!          host: {host}\r\nauthorization: Bearer t\r\nconnection: close\r\n\
//!          content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
//!         body.len(),
//!     )?;
//!     let mut answer = String::new();
//!     stream.read_to_string(&mut answer)?;
//!     Ok(answer)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn Error>> {
//! let server = Server::start().await?;
//!
//! // What the app gets.
//! let answer = ask(&server.url(), "Why is the sky blue?")?;
//! assert!(answer.contains(r#""success":true"#));
//!
//! // What the app sent.
//! let requests = server.requests();
//! assert_eq!(requests[0].model.as_deref(), Some("@cf/meta/llama-3.1-8b-instruct-fp8"));
//! assert_eq!(requests[0].json()["prompt"], "Why is the sky blue?");
//!
//! // What the app does when the service is busy.
//! server.script(Fault::error(3040));
//! assert!(ask(&server.url(), "Again?")?.starts_with("HTTP/1.1 429"));
//! # Ok(())
//! # }
//! ```
//!
//! - [`Server::script`] lets the next calls go wrong: errors, delays, stalls, resets, cut answers.
//!   The header `x-local-fault` does it for one call; [`Fault`] has the words.
//! - [`Fault::form`] and [`Fault::results`] let nothing go wrong, but give answers in another form
//!   than usual, as the service has been seen to do.
//! - [`ServerBuilder::pace`] and [`ServerBuilder::chunk`] say how fast and in what pieces events
//!   arrive.
//! - [`ServerBuilder::retired`] lets retired models answer. Without it they are refused, as they
//!   are by the service.
//! - [`ServerBuilder::forward`] asks a real model: it passes text generation and embeddings on to
//!   Ollama, llama.cpp, vLLM or another server of the same dialect.
//!
//! # As a program
//!
//! ```sh
//! cargo run --package workers-ai-local -- --port 8787 --pace 20ms
//! ```
//!
//! # What it does not do
//!
//! There are no realtime sessions over web sockets, and no models of other providers. Files other
//! than text and HTML are not converted to Markdown. Where it is not known how the service words a
//! refusal, the words are its own.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod answer;
mod auth;
mod batch;
mod catalogue;
mod check;
mod delivery;
mod documents;
mod fault;
mod finetunes;
mod form;
mod forward;
mod gateway;
mod handle;
mod markdown;
mod object;
mod openai;
mod record;
mod refusal;
mod reply;
mod route;
mod run;
mod serve;
mod server;
mod settings;
mod state;

pub use fault::{AnswerForm, Fault, FaultError};
pub use forward::Forward;
pub use record::Request;
pub use server::{Server, ServerBuilder, StartError};
