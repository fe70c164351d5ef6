//! Two states of the documents → what changed for each model, and whether it breaks a program written for the old one.

mod facts;
mod render;
mod schema;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::{
    Directory,
    assemble::{RESULT, operation_of},
    print::Printer,
};

/// What changed between two states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Models with changes, by id.
    pub models: Vec<ModelDiff>,
}

/// What changed for one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelDiff {
    /// The model.
    pub id: String,
    /// Its changes, in the order of its document.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What kind of change, such as `field-added`.
    pub kind: &'static str,
    /// Where, such as `input(Prompt).temperature`; empty for the model itself.
    pub at: String,
    /// What changed, in the words of a changelog.
    pub what: String,
    /// Whether a program written for the old state can stop working.
    pub breaking: bool,
}

/// Which way a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Answered,
}

/// Compares `old` with `new`.
///
/// References are followed: moving a schema into a component is no change. Words, examples and `x-` marks are none
/// either, but for the facts in `x-model`. What breaks depends on the direction. A request that was right must stay
/// right; an answer must stay within what its reader expects; a name that is used must not go.
///
/// | Change | In what is sent | In what is answered |
/// |---|---|---|
/// | field or alternative added | no; a required field: yes | field: no; alternative: yes |
/// | field removed | yes | yes |
/// | alternative removed | yes | no |
/// | became required | yes | no |
/// | became optional, may be null | no | yes |
/// | can no longer be null | yes | no |
/// | type widened, choice grew, limit loosened | no | yes |
/// | type narrowed, choice shrank, limit tightened | yes | no |
/// | type became another | yes | yes |
/// | default changed | no | no |
/// | media type added | no | no |
/// | media type removed | yes | yes |
///
/// | Change of the model | Breaks |
/// |---|---|
/// | document removed, retired, no longer streams, batch form removed, window shrank, other dimensions | yes |
/// | added, price, abilities, window grew, task | no |
#[must_use]
pub fn diff(old: &Directory, new: &Directory) -> Diff {
    let models = |directory: &Directory| -> BTreeMap<String, String> {
        let all = directory.models();
        all.map(|(file, document)| (id(file, document), file.to_owned()))
            .collect()
    };
    let (before, after) = (models(old), models(new));
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut comparison = Comparison {
        old: Printer::new(old),
        new: Printer::new(new),
        seen: HashSet::new(),
        changes: Vec::new(),
    };
    let mut diff = Diff::default();
    for id in ids {
        let document = |file: Option<&String>, directory: &'_ Directory| {
            file.and_then(|file| {
                directory
                    .get(file)
                    .map(|document| (file.clone(), document.clone()))
            })
        };
        match (before.get(id), after.get(id)) {
            (Some(was), Some(is)) => {
                if let Some((one, other)) = old.get(was).zip(new.get(is)) {
                    comparison.model((was, one), (is, other));
                }
            }
            (None, file) => {
                let task =
                    document(file, new).and_then(|(_, document)| text(&document, "/x-model/task"));
                let what = task.map_or("model added".to_owned(), |task| {
                    format!("model added ({task})")
                });
                comparison.change("model-added", "", what, false);
            }
            (Some(_), None) => {
                comparison.change("model-removed", "", "document removed".to_owned(), true);
            }
        }
        let changes = std::mem::take(&mut comparison.changes);
        if !changes.is_empty() {
            diff.models.push(ModelDiff {
                id: id.clone(),
                changes,
            });
        }
    }
    diff
}

impl Diff {
    /// Whether any change breaks callers.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        let mut changes = self.models.iter().flat_map(|model| &model.changes);
        changes.any(|change| change.breaking)
    }
}

fn id(file: &str, document: &Value) -> String {
    let path = operation_of(document).and_then(|(path, _)| path.split_once("/ai/run/"));
    path.map_or_else(|| file.to_owned(), |(_, id)| id.to_owned())
}

fn text(document: &Value, pointer: &str) -> Option<String> {
    document.pointer(pointer)?.as_str().map(str::to_owned)
}

struct Comparison<'a> {
    old: Printer<'a>,
    new: Printer<'a>,
    /// Pairs of nodes that were compared for this model.
    seen: HashSet<(*const Value, *const Value)>,
    changes: Vec<Change>,
}

impl<'a> Comparison<'a> {
    fn change(&mut self, kind: &'static str, at: &str, what: impl Into<String>, breaking: bool) {
        let change = Change {
            kind,
            at: at.to_owned(),
            what: what.into(),
            breaking,
        };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    fn model(&mut self, old: (&str, &'a Value), new: (&str, &'a Value)) {
        self.seen.clear();
        self.facts(old.1, new.1);
        let operations = operation_of(old.1).zip(operation_of(new.1));
        let Some(((_, before), (_, after))) = operations else {
            return;
        };
        self.contents(
            before,
            after,
            "/requestBody/content",
            "request",
            old.0,
            new.0,
        );
        self.parameters(old.0, before, new.0, after);
        self.contents(
            before,
            after,
            "/responses/200/content",
            "answer",
            old.0,
            new.0,
        );
        let result = before.pointer(RESULT).zip(after.pointer(RESULT));
        if let Some((one, other)) = result {
            self.schema(
                &(old.0.to_owned(), one),
                &(new.0.to_owned(), other),
                "output",
                Way::Answered,
            );
        }
        let event = "/responses/200/content/text~1event-stream/x-event-schema";
        if let Some((one, other)) = before.pointer(event).zip(after.pointer(event)) {
            self.schema(
                &(old.0.to_owned(), one),
                &(new.0.to_owned(), other),
                "event",
                Way::Answered,
            );
        }
    }

    fn contents(
        &mut self,
        before: &'a Value,
        after: &'a Value,
        pointer: &str,
        what: &str,
        old_file: &str,
        new_file: &str,
    ) {
        let kinds = |operation: &'a Value| -> BTreeMap<&'a str, &'a Value> {
            let content = operation.pointer(pointer).and_then(Value::as_object);
            let content = content.into_iter().flatten();
            content
                .filter(|(_, value)| value.get("x-binding-only").is_none())
                .map(|(kind, value)| (kind.as_str(), value))
                .collect()
        };
        let (before, after) = (kinds(before), kinds(after));
        for (kind, value) in &before {
            match after.get(kind) {
                None => {
                    let what = format!("{what} `{kind}` removed");
                    self.change("content-type-removed", "", what, true);
                }
                Some(other) if what == "request" => {
                    if let Some((one, other)) = value.get("schema").zip(other.get("schema")) {
                        let (one, other) =
                            ((old_file.to_owned(), one), (new_file.to_owned(), other));
                        self.schema(&one, &other, "input", Way::Sent);
                    }
                }
                Some(_) => {}
            }
        }
        for kind in after.keys().filter(|kind| !before.contains_key(*kind)) {
            self.change(
                "content-type-added",
                "",
                format!("{what} `{kind}` added"),
                false,
            );
        }
    }

    fn parameters(&mut self, old_file: &str, before: &'a Value, new_file: &str, after: &'a Value) {
        let own = |operation: &'a Value| -> BTreeMap<&'a str, &'a Value> {
            let list = operation.get("parameters").and_then(Value::as_array);
            let list = list.into_iter().flatten();
            list.filter_map(|one| Some((one.get("name")?.as_str()?, one)))
                .collect()
        };
        let (before, after) = (own(before), own(after));
        let needed = |one: &Value| one.get("required") == Some(&Value::Bool(true));
        for (name, one) in &before {
            let at = format!("query.{name}");
            let Some(other) = after.get(name) else {
                self.change("field-removed", &at, "removed", true);
                continue;
            };
            self.necessity(needed(one), needed(other), &at, Way::Sent);
            if let Some((one, other)) = one.get("schema").zip(other.get("schema")) {
                let (one, other) = ((old_file.to_owned(), one), (new_file.to_owned(), other));
                self.schema(&one, &other, &at, Way::Sent);
            }
        }
        for (name, other) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            self.added(&format!("query.{name}"), needed(other), Way::Sent);
        }
    }

    fn added(&mut self, at: &str, required: bool, way: Way) {
        let required = required && way == Way::Sent;
        let what = if required { "added, required" } else { "added" };
        self.change("field-added", at, what, required);
    }

    fn necessity(&mut self, before: bool, after: bool, at: &str, way: Way) {
        match (before, after) {
            (false, true) => {
                self.change("became-required", at, "is required now", way == Way::Sent);
            }
            (true, false) => {
                self.change(
                    "became-optional",
                    at,
                    "is optional now",
                    way == Way::Answered,
                );
            }
            _ => {}
        }
    }
}
