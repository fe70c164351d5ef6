//! One case file → a schema directory: bare schemas are wrapped into whole documents, short references spelled out.
//!
//! `parts#Name` is the component `Name` of the case, `own#Name` one of the model's own `schemas`. What is left out of a
//! case is a text to send and a text to get, so that a case holds nothing but its construct.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

const PARTS: &str = "components/parts.json";

/// A case as it is written: what it is about, one model or several, and what they share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Case {
    #[serde(skip)]
    name: String,
    about: String,
    models: BTreeMap<String, Model>,
    components: Object,
    corrections: Vec<Value>,
    /// Files as they are: text, or a document.
    files: Object,
    #[serde(flatten)]
    only: Object,
}

/// What is special about a model's document.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Model {
    input: Option<Value>,
    /// The input as a multipart form.
    form: Option<Value>,
    /// Media types of bodies that are bytes, and their schemas.
    raw: Object,
    /// Parameters in the query, by their names.
    query: Object,
    output: Option<Value>,
    /// Media types of answers that are bytes.
    media: Vec<String>,
    event: Option<Value>,
    schemas: Object,
    /// Laid over `x-model`.
    facts: Value,
    /// Laid over `info`.
    info: Value,
    /// Laid over the operation.
    operation: Value,
    /// Laid over the document.
    document: Value,
}

impl Case {
    /// Reads a case file; its name is that of its folder, or its own.
    pub(crate) fn read(path: &Path) -> Self {
        let file = if path.is_dir() {
            path.join("case.json")
        } else {
            path.to_owned()
        };
        let text =
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut case: Self = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(
            !case.about.is_empty(),
            "{}: `about` says in a sentence what the case shows",
            file.display()
        );
        case.name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !case.only.is_empty() || (case.models.is_empty() && case.files.is_empty()) {
            let only = serde_json::from_value(Value::Object(case.only.clone()));
            let only = only.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            case.models.insert(case.name.clone(), only);
        }
        case
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the case shows.
    pub(crate) fn about(&self) -> &str {
        &self.about
    }

    /// Writes its schema directory.
    pub(crate) fn write(&self) -> Schema {
        let schema = Schema::new();
        for (name, model) in &self.models {
            let (author, name) = name.split_once('/').unwrap_or(("test", name));
            schema.add(
                &model_file(author, name),
                &spelled(model.document(author, name), &format!("../../../{PARTS}")),
            );
        }
        if !self.components.is_empty() {
            let document = json!({"openapi": "3.1.0", "components": {"schemas": self.components}});
            schema.add(PARTS, &spelled(document, ""));
        }
        if !self.corrections.is_empty() {
            let corrections: Vec<Value> = self
                .corrections
                .iter()
                .map(|entry| self.correction(entry))
                .collect();
            schema.add("corrections/all.json", &json!({"corrections": corrections}));
        }
        for (file, content) in &self.files {
            match content {
                Value::String(text) => schema.add_text(file, text),
                document => schema.add(file, document),
            }
        }
        schema
    }

    /// An entry of the ledger whose target may be `input#…`, `output#…` or `parts#…`.
    fn correction(&self, entry: &Value) -> Value {
        let path = path("test", &self.name).replace('/', "~1");
        let file = model_file("test", &self.name);
        let operation = format!("{file}#/paths/{path}/post");
        let mut entry = entry.clone();
        let target = entry["target"].as_str().unwrap_or_default();
        let (home, target) = match target.split_once('#') {
            Some(("input", rest)) => (
                format!("../../../{PARTS}"),
                format!("{operation}/requestBody/content/application~1json/schema{rest}"),
            ),
            Some(("output", rest)) => {
                let result = "responses/200/content/application~1json/schema/properties/result";
                (
                    format!("../../../{PARTS}"),
                    format!("{operation}/{result}{rest}"),
                )
            }
            Some(("parts", rest)) => (String::new(), format!("{PARTS}#/components/schemas/{rest}")),
            _ => (String::new(), target.to_owned()),
        };
        if entry.get("target").is_some() {
            entry["target"] = target.into();
        }
        spelled(entry, &home)
    }
}

impl Model {
    fn document(&self, author: &str, name: &str) -> Value {
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {"title": name},
            "x-model": {"id": format!("@cf/{author}/{name}"), "author": author, "task": "Text Generation"},
            "paths": {},
        });
        let mut operation = json!({
            "requestBody": {"content": self.bodies()},
            "responses": {"200": {"content": self.answers()}},
        });
        if !self.query.is_empty() {
            let parameter = |(name, rest): (&String, &Value)| {
                let mut parameter = json!({"name": name, "in": "query"});
                lay(&mut parameter, rest);
                parameter
            };
            operation["parameters"] = self.query.iter().map(parameter).collect();
        }
        lay(&mut operation, &self.operation);
        document["paths"][path(author, name)] = json!({"post": operation});
        if !self.schemas.is_empty() {
            document["components"] = json!({"schemas": self.schemas});
        }
        lay(&mut document["x-model"], &self.facts);
        lay(&mut document["info"], &self.info);
        lay(&mut document, &self.document);
        document
    }

    fn bodies(&self) -> Value {
        let mut bodies = Object::new();
        let prompt = json!({"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}});
        let json = match (&self.input, &self.form) {
            (None, None) if self.raw.is_empty() => Some(&prompt),
            (input, _) => input.as_ref(),
        };
        bodies
            .extend(json.map(|schema| ("application/json".to_owned(), json!({"schema": schema}))));
        bodies.extend(
            self.form
                .as_ref()
                .map(|schema| ("multipart/form-data".to_owned(), json!({"schema": schema}))),
        );
        bodies.extend(
            self.raw
                .iter()
                .map(|(kind, schema)| (kind.clone(), json!({"schema": schema}))),
        );
        Value::Object(bodies)
    }

    fn answers(&self) -> Value {
        let mut answers = Object::new();
        let text = json!({"type": "string"});
        if self.output.is_some() || self.media.is_empty() {
            let result = self.output.as_ref().unwrap_or(&text);
            let envelope =
                json!({"properties": {"success": {"type": "boolean"}, "result": result}});
            answers.insert("application/json".to_owned(), json!({"schema": envelope}));
        }
        answers.extend(self.media.iter().map(|kind| (kind.clone(), json!({}))));
        let event = self
            .event
            .as_ref()
            .map(|schema| json!({"x-event-schema": schema}));
        answers.extend(event.map(|event| ("text/event-stream".to_owned(), event)));
        Value::Object(answers)
    }
}

fn model_file(author: &str, name: &str) -> String {
    format!("models/cf/{author}/{name}.json")
}

fn path(author: &str, name: &str) -> String {
    format!("/accounts/{{account_id}}/ai/run/@cf/{author}/{name}")
}

/// Short references as the generator reads them.
fn spelled(mut node: Value, parts: &str) -> Value {
    match &mut node {
        Value::Object(map) => {
            for (key, value) in map {
                let short = value
                    .as_str()
                    .filter(|_| key == "$ref")
                    .and_then(|text| text.split_once('#'));
                let file = match short {
                    Some(("parts", name)) => Some((parts, name)),
                    Some(("own", name)) => Some(("", name)),
                    _ => None,
                };
                *value = match file {
                    Some((file, name)) => format!("{file}#/components/schemas/{name}").into(),
                    None => spelled(value.take(), parts),
                };
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .for_each(|value| *value = spelled(value.take(), parts)),
        _ => {}
    }
    node
}

/// Lays `patch` over `target`; `null` removes.
fn lay(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        if !patch.is_null() {
            target.clone_from(patch);
        }
        return;
    };
    for (key, change) in changes {
        if let Some(map) = target.as_object_mut().filter(|_| change.is_null()) {
            map.remove(key);
        } else {
            lay(&mut target[key], change);
        }
    }
}

/// A schema directory that goes away when it is no longer needed.
#[derive(Debug)]
pub(crate) struct Schema {
    directory: PathBuf,
}

impl Schema {
    /// An empty one, for nobody else.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("scenarios-{}-{number}", process::id()));
        fs::create_dir_all(&directory)
            .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        Self { directory }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.directory
    }

    /// Adds a document.
    pub(crate) fn add(&self, file: &str, document: &Value) {
        self.add_text(file, &document.to_string());
    }

    /// Adds a file.
    pub(crate) fn add_text(&self, file: &str, text: &str) {
        let path = self.directory.join(file);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text));
        written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // What cannot be removed lies in the target directory and harms nobody.
        let _ = fs::remove_dir_all(&self.directory);
    }
}
