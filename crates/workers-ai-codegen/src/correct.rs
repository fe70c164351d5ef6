//! The ledger: what the wire does and the documents do not say, laid over the corpus before anything reads it.
//!
//! An entry names its target, an RFC 7396 merge patch, a reason and the evidence. One that changes nothing has been
//! overtaken by its document and is a fault, so that it gets deleted.

use serde_json::Value;

use crate::fault::{Fault, Faults, Place};
use crate::load::{Corpus, absolute_refs};

/// Applies every entry under `corrections/`.
///
/// # Errors
///
/// Entries that are incomplete, lead nowhere or change nothing.
pub(crate) fn correct(mut corpus: Corpus) -> Result<Corpus, Vec<Fault>> {
    let mut faults = Faults::default();
    for (file, ledger) in std::mem::take(&mut corpus.corrections) {
        let place = Place::file(&file);
        let Some(entries) = ledger.get("corrections").and_then(Value::as_array) else {
            faults.add(&place, "a ledger is an object with a list `corrections`");
            continue;
        };
        for (index, entry) in entries.iter().enumerate() {
            let place = place.at("corrections").at(&index.to_string());
            if let Err(message) = apply(&mut corpus, entry, &place, &mut faults) {
                faults.add(&place, message);
            }
        }
    }
    faults.settle(corpus)
}

fn apply(
    corpus: &mut Corpus,
    entry: &Value,
    place: &Place,
    faults: &mut Faults,
) -> Result<(), String> {
    let text = |key: &str| {
        let value = entry
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty());
        value.ok_or_else(|| format!("a correction needs a text `{key}`"))
    };
    text("reason")?;
    text("evidence")?;
    let target = text("target")?;
    let mut change = entry
        .get("change")
        .cloned()
        .ok_or("a correction needs a `change` (a merge patch)")?;
    let (file, pointer) = target
        .split_once('#')
        .ok_or_else(|| format!("target `{target}` has no `#`"))?;
    // A reference in a patch reads as if it stood in the target's file.
    absolute_refs(&mut change, file, &place.at("change"), faults);
    let node = corpus
        .document_mut(file)
        .and_then(|document| document.pointer_mut(pointer))
        .ok_or_else(|| format!("target `{target}` leads nowhere"))?;
    let before = node.clone();
    merge_patch(node, &change);
    if *node == before {
        return Err(format!(
            "changes nothing in `{target}`: the document already says so, delete this entry"
        ));
    }
    Ok(())
}

/// Changes a value as RFC 7396 says: objects merge key by key, `null` removes, everything else replaces.
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(map) = target.as_object_mut() else {
        return;
    };
    for (key, change) in changes {
        if change.is_null() {
            map.shift_remove(key);
        } else {
            merge_patch(map.entry(key.as_str()).or_insert(Value::Null), change);
        }
    }
}
