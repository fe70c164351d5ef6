//! Random damage to the real documents: what comes of it is faults or Rust, never a panic.

mod corpus;
mod damage;

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use workers_ai_codegen::generate;

use corpus::{Corpus, corpora, turns};
use damage::Random;

const MUTATIONS: usize = 2_000;

/// Messages by which the generator says that it is the one who is wrong.
const OWN_FAULTS: &[&str] = &["typify", "not Rust", "panicked"];

#[test]
fn damaged_documents_give_faults_or_rust() {
    let corpora = corpora();
    let turns = turns(&corpora, MUTATIONS);
    let workers = thread::available_parallelism().map_or(2, NonZero::get);
    let found: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|worker| {
                let (corpora, turns) = (&corpora, &turns);
                let numbers = (worker..turns.len()).step_by(workers);
                let run = move || {
                    numbers
                        .filter_map(|number| wrong(&corpora[turns[number]], number))
                        .collect::<Vec<_>>()
                };
                // Deep types need a deep stack.
                thread::Builder::new()
                    .stack_size(64 << 20)
                    .spawn_scoped(scope, run)
                    .expect("a thread")
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker"))
            .collect()
    });
    assert!(
        found.is_empty(),
        "{} of {}:\n{}",
        found.len(),
        turns.len(),
        found.join("\n")
    );
}

/// What is wrong with the outcome of one mutation, if anything.
fn wrong(corpus: &Corpus, number: usize) -> Option<String> {
    let mut random = Random(number as u64);
    let (schema, done) = corpus.damaged(&mut random);
    let outcome = catch_unwind(AssertUnwindSafe(|| generate(schema.path())));
    let wrong = match outcome {
        Err(_) => "panic".to_owned(),
        Ok(Err(faults)) => faults
            .iter()
            .map(ToString::to_string)
            .find(|fault| OWN_FAULTS.iter().any(|own| fault.contains(own)))?,
        Ok(Ok(generated)) => {
            let rust = generated
                .files
                .iter()
                .filter(|(path, _)| *path != "loosened.md");
            let mut parsed = rust.map(|(path, text)| (path, syn::parse_file(text)));
            parsed
                .find_map(|(path, parsed)| parsed.err().map(|error| format!("{path}: {error}")))?
        }
    };
    Some(format!("mutation {number}: {done}: {wrong}"))
}
