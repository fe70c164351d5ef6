//! Schemas as they are published → schemas that mean the same and are well formed. Whatever is taken differently is noted.

mod keywords;
mod names;
mod references;
mod union;

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use workers_ai_codegen::is_keyword;

pub(crate) use keywords::{fits, is_a, within};
use names::is_type_name;
pub(crate) use names::{definition_name, is_media_type, pascal};

use crate::{Fault, Note, Place};

/// Makes schemas of one model clean.
pub(crate) struct Cleaner<'a> {
    /// Where a reference that begins with `#` may lead, nearest first.
    pub(crate) roots: Vec<&'a Value>,
    /// Keep descriptions and titles.
    pub(crate) prose: bool,
    pub(crate) notes: Vec<Note>,
    pub(crate) faults: Vec<Fault>,
    /// What references led to, by the name it has in the document.
    pub(crate) definitions: Map<String, Value>,
    names: HashMap<String, String>,
}

/// Keywords that are kept as they are, of the right kind or not at all.
const EXTENSIONS: [&str; 7] = [
    "x-binding-only",
    "x-enum-descriptions",
    "x-name",
    "x-note",
    "x-observed",
    "x-says",
    "x-uncertain",
];

impl<'a> Cleaner<'a> {
    pub(crate) fn new(roots: Vec<&'a Value>, prose: bool) -> Self {
        Self {
            roots,
            prose,
            notes: Vec::new(),
            faults: Vec::new(),
            definitions: Map::new(),
            names: HashMap::new(),
        }
    }

    pub(crate) fn note(&mut self, place: &Place, message: impl Into<String>) {
        self.notes.push(Note {
            place: place.clone(),
            message: message.into(),
        });
    }

    /// The clean form of `node`.
    pub(crate) fn schema(&mut self, node: &Value, place: &Place) -> Value {
        let map = match node {
            Value::Object(map) => map,
            Value::Bool(true) => return json!({}),
            Value::Bool(false) => {
                self.note(place, "`false` allows nothing, taken as any value");
                return json!({});
            }
            _ => {
                self.note(place, "not a schema, taken as any value");
                return json!({});
            }
        };
        if let Some(reference) = map.get("$ref") {
            return self.reference(reference, map, place);
        }
        let mut out = Map::new();
        self.words(map, &mut out);
        self.keywords(map, &mut out, place);
        self.object(map, &mut out, place);
        for key in ["items", "additionalProperties"] {
            if let Some(value) = map.get(key) {
                self.below(key, value, &mut out, place);
            }
        }
        let out = self.split_kinds(out, place);
        let mut out = self.unions(map, out, place);
        infer_type(&mut out);
        self.nullable(map, &mut out, place);
        self.values(map, &mut out, place);
        self.unread(map, place);
        Value::Object(ordered(out))
    }

    fn words(&self, map: &Map<String, Value>, out: &mut Map<String, Value>) {
        for key in ["title", "description"] {
            let text = map.get(key).and_then(Value::as_str).map(str::trim);
            if let Some(text) = text.filter(|text| !text.is_empty())
                && (self.prose || key == "title")
            {
                out.insert(key.to_owned(), text.into());
            }
        }
        for key in EXTENSIONS {
            let value = map.get(key);
            if let Some(value) = value.filter(|value| key != "x-name" || is_type_name(value)) {
                out.insert(key.to_owned(), value.clone());
            }
        }
    }

    fn object(&mut self, map: &Map<String, Value>, out: &mut Map<String, Value>, place: &Place) {
        let mut required: Vec<Value> = Vec::new();
        let mut properties = Map::new();
        match map.get("properties") {
            None => {}
            Some(Value::Object(given)) => {
                let place = place.at("properties");
                for (name, value) in given {
                    let place = place.at(name);
                    match value {
                        Value::Array(list) if name == "required" && is_names(list, given) => {
                            self.note(&place, "`required` stands among the properties, moved out");
                            required.extend(list.iter().cloned());
                        }
                        Value::Bool(false) => {
                            self.note(
                                &place,
                                "`false`: a property that must not be there, left out",
                            );
                        }
                        _ => {
                            if value.get("required") == Some(&Value::Bool(true)) {
                                required.push(name.clone().into());
                            }
                            properties.insert(name.clone(), self.schema(value, &place));
                        }
                    }
                }
                out.insert("properties".to_owned(), Value::Object(properties.clone()));
            }
            Some(_) => self.note(
                &place.at("properties"),
                "not an object of schemas, left out",
            ),
        }
        let elsewhere = names_of_alternatives(map);
        match map.get("required") {
            None | Some(Value::Bool(_)) => {}
            Some(Value::Array(list)) => {
                for (index, name) in list.iter().enumerate() {
                    let place = place.at("required").at(&index.to_string());
                    match name.as_str() {
                        Some(text)
                            if properties.contains_key(text) || elsewhere.contains(&text) =>
                        {
                            required.push(name.clone());
                        }
                        Some(text) => {
                            self.note(&place, format!("there is no property `{text}`, left out"));
                        }
                        None => self.note(&place, "not a name, left out"),
                    }
                }
            }
            Some(_) => self.note(&place.at("required"), "not a list of names, left out"),
        }
        let mut seen = Vec::new();
        required.retain(|name| {
            !seen.contains(name) && {
                seen.push(name.clone());
                true
            }
        });
        if !required.is_empty() {
            out.insert("required".to_owned(), Value::Array(required));
        }
    }

    fn below(&mut self, key: &str, value: &Value, out: &mut Map<String, Value>, place: &Place) {
        let place = place.at(key);
        match value {
            Value::Bool(_) if key == "additionalProperties" => {
                out.insert(key.to_owned(), value.clone());
            }
            Value::Array(list) => match list.as_slice() {
                [] => self.note(&place, "an empty list, left out"),
                [only] => {
                    let schema = self.schema(only, &place.at("0"));
                    out.insert(key.to_owned(), schema);
                }
                many => {
                    self.note(
                        &place,
                        "a list of schemas, taken as alternatives of each item",
                    );
                    let arms = many.iter().enumerate();
                    let arms: Vec<Value> = arms
                        .map(|(index, arm)| self.schema(arm, &place.at(&index.to_string())))
                        .collect();
                    out.insert(key.to_owned(), self.alternatives("oneOf", arms, &place));
                }
            },
            _ => {
                let schema = self.schema(value, &place);
                out.insert(key.to_owned(), schema);
            }
        }
    }

    /// Reports what nothing above has read.
    fn unread(&mut self, map: &Map<String, Value>, place: &Place) {
        if map.get("x-name").is_some_and(|name| !is_type_name(name)) {
            self.note(&place.at("x-name"), "no name for a type, left out");
        }
        let media = map.get("contentType");
        if media.is_some_and(|media| !media.as_str().is_some_and(is_media_type)) {
            self.note(&place.at("contentType"), "no media type, left out");
        }
        for key in map.keys() {
            let is_read = is_keyword(key) && key != "contentSchema" || key.starts_with("x-");
            if !is_read {
                self.note(&place.at(key), format!("unknown keyword `{key}`, left out"));
            }
        }
    }
}

fn is_names(list: &[Value], properties: &Map<String, Value>) -> bool {
    let known = |name: &Value| {
        name.as_str()
            .is_some_and(|name| properties.contains_key(name))
    };
    list.iter().all(known)
}

/// Properties of the alternatives and parts of a schema.
fn names_of_alternatives(map: &Map<String, Value>) -> Vec<&str> {
    let lists = ["oneOf", "anyOf", "allOf"].iter();
    let arms = lists
        .filter_map(|key| map.get(*key))
        .flat_map(|list| match list {
            Value::Array(list) => list.iter().collect(),
            one => vec![one],
        });
    arms.filter_map(|arm| arm.get("properties").and_then(Value::as_object))
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect()
}

/// What a schema without `type` can only be.
fn infer_type(out: &mut Map<String, Value>) {
    if ["type", "oneOf", "anyOf", "allOf"]
        .iter()
        .any(|key| out.contains_key(*key))
    {
        return;
    }
    let kind = if out.contains_key("properties") {
        "object"
    } else if out.contains_key("items") {
        "array"
    } else {
        return;
    };
    out.insert("type".to_owned(), kind.into());
}

/// The order in which documents write keywords.
fn ordered(mut map: Map<String, Value>) -> Map<String, Value> {
    const ORDER: [&str; 10] = [
        "$ref",
        "title",
        "description",
        "type",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "enum",
        "const",
    ];
    let mut out = Map::new();
    for key in ORDER {
        if let Some(value) = map.shift_remove(key) {
            out.insert(key.to_owned(), value);
        }
    }
    let (last, middle): (Vec<_>, Vec<_>) =
        map.into_iter().partition(|(key, _)| key.starts_with("x-"));
    out.extend(middle);
    out.extend(last);
    out
}

#[cfg(test)]
mod tests;
