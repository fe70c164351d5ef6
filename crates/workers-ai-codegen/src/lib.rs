//! Turns a directory of OpenAPI documents, one per model, into Rust types: directory in, map of files out, no writes.

mod check;
mod correct;
mod emit;
mod fault;
mod ir;
mod json;
mod link;
mod load;
mod name;
mod normalise;
mod operation;
mod print;
mod types;

use std::collections::BTreeMap;
use std::path::Path;

pub use fault::{Fault, Loosened, Place};

/// What came out: files by their path below the generated folder, and what was loosened on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Path, with `/` between its parts, and content.
    pub files: BTreeMap<String, String>,
    /// Constructs about which the types say less than the documents.
    pub loosened: Vec<Loosened>,
    /// How many models there are.
    pub models: usize,
}

/// Reads `schema`, applies its corrections and prints one module tree for all models in it.
///
/// # Errors
///
/// Every fault of the stage that failed, each with its file and JSON pointer.
pub fn generate(schema: &Path) -> Result<Generated, Vec<Fault>> {
    let corpus = load::load(schema)?;
    let corpus = correct::correct(corpus)?;
    let corpus = load::check_refs(corpus)?;
    let corpus = check::check(corpus)?;
    let api = normalise::normalise(&corpus)?;
    let mut api = link::link(api)?;
    let types = types::types(&api)?;
    let files = emit::emit(&mut api, &types)?;
    Ok(Generated { files, loosened: api.loosened, models: api.models.len() })
}
