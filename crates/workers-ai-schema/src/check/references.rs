//! Whether references lead somewhere, and whether something leads to every component.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Checker;
use crate::{Place, directory::absolute};

impl Checker<'_> {
    /// Every address that something refers to. References that lead nowhere are faults.
    pub(super) fn references(&mut self) -> BTreeSet<String> {
        let directory = self.directory;
        for (file, document) in directory.models().chain(directory.components()) {
            self.follow(file, document, &Place::file(file));
        }
        directory.used()
    }

    fn follow(&mut self, file: &str, node: &Value, place: &Place) {
        match node {
            Value::Object(map) => {
                if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                    let place = place.at("$ref");
                    match absolute(file, reference) {
                        None => {
                            self.fault(
                                &place,
                                format!("`{reference}` leaves the schema directory"),
                            );
                        }
                        Some(address) => {
                            if self.directory.follow(file, reference).is_none() {
                                self.fault(&place, format!("`{address}` leads nowhere"));
                            }
                        }
                    }
                }
                for (key, value) in map {
                    self.follow(file, value, &place.at(key));
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.follow(file, value, &place.at(&index.to_string()));
                }
            }
            _ => {}
        }
    }

    pub(super) fn unused(&mut self, used: &BTreeSet<String>) {
        let directory = self.directory;
        for (file, document) in directory.models().chain(directory.components()) {
            for kind in ["schemas", "parameters", "responses", "requestBodies"] {
                let section = document.pointer(&format!("/components/{kind}"));
                for name in section
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name)
                {
                    let place = Place::file(file).at("components").at(kind).at(name);
                    if !used.contains(&place.to_string()) {
                        self.fault(&place, format!("nothing refers to `{name}`; delete it"));
                    }
                }
            }
        }
    }
}
