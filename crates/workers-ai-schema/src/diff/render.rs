//! What changed, as text for people, as Markdown for a changelog, and as JSON for scripts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Change, Diff};

impl Diff {
    /// Lines for people: models with the same changes stand together.
    #[must_use]
    pub fn text(&self) -> String {
        if self.models.is_empty() {
            return "nothing changed\n".to_owned();
        }
        let mut out = String::new();
        for (changes, ids) in self.groups() {
            out.push_str(&ids.join("\n"));
            out.push('\n');
            for change in changes {
                let mark = if change.breaking {
                    "  breaks  "
                } else {
                    "          "
                };
                out.extend([mark, &plain(change), "\n"]);
            }
            out.push('\n');
        }
        let all = self.models.iter().flat_map(|model| &model.changes);
        let (breaking, rest): (Vec<_>, Vec<_>) = all.partition(|change| change.breaking);
        let total = breaking.len() + rest.len();
        let models = crate::import::counted(self.models.len(), "model", "models");
        let changes = crate::import::counted(total, "change", "changes");
        let breaking = breaking.len().to_string();
        out.extend([
            models.as_str(),
            ", ",
            &changes,
            ", ",
            &breaking,
            " of them breaking
",
        ]);
        out
    }

    /// Sections for a changelog: what breaks, what changed, what is new.
    #[must_use]
    pub fn markdown(&self) -> String {
        if self.models.is_empty() {
            return "Nothing changed.\n".to_owned();
        }
        let mut sections: [Vec<String>; 3] = Default::default();
        for (changes, ids) in self.groups() {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            let ids = ids.join(", ");
            for change in changes {
                let section = match (change.breaking, change.kind) {
                    (true, _) => 0,
                    (false, "model-added") => 2,
                    _ => 1,
                };
                let what = match change.at.as_str() {
                    "" => change.what.clone(),
                    at => format!("`{at}` {}", change.what),
                };
                if let Some(lines) = sections.get_mut(section) {
                    lines.push(format!("- {ids}: {what}"));
                }
            }
        }
        let titles = ["Breaking", "Changed", "Added"];
        let shown = titles
            .iter()
            .zip(&sections)
            .filter(|(_, lines)| !lines.is_empty());
        let shown: Vec<String> = shown
            .map(|(title, lines)| format!("### {title}\n\n{}\n", lines.join("\n")))
            .collect();
        shown.join("\n")
    }

    /// An object with `breaking` and the changes of each model.
    #[must_use]
    pub fn json(&self) -> Value {
        let change = |change: &Change| {
            json!({
                "kind": change.kind,
                "at": change.at,
                "what": change.what,
                "breaking": change.breaking,
            })
        };
        let models: Vec<Value> = self
            .models
            .iter()
            .map(|model| {
                let changes: Vec<Value> = model.changes.iter().map(change).collect();
                json!({"id": model.id, "changes": changes})
            })
            .collect();
        json!({"breaking": self.is_breaking(), "models": models})
    }

    /// Models with the same changes together, in the order of their first ids.
    fn groups(&self) -> Vec<(&[Change], Vec<&str>)> {
        let mut groups: BTreeMap<&[Change], Vec<&str>> = BTreeMap::new();
        for model in &self.models {
            groups.entry(&model.changes).or_default().push(&model.id);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by(|one, other| one.1.cmp(&other.1));
        groups
    }
}

fn plain(change: &Change) -> String {
    match change.at.as_str() {
        "" => change.what.clone(),
        at => format!("{at}: {}", change.what),
    }
}
