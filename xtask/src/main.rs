//! `cargo xtask`: reads the arguments and calls the library.

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use xtask::{arguments::Arguments, bench, codegen, schema};

const USAGE: &str = "usage: cargo xtask codegen [--check] [--schema DIR] [--out DIR] [--root PATH]
       cargo xtask schema import|diff|check|pull …
       cargo xtask bench [--short] [--only WORK|--build]";

const HELP: &str = "
codegen   writes the Rust types of all models from their documents
schema    keeps the documents fresh: takes in what is published, compares, checks
bench     measures workers-ai beside what one would use instead

Each command says more with --help.";

fn main() -> ExitCode {
    let (stdout, stderr) = (&mut io::stdout(), &mut io::stderr());
    let done = run(env::args_os().skip(1), stdout, stderr);
    // Who closes the pipe does not want to hear more.
    ExitCode::from(done.unwrap_or(1))
}

fn run(
    mut arguments: impl Iterator<Item = OsString>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> io::Result<u8> {
    let word = arguments.next();
    match word.as_ref().map(|word| word.to_string_lossy()).as_deref() {
        None => wrong(stderr, "which command?", USAGE),
        Some("help" | "--help" | "-h") => say(stdout, USAGE, HELP),
        Some("codegen") => match Arguments::parse(arguments, codegen::FLAGS, 0) {
            Ok(given) if given.help => say(stdout, codegen::USAGE, codegen::HELP),
            Ok(given) => {
                let well = codegen::Codegen::new(&given).run(stdout, stderr)?;
                Ok(u8::from(!well))
            }
            Err(message) => wrong(stderr, &message, codegen::USAGE),
        },
        Some("schema") => {
            let word = arguments.next();
            let word = word.as_ref().map(|word| word.to_string_lossy());
            let Some(word) = word else {
                return wrong(stderr, "which schema command?", schema::USAGE);
            };
            if ["help", "--help", "-h"].contains(&word.as_ref()) {
                return say(stdout, schema::USAGE, schema::HELP);
            }
            let Some(command) = schema::Command::named(&word) else {
                return wrong(
                    stderr,
                    &format!("unknown command `schema {word}`"),
                    schema::USAGE,
                );
            };
            match Arguments::parse(arguments, command.flags, command.words) {
                Ok(given) if given.help => say(stdout, command.usage, command.help),
                Ok(given) => (command.run)(&given, stdout, stderr),
                Err(message) => wrong(stderr, &message, command.usage),
            }
        }
        Some("bench") => match Arguments::parse(arguments, bench::FLAGS, 0) {
            Ok(given) if given.help => say(stdout, bench::USAGE, bench::HELP),
            Ok(given) => Ok(u8::from(!bench::run(&given, stderr)?)),
            Err(message) => wrong(stderr, &message, bench::USAGE),
        },
        Some(word) => wrong(stderr, &format!("unknown command `{word}`"), USAGE),
    }
}

fn say(stdout: &mut dyn Write, usage: &str, help: &str) -> io::Result<u8> {
    writeln!(stdout, "{usage}\n{help}")?;
    Ok(0)
}

fn wrong(stderr: &mut dyn Write, message: &str, usage: &str) -> io::Result<u8> {
    writeln!(stderr, "error: {message}\n{usage}")?;
    Ok(2)
}
