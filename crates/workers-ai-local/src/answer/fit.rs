//! A value that fits a JSON Schema: for JSON mode, arguments of tools, and answers of any shape.

mod keywords;
mod pattern;

use std::borrow::Cow;

use serde_json::{Map, Number, Value, json};

use super::dice::Dice;
use keywords::{bound, integer, kind, laid_over, limit, size};

/// From here on only what is required is made.
const DEEP: usize = 6;

/// From here on nothing is made: the schema cannot end.
const TOO_DEEP: usize = 24;

/// Values made for one schema, at most.
const VALUES: usize = 4_000;

/// Letters of text that count as one more value.
const LETTERS: usize = 100;

/// References that lead to references, at most.
const HOPS: usize = 64;

/// What a part of a value is, where somebody knows better than the schema.
pub(super) enum Known {
    /// This value.
    Value(Value),
    /// Leave it out, even if it is required.
    Nothing,
    /// Make one that fits.
    Fitting,
}

/// Makes values that fit a schema.
pub(super) struct Fit<'a> {
    /// Where a `$ref` leads.
    lookup: &'a dyn Fn(&str) -> Option<&'a Value>,
    /// What a property of this name is.
    known: &'a dyn Fn(&str, &Value) -> Known,
    /// Words to put where text is wanted.
    words: &'a [&'a str],
    dice: Dice,
    /// How long an array is that may have any length.
    pub(super) most_items: usize,
    left: usize,
    /// Which word of the prompt comes next.
    next: usize,
}

/// A value that fits a caller's schema, with the words of the prompt where text is wanted.
pub(super) fn fitting(schema: &Value, words: &[&str], dice: Dice) -> Value {
    let lookup = |reference: &str| -> Option<&Value> {
        let pointer = reference.strip_prefix('#')?;
        schema.pointer(pointer)
    };
    Fit::new(&lookup, &|_, _| Known::Fitting, words, dice).value(schema)
}

impl<'a> Fit<'a> {
    pub(super) fn new(
        lookup: &'a dyn Fn(&str) -> Option<&'a Value>,
        known: &'a dyn Fn(&str, &Value) -> Known,
        words: &'a [&'a str],
        dice: Dice,
    ) -> Self {
        Fit {
            lookup,
            known,
            words,
            dice,
            most_items: 2,
            left: VALUES,
            next: 0,
        }
    }

    pub(super) fn value(&mut self, schema: &'a Value) -> Value {
        self.make(Cow::Borrowed(schema), 0)
    }

    fn make(&mut self, schema: Cow<'_, Value>, depth: usize) -> Value {
        if depth > TOO_DEEP || self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        let schema = self.settled(schema, depth);
        if let Some(value) = schema.get("const") {
            return self.copy(value);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let wanted = values.iter().filter(|value| !value.is_null());
            let wanted: Vec<&Value> = wanted.collect();
            let chosen = self.dice.pick(&wanted).copied();
            return chosen.map_or(Value::Null, |value| self.copy(value));
        }
        match kind(&schema, depth) {
            "object" => self.object(&schema, depth),
            "array" => self.array(&schema, depth),
            "integer" => self.number(&schema, true),
            "number" => self.number(&schema, false),
            "boolean" => Value::Bool(self.dice.below(2) == 1),
            "null" => Value::Null,
            _ => Value::String(self.text(&schema)),
        }
    }

    /// A value from the schema itself, which counts as the values in it.
    fn copy(&mut self, value: &Value) -> Value {
        let size = size(value);
        if size > self.left {
            return Value::Null;
        }
        self.left -= size;
        value.clone()
    }

    /// The schema with references followed, unions decided and `allOf` laid together.
    fn settled<'s>(&mut self, mut schema: Cow<'s, Value>, depth: usize) -> Cow<'s, Value> {
        for _ in 0..HOPS {
            let Some(keywords) = schema.as_object() else {
                break;
            };
            let reference = keywords.get("$ref").and_then(Value::as_str);
            if let Some(to) = reference.and_then(|reference| (self.lookup)(reference)) {
                schema = Cow::Owned(laid_over(&schema, "$ref", to));
                continue;
            }
            let union = ["oneOf", "anyOf"].into_iter().find_map(|name| {
                let branches = keywords.get(name)?.as_array()?;
                Some((name, branches))
            });
            if let Some((name, branches)) = union {
                let chosen = self.branch(branches, depth);
                schema = Cow::Owned(laid_over(&schema, name, chosen));
                continue;
            }
            let Some(parts) = keywords.get("allOf").and_then(Value::as_array) else {
                break;
            };
            let (first, rest) = match parts.split_first() {
                Some((first, rest)) => (first.clone(), rest.to_vec()),
                None => (Value::Null, Vec::new()),
            };
            let mut merged = laid_over(&schema, "allOf", &first);
            if let Some(merged) = merged.as_object_mut().filter(|_| !rest.is_empty()) {
                let inherited = merged.remove("allOf");
                let inherited = inherited.and_then(|parts| match parts {
                    Value::Array(parts) => Some(parts),
                    _ => None,
                });
                let parts = inherited.into_iter().flatten().chain(rest);
                merged.insert("allOf".to_owned(), parts.collect());
            }
            schema = Cow::Owned(merged);
        }
        schema
    }

    /// A branch of a union that is not just null; deep down, one that ends.
    fn branch<'b>(&mut self, branches: &'b [Value], depth: usize) -> &'b Value {
        let is_null = |branch: &Value| branch.get("type") == Some(&json!("null"));
        let leads_on = |branch: &Value| {
            ["$ref", "properties", "items", "allOf", "oneOf", "anyOf"]
                .iter()
                .any(|name| branch.get(name).is_some())
        };
        let good: Vec<&Value> = if depth < DEEP {
            branches.iter().filter(|branch| !is_null(branch)).collect()
        } else {
            branches.iter().filter(|branch| !leads_on(branch)).collect()
        };
        let all: Vec<&Value> = branches.iter().collect();
        let from = if good.is_empty() { &all } else { &good };
        self.dice.pick(from).copied().unwrap_or(&Value::Null)
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let declared = schema.get("properties").and_then(Value::as_object);
        for (name, property) in declared.into_iter().flatten() {
            let is_required = required.contains(&name.as_str());
            match (self.known)(name, property) {
                Known::Nothing => continue,
                Known::Value(value) => {
                    object.insert(name.clone(), value);
                    continue;
                }
                Known::Fitting => {}
            }
            if is_required || (depth < DEEP && property != &Value::Bool(false)) {
                let value = self.make(Cow::Borrowed(property), depth + 1);
                object.insert(name.clone(), value);
            }
        }
        let further = schema.get("additionalProperties").unwrap_or(&Value::Null);
        for name in required {
            let is_known = declared.is_some_and(|declared| declared.contains_key(name));
            if !is_known && !object.contains_key(name) {
                let value = self.make(Cow::Borrowed(further), depth + 1);
                object.insert(name.to_owned(), value);
            }
        }
        if further != &Value::Bool(false) {
            let least = bound(schema, "minProperties").unwrap_or_default();
            let open = usize::from(declared.is_none() && further.is_object() && depth < DEEP);
            let mut number = 0;
            while object.len() < least.max(open) && self.left > 0 {
                let name = match self.dice.pick(self.words) {
                    Some(word) if !object.contains_key(*word) => (*word).to_owned(),
                    _ => format!("item{number}"),
                };
                number += 1;
                let value = self.make(Cow::Borrowed(further), depth + 1);
                object.insert(name, value);
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let least = bound(schema, "minItems").unwrap_or_default();
        let most = bound(schema, "maxItems").unwrap_or(usize::MAX);
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        let prefix: &[Value] = prefix.map_or(&[], Vec::as_slice);
        let items = schema.get("items").unwrap_or(&Value::Null);
        let usual = if depth < DEEP {
            1 + self.dice.index(self.most_items)
        } else {
            0
        };
        let usual = if items == &Value::Bool(false) {
            0
        } else {
            usual
        };
        let length = usual.max(prefix.len()).max(least).min(most);
        let is_set = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut array: Vec<Value> = Vec::new();
        let mut tries = 0;
        while array.len() < length && self.left > 0 && tries < 8 * length {
            tries += 1;
            let item = prefix.get(array.len()).unwrap_or(items);
            let value = self.make(Cow::Borrowed(item), depth + 1);
            if !is_set || !array.contains(&value) {
                array.push(value);
            }
        }
        Value::Array(array)
    }

    fn number(&mut self, schema: &Value, whole: bool) -> Value {
        let step = schema
            .get("multipleOf")
            .and_then(Value::as_f64)
            .filter(|step| *step > 0.0);
        let step = step.filter(|step| !whole || step.fract() == 0.0);
        let step = step.or(whole.then_some(1.0));
        let edge = step.unwrap_or(0.5);
        let low = limit(schema, "minimum", "exclusiveMinimum", edge);
        let high = limit(schema, "maximum", "exclusiveMaximum", -edge);
        let said = self
            .said(low, high, whole)
            .filter(|_| step.is_none() || whole);
        let (low, high) = match (low, high) {
            (Some(low), Some(high)) => (low, high.max(low)),
            (Some(low), None) => (low, low + 20.0),
            (None, Some(high)) => ((high - 20.0).max(0.0).min(high), high),
            (None, None) => (0.0, 20.0),
        };
        let value = said.unwrap_or_else(|| low + self.dice.unit() * (high - low));
        let value = match step {
            // The first multiple that is not below the limit.
            Some(step) => {
                let down = (value / step).floor() * step;
                if down < low {
                    (low / step).ceil() * step
                } else {
                    down
                }
            }
            None if said.is_none() && high - low > 0.1 => {
                ((value * 100.0).round() / 100.0).clamp(low, high)
            }
            None => value,
        };
        if whole {
            integer(value)
        } else {
            Number::from_f64(value).map_or(json!(0), Value::Number)
        }
    }

    /// The next number of the prompt that is within the limits.
    fn said(&mut self, low: Option<f64>, high: Option<f64>, whole: bool) -> Option<f64> {
        let numbers = self
            .words
            .iter()
            .filter_map(|word| word.parse::<f64>().ok());
        let fits = |number: &f64| {
            number.is_finite()
                && low.is_none_or(|low| *number >= low)
                && high.is_none_or(|high| *number <= high)
                && (!whole || number.fract() == 0.0)
        };
        let numbers: Vec<f64> = numbers.filter(fits).collect();
        let at = self.next.checked_rem(numbers.len())?;
        self.next += 1;
        numbers.get(at).copied()
    }

    /// The next word of the prompt, rather not a number.
    fn word(&mut self) -> String {
        let is_number = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let (numbers, words): (Vec<&&str>, Vec<&&str>) = self.words.iter().partition(is_number);
        let from = if words.is_empty() { numbers } else { words };
        let at = self.next.checked_rem(from.len());
        self.next += 1;
        let word = at.and_then(|at| from.get(at));
        word.map_or("text", |word| **word).to_owned()
    }

    fn text(&mut self, schema: &Value) -> String {
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some(text) = pattern.and_then(|pattern| pattern::matching(pattern, &mut self.dice)) {
            return text;
        }
        let text = match schema.get("format").and_then(Value::as_str) {
            Some("date") => "2026-03-14".to_owned(),
            Some("time") => "09:26:53Z".to_owned(),
            Some("date-time") => "2026-03-14T09:26:53Z".to_owned(),
            Some("duration") => "PT15M".to_owned(),
            Some("email" | "idn-email") => "someone@example.com".to_owned(),
            Some("hostname" | "idn-hostname") => "example.com".to_owned(),
            Some("uri" | "uri-reference" | "iri" | "url") => "https://example.com/".to_owned(),
            Some("uuid") => self.dice.uuid(),
            Some("ipv4") => "192.0.2.1".to_owned(),
            Some("ipv6") => "2001:db8::1".to_owned(),
            _ if schema.get("contentEncoding") == Some(&json!("base64")) => "aGVsbG8=".to_owned(),
            _ => self.word(),
        };
        let least = bound(schema, "minLength").unwrap_or_default();
        let least = least.min(self.left.saturating_mul(LETTERS));
        self.left = self.left.saturating_sub(least / LETTERS);
        let most = bound(schema, "maxLength").unwrap_or(usize::MAX);
        let length = text.chars().count();
        let filler = if text.is_empty() {
            "text"
        } else {
            text.as_str()
        };
        if length < least {
            return filler.chars().cycle().take(least).collect();
        }
        text.chars().take(most).collect()
    }
}
