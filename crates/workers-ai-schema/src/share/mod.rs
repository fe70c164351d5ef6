//! Shapes that say the same: those of a component become a reference to it, those that repeat become a component.

mod names;
mod refer;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use names::Names;
pub(crate) use refer::{drop_unused, refer};

use crate::{
    Note, Place,
    clean::pascal,
    directory::{Directory, absolute, relative},
    known::{DEFINITION, children, children_mut, is_request, places},
    print::{Printer, weight},
};

/// Where a shape that may be shared stands.
struct Found {
    file: String,
    /// The schema of the document it is in.
    pointer: String,
    /// The shape around it that may be shared too.
    around: Option<Shape>,
    role: String,
    title: Option<String>,
    properties: BTreeSet<String>,
}

/// A shape, apart by whether it is a request to a model or a part of something.
type Shape = (u128, bool);

/// Makes components of the shapes that repeat in `files`.
pub(crate) fn propose(files: &[String], directory: &mut Directory, notes: &mut Vec<Note>) {
    let mut found: Vec<(Shape, Vec<Found>)> = occurrences(files, directory).into_iter().collect();
    // The most common shape takes the plain name.
    found.sort_by_key(|(_, list)| {
        let first = list
            .first()
            .map(|found| (found.file.clone(), found.pointer.clone()));
        (usize::MAX - list.len(), first)
    });
    let mut names = Names::new(directory);
    let mut chosen: BTreeMap<Shape, String> = BTreeMap::new();
    for (shape, list) in &found {
        // Inside a shape that repeats as a whole, its parts repeat with it.
        let contexts: BTreeSet<(Option<Shape>, &str, &str)> = list
            .iter()
            .map(|one| match one.around {
                Some(_) => (one.around, one.role.as_str(), ""),
                None => (None, "", one.file.as_str()),
            })
            .collect();
        let homes: BTreeSet<&str> = list.iter().map(|one| one.file.as_str()).collect();
        let Some(first) = list.first().filter(|_| contexts.len() > 1) else {
            continue;
        };
        let (file, prefix) = if homes.len() == 1 {
            (first.file.clone(), String::new())
        } else {
            let task = task_of(directory, &first.file);
            (format!("components/{}.json", slug(&task)), pascal(&task))
        };
        let name = names.take(first, &prefix, &file);
        let place = Place {
            pointer: format!("/components/schemas/{name}"),
            file,
        };
        let models = crate::import::counted(homes.len(), "model", "models");
        chosen.insert(*shape, place.to_string());
        notes.push(Note {
            message: format!(
                "new, for a shape that stands in {} places of {models}",
                list.len()
            ),
            place,
        });
    }
    replace_chosen(files, directory, &chosen);
}

fn occurrences(files: &[String], directory: &Directory) -> BTreeMap<Shape, Vec<Found>> {
    let mut printer = Printer::new(directory);
    let mut found: BTreeMap<Shape, Vec<Found>> = BTreeMap::new();
    for file in files {
        let Some(document) = directory.get(file) else {
            continue;
        };
        for (pointer, role) in places(document) {
            if let Some(node) = document.pointer(&pointer) {
                let at = Place {
                    file: file.clone(),
                    pointer,
                };
                occurrence(&at, node, &role, None, &mut printer, &mut found);
            }
        }
    }
    found.retain(|_, list| list.len() > 1);
    found
}

fn occurrence<'a>(
    at: &Place,
    node: &'a Value,
    role: &str,
    around: Option<Shape>,
    printer: &mut Printer<'a>,
    found: &mut BTreeMap<Shape, Vec<Found>>,
) {
    let mut around = around;
    if is_shareable(node, role) {
        let shape = (printer.print(&at.file, node).exact, is_request(role));
        let properties = node.get("properties").and_then(Value::as_object);
        found.entry(shape).or_default().push(Found {
            file: at.file.clone(),
            pointer: at.pointer.clone(),
            around,
            role: role.to_owned(),
            title: node.get("title").and_then(Value::as_str).map(str::to_owned),
            properties: properties
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .collect(),
        });
        around = Some(shape);
    }
    for (child, role) in children(node, role) {
        occurrence(at, child, &role, around, printer, found);
    }
}

/// Objects with properties, unions of such, and longer lists of choices.
fn is_shareable(node: &Value, role: &str) -> bool {
    let count = |key: &str| match node.get(key) {
        Some(Value::Array(list)) => list.len(),
        Some(Value::Object(map)) => map.len(),
        _ => 0,
    };
    let apart = role != DEFINITION && !is_spread(node, role);
    apart
        && node.get("$ref").is_none()
        && (count("properties") > 1
            || count("enum") > 3
            || (count("oneOf") + count("anyOf") > 1 && weight(node) > 3))
}

/// Alternatives among those of a request, one of which may be the batch: they are read where they stand.
fn is_spread(node: &Value, role: &str) -> bool {
    let union = node.get("oneOf").is_some() || node.get("anyOf").is_some();
    union && is_request(role) && role.ends_with('|')
}

fn replace_chosen(files: &[String], directory: &mut Directory, chosen: &BTreeMap<Shape, String>) {
    let snapshot = directory.clone();
    let mut replacer = Replacer {
        printer: Printer::new(&snapshot),
        chosen,
        made: BTreeMap::new(),
    };
    for file in files {
        let Some(given) = snapshot.get(file) else {
            continue;
        };
        let mut document = given.clone();
        for (pointer, role) in places(given) {
            if let Some((node, given)) = document.pointer_mut(&pointer).zip(given.pointer(&pointer))
            {
                replacer.replace(file, node, given, &role);
            }
        }
        directory.insert(file.clone(), document);
    }
    for (address, schema) in replacer.made {
        let Some((file, name)) = address.split_once("#/components/schemas/") else {
            continue;
        };
        let document = directory.get(file).cloned();
        let mut document = document.unwrap_or_else(|| component_file(file));
        if document.pointer("/components/schemas").is_none() {
            document["components"]["schemas"] = json!({});
        }
        document["components"]["schemas"][name] = schema;
        directory.insert(file.to_owned(), document);
    }
}

struct Replacer<'a> {
    printer: Printer<'a>,
    chosen: &'a BTreeMap<Shape, String>,
    made: BTreeMap<String, Value>,
}

impl<'a> Replacer<'a> {
    /// Replaces chosen shapes in `node`, which stands in `file`; the first of each becomes the component's schema.
    ///
    /// `given` is the node as it stands in the directory.
    fn replace(&mut self, file: &str, node: &mut Value, given: &'a Value, role: &str) {
        let pick = if is_shareable(node, role) {
            let shape = (self.printer.print(file, given).exact, is_request(role));
            self.chosen.get(&shape)
        } else {
            None
        };
        for ((child, role), (given, _)) in children_mut(node, role)
            .into_iter()
            .zip(children(given, role))
        {
            self.replace(file, child, given, &role);
        }
        let Some(address) = pick else { return };
        let mut out = Map::new();
        out.insert("$ref".to_owned(), relative(file, address).into());
        let home = address.split('#').next().unwrap_or_default();
        let words: Vec<(String, Value)> = ["title", "description"]
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), node.get(*key)?.clone())))
            .collect();
        if let Some(first) = self.made.get(address) {
            let arm = role.ends_with('|');
            let news =
                |key: &str, value: &Value| (arm && key == "title") || first.get(key) != Some(value);
            out.extend(words.into_iter().filter(|(key, value)| news(key, value)));
        } else {
            let mut schema = node.clone();
            rebase(file, home, &mut schema);
            self.made.insert(address.clone(), schema);
        }
        *node = Value::Object(out);
    }
}

/// Writes references of `node` as they read in `to`.
pub(crate) fn rebase(from: &str, to: &str, node: &mut Value) {
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "$ref" {
                    let address = value
                        .as_str()
                        .and_then(|reference| absolute(from, reference));
                    if let Some(address) = address {
                        *value = relative(to, &address).into();
                    }
                } else {
                    rebase(from, to, value);
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                rebase(from, to, value);
            }
        }
        _ => {}
    }
}

/// A component's file with nothing in it.
pub(crate) fn component_file(file: &str) -> Value {
    let stem = file
        .rsplit('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".json");
    let words = stem.replace('-', " ");
    let mut letters = words.chars();
    let title: String = letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "components": {"schemas": {}},
    })
}

fn task_of(directory: &Directory, file: &str) -> String {
    let document = directory.get(file);
    let task = document.and_then(|document| document.pointer("/x-model/task"));
    // A file is called after it.
    let task = task.and_then(Value::as_str);
    let task = task.filter(|task| !slug(task).is_empty());
    task.unwrap_or("Shared").to_owned()
}

fn slug(task: &str) -> String {
    let lower = task.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
