//! What a schema means, as far as a value for it depends on that.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use serde_json::Value;

use crate::documents::{alternatives, follow, members};

/// What a schema means, and where it states the limits.
pub(super) struct Meaning {
    pub(super) shape: Shape,
    pub(super) limits: &'static Value,
}

pub(super) enum Shape {
    Any,
    Free,
    Fixed(&'static Value),
    Choice(Vec<&'static str>),
    Text,
    /// Bytes, written as base64 text.
    Base64,
    /// Bytes, written as a list of numbers.
    Bytes,
    Integer,
    Number,
    Bool,
    List(Option<&'static Value>),
    Object(Vec<Property>),
    Map(&'static Value),
    Union(Vec<(Shape, &'static Value)>),
}

pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) schema: &'static Value,
    pub(super) required: bool,
}

/// The schema that states the limits: behind references and the one alternative that is not null.
fn limits(schema: &'static Value) -> &'static Value {
    match alternatives(schema).as_slice() {
        [only] if follow(only) != follow(schema) => limits(only),
        _ => follow(schema),
    }
}

/// What a schema means, found out once.
pub(super) fn meaning(schema: &'static Value) -> &'static Meaning {
    static KNOWN: LazyLock<Mutex<HashMap<usize, &Meaning>>> = LazyLock::new(Mutex::default);
    let place = std::ptr::from_ref(schema).addr();
    let known = || KNOWN.lock().expect("no panic while it is held");
    if let Some(known) = known().get(&place) {
        return known;
    }
    let meaning: &Meaning = Box::leak(Box::new(Meaning {
        shape: understand(schema),
        limits: limits(schema),
    }));
    known().insert(place, meaning);
    meaning
}

pub(super) fn shape(schema: &'static Value) -> &'static Shape {
    &meaning(schema).shape
}

fn understand(schema: &'static Value) -> Shape {
    let inner = follow(schema);
    if let Some(parts) = inner.get("allOf").and_then(Value::as_array) {
        return match parts.as_slice() {
            [only] if inner.get("properties").is_none() => understand(only),
            _ => object(&[inner]),
        };
    }
    let unions = ["oneOf", "anyOf"].map(|key| inner.get(key).and_then(Value::as_array));
    let mut arms = unions.into_iter().flatten().flatten().peekable();
    if arms.peek().is_some() {
        return if inner.get("properties").is_some() {
            union(
                arms.map(|arm| (object(&[inner, follow(arm)]), inner))
                    .collect(),
            )
        } else {
            let arms = alternatives(schema).into_iter();
            union(arms.map(|arm| (understand(arm), limits(arm))).collect())
        };
    }
    if let Some(only) = inner.get("const") {
        return Shape::Fixed(only);
    }
    if let Some(values) = inner.get("enum").and_then(Value::as_array) {
        let texts: Option<Vec<&str>> = values
            .iter()
            .filter(|value| !value.is_null())
            .map(Value::as_str)
            .collect();
        return match (texts, values.as_slice()) {
            (Some(texts), [_, _, ..]) => Shape::Choice(texts),
            _ => Shape::Fixed(&values[0]),
        };
    }
    let words: Vec<&str> = match inner.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ if inner.get("properties").is_some() => vec!["object"],
        _ if inner.get("items").is_some() => vec!["array"],
        _ => vec!["any"],
    };
    let words = words.into_iter().filter(|word| *word != "null");
    union(words.map(|word| (plain(word, inner), inner)).collect())
}

/// Several shapes as one, where the types cannot or need not tell them apart.
fn union(mut arms: Vec<(Shape, &'static Value)>) -> Shape {
    if arms.len() == 1 {
        return arms.remove(0).0;
    }
    if arms
        .iter()
        .all(|(arm, _)| matches!(arm, Shape::Integer | Shape::Number))
    {
        return Shape::Number;
    }
    if arms.iter().all(|(arm, _)| {
        matches!(
            arm,
            Shape::Text | Shape::Choice(_) | Shape::Fixed(Value::String(_))
        )
    }) {
        return Shape::Text;
    }
    if arms
        .iter()
        .all(|(arm, _)| matches!(arm, Shape::Base64 | Shape::Bytes))
    {
        return Shape::Bytes;
    }
    Shape::Union(arms)
}

fn plain(word: &str, schema: &'static Value) -> Shape {
    let says = |key: &str, value: &str| schema.get(key).and_then(Value::as_str) == Some(value);
    match word {
        "string" if says("contentEncoding", "base64") || says("format", "binary") => Shape::Base64,
        "string" if schema.get("contentMediaType").is_some() => Shape::Base64,
        "string" => Shape::Text,
        "boolean" => Shape::Bool,
        "number" => Shape::Number,
        "integer" => Shape::Integer,
        "array" => {
            let items = schema.get("items");
            let byte = |items: &'static Value| {
                let items = follow(items);
                items["type"] == "integer" && items["minimum"] == 0 && items["maximum"] == 255
            };
            if items.is_some_and(byte) {
                Shape::Bytes
            } else {
                Shape::List(items)
            }
        }
        "object" if schema.get("properties").is_some() => object(&[schema]),
        "object" => match schema.get("additionalProperties") {
            Some(items @ Value::Object(_)) => Shape::Map(items),
            _ => Shape::Free,
        },
        _ => Shape::Any,
    }
}

/// One object of several that hold at the same time.
fn object(parts: &[&'static Value]) -> Shape {
    fn collect(
        part: &'static Value,
        properties: &mut Vec<Property>,
        required: &mut Vec<&'static str>,
    ) {
        let inner = follow(part);
        for part in inner
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            collect(part, properties, required);
        }
        let names = inner.get("required").and_then(Value::as_array);
        required.extend(names.into_iter().flatten().filter_map(Value::as_str));
        for (name, schema) in members(inner, "properties") {
            properties.retain(|known| known.name != name);
            properties.push(Property {
                name,
                schema,
                required: false,
            });
        }
    }
    let (mut properties, mut required) = (Vec::new(), Vec::new());
    for part in parts {
        collect(part, &mut properties, &mut required);
    }
    for property in &mut properties {
        property.required = required.contains(&property.name);
    }
    Shape::Object(properties)
}
