//! The stand-in over real sockets: what it takes, what it refuses, what it answers, what it spoils.

mod batch;
mod catalogue;
mod faults;
mod finetunes;
mod forms;
mod forward;
mod gateway;
mod hostile;
mod markdown;
mod models;
mod openai;
mod options;
mod program;
mod record;
mod refusals;
mod streams;
mod wire;
