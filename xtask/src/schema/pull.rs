//! `cargo xtask schema pull`: what the service says now → documents.
//!
//! The client that asks is compiled with the feature `network` only. Without it, the command runs itself again with it.

#[cfg(feature = "network")]
mod network;

use std::io::{self, Write};

use super::Command;
use crate::arguments::Arguments;

pub(super) const COMMAND: Command = Command {
    usage: "usage: cargo xtask schema pull [--schema DIR] [--components DIR] [--base-url URL] [--jobs N] [--structure-only] [--prune] [--fresh] [--dry-run]",
    help: "
Asks the service which models there are and what each takes, and writes or updates the documents as `import` does.
Models that were live and are listed no more are marked as withdrawn. All is written or nothing; what was answered is
kept in target/schema-pull, so that a run that was cut short goes on where it stopped.

CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN say who asks. CLOUDFLARE_BASE_URL or --base-url names another server;
one on this machine may be without TLS.

  --schema DIR       the documents (default: schema)
  --components DIR   where else to look for components; those that are used are copied (default: schema)
  --base-url URL     where the API is: everything before /accounts
  --jobs N           questions at once, 1 to 16 (default: 4)
  --structure-only   leave out descriptions that come from outside
  --prune            take out what the documents of models have and is not published, instead of listing it; what
                     stands in a component stays, because other models may need it
  --fresh            ask for everything again
  --dry-run          write nothing
  --quiet            do not list what was taken differently from how it was given
  --help             print this

Exit status: 0 done, 1 faults (then nothing is written), 2 wrong arguments.",
    flags: &[
        ("--schema", Some("a directory")),
        ("--components", Some("a directory")),
        ("--base-url", Some("an address")),
        ("--jobs", Some("a number")),
        ("--structure-only", None),
        ("--prune", None),
        ("--fresh", None),
        ("--dry-run", None),
        ("--quiet", None),
    ],
    words: 0,
    run,
};

fn run(given: &Arguments, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<u8> {
    let jobs = given.text("--jobs").map(|text| text.parse::<usize>());
    let jobs = match jobs {
        None => 4,
        Some(Ok(jobs @ 1..=16)) => jobs,
        Some(_) => {
            writeln!(
                stderr,
                "error: `--jobs` needs a number from 1 to 16\n{}",
                COMMAND.usage
            )?;
            return Ok(2);
        }
    };
    #[cfg(feature = "network")]
    return network::run(given, jobs, stdout, stderr);
    #[cfg(not(feature = "network"))]
    {
        let _ = (given, jobs, stdout);
        again(stderr)
    }
}

/// The same command from a build that has the client.
#[cfg(not(feature = "network"))]
fn again(stderr: &mut dyn Write) -> io::Result<u8> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--features",
            "network",
        ])
        .arg("--manifest-path")
        .arg(crate::root().join("Cargo.toml"))
        .arg("--")
        .args(std::env::args_os().skip(1))
        .status();
    match status {
        Ok(status) => Ok(status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1)),
        Err(error) => {
            writeln!(stderr, "error: cannot start cargo: {error}")?;
            Ok(1)
        }
    }
}
