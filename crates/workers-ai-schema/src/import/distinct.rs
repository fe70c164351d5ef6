//! Names of types that no two models share.

use std::collections::HashMap;

use serde_json::Value;

use super::{Run, id_of};
use crate::{Note, Place, clean::pascal};

impl Run<'_> {
    /// Two ids that end alike would be one type: the new one gets its author in front.
    pub(super) fn distinct_names(&mut self) {
        let mut taken: HashMap<String, String> = HashMap::new();
        let mut clashes = Vec::new();
        let names = self.import.directory.models().map(|(file, document)| {
            let id = id_of(document);
            let last = id.rsplit('/').next().unwrap_or_default();
            let said = document.pointer("/x-model/name").and_then(Value::as_str);
            let key: String = said
                .unwrap_or(last)
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            (file.to_owned(), id, key, self.directory.get(file).is_none())
        });
        let mut names: Vec<_> = names.collect();
        names.sort_by_key(|(file, _, _, new)| (*new, file.clone()));
        for (file, id, key, new) in names {
            if let Some(other) = taken.get(&key) {
                if new {
                    clashes.push((file, id, format!("that of `{other}`")));
                }
            } else if workers_ai_codegen::is_reserved(&key) && new {
                clashes.push((file, id, "used by generated code".to_owned()));
            } else {
                taken.insert(key, id);
            }
        }
        for (file, id, other) in clashes {
            let Some(mut document) = self.import.directory.get(&file).cloned() else {
                continue;
            };
            let words: Vec<&str> = id.trim_start_matches('@').split('/').collect();
            let name = pascal(&words.join(" "));
            let place = Place::file(&file).at("x-model").at("name");
            let message = format!("`{name}`, because the short name is {other}");
            self.import.notes.push(Note { place, message });
            document["x-model"]["name"] = name.into();
            self.import.directory.insert(file, document);
        }
    }
}
