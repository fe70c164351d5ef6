//! Whether a request fits its model's document, told the way the service tells it.

mod nature;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use serde_json::{Map, Value};

use self::nature::{is_base64, is_open, is_tagged, kind_of, plain_range, regex, same};
use crate::{documents::Schema, refusal::Refusal};

/// Schemas inside schemas, at most. A body that needs more is deeper than any document.
const DEPTH: usize = 96;

/// Faults that are told; one more would help nobody.
const TOLD: usize = 8;

/// What is wrong with a value, in the order of the document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    told: Vec<String>,
    /// Whether all there is to say is that text is not base64.
    is_data: bool,
}

impl Faults {
    /// What the service says to it.
    pub(crate) fn refusal(&self) -> Refusal {
        let code = if self.is_data { 5004 } else { 5006 };
        Refusal::says(code, format!("Bad input: Error: {}", self.told.join(", ")))
    }
}

/// Checks `value` against `schema`. An object with declared properties takes no others.
///
/// # Errors
///
/// What is wrong, by JSON pointer.
pub(crate) fn check(schema: Schema<'_>, value: &Value) -> Result<(), Faults> {
    let mut check = Check::default();
    check.value(schema, value, true);
    check.told()
}

/// The same for what stands under a name of its own, such as a parameter of the query.
///
/// # Errors
///
/// What is wrong, by JSON pointer.
pub(crate) fn check_member(name: &str, schema: Schema<'_>, value: &Value) -> Result<(), Faults> {
    let mut check = Check::default();
    check.inside(name, schema, value);
    check.told()
}

#[derive(Default)]
struct Check {
    pointer: String,
    faults: Vec<String>,
    depth: usize,
    is_data: bool,
}

impl Check {
    fn told(self) -> Result<(), Faults> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(Faults {
            told: self.faults,
            is_data: self.is_data,
        })
    }

    fn fault(&mut self, text: String) {
        if self.faults.len() < TOLD {
            self.faults.push(text);
        }
    }

    fn place(&self) -> &str {
        if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        }
    }

    /// Checks what is at `name` inside the current value.
    fn inside(&mut self, name: &str, schema: Schema<'_>, value: &Value) {
        let length = self.pointer.len();
        self.pointer.push('/');
        for character in name.chars().take(64) {
            match character {
                '~' => self.pointer.push_str("~0"),
                '/' => self.pointer.push_str("~1"),
                other => self.pointer.push(other),
            }
        }
        self.value(schema, value, true);
        self.pointer.truncate(length);
    }

    /// `closed` is false for a part of `allOf`, whose sum knows the properties.
    fn value(&mut self, schema: Schema<'_>, value: &Value, closed: bool) {
        if self.depth >= DEPTH {
            let text = format!("'{}' is nested too deeply", self.place());
            return self.fault(text);
        }
        self.depth += 1;
        self.keywords(schema, value, closed);
        self.depth -= 1;
    }

    fn keywords(&mut self, schema: Schema<'_>, value: &Value, closed: bool) {
        if schema.value.as_bool() == Some(false) {
            let text = format!("'{}' is not allowed", self.place());
            return self.fault(text);
        }
        if !self.kind(schema, value) {
            return;
        }
        for part in schema.list("allOf") {
            self.value(part, value, false);
        }
        self.alternatives(schema, value, "oneOf");
        self.alternatives(schema, value, "anyOf");
        self.choice(schema, value);
        match value {
            Value::Object(members) => self.object(schema, members, closed),
            Value::Array(items) => self.array(schema, items),
            Value::String(text) => self.text(schema, text),
            Value::Number(number) => self.number(schema, number.as_f64().unwrap_or(f64::NAN)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn kind(&mut self, schema: Schema<'_>, value: &Value) -> bool {
        let fits = |wanted: &str| match wanted {
            "number" => value.is_number(),
            "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            wanted => kind_of(value) == wanted,
        };
        let wanted = match schema.get("type") {
            Some(Value::String(only)) if !fits(only) => only.clone(),
            Some(Value::Array(several)) if !several.iter().filter_map(Value::as_str).any(fits) => {
                let names: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
                names.join(", ")
            }
            _ => return true,
        };
        let place = self.place();
        let text = format!(
            "Type mismatch of '{place}', '{}' not in '{wanted}'",
            kind_of(value)
        );
        self.fault(text);
        false
    }

    /// At least one branch has to fit. If none does, the nearest one says why: the one whose
    /// constants fit, else each in turn.
    fn alternatives(&mut self, schema: Schema<'_>, value: &Value, keyword: &str) {
        let mut reasons: Vec<Vec<String>> = Vec::new();
        let mut telling = None;
        for branch in schema.list(keyword) {
            if branch.get("x-binding-only").is_some() {
                continue;
            }
            let kept = std::mem::take(&mut self.faults);
            self.value(branch, value, true);
            let found = std::mem::replace(&mut self.faults, kept);
            if found.is_empty() {
                return;
            }
            if telling.is_none() && is_tagged(branch, value) {
                telling = Some(reasons.len());
            }
            reasons.push(found);
        }
        if reasons.is_empty() {
            return;
        }
        let mut told: Vec<String> = Vec::new();
        let nearest = telling.and_then(|index| reasons.get(index).cloned());
        for reason in nearest.unwrap_or_else(|| reasons.concat()) {
            if !told.contains(&reason) && told.len() < TOLD {
                told.push(reason);
            }
        }
        let place = self.place();
        let text = format!(
            "{keyword} at '{place}' not met, 0 matches: {}",
            told.join(", ")
        );
        self.fault(text);
    }

    fn choice(&mut self, schema: Schema<'_>, value: &Value) {
        if let Some(only) = schema.get("const") {
            if !same(only, value) {
                let text = format!("'{}' must be {only}", self.place());
                self.fault(text);
            }
        }
        let Some(several) = schema.get("enum").and_then(Value::as_array) else {
            return;
        };
        if !several.iter().any(|one| same(one, value)) {
            let names: Vec<String> = several.iter().map(Value::to_string).collect();
            let text = format!("'{}' must be one of {}", self.place(), names.join(", "));
            self.fault(text);
        }
    }

    fn object(&mut self, schema: Schema<'_>, members: &Map<String, Value>, closed: bool) {
        let missing: Vec<String> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|name| !members.contains_key(*name))
            .map(|name| format!("'{name}'"))
            .collect();
        if !missing.is_empty() {
            let place = self.place();
            let text = format!(
                "required properties at '{place}' are {}",
                missing.join(", ")
            );
            self.fault(text);
        }
        self.count(
            schema,
            members.len(),
            "minProperties",
            "maxProperties",
            "properties",
        );
        let own = schema.get("properties").and_then(Value::as_object);
        for (name, member) in members {
            if self.faults.len() >= TOLD {
                break;
            }
            match own.and_then(|own| own.get(name)) {
                Some(property) => self.inside(name, schema.with(property), member),
                None if closed => self.additional(schema, name, member),
                None => {}
            }
        }
    }

    /// A member that the schema itself does not declare.
    fn additional(&mut self, schema: Schema<'_>, name: &str, member: &Value) {
        match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => return,
            Some(Value::Bool(false)) => {}
            Some(other) => return self.inside(name, schema.with(other), member),
            None if is_open(schema) || schema.property(name).is_some() => return,
            None => {}
        }
        let mut text = format!("additional property at '{}': '", self.place());
        for character in name.chars().take(64) {
            let _ = write!(text, "{}", character.escape_debug());
        }
        text.push('\'');
        self.fault(text);
    }

    fn array(&mut self, schema: Schema<'_>, items: &[Value]) {
        self.count(schema, items.len(), "minItems", "maxItems", "items");
        let Some(each) = schema.child("items") else {
            return;
        };
        let plain = plain_range(each);
        for (index, item) in items.iter().enumerate() {
            if self.faults.len() >= TOLD {
                break;
            }
            if let (Some((low, high)), Some(number)) = (plain, item.as_i64()) {
                if (low..=high).contains(&number) {
                    continue;
                }
            }
            self.inside(&index.to_string(), each, item);
        }
    }

    fn text(&mut self, schema: Schema<'_>, text: &str) {
        if schema.get("minLength").is_some() || schema.get("maxLength").is_some() {
            let length = text.chars().count();
            self.count(schema, length, "minLength", "maxLength", "characters");
        }
        let encoding = schema.get("contentEncoding");
        if encoding.is_some_and(|encoding| encoding == "base64") && !is_base64(text) {
            self.is_data = self.faults.is_empty();
            let text = format!("'{}' is not base64", self.place());
            self.fault(text);
        }
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some((pattern, regex)) = pattern.and_then(|text| Some((text, regex(text)?))) {
            if !regex.is_match(text) {
                let text = format!("'{}' must match {pattern}", self.place());
                self.fault(text);
            }
        }
    }

    fn count(&mut self, schema: Schema<'_>, count: usize, least: &str, most: &str, of: &str) {
        let count = count as u64;
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        if let Some(least) = limit(least).filter(|least| count < *least) {
            let text = format!("'{}' must have at least {least} {of}", self.place());
            self.fault(text);
        }
        if let Some(most) = limit(most).filter(|most| count > *most) {
            let text = format!("'{}' must have at most {most} {of}", self.place());
            self.fault(text);
        }
    }

    fn number(&mut self, schema: Schema<'_>, number: f64) {
        let limits: [(&str, &str, Holds); 4] = [
            ("minimum", ">=", |number, limit| number >= limit),
            ("maximum", "<=", |number, limit| number <= limit),
            ("exclusiveMinimum", ">", |number, limit| number > limit),
            ("exclusiveMaximum", "<", |number, limit| number < limit),
        ];
        for (key, sign, holds) in limits {
            let Some(limit) = schema.get(key) else {
                continue;
            };
            if limit.as_f64().is_some_and(|limit| !holds(number, limit)) {
                let text = format!("'{}' must be {sign} {limit}", self.place());
                self.fault(text);
            }
        }
        if schema
            .get("format")
            .is_some_and(|format| format == "uint64")
            && number < 0.0
        {
            let text = format!("'{}' must be >= 0", self.place());
            self.fault(text);
        }
        let step = schema.get("multipleOf").and_then(Value::as_f64);
        if let Some(step) = step.filter(|step| *step > 0.0 && (number / step).fract() != 0.0) {
            let text = format!("'{}' must be a multiple of {step}", self.place());
            self.fault(text);
        }
    }
}

/// Whether a number and its limit go together.
type Holds = fn(f64, f64) -> bool;
