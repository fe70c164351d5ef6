//! Everything the service says about its models, asked for page by page and model by model, then imported.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

use crate::{
    Directory, Fault, Import, Note, Options, Place, Source,
    assemble::operation_mut,
    import::import,
    upstream::{elsewhere, file_of, is_id},
};

/// Who can be asked. Answers are whole: with their envelope if they have one.
pub trait Catalogue: Sync {
    /// A page of the list of models, the first of which is 1.
    ///
    /// # Errors
    ///
    /// Whatever kept the answer from coming.
    fn search(&self, page: u32, per_page: u32) -> Result<Value, Failure>;

    /// The schemas of one model.
    ///
    /// # Errors
    ///
    /// Whatever kept the answer from coming.
    fn schema(&self, model: &str) -> Result<Value, Failure>;
}

/// Why an answer did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened, without secrets.
    pub message: String,
    /// What it means for the rest.
    pub kind: FailureKind,
}

/// What a failure means for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// There is no schema for this model.
    Missing,
    /// This answer did not come; others may.
    Once,
    /// Nothing more will come, as with a wrong token.
    Final,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many models are listed so far.
    Listed(usize),
    /// This model's schema is there, as the `done`th of `total`.
    Fetched {
        /// The model.
        model: String,
        /// How many are there.
        done: usize,
        /// How many there will be.
        total: usize,
    },
}

/// What came of a pull.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pulled {
    /// What the import gave. Its files are to be written all or none.
    pub import: Import,
    /// Models that are marked as withdrawn because they are listed no more.
    pub vanished: Vec<String>,
}

/// Models on one page of the list.
const PER_PAGE: u32 = 100;
/// A list that goes on longer than this goes on for ever.
const MOST_PAGES: u32 = 200;

/// Asks `catalogue` for everything, at most `jobs` questions at once, and imports it into `directory`.
///
/// # Errors
///
/// One fault for each answer that did not come or could not be read; then there is nothing to write.
pub fn pull(
    directory: &Directory,
    base: &Directory,
    catalogue: &dyn Catalogue,
    options: &Options,
    jobs: usize,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Pulled, Vec<Fault>> {
    let listed = list(catalogue, progress)?;
    let mut sources = Vec::new();
    let mut notes = Vec::new();
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for item in listed {
        // Left out, it would look as if it were listed no more.
        let Some(name) = item.get("name").and_then(Value::as_str) else {
            faults.push(fault(
                "models/search",
                format!("a listed model without `name`: {}", beginning(&item)),
            ));
            continue;
        };
        if !is_id(name) {
            notes.push(note(elsewhere(name)));
            continue;
        }
        if ids.insert(name.to_owned()) {
            sources.push(Source {
                name: format!("models/search: {name}"),
                text: item.to_string(),
                model: None,
            });
        } else {
            faults.push(fault(
                "models/search",
                format!("`{name}` is listed twice, and not alike"),
            ));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let ids: Vec<String> = ids.into_iter().collect();
    plausible(directory, &ids)?;
    let answers = fetch(catalogue, &ids, jobs, progress)?;
    for (id, answer) in answers {
        match answer {
            Some(answer) => sources.push(Source {
                name: format!("models/schema?model={id}"),
                text: answer.to_string(),
                model: Some(id),
            }),
            None => notes.push(note(format!("`{id}` has no schema at the service"))),
        }
    }
    let mut imported = import(directory, base, &sources, options)?;
    imported.notes.splice(0..0, notes);
    let vanished = mark_vanished(directory, &mut imported, &ids, &options.date);
    imported.files = imported.directory.changed(directory);
    Ok(Pulled {
        import: imported,
        vanished,
    })
}

fn note(message: impl Into<String>) -> Note {
    Note {
        place: Place::file("models/search"),
        message: message.into(),
    }
}

fn fault(file: &str, message: impl Into<String>) -> Fault {
    Fault {
        place: Place::file(file),
        message: message.into(),
    }
}

/// How a value begins, to know it by.
fn beginning(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    let shown: String = text.chars().take(SHOWN).collect();
    if shown == text {
        text
    } else {
        format!("{shown}…")
    }
}

/// Every model there is, page after page.
fn list(
    catalogue: &dyn Catalogue,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Value>, Vec<Fault>> {
    let mut all: Vec<Value> = Vec::new();
    for page in 1..=MOST_PAGES {
        let file = format!("models/search?page={page}");
        let answer = catalogue
            .search(page, PER_PAGE)
            .map_err(|failure| vec![fault(&file, failure.message)])?;
        let items = answer.get("result").unwrap_or(&answer).as_array();
        let items = items.ok_or_else(|| vec![fault(&file, "not a list of models")])?;
        // A server that does not know pages gives the first one again.
        let fresh: Vec<&Value> = items.iter().filter(|item| !all.contains(item)).collect();
        if fresh.is_empty() {
            break;
        }
        let fresh: Vec<Value> = fresh.into_iter().cloned().collect();
        all.extend(fresh);
        progress(Progress::Listed(all.len()));
    }
    Ok(all)
}

/// A list with less than half of the models that are there is none to believe.
fn plausible(directory: &Directory, ids: &[String]) -> Result<(), Vec<Fault>> {
    let live: Vec<&str> = directory
        .models()
        .filter_map(|(_, document)| live_id(document))
        .collect();
    let missing = live
        .iter()
        .filter(|id| !ids.iter().any(|listed| listed == *id))
        .count();
    if ids.is_empty() {
        return Err(vec![fault("models/search", "no models are listed")]);
    }
    if live.len() > 3 && missing * 2 > live.len() {
        let message = format!(
            "{missing} of {} models would be gone; this is no whole list, nothing was taken from it",
            live.len()
        );
        return Err(vec![fault("models/search", message)]);
    }
    Ok(())
}

fn live_id(document: &Value) -> Option<&str> {
    let facts = document.get("x-model")?;
    facts.get("status").filter(|status| **status == "live")?;
    facts.get("id")?.as_str()
}

type Answers = Vec<(String, Option<Value>)>;

/// The schema of each model; none where there is none.
fn fetch(
    catalogue: &dyn Catalogue,
    ids: &[String],
    jobs: usize,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Answers, Vec<Fault>> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let answers: Mutex<Answers> = Mutex::default();
    let faults: Mutex<Vec<Fault>> = Mutex::default();
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            let answer = match catalogue.schema(id) {
                Ok(answer) => Some(answer),
                Err(failure) if failure.kind == FailureKind::Missing => None,
                Err(failure) => {
                    if failure.kind == FailureKind::Final {
                        stop.store(true, Ordering::Relaxed);
                    }
                    let file = format!("models/schema?model={id}");
                    lock(&faults).push(fault(&file, failure.message));
                    continue;
                }
            };
            lock(&answers).push((id.clone(), answer));
            progress(Progress::Fetched {
                model: id.clone(),
                done: done.fetch_add(1, Ordering::Relaxed) + 1,
                total: ids.len(),
            });
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, 16) {
            scope.spawn(work);
        }
    });
    let mut faults = faults.into_inner().unwrap_or_default();
    if faults.is_empty() {
        let mut answers = answers.into_inner().unwrap_or_default();
        answers.sort_by(|one, other| one.0.cmp(&other.0));
        return Ok(answers);
    }
    faults.sort();
    Err(faults)
}

/// What is behind the lock, also after somebody panicked with it: the list is whole after each push.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Models that were live and are listed no more are marked as withdrawn.
fn mark_vanished(
    directory: &Directory,
    import: &mut Import,
    ids: &[String],
    date: &str,
) -> Vec<String> {
    let mut vanished = Vec::new();
    for (_, document) in directory.models() {
        let Some(id) = live_id(document).filter(|id| !ids.iter().any(|listed| listed == id)) else {
            continue;
        };
        let mut document = document.clone();
        document["info"]["version"] = date.into();
        let facts = document.get_mut("x-model").and_then(Value::as_object_mut);
        if let Some(facts) = facts {
            facts.insert("status".to_owned(), "deprecated".into());
            facts.insert("retired".to_owned(), date.into());
            let doubt =
                "The day of its retirement is the one on which it was first missing from the list.";
            let list = facts.entry("uncertain").or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(doubt.into());
            }
            *facts = crate::facts::ordered_like(std::mem::take(facts));
        }
        if let Some(Value::Object(operation)) = operation_mut(&mut document) {
            operation.insert("deprecated".to_owned(), true.into());
        }
        import.directory.insert(file_of(id), document);
        vanished.push(id.to_owned());
    }
    vanished
}
