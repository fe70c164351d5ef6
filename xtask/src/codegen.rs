//! `cargo xtask codegen`: types from documents, written or checked.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::tree::{self, Difference, Files};

/// The documents, below the root of the workspace.
pub const SCHEMA: &str = "schema";

/// The generated files, below the root of the workspace.
pub const OUT: &str = "crates/workers-ai-models/src/generated";

/// How many files are named one by one; beyond that they are counted.
const FEW: usize = 20;

/// What to do, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codegen {
    /// Compare only.
    pub check: bool,
    /// Another directory than [`SCHEMA`].
    pub schema: Option<PathBuf>,
    /// Another directory than [`OUT`].
    pub out: Option<PathBuf>,
}

impl Codegen {
    /// Does it, and says so. Returns whether all is well.
    ///
    /// # Errors
    ///
    /// If `stdout` or `stderr` cannot be written.
    pub fn run(&self, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<bool> {
        let root = crate::root();
        let schema = self.schema.clone().unwrap_or_else(|| root.join(SCHEMA));
        let out = self.out.clone().unwrap_or_else(|| root.join(OUT));
        let shown_schema = shown(self.schema.as_deref(), SCHEMA);
        let shown_out = shown(self.out.as_deref(), OUT);
        let generated = match workers_ai_codegen::generate(&schema) {
            Ok(generated) => generated,
            Err(faults) => {
                for fault in &faults {
                    writeln!(stderr, "error: {shown_schema}/{fault}")?;
                }
                let count = counted(faults.len(), "fault", "faults");
                writeln!(stderr, "error: {count} in {shown_schema}, nothing written")?;
                return Ok(false);
            }
        };
        if generated.models == 0 {
            writeln!(
                stderr,
                "error: no models in {shown_schema}, nothing written"
            )?;
            return Ok(false);
        }
        let difference = match tree::compare(&out, &generated.files) {
            Ok(difference) => difference,
            Err(failure) => return failed(stderr, &failure),
        };
        if self.check && !difference.is_empty() {
            writeln!(
                stderr,
                "{}",
                report(&difference, &shown_out, &self.command())
            )?;
            return Ok(false);
        }
        let totals = format!(
            "{}, {}",
            counted(generated.models, "model", "models"),
            counted(generated.files.len(), "file", "files")
        );
        if self.check {
            writeln!(stdout, "{totals}, all up to date")?;
            return Ok(true);
        }
        if let Err(failure) = tree::apply(&out, &generated.files, &difference) {
            return failed(stderr, &failure);
        }
        print_changes(stdout, &difference, &shown_out)?;
        if !generated.loosened.is_empty() {
            let count = counted(generated.loosened.len(), "construct is", "constructs are");
            writeln!(
                stdout,
                "{count} looser in the types than in the documents, see {shown_out}/loosened.md"
            )?;
        }
        let written = difference.stale.len() + difference.missing.len();
        let removed = difference.left_over.len();
        let end = if difference.is_empty() {
            ": nothing changed"
        } else {
            ""
        };
        writeln!(
            stdout,
            "{totals}, {written} written, {removed} removed{end}"
        )?;
        Ok(true)
    }

    /// The command that writes what this one checks.
    fn command(&self) -> String {
        let mut command = "cargo xtask codegen".to_owned();
        for (flag, directory) in [("--schema", &self.schema), ("--out", &self.out)] {
            if let Some(directory) = directory {
                command = format!("{command} {flag} {}", directory.display());
            }
        }
        command
    }
}

/// How the generated files of this workspace differ from what its documents say now, as text that
/// ends with the command to run. Nothing if they do not.
///
/// # Errors
///
/// If the files cannot be read.
pub fn stale(files: &Files) -> Result<Option<String>, tree::Failure> {
    let difference = tree::compare(&crate::root().join(OUT), files)?;
    let command = Codegen::default().command();
    Ok(Some(difference)
        .filter(|difference| !difference.is_empty())
        .map(|difference| report(&difference, OUT, &command)))
}

fn report(difference: &Difference, directory: &str, command: &str) -> String {
    let mut lines = difference.lines(directory);
    let verb = if difference.len() == 1 { "is" } else { "are" };
    let count = counted(difference.len(), "file", "files");
    lines.push(format!(
        "{count} {verb} not what the documents say; to bring them up to date, run: {command}"
    ));
    lines.join("\n")
}

fn print_changes(
    stdout: &mut dyn Write,
    difference: &Difference,
    directory: &str,
) -> io::Result<()> {
    if difference.len() > FEW {
        return Ok(());
    }
    for path in difference.stale.iter().chain(&difference.missing) {
        writeln!(stdout, "wrote {directory}/{path}")?;
    }
    for path in &difference.left_over {
        writeln!(stdout, "removed {directory}/{}", tree::slashed(path))?;
    }
    Ok(())
}

fn failed(stderr: &mut dyn Write, failure: &tree::Failure) -> io::Result<bool> {
    writeln!(stderr, "error: {failure}")?;
    Ok(false)
}

fn shown(given: Option<&Path>, usual: &str) -> String {
    given.map_or_else(
        || usual.to_owned(),
        |path| path.display().to_string().trim_end_matches('/').to_owned(),
    )
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
