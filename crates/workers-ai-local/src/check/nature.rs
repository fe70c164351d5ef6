//! What values and schemas are like: kinds, equality, which branch a value was meant for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use regex_lite::Regex;
use serde_json::Value;

use crate::documents::Schema;

/// The JSON type of a value, as messages call it.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Equal, numbers by what they are worth.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

/// Whether an object may hold anything: nothing is declared, or a union says what it holds.
pub(super) fn is_open(schema: Schema<'_>) -> bool {
    let has = |key: &str| schema.get(key).is_some();
    (!has("properties") && !has("allOf")) || has("oneOf") || has("anyOf")
}

/// Whether a constant or a required key of the branch says that the value was meant for it.
pub(super) fn is_tagged(branch: Schema<'_>, value: &Value) -> bool {
    let Some(members) = value.as_object() else {
        return branch.get("type").is_some() && branch.allows(kind_of(value));
    };
    let properties = branch.properties();
    let tags: Vec<bool> = properties
        .iter()
        .filter_map(|(name, schema)| Some((name, schema.get("const")?)))
        .map(|(name, only)| members.get(*name).is_some_and(|given| same(only, given)))
        .collect();
    let required = branch.required();
    if tags.is_empty() {
        !required.is_empty() && required.iter().all(|name| members.contains_key(*name))
    } else {
        tags.into_iter().all(|fits| fits)
    }
}

/// Limits of items that are whole numbers and nothing else, such as the bytes of a file.
pub(super) fn plain_range(each: Schema<'_>) -> Option<(i64, i64)> {
    let value = each.resolve().value;
    let plain = value.get("type")? == "integer" && value.get("enum").is_none();
    let limit = |key: &str| value.get(key).and_then(Value::as_i64);
    Some((limit("minimum")?, limit("maximum")?)).filter(|_| plain)
}

/// The compiled pattern; none if it cannot be compiled.
pub(super) fn regex(pattern: &str) -> Option<Arc<Regex>> {
    type Compiled = Mutex<HashMap<String, Option<Arc<Regex>>>>;
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    let compiled = COMPILED.get_or_init(Mutex::default);
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.clone();
    }
    let regex = Regex::new(pattern).ok().map(Arc::new);
    compiled.insert(pattern.to_owned(), regex.clone());
    regex
}

/// Whether text may be a file in base64, as it is or as a data URL.
pub(super) fn is_base64(text: &str) -> bool {
    let data = match text.strip_prefix("data:") {
        Some(url) => url.split_once(',').map_or("", |(_, data)| data),
        None => text,
    };
    data.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/-_=".contains(&byte)
    })
}
