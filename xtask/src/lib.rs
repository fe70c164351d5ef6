//! The chores of this workspace, as a library: `cargo xtask` and the workspace tests call the same code.

pub mod arguments;
pub mod bench;
pub mod codegen;
pub mod schema;
pub mod tree;

use std::path::{Path, PathBuf};

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
