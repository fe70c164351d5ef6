//! Keywords of a schema: its kind, its limits, and one schema laid over another.

use serde_json::{Map, Value, json};

use super::{DEEP, LETTERS};

/// The kind of value a schema wants; told by its keywords if it does not say.
pub(super) fn kind(schema: &Value, depth: usize) -> &str {
    let has = |names: &[&str]| names.iter().any(|name| schema.get(name).is_some());
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            let named = kinds.iter().filter_map(Value::as_str);
            let ends = |kind: &&str| depth < DEEP || !matches!(*kind, "object" | "array");
            let mut usual = named.filter(|kind| *kind != "null").filter(ends);
            let first = kinds.first().and_then(Value::as_str).unwrap_or("null");
            let is_nullable = kinds.iter().any(|kind| kind == "null");
            usual
                .next()
                .unwrap_or(if is_nullable { "null" } else { first })
        }
        _ if has(&[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
        ]) =>
        {
            "object"
        }
        _ if has(&["items", "prefixItems", "minItems", "maxItems"]) => "array",
        _ if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) => "number",
        _ if has(&["multipleOf"]) => "number",
        _ => "string",
    }
}

/// A schema without the keyword `done`, and what `under` says added.
pub(super) fn laid_over(schema: &Value, done: &str, under: &Value) -> Value {
    let mut merged = schema.as_object().cloned().unwrap_or_default();
    merged.remove(done);
    for (name, value) in under.as_object().into_iter().flatten() {
        match (merged.get_mut(name), value) {
            (Some(Value::Object(ours)), Value::Object(theirs)) if name == "properties" => {
                for (name, property) in theirs {
                    let ours = ours.entry(name.clone());
                    let ours = ours.or_insert_with(|| Value::Object(Map::new()));
                    if ours.is_object() && property.is_object() {
                        *ours = laid_over(ours, "", property);
                    }
                }
            }
            (Some(Value::Array(ours)), Value::Array(theirs))
                if name == "required" || name == "allOf" =>
            {
                ours.extend(theirs.iter().cloned());
            }
            (Some(_), _) => {}
            (None, value) => {
                merged.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(merged)
}

/// A count that a schema sets, such as `minItems`.
pub(super) fn bound(schema: &Value, name: &str) -> Option<usize> {
    let bound = schema.get(name)?;
    let bound = bound.as_u64()?;
    Some(usize::try_from(bound).unwrap_or(usize::MAX))
}

/// A limit of a number; an exclusive one is moved by `edge`.
pub(super) fn limit(schema: &Value, name: &str, exclusive: &str, edge: f64) -> Option<f64> {
    let inclusive = schema.get(name).and_then(Value::as_f64);
    match schema.get(exclusive) {
        Some(Value::Bool(true)) => inclusive.map(|limit| limit + edge),
        Some(Value::Number(limit)) => limit.as_f64().map(|limit| limit + edge),
        _ => inclusive,
    }
}

/// A whole number as JSON has it.
pub(super) fn integer(value: f64) -> Value {
    // Written without a fraction, it reads back as an integer.
    serde_json::from_str(&format!("{value:.0}")).unwrap_or_else(|_| json!(0))
}

/// How much a value counts: the values in it, and more for long text.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        Value::Object(members) => members.values().map(|member| 1 + size(member)).sum(),
        Value::String(text) => text.len() / LETTERS,
        _ => 0,
    }
}
