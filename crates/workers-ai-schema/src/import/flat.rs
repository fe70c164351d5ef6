//! A document beside a source that flattened its unions: where no alternative of the document says what the source says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::said::{Flat, NONE, Reader, Said, Statements};
use crate::{
    Difference, Directory, Place,
    assemble::operation_of,
    difference::{OURS_ONLY, PUBLISHED_ONLY, between},
};

/// Everything in which the document of `model` differs, each of which holds for all its alternatives.
pub(super) fn differences(
    file: &str,
    model: &str,
    ours: &Directory,
    theirs: &Directory,
) -> Vec<Difference> {
    let (Some(mine), Some(given)) = (Operation::of(ours, file), Operation::of(theirs, file)) else {
        return Vec::new();
    };
    let mut found = Found {
        model,
        differences: Vec::new(),
    };
    found.media(&mine, &given, "body", &["requestBody", "content"]);
    found.media(&mine, &given, "answer", &["responses", "200", "content"]);
    found.task(ours.get(file), theirs.get(file), file);
    let (mine, given) = (mine.flat(), given.flat());
    // Bytes as a body say nothing about properties.
    if given.len() > 1 {
        found.properties(&mine, &given);
    }
    found.differences
}

/// What a document says about its one operation.
struct Operation<'a> {
    directory: &'a Directory,
    place: Place,
    node: &'a Value,
}

impl<'a> Operation<'a> {
    fn of(directory: &'a Directory, file: &str) -> Option<Self> {
        let (path, node) = operation_of(directory.get(file)?)?;
        Some(Self {
            directory,
            place: Place::file(file).at("paths").at(path).at("post"),
            node,
        })
    }

    fn content(&self, steps: &[&str]) -> (Place, Vec<(&'a String, &'a Value)>) {
        let mut node = Some(self.node);
        let mut place = self.place.clone();
        for step in steps {
            node = node.and_then(|node| node.get(*step));
            place = place.at(step);
        }
        let content = node.and_then(Value::as_object);
        (place, content.into_iter().flatten().collect())
    }

    /// What its bodies hold and what goes into its query.
    fn flat(&self) -> Flat {
        let mut reader = Reader::new(self.directory);
        let (place, bodies) = self.content(&["requestBody", "content"]);
        for (kind, body) in bodies {
            if let Some(schema) = body.get("schema") {
                reader.read(place.at(kind).at("schema"), schema, "");
            }
        }
        let parameters = self.node.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let place = self.place.at("parameters").at(&index.to_string());
            let name = parameter.get("name").and_then(Value::as_str);
            if let Some((name, schema)) = name.zip(parameter.get("schema")) {
                reader.read(place.at("schema"), schema, name);
                let said = reader.flat.entry(name.to_owned()).or_default();
                said.member = Some((String::new(), name.to_owned()));
            }
        }
        reader.flat
    }
}

struct Found<'a> {
    model: &'a str,
    differences: Vec<Difference>,
}

impl Found<'_> {
    fn add(&mut self, place: Option<&Place>, path: &str, message: String) {
        self.differences.push(Difference {
            place: place.cloned().unwrap_or_default(),
            path: path.to_owned(),
            message,
            models: vec![self.model.to_owned()],
        });
    }

    fn media(&mut self, mine: &Operation, given: &Operation, what: &str, steps: &[&str]) {
        let (place, mine) = mine.content(steps);
        let (_, given) = given.content(steps);
        let names = |list: Vec<(&String, &Value)>| -> BTreeSet<String> {
            list.into_iter().map(|(kind, _)| kind.clone()).collect()
        };
        let (mine, given) = (names(mine), names(given));
        for kind in given.difference(&mine) {
            let path = format!("{what} {kind}");
            self.add(Some(&place), &path, PUBLISHED_ONLY.to_owned());
        }
        for kind in mine.difference(&given) {
            let path = format!("{what} {kind}");
            self.add(Some(&place.at(kind)), &path, OURS_ONLY.to_owned());
        }
    }

    fn task(&mut self, ours: Option<&Value>, theirs: Option<&Value>, file: &str) {
        let task = |document: Option<&Value>| {
            let task = document?.pointer("/x-model/task")?.as_str()?;
            Some(task.to_owned())
        };
        let (mine, given) = (task(ours), task(theirs));
        if given.is_some() && mine != given {
            let place = Place::file(file).at("x-model").at("task");
            let word = |task: Option<String>| task.unwrap_or_else(|| NONE.to_owned());
            let message = between(&word(mine), &word(given));
            self.add(Some(&place), "task", message);
        }
    }

    fn properties(&mut self, mine: &Flat, given: &Flat) {
        for (path, theirs) in given {
            let Some((parent, name)) = &theirs.member else {
                continue;
            };
            let around = mine.get(parent).zip(given.get(parent));
            if let Some(ours) = mine.get(path) {
                self.property(path, ours, theirs);
                if let Some((mine, given)) = around {
                    self.required(path, name, ours, [mine, given]);
                }
            } else if let Some((around, _)) = around {
                let place = around.meant.as_ref().or(around.written.as_ref());
                self.add(place, path, PUBLISHED_ONLY.to_owned());
            }
        }
        for (path, ours) in mine {
            let known = |(parent, _): &(String, String)| given.contains_key(parent);
            if !given.contains_key(path) && ours.member.as_ref().is_some_and(known) {
                self.add(ours.written.as_ref(), path, OURS_ONLY.to_owned());
            }
        }
    }

    fn property(&mut self, path: &str, ours: &Said, theirs: &Said) {
        let (mine, given) = (&ours.types, &theirs.types);
        if given.keys().any(|kind| !mine.contains_key(kind)) {
            let place = other(mine, given).or(ours.meant.as_ref());
            self.add(
                place,
                path,
                format!("type {}", between(&any_of(mine), &any_of(given))),
            );
        }
        self.choices(path, ours, theirs);
        for (key, given) in &theirs.keywords {
            let Some(mine) = ours.keywords.get(key) else {
                continue;
            };
            if given.keys().any(|value| !mine.contains_key(value)) {
                let place = other(mine, given).or(ours.meant.as_ref());
                self.add(
                    place,
                    path,
                    format!("{key} {}", between(&any_of(mine), &any_of(given))),
                );
            }
        }
    }

    /// Whether `name` has to be in what is around it: always in one, never in the other.
    fn required(&mut self, path: &str, name: &str, ours: &Said, around: [&Said; 2]) {
        let words = around.map(|said| {
            let mut needs = said.needs.iter().map(|names| names.contains(name));
            let first = needs.next()?;
            let word = if first { "required" } else { "optional" };
            needs.all(|needed| needed == first).then_some(word)
        });
        if let [Some(mine), Some(given)] = words
            && mine != given
        {
            self.add(ours.written.as_ref(), path, between(mine, given));
        }
    }

    fn choices(&mut self, path: &str, ours: &Said, theirs: &Said) {
        let (mine, given) = (&ours.choices, &theirs.choices);
        let place = ours.meant.as_ref();
        match (&ours.open, &theirs.open) {
            (None, None) => {
                if let Some(less) = more(mine, given) {
                    self.add(
                        other(mine, given),
                        path,
                        format!("value {less} {OURS_ONLY}"),
                    );
                }
                if let Some(more) = more(given, mine) {
                    self.add(place, path, format!("value {more} {PUBLISHED_ONLY}"));
                }
            }
            (Some(open), None) => {
                let message = between("anything", &format!("only {}", any_of(given)));
                self.add(Some(open), path, message);
            }
            (None, Some(_)) => {
                let message = between(&format!("only {}", any_of(mine)), "anything");
                self.add(other(mine, given), path, message);
            }
            (Some(_), Some(_)) => {}
        }
    }
}

/// `a or b`.
fn any_of(statements: &Statements) -> String {
    let words: Vec<&str> = statements.keys().map(String::as_str).collect();
    words.join(" or ")
}

/// What only `one` says.
fn more(one: &Statements, other: &Statements) -> Option<String> {
    let more = one.keys().filter(|value| !other.contains_key(*value));
    let more: Vec<&str> = more.map(String::as_str).collect();
    (!more.is_empty()).then(|| more.join(" and "))
}

/// Where something is said that the other side does not say.
fn other<'a>(mine: &'a Statements, given: &Statements) -> Option<&'a Place> {
    let differs = mine.iter().find(|(text, _)| !given.contains_key(*text));
    differs.map(|(_, place)| place)
}
