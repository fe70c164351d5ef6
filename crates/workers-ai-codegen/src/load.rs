//! Files of the schema directory → parsed documents, with every `$ref` rewritten to a path from its root.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde_json::{Value, json};

use crate::fault::{Fault, Faults, Place};
use crate::json;

/// Every document below the schema directory, by its path relative to it.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    pub(crate) models: BTreeMap<String, Value>,
    pub(crate) components: BTreeMap<String, Value>,
    pub(crate) corrections: BTreeMap<String, Value>,
}

impl Corpus {
    /// The node at `reference` (`file#pointer`).
    pub(crate) fn node(&self, reference: &str) -> Option<&Value> {
        let (file, pointer) = reference.split_once('#')?;
        self.document(file)?.pointer(pointer)
    }

    pub(crate) fn document(&self, file: &str) -> Option<&Value> {
        self.components.get(file).or_else(|| self.models.get(file))
    }

    /// One line of JSON for each document: its path and what it says.
    pub(crate) fn lines(&self) -> String {
        let mut lines = String::new();
        for (path, document) in self.components.iter().chain(&self.models) {
            let line = json!({ "path": path, "document": document });
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
        lines
    }

    pub(crate) fn document_mut(&mut self, file: &str) -> Option<&mut Value> {
        self.components
            .get_mut(file)
            .or_else(|| self.models.get_mut(file))
    }
}

/// Reads the directory.
///
/// # Errors
///
/// Every file that cannot be read or is not JSON, and every `$ref` that leaves the directory.
pub(crate) fn load(directory: &Path) -> Result<Corpus, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut corpus = Corpus::default();
    for (folder, files) in [
        ("models", &mut corpus.models),
        ("components", &mut corpus.components),
        ("corrections", &mut corpus.corrections),
    ] {
        read_folder(directory, folder, files, &mut faults);
    }
    if corpus.models.is_empty() && !directory.join("models").is_dir() {
        let message = format!(
            "no models: there is no directory {}",
            directory.join("models").display()
        );
        faults.add(&Place::file("models"), message);
    }
    let mut corpus = faults.settle(corpus)?;
    for files in [&mut corpus.models, &mut corpus.components] {
        for (file, document) in files {
            absolute_refs(document, file, &Place::file(file), &mut faults);
        }
    }
    faults.settle(corpus)
}

fn read_folder(
    root: &Path,
    folder: &str,
    files: &mut BTreeMap<String, Value>,
    faults: &mut Faults,
) {
    let directory = root.join(folder);
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => return faults.add(&Place::file(folder), format!("cannot be read: {error}")),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                faults.add(&Place::file(folder), format!("cannot be read: {error}"));
                continue;
            }
        };
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        let place = Place::file(&name);
        let Ok(kind) = entry.file_type() else {
            faults.add(&place, "cannot be read");
            continue;
        };
        if kind.is_symlink() {
            faults.add(
                &place,
                "is a symbolic link; only files inside the schema directory are read",
            );
        } else if kind.is_dir() {
            read_folder(root, &name, files, faults);
        } else if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            match fs::read_to_string(entry.path()) {
                Ok(text) => match json::parse(&name, &text) {
                    Ok(value) => {
                        files.insert(name, value);
                    }
                    Err(fault) => faults.add(&fault.place, fault.message),
                },
                Err(error) => faults.add(&place, format!("cannot be read: {error}")),
            }
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            faults.add(
                &place,
                "is no `.json` file by its name and would be forgotten; rename it or take it away",
            );
        }
    }
}

/// Rewrites `$ref` values, relative to `file`, from `../components/x.json#/…` to `components/x.json#/…`.
pub(crate) fn absolute_refs(node: &mut Value, file: &str, place: &Place, faults: &mut Faults) {
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(reference) if key == "$ref" => match absolute(reference, file) {
                        Ok(target) => *reference = target,
                        Err(message) => faults.add(&place.at("$ref"), message),
                    },
                    Value::Object(_) | Value::Array(_) if !is_data(key, place) => {
                        absolute_refs(value, file, &place.at(key), faults);
                    }
                    _ => {}
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                if value.is_object() || value.is_array() {
                    absolute_refs(value, file, &place.at(&index.to_string()), faults);
                }
            }
        }
        _ => {}
    }
}

/// Whether `key` holds a value that a schema speaks of: a `$ref` in it is none of ours.
fn is_data(key: &str, place: &Place) -> bool {
    let data = ["example", "examples", "default", "enum", "const"].contains(&key);
    let home = place.pointer.rsplit('/').next().unwrap_or_default();
    let names = ["properties", "schemas", "$defs", "definitions"].contains(&home);
    data && !names
}

fn absolute(reference: &str, file: &str) -> Result<String, String> {
    let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    if path.contains(':') || path.starts_with('/') || path.contains('\\') {
        return Err(format!(
            "`{reference}` is not a relative path inside the schema directory"
        ));
    }
    if path.is_empty() {
        return Ok(format!("{file}#{pointer}"));
    }
    let mut steps: Vec<&str> = file.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps
                    .pop()
                    .ok_or_else(|| format!("`{reference}` leaves the schema directory"))?;
            }
            name => steps.push(name),
        }
    }
    Ok(format!("{}#{pointer}", steps.join("/")))
}

/// Every `$ref` must lead to a node, and a chain of them must end.
///
/// # Errors
///
/// One fault for each that does not.
pub(crate) fn check_refs(corpus: Corpus) -> Result<Corpus, Vec<Fault>> {
    let mut faults = Faults::default();
    for (file, document) in corpus.models.iter().chain(&corpus.components) {
        check_refs_below(&corpus, document, &Place::file(file), &mut faults);
    }
    faults.settle(corpus)
}

fn check_refs_below(corpus: &Corpus, node: &Value, place: &Place, faults: &mut Faults) {
    match node {
        Value::Object(map) => {
            if let Some(Value::String(first)) = map.get("$ref") {
                let mut target = first;
                let mut steps = 0;
                loop {
                    let Some(next) = corpus.node(target) else {
                        faults.add(&place.at("$ref"), format!("`{target}` leads nowhere"));
                        break;
                    };
                    let Some(Value::String(further)) = next.get("$ref") else {
                        break;
                    };
                    steps += 1;
                    if steps > 64 {
                        faults.add(&place.at("$ref"), format!("`{first}` leads back to itself"));
                        break;
                    }
                    target = further;
                }
            }
            for (key, value) in map {
                if (value.is_object() || value.is_array()) && !is_data(key, place) {
                    check_refs_below(corpus, value, &place.at(key), faults);
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                if value.is_object() || value.is_array() {
                    check_refs_below(corpus, value, &place.at(&index.to_string()), faults);
                }
            }
        }
        _ => {}
    }
}
