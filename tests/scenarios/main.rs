//! What the generator makes of each construct, on small made-up documents: the text, that it compiles, and the faults
//! of documents that are wrong.
//!
//! A new case is a new folder in `cases` or file in `faults`. To accept what comes out now, run `UPDATE_SCENARIOS=1
//! INSTA_UPDATE=always cargo test -p workspace-tests --no-default-features --test scenarios` and review the difference.

#[cfg(feature = "compiled")]
mod behaviours;
mod cases;
mod committed;
#[cfg(feature = "compiled")]
#[rustfmt::skip]
pub mod compiled;
#[cfg(feature = "compiled")]
mod conversations;
mod faults;
mod loader;
mod models;
mod mutations;
#[cfg(feature = "compiled")]
mod unseen;
