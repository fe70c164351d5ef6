//! The facts of a model, looked at before they are printed: of the right kind, in words that are known.

use serde_json::Value;

use crate::normalise::{Node, Reader};

const TEXTS: &[&str] = &[
    "id",
    "name",
    "author",
    "task",
    "status",
    "created",
    "retired",
    "successor",
    "terms",
    "info",
    "documentation",
];
const NUMBERS: &[&str] = &["context_window", "max_input_tokens", "dimensions"];
const LISTS: &[&str] = &["abilities", "languages", "uncertain"];

/// What the models crate knows a model can do.
pub(crate) const ABILITIES: &[&str] = &[
    "beta",
    "lora",
    "function_calling",
    "reasoning",
    "vision",
    "async_queue",
    "realtime",
    "partner",
    "require_workers_paid",
];

const STATUSES: &[&str] = &["live", "deprecated", "documented"];

/// A fault for each fact of the wrong kind; what is in unknown words is reported.
pub(crate) fn check(reader: &mut Reader<'_>, facts: &Node<'_>) {
    let Some(map) = facts.value.as_object() else {
        reader
            .faults
            .add(&facts.place, "the facts of a model are an object");
        return;
    };
    for (key, value) in map {
        let place = facts.place.at(key);
        let key = key.as_str();
        let fault = if TEXTS.contains(&key) {
            (!value.is_string()).then_some("is text")
        } else if NUMBERS.contains(&key) {
            (!value.is_u64()).then_some("is a whole number")
        } else if LISTS.contains(&key) {
            (!is_texts(value)).then_some("is a list of texts")
        } else if key == "price" {
            (!is_price(value))
                .then_some("is a list of objects with `unit`, a text, and `usd`, a number")
        } else if key == "reasoning" {
            (!is_reasoning(value))
                .then_some("is an object of `efforts`, `default`, `mandatory` and `aliases`")
        } else {
            if !key.starts_with("x-") {
                reader.loosen(&place, "no fact that the generator knows: left out");
            }
            None
        };
        if let Some(kind) = fault {
            reader.faults.add(&place, format!("`{key}` {kind}"));
        }
    }
    let status = facts.text("status").filter(|word| !STATUSES.contains(word));
    if let Some(word) = status {
        let message = format!("`{word}` is no status; use one of {}", STATUSES.join(", "));
        reader.faults.add(&facts.place.at("status"), message);
    }
    let abilities = facts.value.get("abilities").and_then(Value::as_array);
    for (index, ability) in abilities.into_iter().flatten().enumerate() {
        if let Some(word) = ability.as_str().filter(|word| !ABILITIES.contains(word)) {
            let place = facts.place.at("abilities").at(&index.to_string());
            reader.loosen(
                &place,
                format!(
                    "`{word}` is no ability that the models crate knows: in the documentation only"
                ),
            );
        }
    }
}

fn is_texts(value: &Value) -> bool {
    let list = value.as_array();
    list.is_some_and(|list| list.iter().all(Value::is_string))
}

fn is_price(value: &Value) -> bool {
    let one = |price: &Value| {
        let text = price.get("unit").is_some_and(Value::is_string);
        text && price.get("usd").is_some_and(Value::is_number)
    };
    value.as_array().is_some_and(|list| list.iter().all(one))
}

fn is_reasoning(value: &Value) -> bool {
    let said = |key: &str, right: fn(&Value) -> bool| value.get(key).is_none_or(right);
    let texts = |value: &Value| {
        let map = value.as_object();
        map.is_some_and(|map| map.values().all(Value::is_string))
    };
    value.is_object()
        && said("efforts", is_texts)
        && said("default", Value::is_string)
        && said("mandatory", Value::is_boolean)
        && said("aliases", texts)
}
