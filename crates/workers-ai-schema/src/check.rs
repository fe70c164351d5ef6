//! Everything that can be wrong with a schema directory, in one run: form, references, names, examples, what is unused.

mod references;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    Directory, Fault, Place, example, facts,
    upstream::{file_of, is_id},
};

/// Looks at the documents below `path`. Gives how many models there are.
///
/// # Errors
///
/// Every fault, those of the generator included.
pub fn check(path: &Path) -> Result<usize, Vec<Fault>> {
    let directory = Directory::read(path)?;
    let mut checker = Checker {
        directory: &directory,
        faults: Vec::new(),
        operations: BTreeMap::new(),
    };
    for (file, document) in directory.models() {
        checker.model(file, document);
    }
    for (file, document) in directory.components() {
        checker.component(file, document);
    }
    let references = checker.references();
    checker.unused(&references);
    let mut faults = checker.faults;
    if let Err(more) = workers_ai_codegen::generate(path) {
        // What was found here already is not said twice.
        let known: BTreeSet<Place> = faults.iter().map(|fault| fault.place.clone()).collect();
        faults.extend(
            more.into_iter()
                .filter(|fault| !known.contains(&fault.place)),
        );
    }
    if faults.is_empty() {
        return Ok(directory.models().count());
    }
    faults.sort();
    faults.dedup();
    Err(faults)
}

struct Checker<'a> {
    directory: &'a Directory,
    faults: Vec<Fault>,
    /// Names of operations, and who has each.
    operations: BTreeMap<String, String>,
}

/// Sections of a document.
const SECTIONS: [&str; 9] = [
    "openapi",
    "info",
    "jsonSchemaDialect",
    "servers",
    "security",
    "tags",
    "externalDocs",
    "paths",
    "components",
];

/// What `components` may hold.
const KINDS: [&str; 10] = [
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
];

/// Members of an operation.
const OPERATION: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

impl Checker<'_> {
    fn examples(&mut self, file: &str, document: &Value) {
        for wrong in example::wrong(self.directory, file, document) {
            let place = Place {
                file: file.to_owned(),
                pointer: format!("{}{}", wrong.example, wrong.at),
            };
            self.fault(&place, format!("the example is wrong: {}", wrong.message));
        }
    }

    fn fault(&mut self, place: &Place, message: impl Into<String>) {
        self.faults.push(Fault {
            place: place.clone(),
            message: message.into(),
        });
    }

    fn members(&mut self, map: &Map<String, Value>, known: &[&str], place: &Place) {
        for key in map.keys() {
            if !known.contains(&key.as_str()) && !key.starts_with("x-") {
                self.fault(
                    &place.at(key),
                    format!("`{key}` is no part of OpenAPI 3.1 here"),
                );
            }
        }
    }

    /// What all documents have.
    fn head(&mut self, file: &str, document: &Value) -> Option<Place> {
        let place = Place::file(file);
        let Some(map) = document.as_object() else {
            self.fault(&place, "a document is an object");
            return None;
        };
        self.members(map, &SECTIONS, &place);
        let version = document.get("openapi").and_then(Value::as_str);
        if !version.is_some_and(|version| version.starts_with("3.1")) {
            self.fault(&place.at("openapi"), "the version of OpenAPI is 3.1.0 here");
        }
        for key in ["title", "version"] {
            let said = document
                .get("info")
                .and_then(|info| info.get(key))
                .and_then(Value::as_str);
            if said.is_none_or(|text| text.trim().is_empty()) {
                self.fault(&place.at("info").at(key), format!("`{key}` is missing"));
            }
        }
        if let Some(components) = document.get("components").and_then(Value::as_object) {
            self.members(components, &KINDS, &place.at("components"));
        }
        Some(place)
    }

    fn component(&mut self, file: &str, document: &Value) {
        let Some(place) = self.head(file, document) else {
            return;
        };
        if document.get("components").is_none() {
            self.fault(&place, "a file of components without `components`");
        }
        self.examples(file, document);
    }

    fn model(&mut self, file: &str, document: &Value) {
        let Some(place) = self.head(file, document) else {
            return;
        };
        let paths = place.at("paths");
        let list = document.get("paths").and_then(Value::as_object);
        let mut runs = list
            .into_iter()
            .flatten()
            .filter(|(path, _)| path.contains("/ai/run/"));
        let (Some((path, item)), None) = (runs.next(), runs.next()) else {
            return self.fault(&paths, "one document has one path `…/ai/run/<id>`");
        };
        let at = paths.at(path);
        let id = path.split_once("/ai/run/").map_or("", |(_, id)| id);
        if is_id(id) {
            if path != &format!("/accounts/{{account_id}}/ai/run/{id}") {
                self.fault(&at, "a path begins with `/accounts/{account_id}/ai/run/`");
            }
            if file != file_of(id) {
                self.fault(
                    &place,
                    format!("it is about `{id}`, whose document is {}", file_of(id)),
                );
            }
        } else {
            self.fault(
                &at,
                format!("`{id}` is no model id; one is written `@cf/author/name`"),
            );
        }
        self.facts(id, document, &place);
        match item.get("post") {
            Some(post) => self.operation(file, id, document, post, &at.at("post")),
            None => self.fault(&at, "the path has no `post`"),
        }
        self.examples(file, document);
    }

    fn facts(&mut self, id: &str, document: &Value, place: &Place) {
        let place = place.at("x-model");
        let Some(facts) = document.get("x-model") else {
            return self.fault(&place, "`x-model` is missing");
        };
        let text = |key: &str| facts.get(key).and_then(Value::as_str);
        if text("id") != Some(id) {
            self.fault(&place.at("id"), format!("the path runs `{id}`"));
        }
        for key in ["author", "status"] {
            if text(key).is_none() {
                self.fault(&place.at(key), format!("`{key}` is missing"));
            }
        }
        let status = text("status").unwrap_or("live");
        if !["live", "deprecated", "documented"].contains(&status) {
            self.fault(
                &place.at("status"),
                format!("`{status}` is none of live, deprecated, documented"),
            );
        }
        if let Some(task) = text("task") {
            let known = facts::task(task);
            if known != task {
                self.fault(&place.at("task"), format!("this task is written `{known}`"));
            }
        }
        if let Some(day) = text("retired") {
            let digits = day.split('-').map(str::len).eq([4, 2, 2]);
            if !digits
                || !day
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'-')
            {
                self.fault(&place.at("retired"), "a day is written like 2026-05-30");
            }
        }
        if let Some(next) = text("successor")
            && self.directory.get(&file_of(next)).is_none()
        {
            self.fault(&place.at("successor"), format!("`{next}` has no document"));
        }
    }

    fn operation(&mut self, file: &str, id: &str, document: &Value, post: &Value, place: &Place) {
        let Some(map) = post.as_object() else {
            return self.fault(place, "an operation is an object");
        };
        self.members(map, &OPERATION, place);
        if let Some(name) = post.get("operationId").and_then(Value::as_str)
            && let Some(other) = self.operations.insert(name.to_owned(), file.to_owned())
        {
            self.fault(
                &place.at("operationId"),
                format!("`{name}` is also that of {other}"),
            );
        }
        let gone = document
            .pointer("/x-model/status")
            .is_some_and(|status| status == "deprecated");
        if gone != (post.get("deprecated") == Some(&Value::Bool(true))) {
            let message = format!("`deprecated` and the status of `{id}` disagree");
            self.fault(&place.at("deprecated"), message);
        }
        let body = place.at("requestBody").at("content");
        self.content(post.pointer("/requestBody/content"), &body);
        let responses = place.at("responses");
        let Some(answers) = post.get("responses").and_then(Value::as_object) else {
            return self.fault(&responses, "an operation has `responses`");
        };
        for (status, answer) in answers {
            let place = responses.at(status);
            let known = ["default", "1XX", "2XX", "3XX", "4XX", "5XX"].contains(&status.as_str());
            let number = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
            if !known && !number {
                self.fault(&place, format!("`{status}` is no status"));
            }
            if answer.get("$ref").is_none() && answer.get("description").is_none() {
                self.fault(&place, "an answer has a `description`");
            }
        }
        if let Some(answer) = answers.get("200") {
            self.content(answer.get("content"), &responses.at("200").at("content"));
        } else {
            self.fault(&responses, "no answer for 200");
        }
        self.parameters(file, post, &place.at("parameters"));
    }

    fn parameters(&mut self, file: &str, post: &Value, place: &Place) {
        let list = post.get("parameters").and_then(Value::as_array);
        let mut names = BTreeSet::new();
        for (index, parameter) in list.into_iter().flatten().enumerate() {
            let place = place.at(&index.to_string());
            let (_, inner) = crate::print::resolve(self.directory, file, parameter);
            let text = |key: &str| inner.get(key).and_then(Value::as_str);
            let Some(name) = text("name") else {
                self.fault(&place, "a parameter has a `name`");
                continue;
            };
            if !["query", "path", "header", "cookie"].contains(&text("in").unwrap_or_default()) {
                self.fault(
                    &place,
                    format!("`{name}` stands in none of query, path, header, cookie"),
                );
            }
            if inner.get("schema").is_none() && inner.get("content").is_none() {
                self.fault(&place, format!("`{name}` has no `schema`"));
            }
            if !names.insert((name.to_owned(), text("in").map(str::to_owned))) {
                self.fault(&place, format!("`{name}` stands twice"));
            }
        }
        if !names.iter().any(|(name, _)| name == "account_id") {
            self.fault(
                place,
                "the path has `{account_id}`, but there is no such parameter",
            );
        }
    }

    fn content(&mut self, content: Option<&Value>, place: &Place) {
        let Some(content) = content
            .and_then(Value::as_object)
            .filter(|map| !map.is_empty())
        else {
            return self.fault(place, "no media type");
        };
        for (kind, media) in content {
            let place = place.at(kind);
            if kind.split('/').count() != 2 {
                self.fault(&place, format!("`{kind}` is no media type"));
            }
            match media.as_object() {
                Some(map) => self.members(
                    map,
                    &["schema", "itemSchema", "example", "examples", "encoding"],
                    &place,
                ),
                None => self.fault(&place, "a media type is an object with a `schema`"),
            }
        }
    }
}
