//! Measures everything and prints it, and is itself the process that is measured, with the allocator of the system.

use std::{env, process::ExitCode};

use workers_ai_bench::{Plan, build, end, serve, tell, together};

const USAGE: &str = "usage: workers-ai-bench [--short] [--only WORK]
       workers-ai-bench --build [--short]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    end(match arguments.as_slice() {
        ["serve"] => serve(),
        ["do", job @ ..] => tell(job),
        ["together", base, turns] => together(base, turns),
        ["--build"] => build(false),
        ["--build", "--short"] => build(true),
        options => {
            let Some(plan) = Plan::read(options) else {
                eprintln!("error: {}; {USAGE}", options.join(" "));
                return ExitCode::from(2);
            };
            plan.run()
        }
    })
}
