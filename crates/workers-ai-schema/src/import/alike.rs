//! A new model that is published like one we know → a document like that one's, with what differs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Run, flat::differences, id_of};
use crate::{
    Directory, Note, Place,
    assemble::{RESULT, operation_mut, operation_of},
    difference::OURS_ONLY,
    directory::text,
    update::{Manner, Sides, update},
    upstream::{Upstream, file_of},
};

const AUTHOR: &str = "/x-model/author";

impl Run<'_> {
    /// Lays new models over known ones of their task, and takes what changes least, of
    /// the same author if there is a choice.
    pub(super) fn alike(&mut self, models: &[Upstream], known: &Directory) {
        let whole = models.iter().filter(|model| !model.flattened);
        let files = whole.map(|model| file_of(&model.id));
        let new: Vec<String> = files.filter(|file| known.get(file).is_none()).collect();
        if new.is_empty() {
            return;
        }
        let (mut ours, mut corrected) = (known.clone(), known.corrected());
        let mut meant = self.theirs.clone();
        for (file, component) in corrected.components() {
            meant.insert(file.to_owned(), component.clone());
        }
        for file in new {
            let Some(given) = self.theirs.get(&file).cloned() else {
                continue;
            };
            if !says_something(&given) {
                continue;
            }
            let mut seen = BTreeSet::new();
            let mut best: Option<(usize, Value, &Value)> = None;
            let mut likes: Vec<&Value> = known.models().map(|(_, like)| like).collect();
            likes.sort_by_key(|like| like.pointer(AUTHOR) != given.pointer(AUTHOR));
            for like in likes {
                let Some(seed) = seed(&given, like).filter(|seed| seen.insert(text(seed))) else {
                    continue;
                };
                ours.insert(file.clone(), seed.clone());
                corrected.insert(file.clone(), seed.clone());
                let sides = Sides {
                    ours: &ours,
                    corrected: &corrected,
                    theirs: &self.theirs,
                    meant: &meant,
                };
                let manner = Manner {
                    facts_only: false,
                    prune: false,
                };
                let Some(done) = update(&file, &sides, manner) else {
                    continue;
                };
                // What the other has and this one has not is no reason to say it of this one.
                if !done.gone.is_empty() || !done.notes.is_empty() {
                    continue;
                }
                ours.insert(file.clone(), done.document.clone());
                let beside = differences(&file, "", &ours, &self.theirs);
                if beside.iter().any(|one| one.message == OURS_ONLY) {
                    continue;
                }
                let changes = leaves(&seed)
                    .symmetric_difference(&leaves(&done.document))
                    .count();
                if best.as_ref().is_none_or(|(least, ..)| changes < *least) {
                    best = Some((changes, done.document, like));
                }
            }
            let Some((_, document, like)) = best else {
                continue;
            };
            if text(&document).len() < text(&given).len() {
                self.import.notes.push(Note {
                    place: Place::file(&file),
                    message: format!("written like `{}`, which is published alike", id_of(like)),
                });
                self.theirs.insert(file, document);
            }
        }
    }
}

/// Every value that holds no others, with its place.
fn leaves(value: &Value) -> BTreeSet<(String, String)> {
    fn walk(value: &Value, at: &Place, found: &mut BTreeSet<(String, String)>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    walk(value, &at.at(key), found);
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    walk(value, &at.at(&index.to_string()), found);
                }
            }
            one => drop(found.insert((at.pointer.clone(), one.to_string()))),
        }
    }
    let mut found = BTreeSet::new();
    walk(value, &Place::default(), &mut found);
    found
}

/// Whether body and answer are described.
fn says_something(document: &Value) -> bool {
    let described = |schema: &Value| {
        ["$ref", "properties", "items", "oneOf", "anyOf", "allOf"]
            .iter()
            .any(|key| schema.get(*key).is_some())
    };
    let Some((_, operation)) = operation_of(document) else {
        return false;
    };
    let at = |pointer: &str| operation.pointer(pointer);
    at("/requestBody/content/application~1json/schema").is_some_and(described)
        && (at("/responses/200/content/application~1json").is_none()
            || at(RESULT).is_some_and(described))
}

/// `given` with the schemas of `like`, where the two are for the same task and shapes are shared.
fn seed(given: &Value, like: &Value) -> Option<Value> {
    let task = "/x-model/task";
    let (_, operation) = operation_of(like)?;
    let shared = text(operation).replace("components/service.json", "");
    if given.pointer(task)? != like.pointer(task)? || !shared.contains("components/") {
        return None;
    }
    let mut seed = given.clone();
    let target = operation_mut(&mut seed)?;
    for at in ["/requestBody/content", "/responses/200/content"] {
        let content = target.pointer_mut(at)?.as_object_mut()?;
        let known = operation.pointer(at)?.as_object()?;
        for (media, value) in content {
            *value = known.get(media)?.clone();
            value.as_object_mut()?.shift_remove("example");
        }
    }
    if let Some(schemas) = like.pointer("/components/schemas") {
        seed["components"]["schemas"] = schemas.clone();
    }
    Some(seed)
}
