//! The processes that are measured, each for one work done in one way: how they are started and what they tell.

use std::{
    env::{self, consts::EXE_SUFFIX},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

use crate::{Fault, way::Way, work::Work};

/// What a process tells that is timed.
pub(crate) struct Timed {
    pub(crate) done: u64,
    pub(crate) nanoseconds: u64,
    /// The most memory of the process, in kB.
    pub(crate) peak: u64,
}

/// What a process tells that counts its allocations.
pub(crate) struct Counted {
    pub(crate) done: u64,
    pub(crate) allocations: u64,
    /// The most bytes it had allocated at a time while it worked.
    pub(crate) heap: u64,
}

/// The server, and the programs that ask it.
pub(crate) struct Children {
    program: PathBuf,
    counting: PathBuf,
    server: Child,
    base: String,
}

impl Drop for Children {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Children {
    pub(crate) fn start() -> Result<Self, Fault> {
        let program = env::current_exe()?;
        let counting = program.with_file_name(format!("workers-ai-bench-count{EXE_SUFFIX}"));
        if !counting.exists() {
            let counting = counting.display();
            return Err(format!("{counting} is not there; `cargo xtask bench` builds it").into());
        }
        let mut server = Command::new(&program)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = server.stdout.take();
        let mut children = Self {
            program,
            counting,
            server,
            base: String::new(),
        };
        let mut port = String::new();
        BufReader::new(output.ok_or("the server has no output")?).read_line(&mut port)?;
        children.base = format!("http://127.0.0.1:{}", port.trim());
        Ok(children)
    }

    pub(crate) fn time(&self, work: Work, way: Way, rounds: u32) -> Result<Timed, Fault> {
        let [done, nanoseconds, peak] = numbers(&mut self.doing(work, way, rounds))?;
        Ok(Timed {
            done,
            nanoseconds,
            peak,
        })
    }

    pub(crate) fn count(&self, work: Work, way: Way, rounds: u32) -> Result<Counted, Fault> {
        let job = self.job(work, way, rounds);
        let [done, allocations, heap] = numbers(Command::new(&self.counting).args(job))?;
        Ok(Counted {
            done,
            allocations,
            heap,
        })
    }

    /// Instructions of one round: those of twice as many rounds less those of as many.
    pub(crate) fn instructions(&self, work: Work, way: Way, rounds: u32) -> Result<u64, Fault> {
        let count = |rounds| -> Result<u64, Fault> {
            let output = Command::new("valgrind")
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(&self.program)
                .arg("do")
                .args(self.job(work, way, rounds))
                .output()?;
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let collected = text
                .lines()
                .find_map(|line| line.split("Collected : ").nth(1));
            let collected = collected.and_then(|number| number.trim().parse().ok());
            collected.ok_or_else(|| format!("valgrind counted nothing: {text}").into())
        };
        let (once, twice) = (count(rounds)?, count(rounds * 2)?);
        Ok(twice.saturating_sub(once) / u64::from(rounds))
    }

    /// Milliseconds from the start of a process to the end of its first call, and with it of the process.
    pub(crate) fn begin(&self, way: Way) -> Result<f64, Fault> {
        let start = Instant::now();
        text(&mut self.doing(Work::Chat, way, 0))?;
        Ok(start.elapsed().as_secs_f64() * 1000.0)
    }

    /// What a process tells that makes many calls at a time.
    pub(crate) fn together(&self, turns: usize) -> Result<String, Fault> {
        let turns = turns.to_string();
        text(Command::new(&self.program).args(["together", &self.base, &turns]))
    }

    fn doing(&self, work: Work, way: Way, rounds: u32) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("do").args(self.job(work, way, rounds));
        command
    }

    fn job(&self, work: Work, way: Way, rounds: u32) -> [String; 4] {
        let (work, way) = (work.name().to_owned(), way.name().to_owned());
        [work, way, rounds.to_string(), self.base.clone()]
    }
}

pub(crate) fn has_valgrind() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

fn text(command: &mut Command) -> Result<String, Fault> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn numbers(command: &mut Command) -> Result<[u64; 3], Fault> {
    let told = text(command)?;
    let numbers: Result<Vec<u64>, _> = told.split_whitespace().map(str::parse).collect();
    let numbers = numbers?.try_into();
    numbers.map_err(|_| format!("{told} is not what a child tells").into())
}
