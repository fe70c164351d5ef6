//! Measuring: each way at each work in a process of its own, instructions counted by valgrind where it is there.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Instant,
};

use bytes::Bytes;

use crate::{
    Done, Fault, runtime,
    way::{self, Way, Worker},
    work::{self, Work},
};

/// What to measure.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Everything once, nothing under valgrind, and nothing long unless it is named: shows that it works.
    pub(crate) short: bool,
    /// Only these.
    pub(crate) only: Option<Vec<Work>>,
}

/// What one child tells.
#[derive(Debug, Clone, Copy)]
struct Told {
    done: usize,
    allocations: u64,
    nanoseconds: u64,
    /// The most bytes it had allocated at a time while it worked.
    heap: u64,
    peak: u64,
}

/// The server, stopped when it is dropped.
struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start() -> Result<Self, Fault> {
        let mut child = Command::new(env::current_exe()?)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut port = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut port)?;
        Ok(Self(child, format!("http://127.0.0.1:{}", port.trim())))
    }
}

impl Plan {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        let server = Server::start()?;
        let base = &server.1;
        let counts = !self.short && has_valgrind();
        if !counts {
            println!("Without valgrind, so no instructions.\n");
        }
        println!(
            "| Work | Way | Instructions | to by hand | Allocations | CPU ms | to by hand | Heap MB | Peak MB |"
        );
        println!("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        let is_asked_for = |work: &Work| match &self.only {
            Some(only) => only.contains(work),
            None => !(self.short && work.is_long()),
        };
        for work in work::ALL.into_iter().filter(is_asked_for) {
            self.compare(work, base, counts)?;
        }
        if self.only.is_none() {
            let turns = if self.short { 1 } else { 11 };
            let together = text(Command::new(env::current_exe()?).args([
                "together",
                base,
                &turns.to_string(),
            ]))?;
            println!(
                "\n64 calls at a time, throughput to by hand: {}",
                together.trim()
            );
            for (way, time) in beginnings(base, if self.short { 1 } else { 15 })? {
                println!(
                    "Process start to first answer, {}: {time:.2} ms",
                    way.title(Work::Chat)
                );
            }
        }
        Ok(())
    }

    fn compare(&self, work: Work, base: &str, counts: bool) -> Result<(), Fault> {
        let ways = way::ALL.into_iter().filter(|way| way.can(work));
        let mut rows = Vec::new();
        for way in ways {
            let rounds = if self.short { 1 } else { 10 * work.rounds() };
            let told = tell(work, way, rounds, base)?;
            // Valgrind would take many minutes for these.
            let is_slow = work == Work::Giant || (way == Way::Peer && work.is_stream());
            let count = (counts && !is_slow)
                .then(|| instructions(work, way, work.rounds(), base))
                .transpose()?;
            rows.push((way, told, count));
        }
        let hand = rows.iter().find(|(way, ..)| *way == Way::Hand);
        let (hand_told, hand_count) =
            hand.map_or((None, None), |(_, told, count)| (Some(*told), *count));
        for (way, told, count) in rows {
            // Another shape has another length.
            let expected = hand_told.map_or(told.done, |hand| hand.done);
            if told.done != expected && way != Way::Peer {
                let (work, way, done) = (work.name(), way.name(), told.done);
                return Err(format!("{work} by {way}: {done} is not {expected}").into());
            }
            let against = count
                .zip(hand_count)
                .map_or_else(String::new, |(own, hand)| ratio(own, hand));
            println!(
                "| {} | {} | {} | {against} | {} | {:.2} | {} | {:.2} | {:.1} |",
                work.title(),
                way.title(work),
                count.map_or_else(String::new, thousands),
                told.allocations,
                to_float(told.nanoseconds) / 1e6,
                hand_told.map_or_else(String::new, |hand| ratio(
                    told.nanoseconds,
                    hand.nanoseconds
                )),
                to_float(told.heap) / 1e6,
                to_float(told.peak) / 1024.0,
            );
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn to_float(number: u64) -> f64 {
    number as f64
}

fn ratio(own: u64, other: u64) -> String {
    if other == 0 {
        return String::new();
    }
    format!("{:.2}", to_float(own) / to_float(other))
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn arguments(work: Work, way: Way, rounds: usize, base: &str) -> [String; 5] {
    [
        "do".to_owned(),
        work.name().to_owned(),
        way.name().to_owned(),
        rounds.to_string(),
        base.to_owned(),
    ]
}

fn text(command: &mut Command) -> Result<String, Fault> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn tell(work: Work, way: Way, rounds: usize, base: &str) -> Result<Told, Fault> {
    let told = text(Command::new(env::current_exe()?).args(arguments(work, way, rounds, base)))?;
    let numbers: Result<Vec<u64>, _> = told.split_whitespace().map(str::parse).collect();
    match numbers?.as_slice() {
        [done, allocations, nanoseconds, heap, peak] => Ok(Told {
            done: usize::try_from(*done)?,
            allocations: *allocations,
            nanoseconds: *nanoseconds,
            heap: *heap,
            peak: *peak,
        }),
        _ => Err(format!("{told} is not what a child tells").into()),
    }
}

fn has_valgrind() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// Instructions of one round: those of twice as many rounds less those of as many.
fn instructions(work: Work, way: Way, rounds: usize, base: &str) -> Result<u64, Fault> {
    let count = |rounds| -> Result<u64, Fault> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(env::current_exe()?)
            .args(arguments(work, way, rounds, base))
            .output()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let collected = text
            .lines()
            .find_map(|line| line.split("Collected : ").nth(1));
        let collected = collected.and_then(|number| number.trim().parse().ok());
        collected.ok_or_else(|| format!("valgrind counted nothing: {text}").into())
    };
    let (once, twice) = (count(rounds)?, count(rounds * 2)?);
    Ok(twice.saturating_sub(once) / u64::try_from(rounds)?)
}

/// Milliseconds from the start of a process to the end of its first call: the median of some, in turns.
fn beginnings(base: &str, turns: usize) -> Result<Vec<(Way, f64)>, Fault> {
    let ways = [Way::Ours, Way::Hand, Way::Floor];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..turns {
        for (way, times) in ways.iter().zip(&mut times) {
            let start = Instant::now();
            text(Command::new(env::current_exe()?).args(arguments(Work::Chat, *way, 0, base)))?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let medians = times.iter_mut().map(|times| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or_default()
    });
    Ok(ways.into_iter().zip(medians).collect())
}

/// Does the work once and then so many times, and prints what it took: length, allocations and nanoseconds of a round,
/// the most bytes it had allocated at a time, and the most memory of the process in kB.
pub(crate) fn child(work: Work, way: Way, rounds: usize, base: &str) -> Result<(), Fault> {
    let sound: Bytes = match work {
        Work::Numbers | Work::Base64 => work::sound().into(),
        _ => Bytes::new(),
    };
    let runtime = runtime(false)?;
    let mut worker = runtime.block_on(Worker::new(way, base))?;
    let first = runtime.block_on(worker.run(work, &sound))?;
    let before = on_cpu();
    let mut outcome: Result<Done, Fault> = Ok(first);
    let counted = allocation_counter::measure(|| {
        outcome = runtime.block_on(async {
            let mut done = first;
            for _ in 0..rounds {
                done = worker.run(work, &sound).await?;
            }
            Ok(done)
        });
    });
    let each = u64::try_from(rounds.max(1))?;
    let nanoseconds = on_cpu().saturating_sub(before) / each;
    println!(
        "{} {} {nanoseconds} {} {}",
        outcome?.0,
        counted.count_total / each,
        counted.bytes_max,
        peak()
    );
    Ok(())
}

/// Nanoseconds this thread has run; 0 where nobody tells.
fn on_cpu() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// The most memory this process has had, in kB; 0 where nobody tells.
fn peak() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
