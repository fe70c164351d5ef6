//! Whether examples are what their schemas allow.

use serde_json::Value;

use super::Checker;
use crate::{Place, example};

impl Checker<'_> {
    /// Examples stand beside a schema, or in one.
    pub(super) fn examples(&mut self, file: &str, node: &Value, place: &Place) {
        let map = match node {
            Value::Object(map) => map,
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.examples(file, value, &place.at(&index.to_string()));
                }
                return;
            }
            _ => return,
        };
        if let (Some(schema), Some(example)) = (map.get("schema"), map.get("example")) {
            self.example(file, schema, example, &place.at("example"));
        }
        let typed =
            map.contains_key("type") || map.contains_key("oneOf") || map.contains_key("anyOf");
        if let Some(list) = map
            .get("examples")
            .and_then(Value::as_array)
            .filter(|_| typed)
        {
            for (index, example) in list.iter().enumerate() {
                self.example(
                    file,
                    node,
                    example,
                    &place.at("examples").at(&index.to_string()),
                );
            }
        }
        for (key, value) in map {
            if !["example", "examples", "default", "enum", "const", "x-model"]
                .contains(&key.as_str())
            {
                self.examples(file, value, &place.at(key));
            }
        }
    }

    fn example(&mut self, file: &str, schema: &Value, example: &Value, place: &Place) {
        for (at, message) in example::faults(self.directory, file, schema, example) {
            let place = Place {
                file: place.file.clone(),
                pointer: format!("{}{at}", place.pointer),
            };
            self.fault(&place, format!("the example is wrong: {message}"));
        }
    }
}
