//! References inside a source: what they lead to becomes a definition of the document.

use serde_json::{Map, Value, json};

use super::{Cleaner, definition_name};
use crate::{Fault, Place};

impl Cleaner<'_> {
    /// A reference inside what was given becomes one to a definition of the document.
    pub(super) fn reference(
        &mut self,
        reference: &Value,
        map: &Map<String, Value>,
        place: &Place,
    ) -> Value {
        let Some(pointer) = local(reference) else {
            self.faults.push(Fault {
                place: place.at("$ref"),
                message: format!("{reference} leads out of the file; put the schema in its place"),
            });
            return json!({});
        };
        let target = self.roots.iter().find_map(|root| root.pointer(pointer));
        let Some(target) = target else {
            self.faults.push(Fault {
                place: place.at("$ref"),
                message: format!("`#{pointer}` leads nowhere"),
            });
            return json!({});
        };
        if self.is_ring(target) {
            self.note(
                &place.at("$ref"),
                "leads back to itself and to nothing else, taken as any value",
            );
            return json!({});
        }
        let name = match self.names.get(pointer) {
            Some(name) => name.clone(),
            None => self.define(pointer, target, place),
        };
        let mut out = Map::new();
        out.insert(
            "$ref".to_owned(),
            format!("#/components/schemas/{name}").into(),
        );
        self.words(map, &mut out);
        Value::Object(out)
    }

    /// Whether references lead from one to the next and never to a schema.
    fn is_ring(&self, target: &Value) -> bool {
        let mut target = target;
        let mut seen = Vec::new();
        while let Some(pointer) = target.get("$ref").and_then(local) {
            if seen.contains(&pointer) {
                return true;
            }
            seen.push(pointer);
            let next = self.roots.iter().find_map(|root| root.pointer(pointer));
            let Some(next) = next else { return false };
            target = next;
        }
        false
    }

    fn define(&mut self, pointer: &str, target: &Value, place: &Place) -> String {
        let last = pointer.rsplit('/').next().unwrap_or_default();
        let title = target.get("title").and_then(Value::as_str);
        let mut name = definition_name(title.unwrap_or(last));
        while self.names.values().any(|taken| *taken == name) {
            name.push_str("Too");
        }
        self.names.insert(pointer.to_owned(), name.clone());
        let place = Place {
            file: place.file.clone(),
            pointer: pointer.to_owned(),
        };
        let schema = self.schema(target, &place);
        self.definitions.insert(name.clone(), schema);
        name
    }
}

/// Where a reference inside a source leads. The empty one is the whole.
fn local(reference: &Value) -> Option<&str> {
    match reference.as_str()? {
        "" => Some(""),
        text => text.strip_prefix('#'),
    }
}
