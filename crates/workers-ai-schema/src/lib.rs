//! Keeps a schema directory fresh: imports what Cloudflare publishes, says what changed, and checks the whole.
//!
//! Nothing here calls a network or writes a file: documents in, a map of changed files out.

mod assemble;
mod check;
mod clean;
pub mod diff;
mod difference;
mod directory;
mod example;
mod facts;
mod import;
mod known;
mod print;
mod pull;
mod share;
mod structure;
mod update;
mod upstream;

pub use check::check;
pub use difference::Difference;
pub use directory::Directory;
pub use import::{Import, Options, Source, import};
pub use pull::{Catalogue, Failure, FailureKind, Progress, Pulled, pull};

pub use workers_ai_codegen::{Fault, Place};

use std::fmt;

/// Something that was taken differently from how it was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where it stands in what was given.
    pub place: Place,
    /// What was done about it.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
