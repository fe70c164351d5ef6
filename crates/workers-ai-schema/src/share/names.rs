//! Names for components that nobody has named: from titles, places and what sets one apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Found;
use crate::{
    Directory,
    clean::{definition_name, pascal},
};

/// Names of components, each with the properties of what has it.
pub(super) struct Names(BTreeMap<(String, String), BTreeSet<String>>);

impl Names {
    pub(super) fn new(directory: &Directory) -> Self {
        let mut names = Self(BTreeMap::new());
        for (file, document) in directory.files() {
            let schemas = document
                .pointer("/components/schemas")
                .and_then(Value::as_object);
            for (name, schema) in schemas.into_iter().flatten() {
                let properties = schema.get("properties").and_then(Value::as_object);
                let properties = properties
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.clone());
                names
                    .0
                    .insert((Self::scope(file), name.clone()), properties.collect());
            }
        }
        names
    }

    /// Components that are shared have one name in all files.
    fn scope(file: &str) -> String {
        if file.starts_with("components/") {
            ""
        } else {
            file
        }
        .to_owned()
    }

    /// A name from the title or the place of a shape; where it is taken, with a property the other does not have, or
    /// with the model the shape was met in.
    pub(super) fn take(&mut self, found: &Found, prefix: &str, file: &str) -> String {
        let word = found.role.trim_matches(['<', '>', '[', ']', '{', '}', '|']);
        let word = match word {
            "result" => "output",
            word if found.role.contains("[]") => word.strip_suffix('s').unwrap_or(word),
            word => word,
        };
        let title = found.title.as_deref().filter(|title| title.len() < 40);
        let word = title.unwrap_or(word);
        let mut name = if prefix.is_empty() {
            definition_name(word)
        } else {
            format!("{prefix}{}", pascal(word))
        };
        let scope = Self::scope(file);
        if let Some(other) = self.0.get(&(scope.clone(), name.clone())) {
            let own = found
                .properties
                .iter()
                .find(|property| !other.contains(*property));
            let with = own.map(|property| format!("{name}With{}", pascal(property)));
            let with = with.filter(|name| !self.0.contains_key(&(scope.clone(), name.clone())));
            name = with.unwrap_or_else(|| format!("{name}Of{}", family(&found.file)));
        }
        while self.0.contains_key(&(scope.clone(), name.clone())) {
            name.push_str("Too");
        }
        self.0
            .insert((scope, name.clone()), found.properties.clone());
        name
    }
}

/// The words of a model's name without its numbers: `models/cf/a/kimi-k2.5.json` is of `Kimi`.
fn family(file: &str) -> String {
    let stem = file.rsplit('/').next().unwrap_or_default();
    let words = stem.trim_end_matches(".json").split(['-', '_', '.']);
    let words: String = words
        .filter(|word| word.chars().all(|c| c.is_ascii_alphabetic()))
        .map(pascal)
        .collect();
    if words.is_empty() {
        "Model".to_owned()
    } else {
        words
    }
}
