//! Every schema in the corpus is looked at before any is understood: wrong keywords, types, defaults, `required`.

use serde_json::{Map, Value};

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
    let mut faults = Faults::default();
    for (file, document) in corpus.components.iter().chain(&corpus.models) {
        find(document, &Place::file(file), &mut faults);
    }
    faults.settle(corpus)
}

/// Walks an `OpenAPI` document to the places where schemas stand.
fn find(node: &Value, place: &Place, faults: &mut Faults) {
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                let place = place.at(key);
                match key.as_str() {
                    "schema" | "itemSchema" | "x-event-schema" => schema(value, &place, faults),
                    "schemas" => {
                        for (name, value) in value.as_object().into_iter().flatten() {
                            schema(value, &place.at(name), faults);
                        }
                    }
                    "example" | "examples" | "x-model" => {}
                    _ => find(value, &place, faults),
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                find(value, &place.at(&index.to_string()), faults);
            }
        }
        _ => {}
    }
}

fn schema(node: &Value, place: &Place, faults: &mut Faults) {
    let map = match node {
        Value::Object(map) => map,
        Value::Bool(_) => return,
        _ => return faults.add(place, "a schema is an object or a boolean"),
    };
    for key in map.keys() {
        let known = KEYWORDS.contains(&key.as_str())
            || LOOSENED.contains(&key.as_str())
            || key.starts_with("x-");
        if !known {
            faults.add(
                &place.at(key),
                format!("`{key}` is no JSON Schema keyword; extensions begin with `x-`"),
            );
        }
    }
    types(map, place, faults);
    properties(map, place, faults);
    values(map, place, faults);
    for key in ["oneOf", "anyOf", "allOf"] {
        let Some(value) = map.get(key) else { continue };
        match value.as_array() {
            Some(list) if !list.is_empty() => {
                for (index, value) in list.iter().enumerate() {
                    schema(value, &place.at(key).at(&index.to_string()), faults);
                }
            }
            _ => faults.add(
                &place.at(key),
                format!("`{key}` needs a list of schemas with at least one"),
            ),
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(value) = map.get(key) {
            schema(value, &place.at(key), faults);
        }
    }
}

fn types(map: &Map<String, Value>, place: &Place, faults: &mut Faults) {
    let words: Vec<&Value> = match map.get("type") {
        None => return,
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

fn properties(map: &Map<String, Value>, place: &Place, faults: &mut Faults) {
    let properties = map.get("properties");
    if let Some(value) = properties {
        let Some(properties) = value.as_object() else {
            return faults.add(
                &place.at("properties"),
                "`properties` is an object of schemas",
            );
        };
        for (name, value) in properties {
            schema(value, &place.at("properties").at(name), faults);
        }
    }
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
                    (Some(name), Some(known)) if whole && known.get(name).is_none() => {
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
