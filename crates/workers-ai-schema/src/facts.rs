//! What a page or the catalogue says about a model beside its schema → the block `x-model`.

use serde_json::{Map, Value, json};

use workers_ai_codegen::TASKS;

use crate::{Fault, Note, Place};

/// Properties that are true or absent.
const ABILITIES: [&str; 9] = [
    "async_queue",
    "beta",
    "function_calling",
    "lora",
    "partner",
    "realtime",
    "reasoning",
    "require_workers_paid",
    "vision",
];

/// What a page of the catalogue has beside its properties, and the property that says the same.
const BESIDE: [(&str, &str); 2] = [("context_length", "context_window"), ("terms", "terms")];

/// The order of the block.
const ORDER: [&str; 17] = [
    "id",
    "author",
    "task",
    "status",
    "retired",
    "successor",
    "created",
    "context_window",
    "max_input_tokens",
    "dimensions",
    "price",
    "abilities",
    "languages",
    "terms",
    "info",
    "documentation",
    "reasoning",
];

/// A task in the way it is written here: `Workers AI Text To Image` is `Text-to-Image`.
pub(crate) fn task(given: &str) -> String {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    let name = given.strip_prefix("Workers AI ").unwrap_or(given).trim();
    let name = if bare(name) == "dumbpipe" {
        "Voice Activity Detection"
    } else {
        name
    };
    let known = TASKS.iter().find(|task| bare(task) == bare(name));
    known.map_or_else(|| name.to_owned(), |task| (*task).to_owned())
}

/// What the id alone says.
pub(crate) fn of_id(id: &str) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("id".to_owned(), id.into());
    if let Some(author) = id.split('/').nth(1) {
        facts.insert("author".to_owned(), author.into());
    }
    facts
}

/// What a page or an item of the catalogue says.
///
/// # Errors
///
/// A task or properties of another kind than they have.
pub(crate) fn of_page(
    id: &str,
    page: &Value,
    place: &Place,
    notes: &mut Vec<Note>,
) -> Result<Map<String, Value>, Fault> {
    let mut facts = of_id(id);
    let named = page
        .get("task")
        .map(|task| task.get("name").unwrap_or(task));
    match named {
        None | Some(Value::Null) => {}
        Some(Value::String(name)) => {
            facts.insert("task".to_owned(), task(name).into());
        }
        Some(_) => {
            return Err(Fault {
                place: place.at("task"),
                message: "a task is a name, or an object with a `name`".to_owned(),
            });
        }
    }
    facts.insert("status".to_owned(), "live".into());
    if page.get("deprecated") == Some(&Value::Bool(true)) {
        facts.insert("status".to_owned(), "deprecated".into());
    }
    if let Some(created) = page.get("created_at").and_then(Value::as_str) {
        facts.insert("created".to_owned(), instant(created).into());
    }
    let mut abilities = Vec::new();
    if page.get("supports_async") == Some(&Value::Bool(true)) {
        abilities.push("async_queue");
    }
    for (key, name) in BESIDE {
        if let Some(value) = page.get(key).filter(|value| !value.is_null())
            && let Err(message) = fact(name, value, &mut facts)
        {
            let place = place.at(key);
            notes.push(Note { place, message });
        }
    }
    let at = place.at("properties");
    let list = match page.get("properties") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().enumerate().collect(),
        Some(_) => {
            return Err(Fault {
                place: at,
                message: "properties are a list of `property_id` and `value`".to_owned(),
            });
        }
    };
    for (index, property) in list {
        let place = at.at(&index.to_string());
        let key = property.get("property_id").and_then(Value::as_str);
        let (Some(key), Some(value)) = (key, property.get("value")) else {
            notes.push(Note {
                place,
                message: "not a `property_id` with a `value`, left out".to_owned(),
            });
            continue;
        };
        if ABILITIES.contains(&key) {
            if truth(value) && !abilities.contains(&key) {
                abilities.push(key);
            }
        } else if let Err(message) = fact(key, value, &mut facts) {
            notes.push(Note { place, message });
        }
    }
    if !abilities.is_empty() {
        facts.insert("abilities".to_owned(), json!(abilities));
    }
    Ok(ordered(facts))
}

fn fact(key: &str, value: &Value, facts: &mut Map<String, Value>) -> Result<(), String> {
    let (name, value) = match key {
        "context_window" | "max_input_tokens" => (key, count(value)),
        "output_dimensions" => ("dimensions", count(value)),
        "price" => ("price", prices(value)),
        "terms" | "info" => (key, value.as_str().map(Value::from)),
        "languages" => (key, languages(value)),
        "reasoning_effort" => ("reasoning", reasoning(value)),
        "planned_deprecation_date" => {
            facts.insert("status".to_owned(), "deprecated".into());
            ("retired", value.as_str().and_then(day).map(Value::from))
        }
        _ => return Err(format!("unknown property `{key}`, left out")),
    };
    let Some(value) = value else {
        return Err(format!("`{key}` has a value that cannot be read, left out"));
    };
    facts.insert(name.to_owned(), value);
    Ok(())
}

fn truth(value: &Value) -> bool {
    *value == Value::Bool(true)
        || value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// A count, also one that is written as a text: `"32,000"`.
fn count(value: &Value) -> Option<Value> {
    let text = value.as_str().map(|text| text.replace([',', '_', ' '], ""));
    let count = value.as_u64().or_else(|| text?.parse().ok());
    count.map(Value::from)
}

fn prices(value: &Value) -> Option<Value> {
    let list = value.as_array()?;
    let one = |entry: &Value| {
        let unit = entry.get("unit")?.as_str()?;
        let price = entry.get("price").or_else(|| entry.get("usd"))?;
        let price = match price {
            Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_number)?,
            Value::Number(_) => price.clone(),
            _ => return None,
        };
        let dollars = entry.get("currency").and_then(Value::as_str);
        dollars
            .is_none_or(|currency| currency == "USD")
            .then(|| json!({"unit": unit, "usd": price}))
    };
    list.iter()
        .map(one)
        .collect::<Option<Vec<_>>>()
        .map(Value::from)
}

fn languages(value: &Value) -> Option<Value> {
    match value {
        Value::Array(list) if list.iter().all(Value::is_string) => Some(value.clone()),
        Value::String(text) => Some(text.split(',').map(str::trim).collect()),
        _ => None,
    }
}

/// How much a model may be asked to reason. `null` is what stands for no wish, and no word for one.
fn reasoning(value: &Value) -> Option<Value> {
    let text = |value: &Value| value.as_str().map(Value::from);
    let given = value.as_object()?;
    let mut out = Map::new();
    for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let (name, value) = match key.as_str() {
            "supported_efforts" => {
                let list = value.as_array()?.iter().map(text);
                match list.collect::<Option<Vec<_>>>()? {
                    list if list.is_empty() => continue,
                    list => ("efforts", list.into()),
                }
            }
            "default_effort" => ("default", text(value)?),
            "normalizes_to" => {
                let words = value
                    .as_object()?
                    .iter()
                    .filter(|(word, _)| *word != "null");
                let words = words.map(|(word, value)| Some((word.clone(), text(value)?)));
                ("aliases", Value::Object(words.collect::<Option<_>>()?))
            }
            "mandatory" => ("mandatory", value.as_bool()?.into()),
            _ => continue,
        };
        out.insert(name.to_owned(), value);
    }
    (!out.is_empty()).then_some(Value::Object(out))
}

/// `2024-05-22 19:27:09.781` → `2024-05-22T19:27:09.781Z`.
fn instant(text: &str) -> String {
    match text.trim().split_once(' ') {
        Some((day, time)) => format!("{day}T{}Z", time.trim_end_matches('Z')),
        None => text.trim().to_owned(),
    }
}

/// The day of `2025-10-01`, with or without a time behind it.
fn day(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let digits = |from: usize, to: usize| {
        day.get(from..to)
            .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let dashes = day.get(4..5) == Some("-") && day.get(7..8) == Some("-");
    (dashes && digits(0, 4) && digits(5, 7) && digits(8, 10)).then(|| day.to_owned())
}

/// The block in its usual order; what is not part of it stands at the end.
pub(crate) fn ordered(mut facts: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for key in ORDER {
        if let Some(value) = facts.shift_remove(key) {
            out.insert(key.to_owned(), value);
        }
    }
    out.extend(facts);
    out
}

/// A block that was written before: new facts beside those they belong to, the rest where it was.
pub(crate) fn ordered_like(facts: Map<String, Value>) -> Map<String, Value> {
    let rank = |key: &str| ORDER.iter().position(|known| *known == key);
    let mut out: Vec<(String, Value)> = Vec::new();
    for (key, value) in facts {
        let at = rank(&key).and_then(|rank_of| {
            let last = out
                .iter()
                .rposition(|(other, _)| rank(other).is_some_and(|other| other < rank_of));
            let late = out
                .iter()
                .any(|(other, _)| rank(other).is_some_and(|other| other > rank_of));
            late.then(|| last.map_or(0, |last| last + 1))
        });
        match at {
            Some(at) => out.insert(at, (key, value)),
            None => out.push((key, value)),
        }
    }
    out.into_iter().collect()
}
