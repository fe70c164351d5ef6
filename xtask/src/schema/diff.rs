//! `cargo xtask schema diff`: two states of the documents, and what changed between them.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    process,
};

use workers_ai_schema::{Directory, diff::diff};

use super::{Command, Place, print_faults};
use crate::arguments::Arguments;

pub(super) const COMMAND: Command = Command {
    usage: "usage: cargo xtask schema diff [REV] [--with DIR] [--schema DIR] [--format text|markdown|json]",
    help: "
Says what changed for each model, and whether it breaks a program that was written before. The documents are compared
with those of a git revision (default: HEAD), or with those of another directory, which are the old ones.

  --with DIR      compare with the documents in this directory
  --schema DIR    the new documents (default: schema)
  --format WORD   text for people, markdown for a changelog, json for scripts (default: text)
  --help          print this

Exit status: 0 nothing that breaks, 3 something that breaks, 1 faults, 2 wrong arguments.",
    flags: &[
        ("--with", Some("a directory")),
        ("--schema", Some("a directory")),
        ("--format", Some("a format")),
    ],
    words: 1,
    run,
};

fn run(given: &Arguments, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<u8> {
    let format = given.text("--format").unwrap_or_else(|| "text".to_owned());
    let wrong = if !["text", "markdown", "json"].contains(&format.as_str()) {
        Some(format!(
            "unknown format `{format}`; there are text, markdown and json"
        ))
    } else if given.has("--with") && !given.words.is_empty() {
        Some("a revision or `--with`, not both".to_owned())
    } else {
        None
    };
    if let Some(message) = wrong {
        writeln!(stderr, "error: {message}\n{}", COMMAND.usage)?;
        return Ok(2);
    }
    let schema = Place::of(given, "--schema");
    let Some(new) = schema.read(stderr)? else {
        return Ok(1);
    };
    let old = if given.has("--with") {
        let with = Place::of(given, "--with");
        if !with.path.is_dir() {
            writeln!(stderr, "error: there is no directory {}", with.shown)?;
            return Ok(1);
        }
        with.read(stderr)?
    } else {
        let revision = given
            .words
            .first()
            .map(|word| word.to_string_lossy().into_owned());
        at_revision(
            &revision.unwrap_or_else(|| "HEAD".to_owned()),
            &schema,
            stderr,
        )?
    };
    let Some(old) = old else { return Ok(1) };
    let diff = diff(&old, &new);
    match format.as_str() {
        "json" => writeln!(stdout, "{:#}", diff.json())?,
        "markdown" => write!(stdout, "{}", diff.markdown())?,
        _ => write!(stdout, "{}", diff.text())?,
    }
    Ok(if diff.is_breaking() { 3 } else { 0 })
}

/// The documents as they were at a git revision.
fn at_revision(
    revision: &str,
    schema: &Place,
    stderr: &mut dyn Write,
) -> io::Result<Option<Directory>> {
    match read(revision, schema) {
        Ok(texts) => match Directory::parse(&texts) {
            Ok(directory) => Ok(Some(directory)),
            Err(faults) => {
                print_faults(&faults, &format!("{revision}:{}/", schema.shown), stderr)?;
                Ok(None)
            }
        },
        Err(message) => {
            writeln!(stderr, "error: {message}")?;
            Ok(None)
        }
    }
}

fn read(revision: &str, schema: &Place) -> Result<BTreeMap<String, String>, String> {
    if revision.starts_with('-') {
        return Err(format!("`{revision}` is no revision"));
    }
    let commit = git(
        schema,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("{revision}^{{commit}}"),
        ],
        &[],
    );
    let commit = commit.map_err(|_| format!("git knows no revision `{revision}`"))?;
    let commit = commit.trim();
    let list = git(schema, &["ls-tree", "-r", "-z", commit, "--", "."], &[])?;
    let mut names = Vec::new();
    let mut objects = String::new();
    for line in list.split('\0') {
        let Some((head, name)) = line.split_once('\t') else {
            continue;
        };
        let Some(object) = head.split(' ').nth(2) else {
            continue;
        };
        names.push(name.to_owned());
        objects.push_str(object);
        objects.push('\n');
    }
    let batch = git(schema, &["cat-file", "--batch"], objects.as_bytes())?;
    contents(&batch, names).ok_or_else(|| "git gave an answer that cannot be read".to_owned())
}

/// Splits what `git cat-file --batch` gives: a line with the size, the content, a line end.
fn contents(batch: &str, names: Vec<String>) -> Option<BTreeMap<String, String>> {
    let mut rest = batch;
    let mut texts = BTreeMap::new();
    for name in names {
        let (head, behind) = rest.split_once('\n')?;
        let size: usize = head.rsplit(' ').next()?.parse().ok()?;
        texts.insert(name, behind.get(..size)?.to_owned());
        rest = behind.get(size + 1..)?;
    }
    Some(texts)
}

fn git(schema: &Place, arguments: &[&str], input: &[u8]) -> Result<String, String> {
    let failed = |what: String| format!("git {}: {what}", arguments.first().unwrap_or(&""));
    let mut child = process::Command::new("git")
        .args(arguments)
        .current_dir(&schema.path)
        .stdin(process::Stdio::piped())
        .stdout(process::Stdio::piped())
        .stderr(process::Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let stdin = child.stdin.take();
    let input = input.to_owned();
    // Both ends at once: git answers while it still reads.
    let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let output = child
        .wait_with_output()
        .map_err(|error| failed(error.to_string()))?;
    let _ = writer.join();
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(failed(message.trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("its answer is no text".to_owned()))
}
