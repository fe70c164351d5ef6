//! A document beside a source that flattened its unions: what the source says and no alternative of the document does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Directory, Note, Place, assemble::operation_of, print::resolve};

/// What a property may be, over all alternatives in which it stands.
#[derive(Debug, Default)]
struct Said {
    types: BTreeSet<String>,
    /// What it can only be; nothing where an alternative leaves it open.
    choices: BTreeSet<String>,
    open: bool,
    /// Values of a keyword; where an alternative has none, an empty text.
    keywords: BTreeMap<&'static str, BTreeSet<String>>,
}

const KEYWORDS: [&str; 9] = [
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
];

type Flat = BTreeMap<String, Said>;

/// Every difference, each of which holds for all alternatives of the document.
pub(super) fn differences(file: &str, ours: &Directory, theirs: &Directory) -> Vec<Note> {
    let operation = |directory: &Directory| -> Option<Value> {
        operation_of(directory.get(file)?).map(|(_, operation)| operation.clone())
    };
    let (Some(mine), Some(given)) = (operation(ours), operation(theirs)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    media(&mine, &given, "/requestBody/content", "body", &mut lines);
    media(
        &mine,
        &given,
        "/responses/200/content",
        "answer",
        &mut lines,
    );
    let flat = |directory: &Directory, operation: &Value| {
        let mut out = Flat::new();
        let bodies = operation
            .pointer("/requestBody/content")
            .and_then(Value::as_object);
        for (_, body) in bodies.into_iter().flatten() {
            if let Some(schema) = body.get("schema") {
                flatten(directory, file, schema, "", 0, &mut out);
            }
        }
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for parameter in parameters.into_iter().flatten() {
            if let Some((name, schema)) = parameter
                .get("name")
                .and_then(Value::as_str)
                .zip(parameter.get("schema"))
            {
                flatten(directory, file, schema, name, 0, &mut out);
            }
        }
        out
    };
    let (mine, given) = (flat(ours, &mine), flat(theirs, &given));
    // Bytes as a body say nothing about properties.
    if !given.is_empty() {
        compare(&mine, &given, &mut lines);
    }
    let place = Place::file(file);
    lines
        .into_iter()
        .map(|message| Note {
            place: place.clone(),
            message,
        })
        .collect()
}

fn media(mine: &Value, given: &Value, at: &str, what: &str, lines: &mut Vec<String>) {
    let kinds = |operation: &Value| -> BTreeSet<String> {
        let content = operation.pointer(at).and_then(Value::as_object);
        content
            .into_iter()
            .flatten()
            .map(|(kind, _)| kind.clone())
            .collect()
    };
    let (mine, given) = (kinds(mine), kinds(given));
    for kind in given.difference(&mine) {
        lines.push(format!("{what} `{kind}`: published, not in the document"));
    }
    for kind in mine.difference(&given) {
        lines.push(format!("{what} `{kind}`: in the document, not published"));
    }
}

fn flatten(
    directory: &Directory,
    file: &str,
    node: &Value,
    path: &str,
    depth: usize,
    out: &mut Flat,
) {
    if depth > 24 {
        return;
    }
    let (file, inner) = resolve(directory, file, node);
    let Some(map) = inner.as_object() else { return };
    let arms = ["oneOf", "anyOf", "allOf"]
        .iter()
        .filter_map(|key| map.get(*key));
    for arm in arms.filter_map(Value::as_array).flatten() {
        flatten(directory, &file, arm, path, depth + 1, out);
    }
    let union = ["oneOf", "anyOf", "allOf"]
        .iter()
        .any(|key| map.contains_key(*key));
    if !path.is_empty() && !union {
        let said = out.entry(path.to_owned()).or_default();
        let listed = map.get("enum").and_then(Value::as_array);
        let values: Vec<&Value> = listed
            .into_iter()
            .flatten()
            .chain(map.get("const"))
            .collect();
        // A plain null beside a choice leaves nothing open.
        let null = map.get("type").is_some_and(|kind| kind == "null");
        said.open |= values.is_empty() && !null;
        said.choices.extend(
            values
                .into_iter()
                .filter(|value| !value.is_null())
                .map(shown),
        );
        match map.get("type") {
            Some(Value::String(kind)) => {
                said.types.insert(kind.clone());
            }
            Some(Value::Array(kinds)) => said
                .types
                .extend(kinds.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ if map.contains_key("enum") => {
                said.types.insert("string".to_owned());
            }
            _ => {
                said.types.insert("any".to_owned());
            }
        }
    }
    if !path.is_empty() {
        for key in KEYWORDS {
            let value = node.get(key).or_else(|| map.get(key));
            let text = value.map(shown).unwrap_or_default();
            if !union || value.is_some() {
                let said = out.entry(path.to_owned()).or_default();
                said.keywords.entry(key).or_default().insert(text);
            }
        }
    }
    if let Some(items) = map.get("items") {
        flatten(
            directory,
            &file,
            items,
            &format!("{path}[]"),
            depth + 1,
            out,
        );
    }
    for (name, value) in map
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        flatten(directory, &file, value, &path, depth + 1, out);
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let mut words: Vec<String> = list.iter().map(shown).collect();
            words.sort();
            words.join(", ")
        }
        Value::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |n| n.to_string()),
        other => other.to_string(),
    }
}

fn compare(mine: &Flat, given: &Flat, lines: &mut Vec<String>) {
    let parent_known = |path: &str, all: &Flat| {
        let parent = path.rfind(['.', '[']).and_then(|end| path.get(..end));
        parent.is_none_or(|parent| all.contains_key(parent))
    };
    for (path, theirs) in given {
        let Some(ours) = mine.get(path) else {
            if parent_known(path, mine) {
                lines.push(format!("`{path}`: published, not in the document"));
            }
            continue;
        };
        for kind in theirs.types.difference(&ours.types) {
            if kind != "any" {
                let ours: Vec<&str> = ours.types.iter().map(String::as_str).collect();
                lines.push(format!(
                    "`{path}`: published as {kind}, in the document {}",
                    ours.join(" or ")
                ));
            }
        }
        choices(path, ours, theirs, lines);
        for (key, values) in &theirs.keywords {
            let known = ours.keywords.get(key);
            for value in values
                .iter()
                .filter(|value| known.is_none_or(|known| !known.contains(*value)))
            {
                let none = String::new();
                let ours = known
                    .and_then(|known| known.iter().next_back())
                    .unwrap_or(&none);
                lines.push(match (value.is_empty(), ours.is_empty()) {
                    (true, _) => format!("`{path}`: no `{key}` published, {ours} in the document"),
                    (_, true) => {
                        format!("`{path}`: `{key}` {value} published, none in the document")
                    }
                    _ => format!("`{path}`: `{key}` {value} published, {ours} in the document"),
                });
            }
        }
    }
    for path in mine.keys().filter(|path| !given.contains_key(*path)) {
        if parent_known(path, given) {
            lines.push(format!("`{path}`: in the document, not published"));
        }
    }
}

fn choices(path: &str, ours: &Said, theirs: &Said, lines: &mut Vec<String>) {
    let listed = |values: &[&String]| {
        let values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
        values.join(", ")
    };
    match (ours.open, theirs.open) {
        (false, false) => {
            let more: Vec<&String> = theirs.choices.difference(&ours.choices).collect();
            let less: Vec<&String> = ours.choices.difference(&theirs.choices).collect();
            if !more.is_empty() {
                lines.push(format!(
                    "`{path}`: can be {} as published, not in the document",
                    listed(&more)
                ));
            }
            if !less.is_empty() {
                lines.push(format!(
                    "`{path}`: can be {} in the document, not as published",
                    listed(&less)
                ));
            }
        }
        (true, false) => {
            let all: Vec<&String> = theirs.choices.iter().collect();
            lines.push(format!(
                "`{path}`: can only be {} as published, anything in the document",
                listed(&all)
            ));
        }
        (false, true) => {
            let all: Vec<&String> = ours.choices.iter().collect();
            lines.push(format!(
                "`{path}`: can only be {} in the document, anything as published",
                listed(&all)
            ));
        }
        (true, true) => {}
    }
}
