//! Does a work and counts what it allocates. Counting costs time, so nothing else is measured here.

use std::{alloc::System, env, process::ExitCode};

use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use workers_ai_bench::{Fault, Job, end};

/// Knows how much is held, and what is under it how often it was asked. A block that grows counts as it is then, not
/// beside what it was.
#[global_allocator]
static HELD: PeakMemAlloc<&StatsAlloc<System>> = PeakMemAlloc::new(&INSTRUMENTED_SYSTEM);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    end(count(&arguments))
}

/// Prints how much came back, the allocations of a round, and the most bytes that were held at a time beyond what was
/// held before.
fn count(arguments: &[&str]) -> Result<(), Fault> {
    let mut job = Job::begin(arguments)?;
    HELD.reset_peak_memory();
    let often = Region::new(&INSTRUMENTED_SYSTEM);
    job.repeat()?;
    let (often, held) = (often.change(), HELD.get_peak_memory());
    let allocations = job.each(u64::try_from(often.allocations + often.reallocations)?);
    println!("{} {allocations} {held}", job.done());
    Ok(())
}
