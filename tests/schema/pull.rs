//! Asking a service for everything: pages, failures in the middle, models that vanish, and what is left to do.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use workers_ai_schema::{Catalogue, Directory, Failure, FailureKind, Progress, Pulled, pull};

use crate::support::{lines, options};

/// A service that knows some models and may fail.
#[derive(Default)]
struct Service {
    ids: Vec<String>,
    /// Models whose schema does not come, and why.
    failures: Vec<(String, FailureKind)>,
    asked: AtomicUsize,
}

impl Service {
    fn with(names: &[&str]) -> Self {
        Self {
            ids: names
                .iter()
                .map(|name| format!("@cf/example/{name}"))
                .collect(),
            ..Self::default()
        }
    }
}

impl Catalogue for Service {
    fn search(&self, page: u32, _: u32) -> Result<Value, Failure> {
        // Pages are small here, whatever is asked for.
        let first = (page as usize - 1) * 2;
        let shown = self.ids.iter().skip(first).take(2);
        let items: Vec<Value> = shown
            .map(|id| json!({"name": id, "description": "Made up.", "task": {"name": "Translation"}, "properties": []}))
            .collect();
        Ok(json!({"success": true, "result": items}))
    }

    fn schema(&self, model: &str) -> Result<Value, Failure> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let Some((_, kind)) = self.failures.iter().find(|(id, _)| id == model) {
            return Err(Failure {
                message: "connection reset".to_owned(),
                kind: *kind,
            });
        }
        let schema = json!({"type": "object", "properties": {"text": {"type": "string"}}});
        Ok(json!({"success": true, "result": {"input": schema, "output": schema}}))
    }
}

fn run(directory: &Directory, service: &Service) -> Result<Pulled, String> {
    pull(
        directory,
        &Directory::default(),
        service,
        &options(),
        4,
        &|_| {},
    )
    .map_err(|faults| lines(&faults))
}

#[test]
fn every_page_is_read_and_every_model_asked_for() {
    let service = Service::with(&["a", "b", "c", "d", "e"]);
    let seen = Mutex::new(Vec::new());
    let pulled = pull(
        &Directory::default(),
        &Directory::default(),
        &service,
        &options(),
        3,
        &|progress| {
            seen.lock().expect("a list").push(progress);
        },
    );
    let pulled = pulled.expect("all models");
    assert_eq!(pulled.import.added.len(), 5);
    assert_eq!(service.asked.load(Ordering::Relaxed), 5);
    let seen = seen.into_inner().expect("a list");
    assert!(seen.contains(&Progress::Listed(5)), "{seen:?}");
    let last = seen.iter().any(|progress| {
        matches!(
            progress,
            Progress::Fetched {
                done: 5,
                total: 5,
                ..
            }
        )
    });
    assert!(last, "{seen:?}");
    let document = pulled
        .import
        .directory
        .get("models/cf/example/a.json")
        .expect("a document");
    assert_eq!(document["x-model"]["task"], "Translation");
    let again = run(&pulled.import.directory, &service).expect("all models");
    assert!(
        again.import.files.is_empty(),
        "{:?}",
        again.import.files.keys()
    );
}

#[test]
fn one_answer_that_does_not_come_leaves_nothing_to_write() {
    let mut service = Service::with(&["a", "b", "c"]);
    service
        .failures
        .push(("@cf/example/b".to_owned(), FailureKind::Once));
    let faults = run(&Directory::default(), &service).expect_err("a fault");
    assert_eq!(
        faults,
        "models/schema?model=@cf/example/b#: connection reset"
    );
    assert_eq!(service.asked.load(Ordering::Relaxed), 3);
}

#[test]
fn a_wrong_token_ends_it_at_once() {
    let names: Vec<String> = (0..50).map(|number| format!("m{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut service = Service::with(&names);
    service.failures = service
        .ids
        .iter()
        .map(|id| (id.clone(), FailureKind::Final))
        .collect();
    assert!(run(&Directory::default(), &service).is_err());
    assert!(service.asked.load(Ordering::Relaxed) <= 4);
}

#[test]
fn a_model_without_a_schema_is_taken_without() {
    let mut service = Service::with(&["a", "b"]);
    service
        .failures
        .push(("@cf/example/b".to_owned(), FailureKind::Missing));
    let pulled = run(&Directory::default(), &service).expect("both models");
    assert_eq!(pulled.import.added.len(), 2);
    let notes: Vec<String> = pulled
        .import
        .notes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        notes
            .iter()
            .any(|note| note.contains("`@cf/example/b` has no schema")),
        "{notes:?}"
    );
}

#[test]
fn models_that_are_listed_no_more_are_marked() {
    let all = run(
        &Directory::default(),
        &Service::with(&["a", "b", "c", "d", "e"]),
    )
    .expect("all models");
    let pulled =
        run(&all.import.directory, &Service::with(&["a", "b", "c", "d"])).expect("four models");
    assert_eq!(pulled.vanished, ["@cf/example/e"]);
    assert_eq!(
        pulled.import.files.keys().collect::<Vec<_>>(),
        ["models/cf/example/e.json"]
    );
    let document = pulled
        .import
        .directory
        .get("models/cf/example/e.json")
        .expect("a document");
    assert_eq!(document["x-model"]["status"], "deprecated");
    assert_eq!(document["x-model"]["retired"], "2026-01-01");
    let again = run(
        &pulled.import.directory,
        &Service::with(&["a", "b", "c", "d"]),
    )
    .expect("four models");
    assert!(again.import.files.is_empty() && again.vanished.is_empty());
}

#[test]
fn a_list_that_lost_most_models_is_not_believed() {
    let all = run(
        &Directory::default(),
        &Service::with(&["a", "b", "c", "d", "e"]),
    )
    .expect("all models");
    let faults = run(&all.import.directory, &Service::with(&["a"])).expect_err("a fault");
    assert!(faults.contains("4 of 5 models would be gone"), "{faults}");
    let faults = run(&all.import.directory, &Service::default()).expect_err("a fault");
    assert!(faults.contains("no models are listed"), "{faults}");
}

#[test]
fn models_of_others_are_left_out() {
    let mut service = Service::with(&["a"]);
    service.ids.push("openai/some-model".to_owned());
    let pulled = run(&Directory::default(), &service).expect("one model");
    assert_eq!(pulled.import.added, ["@cf/example/a"]);
}
