//! Components that documents lead to and their directory lacks, from where they are.

use serde_json::{Map, Value};

use super::reorder;
use crate::Directory;

/// Copies what `files` refer to and `into` does not have, from `from`.
pub(crate) fn copy_components(into: &mut Directory, from: &Directory) -> Vec<String> {
    let mut copied = Vec::new();
    loop {
        let mut needed = into.used_by_corrections();
        for (file, document) in into.files() {
            Directory::references(file, document, &mut needed);
        }
        let missing: Vec<String> = needed
            .into_iter()
            .filter(|address| {
                into.follow("", &format!("./{address}")).is_none()
                    && from.follow("", &format!("./{address}")).is_some()
            })
            .collect();
        if missing.is_empty() {
            return copied;
        }
        for address in missing {
            let Some((file, pointer)) = address.split_once('#') else {
                continue;
            };
            let Some((_, node)) = from.follow("", &format!("./{address}")) else {
                continue;
            };
            let Some(source) = from.get(file) else {
                continue;
            };
            let mut document = into.get(file).cloned().unwrap_or_else(|| shell(source));
            put(&mut document, pointer, node.clone());
            in_order(&mut document, source);
            into.insert(file.to_owned(), document);
            copied.push(address);
        }
    }
}

/// A component's file without its components.
fn shell(source: &Value) -> Value {
    let mut out = source.clone();
    if let Some(map) = out.as_object_mut() {
        map.insert("components".to_owned(), Value::Object(Map::new()));
    }
    out
}

fn put(document: &mut Value, pointer: &str, node: Value) {
    let mut at = document;
    for key in pointer.split('/').skip(1) {
        let key = key.replace("~1", "/").replace("~0", "~");
        let Some(map) = at.as_object_mut() else {
            return;
        };
        at = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    }
    *at = node;
}

/// Sections and components in the order of the file they come from.
fn in_order(document: &mut Value, source: &Value) {
    let (Some(Value::Object(sections)), Some(Value::Object(all))) =
        (document.get_mut("components"), source.get("components"))
    else {
        return;
    };
    for (section, names) in all {
        if let (Some(Value::Object(mine)), Value::Object(names)) =
            (sections.get_mut(section), names)
        {
            reorder(mine, names);
        }
    }
    reorder(sections, all);
}

/// Copies the corrections of components that are there, from where the components come from: what a shape was found
/// to say may be what its correction makes of it.
pub(crate) fn copy_corrections(into: &mut Directory, from: &Directory) {
    let ledgers = from
        .files()
        .filter(|(file, _)| file.starts_with("corrections/"));
    for (file, ledger) in ledgers {
        let mut entries: Vec<Value> = list(into.get(file));
        let before = entries.len();
        for entry in list(Some(ledger)) {
            let target = entry
                .get("target")
                .and_then(Value::as_str)
                .unwrap_or_default();
            // Corrections of a definition go with it; those of an operation are in what is published.
            let pointer = target.split('#').nth(1).unwrap_or_default();
            let shared = pointer.starts_with("/components/");
            let there = shared && into.follow("", &format!("./{target}")).is_some();
            if there && !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        if entries.len() > before {
            let mut document = into.get(file).unwrap_or(ledger).clone();
            document["corrections"] = entries.into();
            into.insert(file.to_owned(), document);
        }
    }
}

fn list(ledger: Option<&Value>) -> Vec<Value> {
    let entries = ledger.and_then(|ledger| ledger.get("corrections"));
    entries
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}
