//! Keywords that are one value: types, limits, choices and defaults, in the kind they should have.

use serde_json::{Map, Value, json};

use super::Cleaner;
use crate::Place;

const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "array", "object", "null",
];

impl Cleaner<'_> {
    /// Everything but `enum`, `const` and `default`, which need the final type.
    pub(super) fn keywords(
        &mut self,
        map: &Map<String, Value>,
        out: &mut Map<String, Value>,
        place: &Place,
    ) {
        if let Some(given) = map.get("type") {
            let words = match given {
                Value::Array(list) => list.iter().collect(),
                one => vec![one],
            };
            let mut types: Vec<Value> = Vec::new();
            for word in words {
                match self.kind(word, &place.at("type")) {
                    Some(word) if !types.contains(&word) => types.push(word),
                    _ => {}
                }
            }
            match types.len() {
                0 => {}
                1 => {
                    out.insert("type".to_owned(), types.remove(0));
                }
                _ => {
                    out.insert("type".to_owned(), Value::Array(types));
                }
            }
        }
        if map
            .get("type")
            .is_some_and(|word| word == "binary" || word == "file")
        {
            out.insert("format".to_owned(), "binary".into());
        }
        for key in ["format", "pattern", "contentEncoding", "contentMediaType"] {
            match map.get(key) {
                Some(Value::String(text)) => {
                    out.insert(key.to_owned(), text.clone().into());
                }
                Some(_) => self.note(&place.at(key), "not a text, left out"),
                None => {}
            }
        }
        for key in ["uniqueItems", "deprecated", "readOnly", "writeOnly"] {
            match map.get(key) {
                Some(Value::Bool(true)) => {
                    out.insert(key.to_owned(), true.into());
                }
                Some(Value::Bool(false)) | None => {}
                Some(_) => self.note(&place.at(key), "neither true nor false, left out"),
            }
        }
        if let Some(Value::Array(examples)) = map.get("examples") {
            out.insert("examples".to_owned(), examples.clone().into());
        }
        self.limits(map, out, place);
    }

    fn kind(&mut self, word: &Value, place: &Place) -> Option<Value> {
        let text = word.as_str().unwrap_or_default().to_ascii_lowercase();
        let known = match text.as_str() {
            text if TYPES.contains(&text) => Some(text.to_owned()),
            "int" | "long" => Some("integer".to_owned()),
            "float" | "double" => Some("number".to_owned()),
            "bool" => Some("boolean".to_owned()),
            "str" | "text" | "file" | "binary" => Some("string".to_owned()),
            "dict" | "map" => Some("object".to_owned()),
            "list" | "tuple" => Some("array".to_owned()),
            _ => None,
        };
        match &known {
            Some(known) if word == known => {}
            Some(known) => self.note(place, format!("{word} is no type, taken as `{known}`")),
            None => self.note(place, format!("{word} is no type, left out")),
        }
        known.map(Value::from)
    }

    fn limits(&mut self, map: &Map<String, Value>, out: &mut Map<String, Value>, place: &Place) {
        for key in ["minimum", "maximum", "multipleOf"] {
            if let Some(value) = map.get(key)
                && let Some(number) = self.number(value, &place.at(key))
            {
                out.insert(key.to_owned(), number);
            }
        }
        for (key, plain) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            match map.get(key) {
                None | Some(Value::Bool(false)) => {}
                Some(Value::Bool(true)) => {
                    if let Some(limit) = out.shift_remove(plain) {
                        out.insert(key.to_owned(), limit);
                    } else {
                        self.note(&place.at(key), format!("no `{plain}` beside it, left out"));
                    }
                }
                Some(value) => {
                    if let Some(number) = self.number(value, &place.at(key)) {
                        out.insert(key.to_owned(), number);
                    }
                }
            }
        }
        for key in [
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
        ] {
            let Some(value) = map.get(key) else { continue };
            let place = place.at(key);
            let count = self.number(value, &place).and_then(|number| {
                let whole = number.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0);
                number
                    .as_u64()
                    .or_else(|| whole.and_then(|n| format!("{n:.0}").parse().ok()))
            });
            match count {
                Some(count) => {
                    out.insert(key.to_owned(), count.into());
                }
                None if value.is_number() => self.note(&place, "not a count, left out"),
                None => {}
            }
        }
        for (low, high) in [
            ("minimum", "maximum"),
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
        ] {
            let limit = |key: &str| out.get(key).and_then(Value::as_f64);
            if limit(low)
                .zip(limit(high))
                .is_some_and(|(low, high)| low > high)
            {
                self.note(&place.at(low), format!("above `{high}`, both left out"));
                out.shift_remove(low);
                out.shift_remove(high);
            }
        }
    }

    /// A number, also one that is written as a text.
    fn number(&mut self, value: &Value, place: &Place) -> Option<Value> {
        match value {
            Value::Number(_) => Some(value.clone()),
            Value::String(text) => {
                let number = serde_json::from_str(text.trim())
                    .ok()
                    .filter(Value::is_number);
                match &number {
                    Some(number) => self.note(place, format!("a text, taken as {number}")),
                    None => self.note(place, "not a number, left out"),
                }
                number
            }
            _ => {
                self.note(place, "not a number, left out");
                None
            }
        }
    }

    /// `nullable` and a null among the choices, as a type.
    pub(super) fn nullable(
        &mut self,
        map: &Map<String, Value>,
        out: &mut Map<String, Value>,
        place: &Place,
    ) {
        let null = Value::from("null");
        let choice = map.get("enum").and_then(Value::as_array);
        let choice = choice.is_some_and(|list| list.contains(&Value::Null));
        match map.get("nullable") {
            Some(Value::Bool(true)) => {}
            None | Some(Value::Bool(false)) if choice => {}
            None | Some(Value::Bool(_)) => return,
            Some(_) => return self.note(&place.at("nullable"), "neither true nor false, left out"),
        }
        let open = |list: &[Value]| {
            list.iter()
                .any(|arm| arm.get("type") == Some(&null) || arm.get("const") == Some(&Value::Null))
        };
        if let Some(Value::Array(arms)) = out.get_mut("oneOf") {
            if !open(arms) {
                arms.push(json!({"type": "null"}));
            }
            return;
        }
        if let Some(Value::Array(arms)) = out.get_mut("anyOf") {
            if !open(arms) {
                arms.push(json!({"type": "null"}));
            }
            return;
        }
        match out.get_mut("type") {
            Some(Value::Array(types)) if !types.contains(&null) => types.push(null),
            Some(kind @ Value::String(_)) if *kind != null => *kind = json!([kind.take(), "null"]),
            _ => {}
        }
    }

    /// `enum`, `const` and `default`, each of the schema's own type.
    pub(super) fn values(
        &mut self,
        map: &Map<String, Value>,
        out: &mut Map<String, Value>,
        place: &Place,
    ) {
        match map.get("enum") {
            None => {}
            Some(Value::Array(list)) => {
                let mut kept: Vec<Value> = Vec::new();
                for (index, value) in list.iter().enumerate() {
                    let place = place.at("enum").at(&index.to_string());
                    if kept.contains(value) {
                        self.note(&place, format!("{value} stands twice, left out once"));
                    } else if fits(out, value) {
                        kept.push(value.clone());
                    } else {
                        self.note(&place, format!("{value} is not of the type, left out"));
                    }
                }
                if kept.is_empty() {
                    self.note(&place.at("enum"), "no values, left out");
                } else {
                    out.insert("enum".to_owned(), kept.into());
                }
            }
            Some(_) => self.note(&place.at("enum"), "not a list, left out"),
        }
        if let Some(value) = map.get("const") {
            out.insert("const".to_owned(), value.clone());
        }
        let Some(given) = map.get("default") else {
            return;
        };
        let place = place.at("default");
        let read = given
            .as_str()
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
            .filter(|value| value.is_number() || value.is_boolean());
        if fits(out, given) && within(out, given) {
            out.insert("default".to_owned(), given.clone());
        } else if let Some(value) = read.filter(|value| fits(out, value) && within(out, value)) {
            self.note(&place, format!("a text, taken as {value}"));
            out.insert("default".to_owned(), value);
        } else if !given.is_null() {
            self.note(
                &place,
                format!("{} is no value of this schema, left out", short(given)),
            );
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Whether a value is of a schema's type.
pub(crate) fn fits(out: &Map<String, Value>, value: &Value) -> bool {
    match out.get("type") {
        Some(Value::String(word)) => is_a(value, word),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_str)
            .any(|word| is_a(value, word)),
        _ => true,
    }
}

/// Whether a number is within a schema's limits.
pub(crate) fn within(out: &Map<String, Value>, value: &Value) -> bool {
    let limit = |key: &str| out.get(key).and_then(Value::as_f64);
    let Some(number) = value.as_f64() else {
        return true;
    };
    limit("minimum").is_none_or(|low| number >= low)
        && limit("maximum").is_none_or(|high| number <= high)
}

/// Whether a value is of the type that a word stands for.
pub(crate) fn is_a(value: &Value, word: &str) -> bool {
    match word {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}
