//! A schema with everything it refers to put in its place.

use serde_json::{Map, Value, json};

use crate::documents::Schema;

/// Values inside values, at most.
const DEPTH: usize = 64;

/// The whole schema. One that contains itself becomes `{"x-recursive": <reference>}` there.
pub(crate) fn whole(schema: Schema<'_>) -> Value {
    inlined(schema, &mut Vec::new(), DEPTH)
}

fn inlined<'a>(schema: Schema<'a>, inside: &mut Vec<&'a str>, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else {
        return json!({});
    };
    match schema.value {
        Value::Object(members) => object(schema, members, inside, depth),
        Value::Array(items) => items
            .iter()
            .map(|item| inlined(schema.with(item), inside, depth))
            .collect(),
        other => other.clone(),
    }
}

fn object<'a>(
    schema: Schema<'a>,
    members: &'a Map<String, Value>,
    inside: &mut Vec<&'a str>,
    depth: usize,
) -> Value {
    let mut result = Map::new();
    let reference = members.get("$ref").and_then(Value::as_str);
    if let Some(reference) = reference {
        if inside.contains(&reference) {
            return json!({"x-recursive": reference});
        }
        inside.push(reference);
        if let Some(target) = schema.documents.node(reference) {
            if let Value::Object(target) = inlined(schema.with(target), inside, depth) {
                result = target;
            }
        }
        inside.pop();
    }
    // What stands beside the reference has the last word.
    for (name, value) in members.iter().filter(|(name, _)| *name != "$ref") {
        result.insert(name.clone(), inlined(schema.with(value), inside, depth));
    }
    Value::Object(result)
}
