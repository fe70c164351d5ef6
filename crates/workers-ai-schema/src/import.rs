//! Sources and a schema directory → the files that change, and what there is to say about it.

mod alike;
mod distinct;
mod flat;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    Difference, Fault, Note, Place,
    assemble::{self, RESULT, operation_mut, operation_of},
    difference,
    directory::{Directory, absolute},
    example,
    known::{Known, SERVICE},
    share, structure,
    update::{Manner, Sides, copy_components, copy_corrections, update},
    upstream::{Published, Upstream, file_of},
};

/// One file, or one answer of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What faults and notes call it.
    pub name: String,
    /// What stands in it.
    pub text: String,
    /// Which model it is about, where it does not say so itself.
    pub model: Option<String>,
}

/// How to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Take descriptions of what is new along. Without them only structure comes in, for a corpus that has words of
    /// its own.
    pub prose: bool,
    /// Take out what documents of models have and is not published. Components keep it, because others may need it.
    pub prune: bool,
    /// The day, written as the version of documents that change.
    pub date: String,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Import {
    /// Files that are new or change, by their path below the schema directory.
    pub files: BTreeMap<String, String>,
    /// Models that were not there.
    pub added: Vec<String>,
    /// Models whose document changes.
    pub updated: Vec<String>,
    /// Models whose document stays as it is.
    pub unchanged: Vec<String>,
    /// What was taken differently from how it was given, and what was decided.
    pub notes: Vec<Note>,
    /// Where a document says something else than its source and was kept.
    pub differences: Vec<Difference>,
    /// The directory as it will be.
    pub directory: Directory,
}

/// Marks a document that was made from a source which flattens unions.
const FLATTENED: &str = "x-flattened";

/// Imports `sources` into `directory`. Components of `base` are referred to where shapes are theirs, and come along.
///
/// # Errors
///
/// Every fault of every source; then there is nothing to write.
pub fn import(
    directory: &Directory,
    base: &Directory,
    sources: &[Source],
    options: &Options,
) -> Result<Import, Vec<Fault>> {
    let Published {
        models,
        mut notes,
        mut faults,
        ..
    } = Published::read(sources);
    let mut known = base.clone();
    for (file, document) in directory.files() {
        known.insert(file.to_owned(), document.clone());
    }
    if known.get(SERVICE).is_none() {
        known.insert(SERVICE.to_owned(), service());
    }
    let mut theirs = known.clone();
    for model in &models {
        let mut odd = Vec::new();
        let contract = structure::read(model, options.prose, &mut odd, &mut faults);
        // What is only compared is not taken in, however it is written.
        if !is_beside(directory, model) {
            notes.extend(odd);
        }
        let mut document = assemble::document(model, &contract, options.prose, &options.date);
        if model.flattened {
            document[FLATTENED] = true.into();
        }
        if is_too_deep(&document, DEEPEST) {
            let message = format!("schemas inside schemas, more than {DEEPEST} deep");
            faults.push(Fault {
                place: model.place.clone(),
                message,
            });
        }
        theirs.insert(file_of(&model.id), document);
    }
    for model in &models {
        examples(model, &mut theirs, &mut notes);
    }
    if !faults.is_empty() {
        faults.sort();
        faults.dedup();
        return Err(faults);
    }
    let mut run = Run {
        directory,
        base,
        theirs,
        prune: options.prune,
        import: Import {
            notes,
            directory: directory.clone(),
            ..Import::default()
        },
    };
    run.refer(&models, &known);
    run.alike(&models, &known);
    run.new_models(&models);
    run.known_models(&models);
    run.distinct_names();
    // Corrections of what was copied may lead to more.
    while !copy_components(&mut run.import.directory, &run.theirs).is_empty() {
        copy_corrections(&mut run.import.directory, base);
    }
    run.unused();
    let mut import = run.import;
    import.files = import.directory.changed(directory);
    import.notes.sort();
    import.notes.dedup();
    import.differences = difference::together(import.differences);
    Ok(import)
}

/// How deep the values of a document may stand in each other. JSON twice as deep is not read again, and rustc gives up on
/// types before that.
const DEEPEST: usize = 64;

fn is_too_deep(value: &Value, left: usize) -> bool {
    left == 0
        || match value {
            Value::Object(map) => map.values().any(|value| is_too_deep(value, left - 1)),
            Value::Array(list) => list.iter().any(|value| is_too_deep(value, left - 1)),
            _ => false,
        }
}

/// Takes out lists of examples some of which are wrong.
fn examples(model: &Upstream, theirs: &mut Directory, notes: &mut Vec<Note>) {
    let file = file_of(&model.id);
    let Some(mut document) = theirs.get(&file).cloned() else {
        return;
    };
    for wrong in example::wrong(theirs, &file, &document) {
        let Some((list, _)) = wrong.example.rsplit_once("/examples/") else {
            continue;
        };
        let holder = document.pointer_mut(list).and_then(Value::as_object_mut);
        if holder.is_some_and(|holder| holder.shift_remove("examples").is_some()) {
            notes.push(Note {
                place: model.place.clone(),
                message: format!("an example is wrong, left out: {}", wrong.message),
            });
        }
    }
    theirs.insert(file, document);
}

/// The component that every document refers to.
fn service() -> Value {
    serde_json::from_str(include_str!("service.json")).unwrap_or_default()
}

struct Run<'a> {
    directory: &'a Directory,
    base: &'a Directory,
    /// Everything that is known, with the documents as they are published.
    theirs: Directory,
    prune: bool,
    import: Import,
}

impl Run<'_> {
    /// References instead of shapes that components have, and events where those of like models are known.
    fn refer(&mut self, models: &[Upstream], known: &Directory) {
        let components = Known::new(known);
        let events = events(known);
        for model in models {
            if is_beside(self.directory, model) {
                continue;
            }
            let file = file_of(&model.id);
            let done = share::refer(&file, &self.theirs, known, &components);
            let Some(mut document) = done else { continue };
            let result = operation_of(&document)
                .and_then(|(_, operation)| address_at(&file, operation, RESULT));
            let event = result.and_then(|result| events.get(&result));
            let stream = operation_mut(&mut document).and_then(|operation| {
                operation.pointer_mut("/responses/200/content/text~1event-stream")
            });
            if let Some((Value::Object(stream), event)) = stream.zip(event)
                && !stream.contains_key("x-event-schema")
            {
                let reference = crate::directory::relative(&file, event);
                stream.insert(
                    "x-event-schema".to_owned(),
                    serde_json::json!({"$ref": reference}),
                );
                let marker = stream.shift_remove("x-end-marker");
                stream.extend(marker.map(|marker| ("x-end-marker".to_owned(), marker)));
            }
            self.theirs.insert(file, document);
        }
    }

    fn new_models(&mut self, models: &[Upstream]) {
        let new: Vec<String> = models
            .iter()
            .map(|model| file_of(&model.id))
            .filter(|file| self.directory.get(file).is_none())
            .collect();
        // A document that is known elsewhere is already shared as it should be.
        let unknown = new
            .iter()
            .filter(|file| self.base.get(file).is_none())
            .cloned();
        let unknown: Vec<String> = unknown.collect();
        share::propose(&unknown, &mut self.theirs, &mut self.import.notes);
        for file in new {
            if let Some(mut document) = self.theirs.get(&file).cloned() {
                share::drop_unused(&file, &mut document, &BTreeSet::new());
                self.import.added.push(id_of(&document));
                self.import.directory.insert(file, document);
            }
        }
    }

    fn known_models(&mut self, models: &[Upstream]) {
        let corrected = self.directory.corrected();
        // A reference in what is published may stand for the component as corrections make it.
        let mut meant = self.theirs.clone();
        for (file, component) in corrected.components() {
            meant.insert(file.to_owned(), component.clone());
        }
        for model in models {
            let file = file_of(&model.id);
            let Some(before) = self.directory.get(&file) else {
                continue;
            };
            if is_beside(self.directory, model) {
                let differences = flat::differences(&file, &model.id, self.directory, &self.theirs);
                self.import.differences.extend(differences);
                self.import.unchanged.push(model.id.clone());
                continue;
            }
            let facts_only = model.bodies.is_empty() && model.answers.is_empty();
            let manner = Manner {
                facts_only,
                prune: self.prune,
            };
            let sides = Sides {
                ours: self.directory,
                corrected: &corrected,
                theirs: &self.theirs,
                meant: &meant,
            };
            let done = update(&file, &sides, manner);
            let Some(updated) = done else { continue };
            let mut document = updated.document;
            if !model.flattened
                && !facts_only
                && let Some(map) = document.as_object_mut()
            {
                map.shift_remove(FLATTENED);
            }
            self.import.notes.extend(updated.notes);
            self.import.differences.extend(updated.gone);
            if document == *before {
                self.import.unchanged.push(model.id.clone());
            } else {
                self.import.updated.push(model.id.clone());
                self.import.directory.insert(file, document);
            }
        }
    }

    /// Components that documents led to and lead to no more.
    fn unused(&mut self) {
        let (before, after) = (self.directory.used(), self.import.directory.used());
        for address in before
            .difference(&after)
            .filter(|address| address.starts_with("components/"))
        {
            let (file, pointer) = address.split_once('#').unwrap_or((address, ""));
            self.import.notes.push(Note {
                place: Place {
                    file: file.to_owned(),
                    pointer: pointer.to_owned(),
                },
                message: "nothing refers to this component any more; delete it".to_owned(),
            });
        }
    }
}

/// Whether a model's document stands and its source knows less: then the two are only compared.
fn is_beside(directory: &Directory, model: &Upstream) -> bool {
    let before = directory.get(&file_of(&model.id));
    model.flattened && before.is_some_and(|before| before.get(FLATTENED).is_none())
}

fn id_of(document: &Value) -> String {
    let id = document.pointer("/x-model/id").and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}

fn address_at(file: &str, node: &Value, pointer: &str) -> Option<String> {
    let reference = node.pointer(pointer)?.get("$ref")?.as_str()?;
    absolute(file, reference)
}

/// The event that documents have whose result is a component.
fn events(directory: &Directory) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (file, document) in directory.models() {
        let Some((_, operation)) = operation_of(document) else {
            continue;
        };
        let event = "/responses/200/content/text~1event-stream/x-event-schema";
        let pair = address_at(file, operation, RESULT).zip(address_at(file, operation, event));
        if let Some((result, event)) = pair {
            *counts.entry(result).or_default().entry(event).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter_map(|(result, events)| {
            let most = events.into_iter().max_by_key(|(_, count)| *count)?;
            Some((result, most.0))
        })
        .collect()
}

/// `1 model`, `2 models`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
