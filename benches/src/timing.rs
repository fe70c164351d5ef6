//! What the kernel knows of the process that works: how long it has run, and how much memory it has had.

use std::{fs, thread};

use crate::{Fault, Job};

/// Does a job and prints how much came back, the nanoseconds of a round, and the most memory of the process in kB.
///
/// # Errors
///
/// If the arguments are no job, or it cannot be done.
pub fn tell(job: &[&str]) -> Result<(), Fault> {
    let mut job = Job::begin(job)?;
    let before = on_cpu();
    job.repeat()?;
    let nanoseconds = job.each(on_cpu().saturating_sub(before));
    println!("{} {nanoseconds} {}", job.done(), peak());
    Ok(())
}

/// Nanoseconds this thread has run; 0 where nobody tells.
fn on_cpu() -> u64 {
    // The kernel adds up when it schedules, which without this is as seldom as every four milliseconds.
    thread::yield_now();
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
