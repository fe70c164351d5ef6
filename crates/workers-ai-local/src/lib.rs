//! A stand-in for Cloudflare Workers AI on your own machine.

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

pub use fault::{Fault, FaultError};
pub use forward::Forward;
pub use record::Request;
pub use server::{Server, ServerBuilder, StartError};
