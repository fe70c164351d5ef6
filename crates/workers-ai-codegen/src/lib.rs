//! Turns a directory of `OpenAPI` documents, one per model, into Rust types: directory in, map of files out, no writes.

#![allow(clippy::format_push_string, reason = "text is what this crate makes")]

mod check;
mod correct;
mod emit;
mod facts;
mod fault;
mod ir;
mod json;
mod link;
mod load;
mod marks;
mod name;
mod normalise;
mod operation;
mod print;
mod types;

use std::collections::BTreeMap;
use std::path::Path;

pub use check::is_keyword;
pub use correct::merge_patch;
pub use emit::TASKS;
pub use fault::{Fault, Loosened, Place};
pub use link::is_reserved;

/// What came out: files by their path below the generated folder, and what was loosened on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Path, with `/` between its parts, and content.
    pub files: BTreeMap<String, String>,
    /// Constructs about which the types say less than the documents.
    pub loosened: Vec<Loosened>,
    /// How many models there are.
    pub models: usize,
    /// What it was made from: a line of JSON for each component, then for each model, with its `path` below the
    /// schema directory and the corrected `document`, in which every `$ref` starts at that directory.
    pub documents: String,
    /// A page that lists the models, for people to read.
    pub page: String,
}

/// Where the generated code will live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Path of the crate that has the hand-written core: `crate` in `workers-ai-models` itself.
    pub core: String,
    /// Path of the module that re-exports the generated types.
    pub root: String,
    /// Whether that crate has a feature for each task and one for the other serde direction.
    pub features: bool,
    /// The crate's name in examples; none are printed without it.
    pub examples: Option<String>,
    /// The command that makes the code, for the head of each file.
    pub command: String,
}

impl Default for Settings {
    /// For `workers-ai-models` itself.
    fn default() -> Self {
        Self {
            core: "crate".to_owned(),
            root: "crate".to_owned(),
            features: true,
            examples: Some("workers_ai_models".to_owned()),
            command: "cargo xtask codegen".to_owned(),
        }
    }
}

impl Settings {
    /// For a crate that depends on `workers-ai-models` and keeps generated code in the module `root`, such as
    /// `crate::models`.
    #[must_use]
    pub fn for_crate(root: &str) -> Self {
        Self {
            core: "workers_ai_models".to_owned(),
            root: root.to_owned(),
            features: false,
            examples: None,
            command: "workers-ai-codegen".to_owned(),
        }
    }
}

/// Reads `schema`, applies its corrections and prints one module tree for all models in it.
///
/// # Errors
///
/// Every fault of the stage that failed, each with its file and JSON pointer.
pub fn generate(schema: &Path) -> Result<Generated, Vec<Fault>> {
    generate_with(schema, &Settings::default())
}

/// The same for a crate of your own.
///
/// # Errors
///
/// Every fault of the stage that failed, each with its file and JSON pointer.
pub fn generate_with(schema: &Path, settings: &Settings) -> Result<Generated, Vec<Fault>> {
    // Schemas nest as deep as JSON may; every stage follows them down, and so does the printer.
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || stages(schema, settings));
        let done = worker.map_err(|error| format!("no thread to work on: {error}"));
        let done = done.and_then(|worker| {
            worker.join().map_err(|_| {
                "the generator panicked; please report it with the documents".to_owned()
            })
        });
        done.unwrap_or_else(|message| {
            let place = Place::file("models");
            Err(vec![Fault { place, message }])
        })
    })
}

/// Enough for the deepest document that is read at all.
const STACK: usize = 256 << 20;

fn stages(schema: &Path, settings: &Settings) -> Result<Generated, Vec<Fault>> {
    let corpus = load::load(schema)?;
    let corpus = correct::correct(corpus)?;
    let corpus = load::check_refs(corpus)?;
    let corpus = check::check(corpus)?;
    let documents = corpus.lines();
    let api = normalise::normalise(&corpus)?;
    let mut api = link::link(api)?;
    let types = types::types(&api)?;
    let files = emit::emit(&mut api, &types, settings)?;
    let page = emit::page(&api, &settings.command);
    Ok(Generated {
        files,
        loosened: api.loosened,
        models: api.models.len(),
        documents,
        page,
    })
}
