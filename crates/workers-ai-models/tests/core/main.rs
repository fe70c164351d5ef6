//! The hand-written core: the provided types, the traits and the macro, without a generated model.
//!
//! Names that start with a row id (`j11_…`) hold a row of the project's fault catalogue.

mod batch;
#[cfg(all(feature = "text-embeddings", feature = "text-generation"))]
mod chat;
mod cut;
#[cfg(feature = "text-generation")]
mod glance;
mod info;
mod lenient;
mod limits;
mod matrix;
mod media;
mod model;
mod open_enum;
mod payload;
mod pieces;
mod text;
mod union;

/// Stands for a prompt or a completion; no error and no `Debug` of ours may repeat it.
const CANARY: &str = "canary-7f3a";

/// Runs `work` on the smallest stack a caller may have.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    thread
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no overflow and no panic");
}
