//! `cargo xtask`: reads the arguments and calls the library.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use xtask::codegen::Codegen;

const USAGE: &str = "usage: cargo xtask codegen [--check] [--schema DIR] [--out DIR]";

const HELP: &str = "
Writes the Rust types of all models from their documents.

  --check        write nothing; list what is not up to date and exit with 1
  --schema DIR   read the documents from here (default: schema)
  --out DIR      write the types here (default: crates/workers-ai-models/src/generated)
  --help         print this

Exit status: 0 done, 1 faults or files that are not up to date, 2 wrong arguments.";

enum Command {
    Help,
    Codegen(Codegen),
}

fn main() -> ExitCode {
    let (stdout, stderr) = (&mut io::stdout(), &mut io::stderr());
    let done = match parse(env::args_os().skip(1)) {
        Ok(Command::Help) => writeln!(stdout, "{USAGE}\n{HELP}").map(|()| 0),
        Ok(Command::Codegen(codegen)) => codegen.run(stdout, stderr).map(|well| u8::from(!well)),
        Err(message) => writeln!(stderr, "error: {message}\n{USAGE}").map(|()| 2),
    };
    // Who closes the pipe does not want to hear more.
    ExitCode::from(done.unwrap_or(1))
}

fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Command, String> {
    match arguments.next().as_deref().map(OsStr::to_string_lossy) {
        None => return Err("which command?".to_owned()),
        Some(word) => match word.as_ref() {
            "codegen" => {}
            "help" | "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(format!("unknown command `{word}`")),
        },
    }
    let mut codegen = Codegen::default();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        let (flag, value) = match text.split_once('=') {
            Some((flag, value)) => (flag, Some(OsString::from(value))),
            None => (text.as_ref(), None),
        };
        let directory = match (flag, &value) {
            ("--help" | "-h", None) => return Ok(Command::Help),
            ("--check", None) => {
                codegen.check = true;
                continue;
            }
            ("--schema", _) => &mut codegen.schema,
            ("--out", _) => &mut codegen.out,
            _ if text.starts_with('-') => return Err(format!("unknown flag `{text}`")),
            _ => return Err(format!("unexpected argument `{text}`")),
        };
        let value = value
            .or_else(|| arguments.next())
            .filter(|value| !value.is_empty() && !value.to_string_lossy().starts_with("--"))
            .ok_or_else(|| format!("`{flag}` needs a directory"))?;
        if directory.replace(PathBuf::from(value)).is_some() {
            return Err(format!("`{flag}` stands twice"));
        }
    }
    Ok(Command::Codegen(codegen))
}
