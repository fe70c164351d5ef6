//! `cargo xtask schema check`: everything that is wrong with the documents.

use std::io::{self, Write};

use super::{Command, Place};
use crate::{arguments::Arguments, counted};

pub(super) const COMMAND: Command = Command {
    usage: "usage: cargo xtask schema check [--schema DIR]",
    help: "
Looks for everything that is wrong with the documents, and lists it all: what is no OpenAPI 3.1, references that lead
nowhere, ids that do not agree with paths and files, examples that do not fit, components that nothing uses, corrections
that change nothing, and whatever the generator does not take.

  --schema DIR   the documents (default: schema)
  --help         print this

Exit status: 0 nothing, 1 faults, 2 wrong arguments.",
    flags: &[("--schema", Some("a directory"))],
    words: 0,
    run,
};

fn run(given: &Arguments, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<u8> {
    let schema = Place::of(given, "--schema");
    match workers_ai_schema::check(&schema.path) {
        Ok(0) => {
            writeln!(stderr, "error: no models in {}", schema.shown)?;
            Ok(1)
        }
        Ok(models) => {
            writeln!(
                stdout,
                "{}, nothing wrong",
                counted(models, "model", "models")
            )?;
            Ok(0)
        }
        Err(faults) => {
            for fault in &faults {
                writeln!(stderr, "error: {}/{fault}", schema.shown)?;
            }
            let count = counted(faults.len(), "fault", "faults");
            writeln!(stderr, "error: {count} in {}", schema.shown)?;
            Ok(1)
        }
    }
}
