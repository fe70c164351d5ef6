//! What is done to a document: schemas become other schemas, and anything becomes anything.

use serde_json::{Value, json};

/// Damages one place in a document and says where and how.
pub(super) fn damage(document: &mut Value, random: &mut Random) -> String {
    let (mut places, mut schemas) = (Vec::new(), Vec::new());
    collect(document, "", "", &mut places, &mut schemas);
    if schemas.is_empty() || random.below(3) == 0 {
        let place = random.pick(places.clone());
        return spoil(document, &place, random);
    }
    let place = random.pick(schemas.clone());
    let elsewhere = random.pick(schemas);
    let other = if random.below(5) == 0 {
        // Perhaps around in a ring.
        json!({"$ref": format!("#{elsewhere}")})
    } else {
        document.pointer(&elsewhere).cloned().unwrap_or_default()
    };
    let Some(schema) = document.pointer_mut(&place) else {
        return place;
    };
    let how = alter(schema, other, random);
    format!("{place} {how}")
}

/// Makes something else of a schema, mostly another schema.
fn alter(schema: &mut Value, other: Value, random: &mut Random) -> &'static str {
    let keyword = random.pick(vec!["oneOf", "anyOf"]);
    let word = random.pick(TYPES.to_vec());
    match random.below(8) {
        0 => *schema = other,
        1 => *schema = json!({keyword: [schema.take(), other]}),
        2 => *schema = json!({keyword: [other, schema.take(), {"type": word}]}),
        3 => *schema = nested(schema.take(), random.below(9)),
        4 => *schema = json!({"type": word}),
        5 => {
            if let (Some(map), Value::Object(other)) = (schema.as_object_mut(), other) {
                map.extend(other);
            }
        }
        6 => {
            let name = random.pick(NAMES.to_vec());
            if let Some(map) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                map.insert(name.to_owned(), other);
            }
        }
        _ => {
            if let Some(map) = schema.as_object_mut() {
                let (keyword, value) = random.pick(additions());
                map.insert(keyword.to_owned(), value);
            }
        }
    }
    "altered"
}

/// Puts something in a place that does not belong there, or takes it away.
fn spoil(document: &mut Value, place: &str, random: &mut Random) -> String {
    let (parent, key) = place.rsplit_once('/').unwrap_or_default();
    let key = key.replace("~1", "/").replace("~0", "~");
    let (word, name) = (random.pick(WORDS.to_vec()), random.pick(NAMES.to_vec()));
    let Some(parent) = document.pointer_mut(parent) else {
        return place.to_owned();
    };
    let value = match random.below(5) {
        0 => None,
        1 => Some(Value::from(word)),
        2 => Some(nested(random.pick(values()), 20)),
        3 => {
            if let Some((map, value)) = parent
                .as_object_mut()
                .and_then(|map| map.remove(&key).map(|value| (map, value)))
            {
                map.insert(name.to_owned(), value);
            }
            return format!("{place} renamed `{name}`");
        }
        _ => Some(random.pick(values())),
    };
    let done = format!(
        "{place} is now {:.80}",
        value
            .as_ref()
            .map_or_else(|| "gone".to_owned(), ToString::to_string)
    );
    match (parent, value) {
        (Value::Object(map), Some(value)) => drop(map.insert(key, value)),
        (Value::Object(map), None) => drop(map.remove(&key)),
        (Value::Array(list), value) => {
            let index = key.parse().unwrap_or(list.len());
            list.splice(index..list.len().min(index + 1), value);
        }
        _ => {}
    }
    done
}

/// The pointers to everything below `node`, and to what among it are schemas.
fn collect(
    node: &Value,
    place: &str,
    key: &str,
    places: &mut Vec<String>,
    schemas: &mut Vec<String>,
) {
    let mut go = |inner: &str, value: &Value| {
        let place = format!("{place}/{}", inner.replace('~', "~0").replace('/', "~1"));
        if value.is_object()
            && (HOLDERS.contains(&key)
                || ["schema", "items", "additionalProperties"].contains(&inner))
        {
            schemas.push(place.clone());
        }
        collect(value, &place, inner, places, schemas);
        places.push(place);
    };
    match node {
        Value::Object(map) => map.iter().for_each(|(key, value)| go(key, value)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(index, value)| go(&index.to_string(), value)),
        _ => {}
    }
}

/// Keys below which schemas stand.
const HOLDERS: &[&str] = &["properties", "schemas", "oneOf", "anyOf", "allOf"];

fn nested(inner: Value, levels: usize) -> Value {
    (0..levels).fold(inner, |inner, level| match level % 3 {
        0 => json!({"type": "array", "items": inner}),
        1 => json!({"type": "object", "additionalProperties": inner}),
        _ => json!({"type": "object", "required": ["a"], "properties": {"a": inner}}),
    })
}

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!(["a", "a"]),
        json!({"a": {"b": null}}),
        json!([{"type": "string"}]),
        json!({"type": "string"}),
        json!({"type": ["string", "null"]}),
        json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "number"}}]}),
        json!({"enum": ["a", "A", "a-a", "", "+"]}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/paths"}),
        json!(["a", "b"]),
    ]
}

const WORDS: &[&str] = &[
    "",
    "type",
    "a b",
    "日本",
    "$",
    "string",
    "number",
    "Option",
    "fn main() {}",
    "*/",
    "`",
    "\"",
    "\\",
    "\u{202e}",
    "\n",
    "a\tb",
];

/// Names for properties.
const NAMES: &[&str] = &[
    "type",
    "self",
    "Self",
    "a b",
    "a-b",
    "a_b",
    "1st",
    "new",
    "own",
    "stream",
    "prompt",
    "requests",
    "result",
    "enum",
    "oneOf",
    "$ref",
    "x-says",
    "default",
    "properties",
    "fn main() {}",
    "日本 a",
    "größe",
    "request_id",
    "Unknown",
    "Other",
    "check",
    "A",
    "日本",
    "*/",
    "2d",
    "",
];

const TYPES: &[&str] = &[
    "string", "number", "integer", "object", "array", "null", "boolean",
];

/// What may be added to a schema, sensible or not.
fn additions() -> Vec<(&'static str, Value)> {
    vec![
        ("nullable", json!(true)),
        ("deprecated", json!(true)),
        ("minimum", json!(-5)),
        ("maximum", json!(1e9)),
        ("minLength", json!(1)),
        ("maxItems", json!(2)),
        ("title", json!("A title")),
        ("description", json!("*/ `x")),
        ("default", Value::Null),
        ("enum", json!(["a", "A", "b", null])),
        ("const", json!("only")),
        ("format", json!("byte")),
        ("contentEncoding", json!("base64")),
        ("additionalProperties", json!({"type": "number"})),
        ("additionalProperties", json!(false)),
        (
            "items",
            json!({"type": "integer", "minimum": 0, "maximum": 255}),
        ),
        ("type", json!(["string", "object", "null"])),
        ("type", json!(["array", "object"])),
        ("not", json!({})),
        ("required", json!([])),
        ("properties", json!({"stream": {"type": "boolean"}})),
        ("x-says", json!("text")),
        ("x-says", json!("tool-call")),
        ("x-says", json!("usage")),
        ("x-says", json!("first")),
        ("x-binding-only", json!(true)),
        ("oneOf", json!([{"type": "string"}, {"type": "object"}])),
        ("anyOf", json!([{"required": []}])),
        (
            "allOf",
            json!([{"properties": {"requests": {"type": "array", "items": {}}}}]),
        ),
    ]
}

/// The same numbers on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed >> 33) % end.max(1) as u64).unwrap_or_default()
    }

    pub(super) fn pick<T>(&mut self, mut from: Vec<T>) -> T {
        let index = self.below(from.len());
        from.swap_remove(index)
    }
}
