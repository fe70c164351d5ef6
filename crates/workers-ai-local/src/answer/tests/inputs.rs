//! Inputs for every model: the smallest that fits its document, and the document's own example.

use serde_json::{Map, Value, json};

use crate::{
    answer::{Input, conversation},
    documents::{Model, Schema},
};

/// An input as it is sent.
#[derive(Debug)]
pub(super) enum Sent {
    Json(Value),
    Bytes(&'static str, Vec<u8>, Map<String, Value>),
}

impl Sent {
    pub(super) fn as_input(&self) -> Input<'_> {
        match self {
            Sent::Json(value) => Input::Json(value),
            Sent::Bytes(content_type, body, options) => Input::Bytes {
                content_type,
                body,
                options,
            },
        }
    }
}

/// One for each content type and each alternative but batches, and the examples.
pub(super) fn of(model: &'static Model) -> Vec<Sent> {
    let mut all = Vec::new();
    for (content_type, body) in model.inputs() {
        let schema = model.input(content_type).expect("a body has a schema");
        if content_type == "application/json" || content_type == "multipart/form-data" {
            let shapes = conversation::flat(schema);
            let shapes = shapes
                .iter()
                .filter(|shape| shape.property("requests").is_none());
            let inputs = body.get("example").cloned().into_iter();
            let inputs = inputs.chain(shapes.map(|shape| smallest(*shape)));
            all.extend(inputs.map(|input| Sent::Json(small(input, schema))));
        } else {
            for options in [Map::new(), every_option(model)] {
                let body = b"not really a file".to_vec();
                all.push(Sent::Bytes(content_type, body, options));
            }
        }
    }
    all
}

/// All that a query can ask for.
fn every_option(model: &Model) -> Map<String, Value> {
    let yes = |(name, parameter): (&str, &Value)| {
        let is_switch = parameter["schema"]["type"] == "boolean";
        is_switch.then(|| (name.to_owned(), true.into()))
    };
    model.options().filter_map(yes).collect()
}

/// A picture of a small size, as painting takes time.
fn small(mut input: Value, schema: Schema<'_>) -> Value {
    for side in ["width", "height"] {
        if schema.property(side).is_some() {
            input[side] = 256.into();
        }
    }
    input
}

/// The smallest value that fits.
fn smallest(schema: Schema<'_>) -> Value {
    let schema = schema.resolve();
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    let first = schema.alternatives().next();
    if let Some(first) = first {
        return smallest(first);
    }
    let least = |name: &str| schema.get(name).and_then(Value::as_u64).unwrap_or_default();
    let items = || schema.child("items").map_or(Value::Null, smallest);
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => schema.properties().first().map(|_| "object"),
    };
    match kind {
        Some("object") => {
            let property = |name: &str| {
                (
                    name.to_owned(),
                    schema.property(name).map_or(Value::Null, smallest),
                )
            };
            let mut object: Map<String, Value> =
                schema.required().into_iter().map(property).collect();
            if let (1.., Some(further)) =
                (least("minProperties"), schema.child("additionalProperties"))
            {
                object.insert("one".to_owned(), smallest(further));
            }
            Value::Object(object)
        }
        Some("array") => (0..least("minItems").max(1)).map(|_| items()).collect(),
        Some("string") if schema.get("pattern").is_some() => json!("16000"),
        Some("string") => json!("one"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        _ => json!({}),
    }
}
