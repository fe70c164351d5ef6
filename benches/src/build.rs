//! What it costs to build a program: CPU seconds of all that is started for it, each time from nothing.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    Fault,
    figures::{in_turns, median, times, to_float},
};

/// A program of `benches/build`.
struct Program {
    title: &'static str,
    package: &'static str,
    features: &'static [&'static str],
}

/// The first is what the others are compared with.
const PROGRAMS: [Program; 4] = [
    Program {
        title: "reqwest, structs",
        package: "build-bare",
        features: &[],
    },
    Program {
        title: "hello, default features",
        package: "build-hello",
        features: &[],
    },
    Program {
        title: "hello, only text generation",
        package: "build-hello",
        features: &["--no-default-features", "--features=text-generation"],
    },
    Program {
        title: "a call for vectors, only text embeddings",
        package: "build-vectors",
        features: &[],
    },
];

/// What is done with a program: its name, and the arguments of `cargo`.
type Step = (&'static str, &'static [&'static str]);

const STEPS: [Step; 2] = [("check", &["check"]), ("release", &["build", "--release"])];

/// How often each is built.
const TURNS: usize = 3;

/// Clock ticks of a second, as Linux counts them for programs on every machine.
const TICKS: f64 = 100.0;

/// Builds every program in turns and prints one table; if it is to be short, checks the first two once.
///
/// # Errors
///
/// If a program cannot be built, or the system does not tell what its children used.
pub fn build(short: bool) -> Result<(), Fault> {
    let programs = PROGRAMS.get(..2).filter(|_| short).unwrap_or(&PROGRAMS);
    let steps = STEPS.get(..1).filter(|_| short).unwrap_or(&STEPS);
    let pairs = steps
        .iter()
        .flat_map(|step| programs.iter().map(move |program| (program, step)));
    let pairs: Vec<_> = pairs.collect();
    let place = env::current_exe()?.with_file_name("build-bench");
    let turns = if short { 1 } else { TURNS };
    let seconds = in_turns(&pairs, turns, |(program, step)| {
        let seconds = seconds(program, step, &place)?;
        eprintln!("{}, {}: {seconds:.1} s", program.title, step.0);
        Ok(seconds)
    })?;
    print!("| Program | Packages |");
    for (name, _) in steps {
        print!(" CPU s, {name} | to bare |");
    }
    println!("\n|---|---:|{}", "---:|---:|".repeat(steps.len()));
    for (index, program) in programs.iter().enumerate() {
        print!("| {} | {} |", program.title, packages(program)?);
        for of_step in seconds.chunks(programs.len()) {
            if let (Some(own), Some(bare)) = (of_step.get(index), of_step.first()) {
                print!(" {:.1} | {:.2} |", median(own.clone()), times(own, bare));
            }
        }
        println!();
    }
    Ok(())
}

/// CPU seconds of one build from nothing.
fn seconds(program: &Program, (_, arguments): &Step, place: &Path) -> Result<f64, Fault> {
    if place.exists() {
        fs::remove_dir_all(place)?;
    }
    let before = ticks_of_children()?;
    let mut cargo = cargo(program, arguments);
    // As in a build from nothing on a machine of its own: nothing is kept for later, and nothing taken from elsewhere.
    cargo
        .env("CARGO_TARGET_DIR", place)
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTC_WRAPPER", "");
    let output = cargo.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{cargo:?} failed\n{said}").into());
    }
    let ticks = ticks_of_children()?.saturating_sub(before);
    fs::remove_dir_all(place)?;
    Ok(to_float(ticks) / TICKS)
}

/// How many packages are compiled for the program, without itself.
fn packages(program: &Program) -> Result<usize, Fault> {
    let edges = "--edges=normal,build";
    let shown = ["--prefix=none", "--no-dedupe", "--format={p}"];
    let mut cargo = cargo(program, &["tree", edges]);
    let output = cargo.args(shown).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{cargo:?} failed").into());
    }
    let tree = String::from_utf8(output.stdout)?;
    let packages: BTreeSet<&str> = tree.lines().collect();
    Ok(packages.len().saturating_sub(1))
}

fn cargo(program: &Program, arguments: &[&str]) -> Command {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(arguments)
        .args(["--locked", "--package", program.package])
        .args(program.features);
    command
}

/// What all children used that have ended, and theirs.
fn ticks_of_children() -> Result<u64, Fault> {
    let stat = fs::read_to_string("/proc/self/stat").map_err(|error| {
        format!("only Linux tells what building used: /proc/self/stat: {error}")
    })?;
    children(&stat).ok_or_else(|| format!("/proc/self/stat is not what it was: {stat}").into())
}

/// The ticks of children, in user and in system mode, in the text of `/proc/self/stat`.
fn children(stat: &str) -> Option<u64> {
    // The second of 52 fields is the name, which may have anything in it; these are the 16th and the 17th.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(13).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

#[cfg(test)]
mod tests {
    use super::children;

    #[test]
    fn what_children_used_stands_behind_any_name() {
        for (stat, ticks) in [
            (
                "1 (cargo) S 4 5 6 7 8 9 10 11 12 13 14 15 1600 17 18",
                Some(1617),
            ),
            (
                "1 (a ) b) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
                Some(33),
            ),
            ("1 (cargo) S 4 5 6 7 8 9 10 11 12 13 14 15 16", None),
            ("1 (cargo) S 4 5 6 7 8 9 10 11 12 13 14 15 16 -17", None),
            ("", None),
        ] {
            assert_eq!(children(stat), ticks, "{stat}");
        }
    }
}
