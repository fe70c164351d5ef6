//! Compares `workers-ai` with what one would use instead: one table of ratios, from one run.

mod by_hand;
mod floor;
mod measure;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod server;
mod together;
mod way;
mod work;

use std::{env, process::ExitCode};

use measure::Plan;
use way::Way;
use work::Work;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How much came back: shows that the work was done, and the same by all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done(pub(crate) usize);

const USAGE: &str = "usage: bench [--short] [--only WORK]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // What `workers-ai` chooses too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["serve"] => runtime(false).and_then(|runtime| Ok(runtime.block_on(server::serve())?)),
        ["do", work, way, rounds, base] => one(work, way, rounds, base),
        ["together", base, rounds] => rounds
            .parse()
            .map_err(Fault::from)
            .and_then(|rounds| runtime(true)?.block_on(together::run(base, rounds))),
        options => {
            let Some(plan) = plan(options) else {
                eprintln!("error: {}; {USAGE}", options.join(" "));
                return ExitCode::from(2);
            };
            plan.run()
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn plan(options: &[&str]) -> Option<Plan> {
    let mut plan = Plan::default();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--short" => plan.short = true,
            "--only" => {
                let works = Work::called(options.next()?);
                if works.is_empty() {
                    return None;
                }
                plan.only = Some(works);
            }
            // What `cargo bench` adds.
            "--bench" => {}
            _ => return None,
        }
    }
    Some(plan)
}

fn one(work: &str, way: &str, rounds: &str, base: &str) -> Result<(), Fault> {
    let work = Work::named(work).ok_or("no such work")?;
    let way = Way::named(way).ok_or("no such way")?;
    measure::child(work, way, rounds.parse()?, base)
}

fn runtime(threads: bool) -> Result<tokio::runtime::Runtime, Fault> {
    let mut builder = if threads {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    Ok(builder.worker_threads(2).enable_all().build()?)
}
