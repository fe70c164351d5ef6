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
pub const USAGE: &str = "usage: cargo xtask bench [--short] [--only WORK|--build]";

/// What it does.
pub const HELP: &str = "
Measures workers-ai beside what one would use instead and prints one table.

--short      everything once but the longest, which shows that it works and
             measures little
--only WORK  this work only: chat, stream, drops, giant, growing, vectors,
             numbers, base64, picture or raw
--build      what it costs to build a program: CPU seconds from nothing, three
             times in turns";

/// The flags it takes.
pub const FLAGS: &[Flag] = &[
    ("--build", None),
    ("--short", None),
    ("--only", Some("the name of a work")),
];

/// Builds the programs that measure and runs them. Whether that went well.
///
/// # Errors
///
/// If `cargo` cannot be run, or nothing can be written.
pub fn run(given: &Arguments, stderr: &mut dyn Write) -> io::Result<bool> {
    // What measures builds is quickly built itself.
    let options: &[&str] = if given.has("--build") {
        &[]
    } else {
        &["--release", "--features", "peers"]
    };
    // The first builds the program that counts too, which the second asks but does not name.
    let (mut build, mut bench) = (cargo("build", options), cargo("run", options));
    bench.arg("--");
    for flag in ["--build", "--short"] {
        if given.has(flag) {
            bench.arg(flag);
        }
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

fn cargo(what: &str, options: &[&str]) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(root())
        .args([what, "--quiet", "--package", "workers-ai-bench"])
        .args(options);
    command
}
