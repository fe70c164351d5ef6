//! `cargo xtask codegen`: types from documents, written or checked.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use workers_ai_codegen::Generated;

use workers_ai_codegen::Settings;

use crate::{
    arguments::{Arguments, Flag},
    counted,
    tree::{self, Difference, Files},
};

/// The documents, below the root of the workspace.
pub const SCHEMA: &str = "schema";

/// The generated files, below the root of the workspace.
pub const OUT: &str = "crates/workers-ai-models/src/generated";

/// The corrected documents as the stand-in server takes them, below the root of the workspace.
pub const DOCUMENTS: &str = "crates/workers-ai-local/src/generated";

/// How it is called.
pub const USAGE: &str =
    "usage: cargo xtask codegen [--check] [--schema DIR] [--out DIR] [--root PATH]";

/// What it does.
pub const HELP: &str = "
Writes the Rust types of all models from their documents.

  --check        write nothing; list what is not up to date and exit with 1
  --schema DIR   read the documents from here (default: schema)
  --out DIR      write the types here (default: crates/workers-ai-models/src/generated)
  --root PATH    for a crate of your own: the module that will hold the types, such as crate::models
  --help         print this

Exit status: 0 done, 1 faults or files that are not up to date, 2 wrong arguments.";

/// Its flags.
pub const FLAGS: &[Flag] = &[
    ("--check", None),
    ("--schema", Some("a directory")),
    ("--out", Some("a directory")),
    ("--root", Some("a path of a module")),
];

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
    /// The module of another crate that will hold the types.
    pub root: Option<String>,
}

impl Codegen {
    /// What the command line asks for.
    #[must_use]
    pub fn new(given: &Arguments) -> Self {
        Self {
            check: given.has("--check"),
            schema: given.path("--schema"),
            out: given.path("--out"),
            root: given.text("--root"),
        }
    }

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
        let settings = match &self.root {
            Some(module) => Settings {
                command: self.command(),
                ..Settings::for_crate(module)
            },
            None => Settings::default(),
        };
        let generated = match workers_ai_codegen::generate_with(&schema, &settings) {
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
        let types = files(&generated);
        let file_count = types.len();
        let mut places = vec![(out, shown_out.clone(), types)];
        if self.schema.is_none() && self.out.is_none() {
            places.push((
                root.join(DOCUMENTS),
                DOCUMENTS.to_owned(),
                documents(&generated),
            ));
        }
        let mut differences = Vec::new();
        for (directory, _, files) in &places {
            match tree::compare(directory, files) {
                Ok(difference) => differences.push(difference),
                Err(failure) => return failed(stderr, &failure),
            }
        }
        let shown = places.iter().map(|(_, shown, _)| shown.as_str());
        let report = report(&differences, shown, &self.command());
        if let Some(report) = report.filter(|_| self.check) {
            writeln!(stderr, "{report}")?;
            return Ok(false);
        }
        let totals = format!(
            "{}, {}",
            counted(generated.models, "model", "models"),
            counted(file_count, "file", "files")
        );
        if self.check {
            writeln!(stdout, "{totals}, all up to date")?;
            return Ok(true);
        }
        let (mut written, mut removed) = (0, 0);
        for ((directory, shown, files), difference) in places.iter().zip(&differences) {
            if let Err(failure) = tree::apply(directory, files, difference) {
                return failed(stderr, &failure);
            }
            print_changes(stdout, difference, shown)?;
            written += difference.stale.len() + difference.missing.len();
            removed += difference.left_over.len();
        }
        if !generated.loosened.is_empty() {
            let count = counted(generated.loosened.len(), "construct is", "constructs are");
            writeln!(
                stdout,
                "{count} looser in the types than in the documents, see {shown_out}/loosened.md"
            )?;
        }
        let end = if written + removed == 0 {
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
        if let Some(module) = &self.root {
            command = format!("{command} --root {module}");
        }
        command
    }
}

fn files(generated: &Generated) -> Files {
    let mut files = generated.files.clone();
    files.insert("models.md".to_owned(), generated.page.clone());
    files
}

fn documents(generated: &Generated) -> Files {
    Files::from([("documents.jsonl".to_owned(), generated.documents.clone())])
}

/// How the generated files of this workspace differ from what its documents say now, as text that
/// ends with the command to run. Nothing if they do not.
///
/// # Errors
///
/// If the files cannot be read.
pub fn stale(generated: &Generated) -> Result<Option<String>, tree::Failure> {
    let root = crate::root();
    let differences = [
        tree::compare(&root.join(OUT), &files(generated))?,
        tree::compare(&root.join(DOCUMENTS), &documents(generated))?,
    ];
    let command = Codegen::default().command();
    Ok(report(&differences, [OUT, DOCUMENTS], &command))
}

fn report<'a>(
    differences: &[Difference],
    directories: impl IntoIterator<Item = &'a str>,
    command: &str,
) -> Option<String> {
    let mut lines: Vec<String> = differences
        .iter()
        .zip(directories)
        .flat_map(|(difference, directory)| difference.lines(directory))
        .collect();
    if lines.is_empty() {
        return None;
    }
    let verb = if lines.len() == 1 { "is" } else { "are" };
    let count = counted(lines.len(), "file", "files");
    lines.push(format!(
        "{count} {verb} not what the documents say; to bring them up to date, run: {command}"
    ));
    Some(lines.join("\n"))
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
