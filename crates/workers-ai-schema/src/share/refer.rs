//! Shapes that a component has become references to it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::is_spread;
use crate::{
    directory::{Directory, relative},
    known::{DEFINITION, Known, children, children_mut, places},
    print::{Printer, weight},
};

/// Replaces the shapes in `file` that a component has, by references.
///
/// `before` has the document as it was, whose definitions may be among them.
pub(crate) fn refer(
    file: &str,
    directory: &Directory,
    before: &Directory,
    known: &Known,
) -> Option<Value> {
    let document = directory.get(file)?;
    let mut printer = Printer::new(directory);
    let mut done = document.clone();
    for (pointer, role) in places(document) {
        if let Some((node, given)) = done.pointer_mut(&pointer).zip(document.pointer(&pointer)) {
            // A definition that has a component's shape may be that component.
            let own = format!("{file}#{pointer}");
            let own = Some(own.as_str()).filter(|_| role == DEFINITION);
            refer_node(file, node, given, (&role, own), &mut printer, known);
        }
    }
    let definitions = before
        .get(file)
        .and_then(|old| old.pointer("/components/schemas"));
    for (name, schema) in definitions.and_then(Value::as_object).into_iter().flatten() {
        if done.pointer("/components/schemas").is_none() {
            done["components"]["schemas"] = json!({});
        }
        if let Some(schemas) = done["components"]["schemas"].as_object_mut() {
            schemas
                .entry(name.clone())
                .or_insert_with(|| schema.clone());
        }
    }
    drop_unused(file, &mut done, &BTreeSet::new());
    Some(done)
}

/// `given` is the node as it stands in the directory; `own` is the address of one that is a definition.
fn refer_node<'a>(
    file: &str,
    node: &mut Value,
    given: &'a Value,
    (role, own): (&str, Option<&str>),
    printer: &mut Printer<'a>,
    known: &Known,
) {
    let Some(map) = node.as_object() else { return };
    // What leads somewhere by itself is looked at where it leads.
    let local = map.get("$ref").and_then(Value::as_str);
    if local.is_some_and(|reference| !reference.starts_with('#')) || !is_structure(node) {
        return;
    }
    let title = map.get("title").and_then(Value::as_str);
    let component = known.find(file, printer.print(file, given), role, title);
    let component = component.filter(|_| !is_spread(given, role));
    if let Some(component) = component.filter(|found| Some(found.address.as_str()) != own) {
        let mut out = Map::new();
        out.insert("$ref".to_owned(), relative(file, &component.address).into());
        for key in ["title", "description"] {
            let own = if key == "title" {
                &component.title
            } else {
                &component.description
            };
            let said = map.get(key).and_then(Value::as_str);
            let arm = key == "title" && role.ends_with('|');
            if let Some(said) = said.filter(|said| arm || own.as_deref() != Some(said)) {
                out.insert(key.to_owned(), said.into());
            }
        }
        if role != DEFINITION {
            for (key, value) in map.iter().filter(|(key, _)| {
                ["x-uncertain", "x-binding-only", "x-says"].contains(&key.as_str())
            }) {
                out.insert(key.clone(), value.clone());
            }
        }
        *node = Value::Object(out);
        return;
    }
    for ((child, role), (given, _)) in children_mut(node, role)
        .into_iter()
        .zip(children(given, role))
    {
        refer_node(file, child, given, (&role, None), printer, known);
    }
}

/// Whether there is more to a schema than a plain type.
fn is_structure(node: &Value) -> bool {
    let inner = ["$ref", "oneOf", "anyOf", "allOf", "items"];
    weight(node) > 0 || inner.iter().any(|key| node.get(*key).is_some())
}

/// Removes definitions of a document that nothing leads to.
pub(crate) fn drop_unused(file: &str, document: &mut Value, elsewhere: &BTreeSet<String>) {
    loop {
        let mut used = elsewhere.clone();
        Directory::references(file, document, &mut used);
        let Some(schemas) = document
            .pointer_mut("/components/schemas")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        let before = schemas.len();
        schemas.retain(|name, _| {
            used.contains(&format!(
                "{file}#/components/schemas/{}",
                crate::directory::step(name)
            ))
        });
        let (after, empty) = (schemas.len(), schemas.is_empty());
        if empty
            && let Some(components) = document
                .get_mut("components")
                .and_then(Value::as_object_mut)
        {
            components.shift_remove("schemas");
        }
        if after == before || empty {
            return;
        }
    }
}
