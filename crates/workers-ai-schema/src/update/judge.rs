//! Judgements on pairs of schemas: which says less, what still fits, which words are ours.

use serde_json::{Map, Value};

use super::schema::Site;
use crate::{
    clean::{fits, within},
    print::is_annotation,
};

/// The alternatives of a schema, those of its alternatives among them; without null.
pub(super) fn arms<'a>(
    site: &Site<'a>,
    behind: &dyn Fn(&str, &'a Value) -> Site<'a>,
    depth: usize,
    out: &mut Vec<Site<'a>>,
) {
    let (file, node) = behind(&site.0, site.1);
    let lists = ["oneOf", "anyOf"].iter().filter_map(|key| node.get(*key));
    let lists: Vec<&Value> = lists.filter_map(Value::as_array).flatten().collect();
    if lists.is_empty() || depth > 8 {
        if node.get("type").is_none_or(|kind| kind != "null") {
            out.push(site.clone());
        }
        return;
    }
    for arm in lists {
        arms(&(file.clone(), arm), behind, depth + 1, out);
    }
}

/// The one alternative of a schema that is not null, where there is one.
pub(super) fn without_null((file, node): Site<'_>) -> Site<'_> {
    for key in ["oneOf", "anyOf"] {
        let Some(list) = node.get(key).and_then(Value::as_array) else {
            continue;
        };
        let mut real = list
            .iter()
            .filter(|arm| arm.get("type").is_none_or(|kind| kind != "null"));
        if let (Some(only), None) = (real.next(), real.next()) {
            return (file, only);
        }
    }
    (file, node)
}

/// Whether what is published is only less precise than ours.
pub(super) fn says_less(ours: &Value, theirs: &Value) -> bool {
    let (Some(mine), Some(given)) = (ours.as_object(), theirs.as_object()) else {
        return theirs.as_bool() == Some(true);
    };
    let says = |map: &Map<String, Value>, key: &str| map.contains_key(key);
    let mut rest = given
        .keys()
        .filter(|key| !is_annotation(key) && *key != "default");
    let bare = rest.all(|key| {
        key == "type"
            || (key == "additionalProperties" && given.get(key) == Some(&Value::Bool(true)))
    });
    let kind = given.get("type").and_then(Value::as_str);
    let own = mine.get("type").and_then(Value::as_str);
    let words = |value: Option<&Value>| value.is_some_and(Value::is_string);
    let listed = mine.get("enum").and_then(Value::as_array);
    let text =
        words(mine.get("const")) || listed.is_some_and(|list| list.iter().all(Value::is_string));
    match kind {
        None => bare && given.keys().all(|key| is_annotation(key)),
        Some("object") if bare => {
            own == Some("object")
                || ["properties", "oneOf", "anyOf", "allOf"]
                    .iter()
                    .any(|key| says(mine, key))
        }
        Some("array") if bare => own == Some("array"),
        Some("string") if bare => text,
        Some("boolean") if bare => mine.get("const").is_some_and(Value::is_boolean),
        Some("integer") => own == Some("integer") && is_byte(mine) && !has_limits(given),
        Some("number") => own == Some("integer") && !has_limits(given),
        _ => false,
    }
}

/// Whether a published type is ours, or null.
pub(super) fn only_nullable(ours: &Value, theirs: &Value) -> bool {
    let real = |value: &Value| -> Vec<Value> {
        let list = match value {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        list.into_iter().filter(|kind| kind != "null").collect()
    };
    real(ours) == real(theirs)
}

pub(super) fn is_byte(map: &Map<String, Value>) -> bool {
    let limit = |key: &str| map.get(key).and_then(Value::as_u64);
    limit("minimum") == Some(0) && limit("maximum") == Some(255)
}

pub(super) fn has_limits(map: &Map<String, Value>) -> bool {
    [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "enum",
    ]
    .iter()
    .any(|key| map.contains_key(*key))
}

/// Whether the default of a schema is within its limits and of its type.
pub(super) fn fits_still(map: &Map<String, Value>) -> bool {
    let Some(default) = map.get("default") else {
        return true;
    };
    let listed = map.get("enum").and_then(Value::as_array);
    fits(map, default) && within(map, default) && listed.is_none_or(|list| list.contains(default))
}

pub(super) fn same_values(one: &Value, other: &Value) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (one, other) = (list(one), list(other));
    one.len() == other.len() && one.iter().all(|value| other.contains(value))
}

/// Words and marks of `old` on `out`.
pub(super) fn keep_words(out: &mut Value, old: &Value) {
    let (Some(out), Some(old)) = (out.as_object_mut(), old.as_object()) else {
        return;
    };
    let mut words = Map::new();
    for (key, value) in old
        .iter()
        .filter(|(key, _)| is_annotation(key) && *key != "x-name")
    {
        out.shift_remove(key);
        words.insert(key.clone(), value.clone());
    }
    words.extend(std::mem::take(out));
    *out = words;
}
