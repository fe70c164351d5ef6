//! `cargo xtask schema …`: one file for each command, thin over the library that does the work.

mod check;
mod diff;
mod import;
mod pull;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use workers_ai_schema::{Directory, Fault};

use crate::{
    arguments::{Arguments, Flag},
    codegen::SCHEMA,
    tree::{self, Difference, Files},
};

/// How the commands are called.
pub const USAGE: &str = "usage: cargo xtask schema import FILE… | diff [REV] | check | pull";

/// What they do.
pub const HELP: &str = "
import   takes in files that Cloudflare publishes: model pages, answers of /ai/models/schema, the whole OpenAPI document
diff     says what changed between two states of the documents, and whether it breaks callers
check    looks for everything that is wrong with the documents
pull     takes in what the service itself says now

Each command says more with --help.";

/// One of the commands.
pub struct Command {
    /// How it is called.
    pub usage: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Its flags.
    pub flags: &'static [Flag],
    /// How many words it takes.
    pub words: usize,
    /// Does it, and gives the exit status.
    pub run: fn(&Arguments, &mut dyn Write, &mut dyn Write) -> io::Result<u8>,
}

impl Command {
    /// The command called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "check" => Some(check::COMMAND),
            "diff" => Some(diff::COMMAND),
            "import" => Some(import::COMMAND),
            "pull" => Some(pull::COMMAND),
            _ => None,
        }
    }
}

/// The directory of documents, and how it is shown.
struct Place {
    path: PathBuf,
    shown: String,
}

impl Place {
    /// What `--schema` says, else that of this workspace.
    fn of(given: &Arguments, flag: &str) -> Self {
        match given.path(flag) {
            Some(path) => Self {
                shown: path.display().to_string().trim_end_matches('/').to_owned(),
                path,
            },
            None => Self {
                path: crate::root().join(SCHEMA),
                shown: SCHEMA.to_owned(),
            },
        }
    }

    /// Reads it, or says why not.
    fn read(&self, stderr: &mut dyn Write) -> io::Result<Option<Directory>> {
        match Directory::read(&self.path) {
            Ok(directory) => Ok(Some(directory)),
            Err(faults) => {
                print_faults(&faults, &format!("{}/", self.shown), stderr)?;
                Ok(None)
            }
        }
    }
}

fn print_faults(faults: &[Fault], before: &str, stderr: &mut dyn Write) -> io::Result<()> {
    for fault in faults {
        writeln!(stderr, "error: {before}{fault}")?;
    }
    let count = crate::counted(faults.len(), "fault", "faults");
    writeln!(stderr, "error: {count}, nothing written")
}

/// Writes files below `directory`, all of them or none.
fn write(directory: &Path, files: &Files) -> Result<(), tree::Failure> {
    let (stale, missing) = files
        .keys()
        .cloned()
        .partition(|file| directory.join(file).exists());
    let difference = Difference {
        stale,
        missing,
        left_over: Vec::new(),
    };
    tree::apply(directory, files, &difference)
}

/// The day it is, as `2026-11-21`, in UTC.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = since.map_or(0, |since| since.as_secs() / 86_400);
    let (mut year, mut left) = (1970_u64, days);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}
