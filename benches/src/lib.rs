//! Compares `workers-ai` with what one would use instead. It is a library because two programs do the same work: one
//! is timed, and one counts what it allocates.

mod build;
mod by_hand;
mod children;
mod figures;
mod floor;
mod job;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod plan;
mod server;
mod timing;
mod together;
mod way;
mod work;

use std::process::ExitCode;

pub use build::build;
pub use job::Job;
pub use plan::Plan;
pub use server::serve;
pub use timing::tell;
pub use together::together;

/// Why it ended early.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How much came back: shows that the work was done, and the same by all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done(pub(crate) usize);

/// How a program ends: with one line if something went wrong.
#[must_use]
pub fn end(outcome: Result<(), Fault>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn runtime(threads: bool) -> Result<tokio::runtime::Runtime, Fault> {
    // What `workers-ai` chooses too. A second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = if threads {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    Ok(builder.worker_threads(2).enable_all().build()?)
}
