//! `cargo xtask schema import`: files that Cloudflare publishes → documents.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use workers_ai_schema::{Fault, Import, Options, Source};

use super::{Command, Place, print_faults, today, write};
use crate::{arguments::Arguments, counted};

pub(super) const COMMAND: Command = Command {
    usage: "usage: cargo xtask schema import FILE… [--schema DIR] [--components DIR] [--model ID] [--structure-only] [--prune] [--dry-run]",
    help: "
Takes in what Cloudflare publishes and writes or updates one document for each model. A FILE is a model or catalogue page
of the documentation, an answer of /ai/models/schema, an answer of /ai/models/search, or the whole OpenAPI document; a
directory stands for the JSON files below it.

Shapes that a component has become references to it, and shapes that repeat become components. In a document that is
there, what a value may be is taken from what is published; descriptions, names, examples and x- blocks stay. The
OpenAPI document has its unions flattened and says nothing about answers: it adds models, and where a document is there
already the differences are listed and nothing is changed.

  --schema DIR       the documents (default: schema)
  --components DIR   where else to look for components; those that are used are copied (default: schema)
  --model ID         the model that an answer of /ai/models/schema is about
  --structure-only   leave out descriptions that come from outside, for documents with words of their own
  --prune            take out what the documents of models have and is not published, instead of listing it; what
                     stands in a component stays, because other models may need it
  --dry-run          write nothing
  --quiet            do not list what was taken differently from how it was given
  --help             print this

Exit status: 0 done, 1 faults (then nothing is written), 2 wrong arguments.",
    flags: &[
        ("--schema", Some("a directory")),
        ("--components", Some("a directory")),
        ("--model", Some("the id of a model")),
        ("--structure-only", None),
        ("--prune", None),
        ("--dry-run", None),
        ("--quiet", None),
    ],
    words: usize::MAX,
    run,
};

fn run(given: &Arguments, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<u8> {
    if given.words.is_empty() {
        writeln!(stderr, "error: which files?\n{}", COMMAND.usage)?;
        return Ok(2);
    }
    let schema = Place::of(given, "--schema");
    let base = Place::of(given, "--components");
    let (Some(directory), Some(components)) = (schema.read(stderr)?, base.read(stderr)?) else {
        return Ok(1);
    };
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for word in &given.words {
        collect(
            Path::new(word),
            given.text("--model"),
            &mut sources,
            &mut faults,
        );
    }
    let options = Options {
        prose: !given.has("--structure-only"),
        prune: given.has("--prune"),
        date: today(),
    };
    let done = workers_ai_schema::import(&directory, &components, &sources, &options);
    let import = match done {
        Ok(import) if faults.is_empty() => import,
        Ok(_) => {
            print_faults(&faults, "", stderr)?;
            return Ok(1);
        }
        Err(more) => {
            faults.extend(more);
            print_faults(&faults, "", stderr)?;
            return Ok(1);
        }
    };
    if !given.has("--dry-run")
        && let Err(failure) = write(&schema.path, &import.files)
    {
        writeln!(stderr, "error: {failure}")?;
        return Ok(1);
    }
    report(&import, &schema.shown, given.has("--quiet"), stdout)?;
    Ok(0)
}

/// What was done, one line for each thing that somebody may want to look at.
pub(super) fn report(
    import: &Import,
    shown: &str,
    quiet: bool,
    stdout: &mut dyn Write,
) -> io::Result<()> {
    if !quiet {
        for note in &import.notes {
            writeln!(stdout, "note: {note}")?;
        }
        for difference in &import.differences {
            writeln!(stdout, "differs: {shown}/{difference}")?;
        }
    }
    for file in import.files.keys() {
        writeln!(stdout, "wrote {shown}/{file}")?;
    }
    writeln!(
        stdout,
        "{} added, {} updated, {} as before; {}",
        counted(import.added.len(), "model", "models"),
        import.updated.len(),
        import.unchanged.len(),
        counted(import.files.len(), "file", "files"),
    )
}

fn collect(path: &Path, model: Option<String>, sources: &mut Vec<Source>, faults: &mut Vec<Fault>) {
    let fault = |error: io::Error| Fault {
        place: workers_ai_schema::Place::file(&path.display().to_string()),
        message: format!("cannot be read: {error}"),
    };
    if path.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(mut entries) => {
                entries.sort_by_key(fs::DirEntry::path);
                for entry in entries {
                    let path = entry.path();
                    if path.is_dir()
                        || path
                            .extension()
                            .is_some_and(|extension| extension == "json")
                    {
                        collect(&path, model.clone(), sources, faults);
                    }
                }
            }
            Err(error) => faults.push(fault(error)),
        }
        return;
    }
    match fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => sources.push(Source {
            name: path.display().to_string(),
            text,
            model,
        }),
        Ok(Err(_)) => faults.push(fault(io::Error::other("it is not UTF-8 text"))),
        Err(error) => faults.push(fault(error)),
    }
}
