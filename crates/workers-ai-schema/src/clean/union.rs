//! Alternatives: single ones, doubled ones, those that stand beside a type, and those that were flattened away.

use serde_json::{Map, Value, json};

use super::Cleaner;
use crate::{
    Directory, Place,
    print::{Printer, is_annotation},
};

const OBJECT: [&str; 3] = ["properties", "required", "additionalProperties"];
const ARRAY: [&str; 4] = ["items", "minItems", "maxItems", "uniqueItems"];

impl Cleaner<'_> {
    /// A text that has `items`, or a list that has `properties`, was a union before it was flattened.
    pub(super) fn split_kinds(
        &mut self,
        mut out: Map<String, Value>,
        place: &Place,
    ) -> Map<String, Value> {
        let Some(kind) = out.get("type").and_then(Value::as_str).map(str::to_owned) else {
            return out;
        };
        let mut arms = Vec::new();
        for (other, key, keywords) in [
            ("array", "items", ARRAY.as_slice()),
            ("object", "properties", OBJECT.as_slice()),
        ] {
            if kind == other || !out.contains_key(key) {
                continue;
            }
            let mut arm = Map::new();
            arm.insert("type".to_owned(), other.into());
            for keyword in keywords {
                if let Some(value) = out.shift_remove(*keyword) {
                    arm.insert((*keyword).to_owned(), value);
                }
            }
            arms.push(Value::Object(arm));
        }
        if arms.is_empty() {
            return out;
        }
        self.note(
            place,
            format!("`{kind}` with the keywords of another type, taken as alternatives"),
        );
        let (outside, inside): (Map<_, _>, Map<_, _>) =
            out.into_iter().partition(|(key, _)| is_annotation(key));
        arms.insert(0, Value::Object(inside));
        let mut out = outside;
        out.insert("oneOf".to_owned(), arms.into());
        out
    }

    /// `oneOf`, `anyOf` and `allOf` of `map`, laid over what stands beside them in `out`.
    pub(super) fn unions(
        &mut self,
        map: &Map<String, Value>,
        mut out: Map<String, Value>,
        place: &Place,
    ) -> Map<String, Value> {
        for key in ["oneOf", "anyOf", "allOf"] {
            let Some(given) = map.get(key) else { continue };
            let place = place.at(key);
            let given = match given {
                Value::Array(list) => list.as_slice(),
                one @ Value::Object(_) => std::slice::from_ref(one),
                _ => &[],
            };
            if given.is_empty() {
                self.note(&place, "no alternatives, left out");
                continue;
            }
            if key != "allOf" && out.contains_key("properties") && only_require(given) {
                self.note(&place, "says only which properties go together, left out");
                continue;
            }
            let arms = given.iter().enumerate();
            let arms: Vec<Value> = arms
                .map(|(index, arm)| self.schema(arm, &place.at(&index.to_string())))
                .collect();
            if key == "allOf" {
                match arms.as_slice() {
                    [Value::Object(only)] if !out.contains_key("properties") => {
                        lay_under(&mut out, only);
                    }
                    _ => {
                        out.insert(key.to_owned(), arms.into());
                    }
                }
            } else {
                out = self.beside(key, arms, out, &place);
            }
        }
        out
    }

    /// Alternatives with what stands beside them moved into each.
    fn beside(
        &mut self,
        key: &str,
        arms: Vec<Value>,
        mut out: Map<String, Value>,
        place: &Place,
    ) -> Map<String, Value> {
        let object = out.get("type").is_none_or(|kind| *kind == "object");
        let shared: Map<String, Value> = OBJECT
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), out.shift_remove(*key)?)))
            .collect();
        let kind = out.shift_remove("type");
        let mut done = Vec::new();
        for mut arm in arms {
            if let Value::Object(arm) = &mut arm {
                let plain = !["$ref", "oneOf", "anyOf", "allOf"]
                    .iter()
                    .any(|key| arm.contains_key(*key));
                if let Some(kind) = kind.as_ref().filter(|_| plain)
                    && !arm.contains_key("type")
                {
                    arm.insert("type".to_owned(), kind.clone());
                }
                if object && plain {
                    merge_object(arm, &shared);
                }
                *arm = super::ordered(std::mem::take(arm));
            }
            done.push(arm);
        }
        let Value::Object(union) = self.alternatives(key, done, place) else {
            return out;
        };
        lay_under(&mut out, &union);
        out
    }

    /// Alternatives without those that say the same as another; a single one stands for itself.
    pub(super) fn alternatives(&mut self, key: &str, arms: Vec<Value>, place: &Place) -> Value {
        let none = Directory::default();
        let mut printer = Printer::new(&none);
        let mut seen = Vec::new();
        let mut kept = Vec::new();
        for (index, arm) in arms.into_iter().enumerate() {
            let print = printer.loose("", &arm).exact;
            if seen.contains(&print) {
                self.note(
                    &place.at(&index.to_string()),
                    "says the same as another alternative, left out",
                );
            } else {
                seen.push(print);
                kept.push(arm);
            }
        }
        if kept.len() == 1 {
            return kept.remove(0);
        }
        json!({key: kept})
    }
}

/// Alternatives that are nothing but `{"required": […]}`.
fn only_require(arms: &[Value]) -> bool {
    arms.iter().all(|arm| {
        arm.as_object().is_some_and(|map| {
            map.contains_key("required")
                && map.iter().all(|(key, value)| {
                    key == "required" || is_annotation(key) || (key == "type" && value == "object")
                })
        })
    })
}

/// Adds what `shared` says to an object.
fn merge_object(arm: &mut Map<String, Value>, shared: &Map<String, Value>) {
    if arm.get("type").is_some_and(|kind| kind != "object") || shared.is_empty() {
        return;
    }
    if let Some(Value::Object(more)) = shared.get("properties") {
        let own = arm.entry("properties").or_insert_with(|| json!({}));
        if let Value::Object(own) = own {
            for (name, value) in more {
                own.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        arm.entry("type").or_insert_with(|| "object".into());
    }
    let known: Vec<String> = arm
        .get("properties")
        .and_then(Value::as_object)
        .map(|own| own.keys().cloned().collect())
        .unwrap_or_default();
    if let Some(Value::Array(more)) = shared.get("required") {
        let more: Vec<&Value> = more
            .iter()
            .filter(|name| {
                name.as_str()
                    .is_some_and(|name| known.iter().any(|own| own == name))
            })
            .collect();
        if !more.is_empty()
            && let Value::Array(own) = arm.entry("required").or_insert_with(|| json!([]))
        {
            for name in more {
                if !own.contains(name) {
                    own.push(name.clone());
                }
            }
        }
    }
    if let Some(value) = shared.get("additionalProperties") {
        arm.entry("additionalProperties")
            .or_insert_with(|| value.clone());
    }
}

/// What `out` does not say itself.
fn lay_under(out: &mut Map<String, Value>, under: &Map<String, Value>) {
    for (key, value) in under {
        out.entry(key.clone()).or_insert_with(|| value.clone());
    }
}
