//! Every schema in the corpus is looked at before any is understood: wrong keywords, types, defaults, `required`.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use crate::fault::{Fault, Faults, Place};
use crate::load::Corpus;

/// Keywords the generator reads, or that say nothing about a type.
const KEYWORDS: &[&str] = &[
    "$ref",
    "$schema",
    "$id",
    "$defs",
    "$comment",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "enum",
    "const",
    "default",
    "examples",
    "example",
    "oneOf",
    "anyOf",
    "allOf",
    "nullable",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
    "contentType",
    "contentSchema",
    "discriminator",
    "xml",
    "externalDocs",
    "definitions",
];

/// Whether the generator reads a keyword, or it says nothing about a type.
#[must_use]
pub fn is_keyword(key: &str) -> bool {
    KEYWORDS.contains(&key)
}

/// Keywords that are valid but say more than a type can: read, reported, not enforced.
pub(crate) const LOOSENED: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$dynamicRef",
    "$dynamicAnchor",
    "$anchor",
    "$vocabulary",
];

const TYPES: &[&str] = &[
    "string", "number", "integer", "boolean", "array", "object", "null",
];

/// Checks every schema of every document.
///
/// # Errors
///
/// One fault for each mistake.
pub(crate) fn check(corpus: Corpus) -> Result<Corpus, Vec<Fault>> {
    let mut checker = Checker {
        corpus: &corpus,
        faults: Faults::default(),
        seen: BTreeSet::new(),
    };
    for (file, document) in corpus.components.iter().chain(&corpus.models) {
        checker.find(document, &Place::file(file));
    }
    let mut faults = checker.faults;
    faults.settle(corpus)
}

struct Checker<'a> {
    corpus: &'a Corpus,
    faults: Faults,
    /// What references led to.
    seen: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    /// Walks an `OpenAPI` document to the places where schemas stand.
    fn find(&mut self, node: &'a Value, place: &Place) {
        match node {
            Value::Object(map) => {
                for (key, value) in map {
                    let place = place.at(key);
                    match key.as_str() {
                        "schema" | "itemSchema" | "x-event-schema" => self.schema(value, &place),
                        "schemas" => self.each(value, &place),
                        "example" | "examples" | "x-model" => {}
                        _ => self.find(value, &place),
                    }
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.find(value, &place.at(&index.to_string()));
                }
            }
            _ => {}
        }
    }

    /// Every schema of an object of schemas.
    fn each(&mut self, schemas: &'a Value, place: &Place) {
        for (name, value) in schemas.as_object().into_iter().flatten() {
            self.schema(value, &place.at(name));
        }
    }

    fn schema(&mut self, node: &'a Value, place: &Place) {
        let map = match node {
            Value::Object(map) => map,
            Value::Bool(_) => return,
            _ => return self.faults.add(place, "a schema is an object or a boolean"),
        };
        for key in map.keys() {
            let known =
                is_keyword(key) || LOOSENED.contains(&key.as_str()) || key.starts_with("x-");
            if !known {
                self.faults.add(
                    &place.at(key),
                    format!("`{key}` is no JSON Schema keyword; extensions begin with `x-`"),
                );
            }
        }
        self.reference(map, place);
        let faults = &mut self.faults;
        types(map, place, faults);
        required(map, place, faults);
        values(map, place, faults);
        limits(map, place, faults);
        for key in ["properties", "$defs", "definitions"] {
            match map.get(key) {
                None => {}
                Some(Value::Object(_)) => self.each(&map[key], &place.at(key)),
                Some(_) => self
                    .faults
                    .add(&place.at(key), format!("`{key}` is an object of schemas")),
            }
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            let Some(value) = map.get(key) else { continue };
            match value.as_array() {
                Some(list) if !list.is_empty() => {
                    for (index, value) in list.iter().enumerate() {
                        self.schema(value, &place.at(key).at(&index.to_string()));
                    }
                }
                _ => self.faults.add(
                    &place.at(key),
                    format!("`{key}` needs a list of schemas with at least one"),
                ),
            }
        }
        for key in ["items", "additionalProperties"] {
            if let Some(value) = map.get(key) {
                self.schema(value, &place.at(key));
            }
        }
    }

    /// What a schema refers to has to be a schema too.
    fn reference(&mut self, map: &'a Map<String, Value>, place: &Place) {
        let reference = match map.get("$ref") {
            None => return,
            Some(Value::String(reference)) => reference.as_str(),
            Some(_) => return self.faults.add(&place.at("$ref"), "`$ref` is a text"),
        };
        let (Some(target), Some((file, pointer))) =
            (self.corpus.node(reference), reference.split_once('#'))
        else {
            return;
        };
        if !self.seen.insert(reference) {
            return;
        }
        if pointer.is_empty() {
            return self.faults.add(
                &place.at("$ref"),
                format!("`{reference}` leads to a whole document, not to a schema"),
            );
        }
        let target_place = Place {
            file: file.to_owned(),
            pointer: pointer.to_owned(),
        };
        self.schema(target, &target_place);
    }
}

fn types(map: &Map<String, Value>, place: &Place, faults: &mut Faults) {
    let words: Vec<&Value> = match map.get("type") {
        None => return,
        Some(Value::Array(list)) if list.is_empty() => {
            return faults.add(
                &place.at("type"),
                format!("no type at all; use one of {}", TYPES.join(", ")),
            );
        }
        Some(Value::Array(list)) => list.iter().collect(),
        Some(word) => vec![word],
    };
    for word in words {
        if !word.as_str().is_some_and(|word| TYPES.contains(&word)) {
            faults.add(
                &place.at("type"),
                format!("{word} is no type; use one of {}", TYPES.join(", ")),
            );
        }
    }
}

fn required(map: &Map<String, Value>, place: &Place, faults: &mut Faults) {
    let properties = map.get("properties").and_then(Value::as_object);
    match map.get("required") {
        // A boolean is Swagger's way; it says nothing here.
        None | Some(Value::Bool(_)) => {}
        Some(Value::Array(list)) => {
            let whole = !["allOf", "oneOf", "anyOf", "$ref"]
                .iter()
                .any(|key| map.contains_key(*key));
            for (index, name) in list.iter().enumerate() {
                let place = place.at("required").at(&index.to_string());
                match (name.as_str(), properties) {
                    (None, _) => faults.add(&place, "`required` lists property names"),
                    (Some(name), Some(known)) if whole && !known.contains_key(name) => {
                        faults.add(
                            &place,
                            format!("`{name}` is required, but there is no such property"),
                        );
                    }
                    _ => {}
                }
            }
        }
        Some(_) => faults.add(
            &place.at("required"),
            "`required` is a list of property names",
        ),
    }
}

/// The number that a text is.
pub(crate) fn number_written(value: &Value) -> Option<Value> {
    let number: Number = value.as_str()?.trim().parse().ok()?;
    Some(Value::Number(number))
}

fn takes_text(kind: &Value) -> bool {
    kind == "string"
        || kind
            .as_array()
            .is_some_and(|list| list.contains(&Value::from("string")))
}

/// Limits are numbers; one that is written as text counts too.
fn limits(map: &Map<String, Value>, place: &Place, faults: &mut Faults) {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        value => number_written(value)?.as_f64(),
    };
    for key in [
        "minimum",
        "maximum",
        "multipleOf",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ] {
        let older = |value: &Value| key.starts_with("exclusive") && value.is_boolean();
        if map
            .get(key)
            .is_some_and(|value| number(value).is_none() && !older(value))
        {
            faults.add(&place.at(key), format!("`{key}` is a number"));
        }
    }
    let counts = ["Length", "Items", "Properties"];
    for key in counts
        .iter()
        .flat_map(|what| [format!("min{what}"), format!("max{what}")])
    {
        let whole = |value: &Value| number(value).is_some_and(|n| n >= 0.0 && n.fract() == 0.0);
        if map.get(&key).is_some_and(|value| !whole(value)) {
            faults.add(
                &place.at(&key),
                format!("`{key}` is a whole number, not below 0"),
            );
        }
    }
}

fn values(map: &Map<String, Value>, place: &Place, faults: &mut Faults) {
    match map.get("enum") {
        None => {}
        Some(Value::Array(list)) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                if list[..index].contains(value) {
                    faults.add(
                        &place.at("enum").at(&index.to_string()),
                        format!("{value} stands twice"),
                    );
                }
            }
        }
        Some(_) => faults.add(&place.at("enum"), "`enum` is a list of at least one value"),
    }
    let Some(default) = map.get("default") else {
        return;
    };
    let written = number_written(default);
    let default = written
        .as_ref()
        .filter(|_| !map.get("type").is_some_and(takes_text))
        .unwrap_or(default);
    let fits = |word: &str| match word {
        "string" => default.is_string(),
        "number" => default.is_number(),
        "integer" => {
            default.is_i64()
                || default.is_u64()
                || default.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        "boolean" => default.is_boolean(),
        "array" => default.is_array(),
        "object" => default.is_object(),
        "null" => default.is_null(),
        _ => true,
    };
    let right = match map.get("type") {
        Some(Value::String(word)) => fits(word),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    };
    if !right {
        faults.add(
            &place.at("default"),
            format!("{default} is not of the property's type"),
        );
        return;
    }
    let number = default.as_f64();
    let below = number
        .zip(map.get("minimum").and_then(Value::as_f64))
        .is_some_and(|(value, limit)| value < limit);
    let above = number
        .zip(map.get("maximum").and_then(Value::as_f64))
        .is_some_and(|(value, limit)| value > limit);
    if below || above {
        faults.add(
            &place.at("default"),
            format!("{default} is outside the property's own limits"),
        );
    }
}
