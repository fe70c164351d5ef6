//! A schema directory in memory: documents and components by their path, and references between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use serde_json::Value;
use workers_ai_codegen::merge_patch;

use crate::{Fault, Place};

/// The documents of a schema directory, each by its path below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directory {
    files: BTreeMap<String, Value>,
}

impl Directory {
    /// Reads `models`, `components` and `corrections` below `path`. A directory that is not there is empty.
    ///
    /// # Errors
    ///
    /// Every file that cannot be read or is not JSON.
    pub fn read(path: &Path) -> Result<Self, Vec<Fault>> {
        let mut texts = BTreeMap::new();
        let mut faults = Vec::new();
        for folder in ["models", "components", "corrections"] {
            collect(path, folder, &mut texts, &mut faults);
        }
        match Self::parse(&texts) {
            Ok(directory) if faults.is_empty() => Ok(directory),
            Ok(_) => Err(faults),
            Err(more) => {
                faults.extend(more);
                Err(faults)
            }
        }
    }

    /// The same from texts, such as those of another revision.
    ///
    /// # Errors
    ///
    /// Every text that is not JSON.
    pub fn parse(texts: &BTreeMap<String, String>) -> Result<Self, Vec<Fault>> {
        let mut directory = Self::default();
        let mut faults = Vec::new();
        for (file, text) in texts.iter().filter(|(file, _)| is_json(file)) {
            match serde_json::from_str(text) {
                Ok(value) => {
                    directory.files.insert(file.clone(), value);
                }
                Err(error) => faults.push(Fault {
                    place: Place::file(file),
                    message: format!("not JSON: {error}"),
                }),
            }
        }
        if faults.is_empty() {
            Ok(directory)
        } else {
            Err(faults)
        }
    }

    /// The document at `file`.
    #[must_use]
    pub fn get(&self, file: &str) -> Option<&Value> {
        self.files.get(file)
    }

    /// Puts `document` at `file`.
    pub fn insert(&mut self, file: String, document: Value) {
        self.files.insert(file, document);
    }

    /// Files that are there, with their documents.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.files
            .iter()
            .map(|(file, value)| (file.as_str(), value))
    }

    /// The documents of models.
    pub fn models(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.below("models/")
    }

    /// The documents that models share.
    pub fn components(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.below("components/")
    }

    fn below(&self, folder: &'static str) -> impl Iterator<Item = (&str, &Value)> {
        self.files()
            .filter(move |(file, _)| file.starts_with(folder))
    }

    /// The node at `reference`, as it is written in `file`, with the file it stands in and its own address.
    #[must_use]
    pub fn follow(&self, file: &str, reference: &str) -> Option<(String, &Value)> {
        let address = absolute(file, reference)?;
        let (target, pointer) = address.split_once('#')?;
        let node = self.files.get(target)?.pointer(pointer)?;
        Some((address, node))
    }

    /// Files whose text differs from those of `before`.
    pub(crate) fn changed(&self, before: &Self) -> BTreeMap<String, String> {
        let changed = self
            .files
            .iter()
            .filter(|(file, value)| !same(before.files.get(*file), value));
        changed
            .map(|(file, value)| (file.clone(), text(value)))
            .collect()
    }

    /// The same with its corrections laid over it. Entries that lead nowhere are passed over.
    pub(crate) fn corrected(&self) -> Self {
        let mut out = self.clone();
        for (file, pointer, change) in self.corrections() {
            let document = out.files.get_mut(file);
            if let Some(node) = document.and_then(|document| document.pointer_mut(pointer)) {
                merge_patch(node, change);
            }
        }
        out
    }

    /// What each correction changes: file, pointer and change.
    fn corrections(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let ledgers = self.below("corrections/");
        let entries = ledgers.filter_map(|(_, ledger)| ledger.get("corrections")?.as_array());
        entries.flatten().filter_map(|entry| {
            let target = entry.get("target")?.as_str()?;
            let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
            Some((file, pointer, entry.get("change")?))
        })
    }

    /// Every address that documents, components or corrections refer to.
    pub(crate) fn used(&self) -> BTreeSet<String> {
        let mut used = self.used_by_corrections();
        for (file, document) in self.models().chain(self.components()) {
            Self::references(file, document, &mut used);
        }
        used
    }

    /// Addresses that corrections refer to.
    pub(crate) fn used_by_corrections(&self) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for (file, _, change) in self.corrections() {
            Self::references(file, change, &mut used);
        }
        used
    }

    /// Every reference below `node` of `file`, as absolute addresses.
    pub(crate) fn references(file: &str, node: &Value, found: &mut BTreeSet<String>) {
        match node {
            Value::Object(map) => {
                if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                    found.extend(absolute(file, reference));
                }
                for value in map.values() {
                    Self::references(file, value, found);
                }
            }
            Value::Array(list) => {
                for value in list {
                    Self::references(file, value, found);
                }
            }
            _ => {}
        }
    }
}

/// Equal, and in the same order: `==` of objects does not look at the order of their members.
fn same(before: Option<&Value>, after: &Value) -> bool {
    before.is_some_and(|before| before == after && text(before) == text(after))
}

/// A document as it is written: two spaces, and a line end at the end.
pub(crate) fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

/// `../components/x.json#/a`, written in `models/y.json`, as `components/x.json#/a`. Nothing if it leaves the directory.
pub(crate) fn absolute(file: &str, reference: &str) -> Option<String> {
    let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    if path.is_empty() {
        return Some(format!("{file}#{pointer}"));
    }
    if path.contains(':') || path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut steps: Vec<&str> = file.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            name => steps.push(name),
        }
    }
    Some(format!("{}#{pointer}", steps.join("/")))
}

/// The other way: `address` as it is written in `file`.
pub(crate) fn relative(file: &str, address: &str) -> String {
    let (target, pointer) = address.split_once('#').unwrap_or((address, ""));
    if target == file {
        return format!("#{pointer}");
    }
    let from: Vec<&str> = file.split('/').collect();
    let to: Vec<&str> = target.split('/').collect();
    let folders = from.len().saturating_sub(1).min(to.len().saturating_sub(1));
    let shared = (0..folders)
        .take_while(|&index| from.get(index) == to.get(index))
        .count();
    let up = "../".repeat(from.len().saturating_sub(1 + shared));
    let down = to.get(shared..).unwrap_or_default().join("/");
    format!("{up}{down}#{pointer}")
}

/// One step of a JSON pointer.
pub(crate) fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn is_json(file: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|extension| extension == "json")
}

fn collect(
    root: &Path,
    folder: &str,
    texts: &mut BTreeMap<String, String>,
    faults: &mut Vec<Fault>,
) {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => return faults.push(unreadable(folder, &error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                faults.push(unreadable(folder, &error));
                continue;
            }
        };
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(root, &name, texts, faults),
            Ok(kind) if kind.is_file() && is_json(&name) => {
                match fs::read_to_string(entry.path()) {
                    Ok(text) => {
                        texts.insert(name, text);
                    }
                    Err(error) => faults.push(unreadable(&name, &error)),
                }
            }
            Ok(_) => {}
            Err(error) => faults.push(unreadable(&name, &error)),
        }
    }
}

fn unreadable(name: &str, error: &io::Error) -> Fault {
    Fault {
        place: Place::file(name),
        message: format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{absolute, relative};

    #[test]
    fn references_lead_there_and_back() {
        let cases = [
            (
                "models/cf/a/b.json",
                "../../../components/x.json#/c",
                "components/x.json#/c",
            ),
            ("components/y.json", "x.json#/c", "components/x.json#/c"),
            ("components/y.json", "#/c", "components/y.json#/c"),
            ("models/cf/a/b.json", "#/c", "models/cf/a/b.json#/c"),
        ];
        for (file, written, address) in cases {
            assert_eq!(absolute(file, written).as_deref(), Some(address));
            assert_eq!(relative(file, address), written);
        }
        assert_eq!(absolute("a.json", "../b.json#/c"), None);
        assert_eq!(absolute("a.json", "https://x/b.json#/c"), None);
    }
}
