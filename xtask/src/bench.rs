//! `cargo xtask bench`: everything measured beside what one would use instead, in one run.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    process::Command,
};

use crate::{
    arguments::{Arguments, Flag},
    root,
};

/// How it is called.
pub const USAGE: &str = "usage: cargo xtask bench [--short] [--only WORK]";

/// What it does.
pub const HELP: &str = "
Measures workers-ai beside what one would use instead and prints one table.

--short      everything once but the longest, which shows that it works and
             measures little
--only WORK  this work only: chat, stream, drops, giant, growing, vectors,
             numbers, base64, picture or raw";

/// The flags it takes.
pub const FLAGS: &[Flag] = &[("--short", None), ("--only", Some("the name of a work"))];

/// Builds the programs that measure and runs them. Whether that went well.
///
/// # Errors
///
/// If `cargo` cannot be run, or nothing can be written.
pub fn run(given: &Arguments, stderr: &mut dyn Write) -> io::Result<bool> {
    // The first builds the program that counts too, which the second asks but does not name.
    let (mut build, mut bench) = (cargo("build"), cargo("run"));
    bench.arg("--");
    if given.has("--short") {
        bench.arg("--short");
    }
    if let Some(work) = given.text("--only") {
        bench.args([OsStr::new("--only"), OsStr::new(&work)]);
    }
    for (what, command) in [("build", &mut build), ("bench", &mut bench)] {
        let status = command.status()?;
        if !status.success() {
            writeln!(stderr, "error: the {what} ended with {status}")?;
            return Ok(false);
        }
    }
    Ok(true)
}

fn cargo(what: &str) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args([
        what,
        "--quiet",
        "--release",
        "--package",
        "workers-ai-bench",
        "--features",
        "peers",
    ]);
    command
}
