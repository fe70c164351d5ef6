//! What a document has and is not published: told with its place, or taken out where that is asked for.

use serde_json::Value;

use super::{Merger, schema::Site};
use crate::{
    Difference, Place,
    difference::{OURS_ONLY, between},
    directory::step,
};

impl<'a> Merger<'a> {
    /// Says that a model which was withdrawn is published as if it were not.
    pub(super) fn status(&mut self, old: &Value, new: &Value) {
        let status = |document: &Value| document.pointer("/x-model/status").cloned();
        if let (Some(Value::String(before)), Some(after)) = (status(old), status(new))
            && before != "live"
            && after == "live"
        {
            let place = Place::file(self.file).at("x-model").at("status");
            self.differs(place, "status", between(&before, "live"));
        }
    }

    fn differs(&mut self, place: Place, path: &str, message: impl Into<String>) {
        let id = self.document.pointer("/x-model/id").and_then(Value::as_str);
        self.gone.push(Difference {
            place,
            path: path.to_owned(),
            message: message.into(),
            models: id.map(str::to_owned).into_iter().collect(),
        });
    }

    /// Says that a schema of ours, or a keyword of it, is not published; `met` is the way on which it was met. Gives
    /// whether it is to be taken out: only from the document itself, because others may lead to a component.
    pub(super) fn not_published(
        &mut self,
        (file, node): &Site<'a>,
        keyword: Option<&str>,
        met: &Place,
    ) -> bool {
        let root = self.directory.get(file);
        let pointer = root.and_then(|root| pointer_of(root, node));
        let mut place = Place {
            file: file.clone(),
            pointer: pointer.unwrap_or_default(),
        };
        let mut message = OURS_ONLY.to_owned();
        if let Some((keyword, value)) = keyword.and_then(|key| Some((key, node.get(key)?))) {
            place = place.at(keyword);
            message = between(&format!("{keyword} {value}"), "none");
        }
        let path = path_of(&met.pointer);
        if self.prune && file == self.file {
            self.note(&place, format!("{message}; taken out"));
            return true;
        }
        self.differs(place, &path, message);
        false
    }
}

/// Where `node`, which is a part of `root`, stands in it.
fn pointer_of(root: &Value, node: &Value) -> Option<String> {
    if std::ptr::eq(root, node) {
        return Some(String::new());
    }
    let below = |key: &str, value: &Value| {
        let rest = pointer_of(value, node)?;
        Some(format!("/{}{rest}", step(key)))
    };
    match root {
        Value::Object(map) => map.iter().find_map(|(key, value)| below(key, value)),
        Value::Array(list) => {
            let mut list = list.iter().enumerate();
            list.find_map(|(index, value)| below(&index.to_string(), value))
        }
        _ => None,
    }
}

/// What stands at `pointer` below a body, an answer or a definition, as a caller writes it: `messages[].role`.
fn path_of(pointer: &str) -> String {
    let definition = || {
        let (_, below) = pointer.split_once("/components/schemas/")?;
        below.split_once('/')
    };
    let below = pointer.split_once("/schema/").or_else(definition);
    let schema = below.map_or("", |(_, schema)| schema);
    let schema = schema
        .strip_prefix("allOf/1/properties/result/")
        .unwrap_or(schema);
    let mut path = String::new();
    let mut steps = schema.split('/');
    while let Some(step) = steps.next() {
        match step {
            "items" => path.push_str("[]"),
            "additionalProperties" => path.push_str("{}"),
            "properties" => {
                if !path.is_empty() {
                    path.push('.');
                }
                let name = steps.next().unwrap_or_default();
                path.push_str(&name.replace("~1", "/").replace("~0", "~"));
            }
            // The number of an alternative.
            _ => drop(steps.next()),
        }
    }
    path
}
