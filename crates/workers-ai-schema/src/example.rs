//! Whether a value is one that a schema allows; for the examples in documents.

use serde_json::{Map, Value};

use crate::{Directory, Place, clean::is_a, directory::step, print::resolve};

/// What is wrong with an example.
pub(crate) struct Wrong {
    /// Pointer to the example.
    pub(crate) example: String,
    /// Pointer into it.
    pub(crate) at: String,
    pub(crate) message: String,
}

/// Examples of a document that its schemas do not allow; they stand beside a schema, or in one.
pub(crate) fn wrong(directory: &Directory, file: &str, document: &Value) -> Vec<Wrong> {
    let mut found = Vec::new();
    look(directory, file, document, "", &mut found);
    found
}

/// Keywords that hold values, not schemas.
const VALUES: [&str; 6] = ["example", "examples", "default", "enum", "const", "x-model"];

fn look(directory: &Directory, file: &str, node: &Value, at: &str, found: &mut Vec<Wrong>) {
    let map = match node {
        Value::Object(map) => map,
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                look(directory, file, value, &format!("{at}/{index}"), found);
            }
            return;
        }
        _ => return,
    };
    let mut example = |schema: &Value, value: &Value, pointer: String| {
        let faults = faults(directory, file, schema, value).into_iter();
        found.extend(faults.map(|(at, message)| Wrong {
            example: pointer.clone(),
            at,
            message,
        }));
    };
    // Properties may have these names too.
    let body = map.get("schema").filter(|_| !at.ends_with("/properties"));
    if let (Some(schema), Some(value)) = (body, map.get("example")) {
        example(schema, value, format!("{at}/example"));
    }
    let typed = ["type", "oneOf", "anyOf"]
        .iter()
        .any(|key| map.contains_key(*key));
    let list = map.get("examples").and_then(Value::as_array);
    for (index, value) in list.into_iter().flatten().enumerate().filter(|_| typed) {
        example(node, value, format!("{at}/examples/{index}"));
    }
    for (key, value) in map
        .iter()
        .filter(|(key, _)| !VALUES.contains(&key.as_str()))
    {
        look(
            directory,
            file,
            value,
            &format!("{at}/{}", step(key)),
            found,
        );
    }
}

/// Faults of `value` against a schema, each with the place in the value.
fn faults(
    directory: &Directory,
    file: &str,
    schema: &Value,
    value: &Value,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let at = Place::default();
    Validator { directory }.value(file, schema, value, &at, 0, &mut found);
    found
}

struct Validator<'a> {
    directory: &'a Directory,
}

type Found = Vec<(String, String)>;

impl Validator<'_> {
    fn value(
        &self,
        file: &str,
        schema: &Value,
        value: &Value,
        at: &Place,
        depth: usize,
        found: &mut Found,
    ) {
        if depth > 64 {
            return;
        }
        let (file, inner) = resolve(self.directory, file, schema);
        let Some(map) = inner.as_object() else {
            if *inner == Value::Bool(false) {
                found.push((at.pointer.clone(), "nothing is allowed here".to_owned()));
            }
            return;
        };
        let fits = |arm: &Value| {
            let mut inner = Vec::new();
            self.value(&file, arm, value, at, depth + 1, &mut inner);
            inner
        };
        for key in ["oneOf", "anyOf"] {
            let Some(arms) = map.get(key).and_then(Value::as_array) else {
                continue;
            };
            let all: Vec<Found> = arms.iter().map(fits).collect();
            if !all.iter().any(Vec::is_empty) {
                // The alternative that fits best says what is wrong.
                let nearest = all.into_iter().min_by_key(|found| {
                    (
                        found.len(),
                        found.iter().map(|(at, _)| usize::MAX - at.len()).min(),
                    )
                });
                match nearest {
                    Some(nearest) if arms.len() == 1 => found.extend(nearest),
                    Some(mut nearest) if !nearest.is_empty() => {
                        let (at, message) = nearest.remove(0);
                        found.push((
                            at,
                            format!("fits no alternative; in the nearest, {message}"),
                        ));
                    }
                    _ => {}
                }
                return;
            }
        }
        for arm in map
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            found.extend(fits(arm));
        }
        self.plain(&file, map, value, at, depth, found);
    }

    fn plain(
        &self,
        file: &str,
        map: &Map<String, Value>,
        value: &Value,
        at: &Place,
        depth: usize,
        found: &mut Found,
    ) {
        let mut fault = |message: String| found.push((at.pointer.clone(), message));
        let nullable = map.get("nullable") == Some(&Value::Bool(true));
        if value.is_null() && nullable {
            return;
        }
        let words: Vec<&str> = match map.get("type") {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(word)) => vec![word],
            _ => Vec::new(),
        };
        if !words.is_empty() && !words.iter().any(|word| is_a(value, word)) {
            return fault(format!("it is no {}", words.join(" or ")));
        }
        if let Some(list) = map.get("enum").and_then(Value::as_array)
            && !list.contains(value)
        {
            fault(format!("{value} is none of the choices"));
        }
        if let Some(one) = map.get("const").filter(|one| *one != value) {
            fault(format!("it has to be {one}"));
        }
        for (size, low, high) in [
            (value.as_f64(), "minimum", "maximum"),
            (
                count(value.as_str().map(|text| text.chars().count())),
                "minLength",
                "maxLength",
            ),
            (
                count(value.as_array().map(Vec::len)),
                "minItems",
                "maxItems",
            ),
            (
                count(value.as_object().map(Map::len)),
                "minProperties",
                "maxProperties",
            ),
        ] {
            let limit = |key: &str| map.get(key).and_then(Value::as_f64);
            let Some(size) = size else { continue };
            if limit(low).is_some_and(|limit| size < limit) {
                fault(format!("it is below `{low}`"));
            }
            if limit(high).is_some_and(|limit| size > limit) {
                fault(format!("it is above `{high}`"));
            }
        }
        if let (Some(items), Some(schema)) = (value.as_array(), map.get("items")) {
            for (index, item) in items.iter().enumerate() {
                self.value(
                    file,
                    schema,
                    item,
                    &at.at(&index.to_string()),
                    depth + 1,
                    found,
                );
            }
        }
        if let Some(object) = value.as_object() {
            self.object(file, map, object, at, depth, found);
        }
    }

    fn object(
        &self,
        file: &str,
        map: &Map<String, Value>,
        object: &Map<String, Value>,
        at: &Place,
        depth: usize,
        found: &mut Found,
    ) {
        let required = map.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                found.push((at.pointer.clone(), format!("`{name}` is missing")));
            }
        }
        let properties = map.get("properties").and_then(Value::as_object);
        let more = map.get("additionalProperties");
        for (name, value) in object {
            let place = at.at(name);
            match (properties.and_then(|all| all.get(name)), more) {
                (Some(schema), _) => self.value(file, schema, value, &place, depth + 1, found),
                (None, Some(Value::Bool(false))) => {
                    found.push((place.pointer, "there is no such property".to_owned()));
                }
                (None, Some(schema @ Value::Object(_))) => {
                    self.value(file, schema, value, &place, depth + 1, found);
                }
                (None, _) => {}
            }
        }
    }
}

fn count(size: Option<usize>) -> Option<f64> {
    size.and_then(|size| u32::try_from(size).ok())
        .map(f64::from)
}
