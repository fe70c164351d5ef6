//! A document that is there, and the same model as it is published now → the document as it should be.
//!
//! What a value may be comes from what is published. Words, names, examples and `x-` blocks stay ours where the thing
//! they are about is still there.

mod copy;
mod judge;
mod parts;
mod schema;
mod told;
mod union;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(crate) use copy::{copy_components, copy_corrections};

use crate::{
    Difference, Note, Place,
    assemble::{operation_mut, operation_of},
    directory::Directory,
    print::Printer,
};

/// What came of an update.
pub(crate) struct Updated {
    pub(crate) document: Value,
    pub(crate) notes: Vec<Note>,
    /// What the document has and is not published.
    pub(crate) gone: Vec<Difference>,
}

/// The directories in which a document is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides<'a> {
    /// As it is.
    pub(crate) ours: &'a Directory,
    /// As our own corrections make it, which may be what is published.
    pub(crate) corrected: &'a Directory,
    /// As it is published.
    pub(crate) theirs: &'a Directory,
    /// The same, with the components as corrections make them.
    pub(crate) meant: &'a Directory,
}

/// How to lay one over the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// Only facts are published.
    pub(crate) facts_only: bool,
    /// What is not published is taken out.
    pub(crate) prune: bool,
}

/// Lays the new document of `file` over the old one. Both are read in directories of their own.
pub(crate) fn update(file: &str, sides: &Sides, manner: Manner) -> Option<Updated> {
    let ours = sides.ours;
    let (old, new) = (ours.get(file)?, sides.theirs.get(file)?);
    let mut merger = Merger {
        file,
        ours: Printer::new(ours),
        theirs: Printer::new(sides.theirs),
        corrected: Printer::new(sides.corrected),
        meant: Printer::new(sides.meant),
        directory: ours,
        document: sides.corrected.get(file)?,
        prune: manner.prune,
        notes: Vec::new(),
        gone: Vec::new(),
        open: Vec::new(),
        definitions: BTreeMap::new(),
    };
    let mut document = old.clone();
    merger.status(old, new);
    facts(&mut document, new);
    if !manner.facts_only {
        if let (Some((path, before)), Some((_, after))) = (operation_of(old), operation_of(new)) {
            let place = Place::file(file).at("paths").at(path).at("post");
            let operation = merger.operation(before, after, &place);
            if let Some(target) = operation_mut(&mut document) {
                *target = operation;
            }
        }
        for (pointer, changed) in std::mem::take(&mut merger.definitions) {
            if let Some((target, changed)) = document.pointer_mut(&pointer).zip(changed) {
                *target = changed;
            }
        }
        definitions(&mut document, new);
        crate::share::drop_unused(file, &mut document, &ours.used_by_corrections());
    }
    deprecate(&mut document);
    let Merger { notes, gone, .. } = merger;
    if document != *old
        && let Some(version) = new.pointer("/info/version")
    {
        document["info"]["version"] = version.clone();
    }
    Some(Updated {
        document,
        notes,
        gone,
    })
}

/// Facts that are published replace ours; those that are not stay.
fn facts(document: &mut Value, new: &Value) {
    let Some(given) = new.get("x-model").and_then(Value::as_object) else {
        return;
    };
    let Some(facts) = document.get_mut("x-model").and_then(Value::as_object_mut) else {
        document["x-model"] = Value::Object(given.clone());
        return;
    };
    for (key, value) in given {
        let said = facts.get(key);
        // A page of a model that was withdrawn goes on as if it were not.
        if key == "status" && said.is_some() && value == "live" {
            continue;
        }
        if ["abilities", "languages"].contains(&key.as_str()) && same_set(said, value) {
            continue;
        }
        facts.insert(key.clone(), value.clone());
    }
    *facts = crate::facts::ordered_like(std::mem::take(facts));
}

/// Whether two lists have the same words, in whatever order and case.
fn same_set(one: Option<&Value>, other: &Value) -> bool {
    let sorted = |value: &Value| {
        let list = value.as_array().into_iter().flatten();
        let mut list: Vec<String> = list.map(|word| word.to_string().to_lowercase()).collect();
        list.sort();
        list
    };
    one.is_some_and(|one| sorted(one) == sorted(other))
}

/// A model that is withdrawn has an operation that is.
fn deprecate(document: &mut Value) {
    let gone = document
        .pointer("/x-model/status")
        .is_some_and(|status| status == "deprecated");
    if let Some(Value::Object(operation)) = operation_mut(document).filter(|_| gone)
        && operation.get("deprecated") != Some(&Value::Bool(true))
    {
        operation.insert("deprecated".to_owned(), true.into());
    }
}

/// Definitions of the new document that the old one does not have.
fn definitions(document: &mut Value, new: &Value) {
    let given = new
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    for (name, schema) in given.into_iter().flatten() {
        let known = document
            .pointer("/components/schemas")
            .and_then(|all| all.get(name))
            .is_some();
        if !known {
            document["components"]["schemas"][name] = schema.clone();
        }
    }
}

struct Merger<'a> {
    file: &'a str,
    ours: Printer<'a>,
    theirs: Printer<'a>,
    corrected: Printer<'a>,
    meant: Printer<'a>,
    directory: &'a Directory,
    document: &'a Value,
    /// Whether what is not published is taken out.
    prune: bool,
    notes: Vec<Note>,
    gone: Vec<Difference>,
    /// Pairs of ours and theirs that are being compared, the innermost last.
    open: Vec<(*const Value, *const Value)>,
    /// Definitions that were met, by their pointers, and what becomes of those that change.
    definitions: BTreeMap<String, Option<Value>>,
}

impl<'a> Merger<'a> {
    fn note(&mut self, place: &Place, message: impl Into<String>) {
        self.notes.push(Note {
            place: place.clone(),
            message: message.into(),
        });
    }

    fn operation(&mut self, old: &'a Value, new: &'a Value, place: &Place) -> Value {
        let mut out = old.clone();
        self.parameters(old, new, &mut out, &place.at("parameters"));
        for (at, what) in [
            ("/requestBody/content", "body"),
            ("/responses/200/content", "answer"),
        ] {
            let (before, after) = (old.pointer(at), new.pointer(at));
            let before = before.and_then(Value::as_object);
            let after = after.and_then(Value::as_object);
            let Some((before, after)) = before.zip(after) else {
                continue;
            };
            let mut content = Map::new();
            for (media, value) in before {
                let place = at
                    .split('/')
                    .skip(1)
                    .fold(place.clone(), |place, key| place.at(key))
                    .at(media);
                let merged = if let Some(given) = after.get(media) {
                    self.media(value, given, &place)
                } else {
                    self.note(&place, format!("this {what} is not published, kept"));
                    value.clone()
                };
                content.insert(media.clone(), merged);
            }
            // A form that only the binding has in JSON is published as JSON.
            let form = before.keys().any(|media| media.starts_with("multipart/"));
            for (media, value) in after
                .iter()
                .filter(|(media, _)| !before.contains_key(*media))
            {
                if !(form && what == "body") {
                    content.insert(media.clone(), value.clone());
                }
            }
            if let Some(target) = out.pointer_mut(at) {
                *target = Value::Object(content);
            }
        }
        out
    }

    fn parameters(&mut self, old: &'a Value, new: &'a Value, out: &mut Value, place: &Place) {
        let list = |operation: &'a Value| -> Vec<&'a Value> {
            let list = operation.get("parameters").and_then(Value::as_array);
            list.into_iter().flatten().collect()
        };
        let given = list(new);
        let name = |parameter: &Value| parameter.get("name").cloned();
        let mut merged = Vec::new();
        for parameter in list(old) {
            let same = given
                .iter()
                .find(|other| name(parameter).is_some() && name(other) == name(parameter));
            let (Some(same), Some(mine)) = (same, parameter.get("schema")) else {
                merged.push(parameter.clone());
                continue;
            };
            let mut one = parameter.clone();
            let schema = same.get("schema");
            if let Some(schema) = schema.and_then(|schema| self.schema(mine, schema, place)) {
                one["schema"] = schema;
            }
            merged.push(one);
        }
        for parameter in given {
            let known = merged.iter().any(|other| match name(parameter) {
                Some(name) => other.get("name") == Some(&name),
                None => other == parameter,
            });
            if !known {
                merged.push(parameter.clone());
            }
        }
        if let Some(target) = out.get_mut("parameters") {
            *target = merged.into();
        }
    }

    /// One form of a body or an answer.
    fn media(&mut self, old: &'a Value, new: &'a Value, place: &Place) -> Value {
        let mut out = old.clone();
        let result = "/schema/allOf/1/properties/result";
        if let Some(before) = old.pointer(result) {
            match new.pointer(result) {
                Some(after) => {
                    let place = result
                        .split('/')
                        .skip(1)
                        .fold(place.clone(), |place, key| place.at(key));
                    let merged = self.schema(before, after, &place);
                    if let Some((target, merged)) = out.pointer_mut(result).zip(merged) {
                        *target = merged;
                    }
                }
                None => self.note(place, "what stands under `result` is not published, kept"),
            }
            return out;
        }
        if new.pointer(result).is_some() {
            out["schema"] = new["schema"].clone();
            return out;
        }
        for key in ["x-event-schema", "schema"] {
            let bytes = old
                .pointer("/schema/type")
                .is_some_and(|kind| kind == "string");
            if key == "schema" && (bytes || place.pointer.contains("/responses/")) {
                continue;
            }
            if let Some((before, after)) = old.get(key).zip(new.get(key))
                && let Some(merged) = self.schema(before, after, &place.at(key))
            {
                out[key] = merged;
            }
        }
        out
    }
}

/// Keywords in the order they had; new ones at the end.
pub(super) fn reorder(map: &mut Map<String, Value>, before: &Map<String, Value>) {
    let mut out = Map::new();
    for key in before.keys() {
        if let Some(value) = map.shift_remove(key) {
            out.insert(key.clone(), value);
        }
    }
    out.extend(std::mem::take(map));
    *map = out;
}
