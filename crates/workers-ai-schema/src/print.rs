//! Prints of schemas: equal where two say the same of a value, whatever their words, order and references.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::{Map, Value};

use crate::directory::{Directory, absolute};

/// What a schema says of a value, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Print {
    /// With its defaults.
    pub(crate) exact: u128,
    /// Without them.
    pub(crate) bare: u128,
}

impl Print {
    /// Whether `given`, which may leave defaults out, says what this says.
    pub(crate) fn covers(self, given: Self) -> bool {
        self.exact == given.exact || (given.exact == given.bare && self.bare == given.bare)
    }

    fn of(exact: &str, bare: &str) -> Self {
        Self {
            exact: hash(exact),
            bare: hash(bare),
        }
    }
}

fn hash(text: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(1) << 64) | half(2)
}

/// Keywords that say nothing about which values fit. `default` is looked at apart.
pub(crate) fn is_annotation(key: &str) -> bool {
    const WORDS: [&str; 18] = [
        "title",
        "description",
        "example",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "externalDocs",
        "xml",
        "discriminator",
        "definitions",
        "contentType",
        "contentEncoding",
        "contentMediaType",
        "$comment",
        "$schema",
        "$id",
        "$defs",
    ];
    key.starts_with("x-") || WORDS.contains(&key)
}

/// Takes prints of nodes in one directory, and remembers those of references.
pub(crate) struct Printer<'a> {
    directory: &'a Directory,
    done: HashMap<String, Print>,
    /// Prints of nodes of the directory, which nobody changes while it is borrowed, by where they lie.
    kept: HashMap<*const Value, Print>,
    open: Vec<String>,
    /// The outermost open reference that was met again.
    outermost: usize,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(directory: &'a Directory) -> Self {
        Self {
            directory,
            done: HashMap::new(),
            kept: HashMap::new(),
            open: Vec::new(),
            outermost: usize::MAX,
        }
    }

    /// The print of `node`, which stands in `file` of the directory.
    pub(crate) fn print(&mut self, file: &str, node: &'a Value) -> Print {
        self.node(file, node, true)
    }

    /// The print of a node that is in no directory.
    pub(crate) fn loose(&mut self, file: &str, node: &Value) -> Print {
        self.node(file, node, false)
    }

    fn node(&mut self, file: &str, node: &Value, keep: bool) -> Print {
        if !keep {
            return self.fresh(file, node, false);
        }
        let key = std::ptr::from_ref(node);
        if let Some(print) = self.kept.get(&key) {
            return *print;
        }
        let before = std::mem::replace(&mut self.outermost, usize::MAX);
        let print = self.fresh(file, node, true);
        // What leads back to something that is still open means another thing elsewhere.
        if self.outermost == usize::MAX {
            self.kept.insert(key, print);
        }
        self.outermost = self.outermost.min(before);
        print
    }

    fn fresh(&mut self, file: &str, node: &Value, keep: bool) -> Print {
        match node {
            Value::Object(map) => match map.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.reference(file, reference, map),
                None => self.schema(file, map, keep),
            },
            other => {
                let text = if *other == Value::Bool(true) {
                    String::from("{}")
                } else {
                    other.to_string()
                };
                Print::of(&text, &text)
            }
        }
    }

    fn reference(&mut self, file: &str, reference: &str, map: &Map<String, Value>) -> Print {
        let Some((address, target)) = self.directory.follow(file, reference) else {
            return Print::of(reference, reference);
        };
        let target_file = address.split('#').next().unwrap_or_default().to_owned();
        let own = map.iter().filter(|(key, _)| *key != "$ref");
        let own: Vec<_> = own.filter(|(key, _)| !is_annotation(key)).collect();
        if !own.is_empty() && self.open.len() < 64 {
            let mut merged = target.as_object().cloned().unwrap_or_default();
            for (key, value) in own {
                merged.insert(key.clone(), value.clone());
            }
            return self.node(&target_file, &Value::Object(merged), false);
        }
        if let Some(print) = self.done.get(&address) {
            return *print;
        }
        if let Some(at) = self.open.iter().position(|open| *open == address) {
            self.outermost = self.outermost.min(at);
            let text = format!("loop {}", self.open.len() - at);
            return Print::of(&text, &text);
        }
        let before = std::mem::replace(&mut self.outermost, usize::MAX);
        self.open.push(address.clone());
        let print = self.node(&target_file, target, true);
        self.open.pop();
        // What leads back to something still open means another thing elsewhere.
        if self.outermost >= self.open.len() {
            self.done.insert(address, print);
            self.outermost = before;
        } else {
            self.outermost = self.outermost.min(before);
        }
        print
    }

    fn schema(&mut self, file: &str, map: &Map<String, Value>, keep: bool) -> Print {
        let mut parts: Vec<(String, String)> = Vec::new();
        let mut both = |text: String| parts.push((text.clone(), text));
        let union = map.contains_key("oneOf") || map.contains_key("anyOf");
        let mut inner: Vec<(String, Print)> = Vec::new();
        let mut default = None;
        for (key, value) in map {
            match key.as_str() {
                key if is_annotation(key) => {}
                "default" => default = Some(value.to_string()),
                "type" if union => {}
                "type" => both(format!("type {}", sorted(value))),
                "required" => {
                    if value.as_array().is_some_and(|list| !list.is_empty()) {
                        both(format!("required {}", sorted(value)));
                    }
                }
                "enum" => both(format!("enum {}", sorted(value))),
                "const" => both(format!("enum [{value}]")),
                "nullable" if *value == Value::Bool(false) => {}
                "format" if is_width(value) => {}
                "properties" => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        inner.push((format!("property {name}"), self.node(file, value, keep)));
                    }
                }
                "oneOf" | "anyOf" => {
                    for value in value.as_array().into_iter().flatten() {
                        inner.push(("or".to_owned(), self.node(file, value, keep)));
                    }
                }
                "allOf" => {
                    for value in value.as_array().into_iter().flatten() {
                        inner.push(("and".to_owned(), self.node(file, value, keep)));
                    }
                }
                "additionalProperties" if says_nothing(value) => {}
                "items" | "additionalProperties" => {
                    inner.push((key.clone(), self.node(file, value, keep)));
                }
                _ => both(format!("{key} {}", number(value))),
            }
        }
        for (name, print) in inner {
            parts.push((
                format!("{name} {:x}", print.exact),
                format!("{name} {:x}", print.bare),
            ));
        }
        let joined = |pick: fn(&(String, String)) -> &String, more: Option<String>| {
            let mut lines: Vec<String> = parts.iter().map(pick).cloned().collect();
            lines.extend(more);
            lines.sort();
            lines.join("\n")
        };
        let bare = joined(|part| &part.1, None);
        let exact = joined(
            |part| &part.0,
            default.map(|value| format!("default {value}")),
        );
        Print::of(&exact, &bare)
    }

    /// What one reference leads to.
    pub(crate) fn follow(&self, file: &str, reference: &str) -> Option<&'a Value> {
        self.directory.follow(file, reference).map(|(_, node)| node)
    }

    /// The file and map behind references.
    pub(crate) fn behind(&self, file: &str, node: &'a Value) -> (String, &'a Value) {
        resolve(self.directory, file, node)
    }
}

/// The node behind references, with the file it stands in.
pub(crate) fn resolve<'a>(
    directory: &'a Directory,
    file: &str,
    node: &'a Value,
) -> (String, &'a Value) {
    let (mut file, mut node) = (file.to_owned(), node);
    for _ in 0..64 {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else {
            break;
        };
        let Some((_, target)) = directory.follow(&file, reference) else {
            break;
        };
        if let Some(address) = absolute(&file, reference) {
            address
                .split('#')
                .next()
                .unwrap_or_default()
                .clone_into(&mut file);
        }
        node = target;
    }
    (file, node)
}

fn sorted(value: &Value) -> String {
    let mut list: Vec<String> = match value {
        Value::Array(list) => list.iter().map(Value::to_string).collect(),
        one => vec![one.to_string()],
    };
    list.sort();
    list.dedup();
    format!("[{}]", list.join(","))
}

/// `1.0` and `1` are one number.
fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(number) => number.to_string(),
        None => value.to_string(),
    }
}

/// A format that says how wide a number is, not which values it takes.
fn is_width(value: &Value) -> bool {
    let widths = ["int32", "int64", "uint32", "uint64", "float", "double"];
    value.as_str().is_some_and(|word| widths.contains(&word))
}

fn says_nothing(value: &Value) -> bool {
    let words_only = |map: &Map<String, Value>| map.keys().all(|key| is_annotation(key));
    *value == Value::Bool(true) || value.as_object().is_some_and(words_only)
}

/// How much there is to a schema: names and values in it. One of three or more is hardly met by chance.
pub(crate) fn weight(node: &Value) -> usize {
    let Some(map) = node.as_object() else {
        return 0;
    };
    let list = |key: &str| map.get(key).and_then(Value::as_array);
    let properties = map.get("properties").and_then(Value::as_object);
    let properties = properties.map_or(0, |map| {
        map.values().map(|value| 1 + weight(value)).sum::<usize>()
    });
    let values = list("enum").map_or(0, Vec::len);
    let arms = ["oneOf", "anyOf", "allOf"]
        .iter()
        .filter_map(|key| list(key));
    let arms = arms.flatten().map(weight).sum::<usize>();
    let below = ["items", "additionalProperties"].iter();
    let below = below
        .filter_map(|key| map.get(*key))
        .map(weight)
        .sum::<usize>();
    properties + values + arms + below
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::Printer;
    use crate::Directory;

    #[test]
    fn words_order_and_references_make_no_difference() {
        let shared = r##"{"c": {"title": "C", "type": "object", "properties": {"a": {"type": "integer", "format": "uint64"}, "b": {"$ref": "#/d"}}}, "d": {"enum": ["x", "y"], "type": "string", "default": "x"}}"##;
        let texts = BTreeMap::from([("components/s.json".to_owned(), shared.to_owned())]);
        let directory = Directory::parse(&texts).expect("JSON");
        let mut printer = Printer::new(&directory);
        let ours = printer.loose("models/m.json", &json!({"$ref": "../components/s.json#/c"}));
        let written = json!({"properties": {"b": {"type": "string", "enum": ["y", "x"], "default": "x"}, "a": {"description": "A.", "type": "integer"}}, "type": "object", "required": []});
        let given = printer.loose("models/m.json", &written);
        assert_eq!(ours, given);
        let silent = json!({"properties": {"b": {"type": "string", "enum": ["y", "x"]}, "a": {"type": "integer"}}, "type": "object"});
        let silent = printer.loose("models/m.json", &silent);
        assert!(ours.covers(silent) && !silent.covers(ours));
        let other = json!({"properties": {"b": {"type": "string", "enum": ["y", "x"], "default": "y"}, "a": {"type": "integer"}}, "type": "object"});
        assert!(!ours.covers(printer.loose("models/m.json", &other)));
    }
}
