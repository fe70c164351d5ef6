//! The models' documents as the program carries them, read one at a time when they are asked for.

mod schema;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::OnceLock};

use serde_json::Value;

pub(crate) use schema::Schema;

/// One document per line, corrections applied, every `$ref` a path from the root.
const TEXT: &str = include_str!("generated/documents.jsonl");

/// How every line begins; the path follows.
const PATH: &str = "{\"path\":\"";

/// What stands between the path and the document.
const DOCUMENT: &str = "\",\"document\":";

/// Parameters that every model's operation has.
const SHARED: [&str; 3] = ["account_id", "queueRequest", "tags"];

/// Every document there is.
#[derive(Debug)]
pub(crate) struct Documents {
    files: Vec<File>,
    by_path: HashMap<&'static str, usize>,
}

#[derive(Debug)]
struct File {
    path: &'static str,
    text: &'static str,
    read: OnceLock<Value>,
    model: OnceLock<Option<Model>>,
}

/// One model and its document.
#[derive(Debug)]
pub(crate) struct Model {
    /// The id the model is called by, `@cf/…` or `@hf/…`.
    pub(crate) id: &'static str,
    pub(crate) document: &'static Value,
    operation: &'static Value,
}

impl Documents {
    /// The documents this program was built with.
    pub(crate) fn embedded() -> &'static Documents {
        static EMBEDDED: OnceLock<Documents> = OnceLock::new();
        EMBEDDED.get_or_init(|| Documents::of(TEXT))
    }

    fn of(text: &'static str) -> Documents {
        let mut documents = Documents {
            files: Vec::new(),
            by_path: HashMap::new(),
        };
        for line in text.lines() {
            let Some((path, document)) = line
                .strip_prefix(PATH)
                .and_then(|rest| rest.split_once(DOCUMENT))
            else {
                continue;
            };
            documents.by_path.insert(path, documents.files.len());
            documents.files.push(File {
                path,
                text: document.strip_suffix('}').unwrap_or(document),
                read: OnceLock::new(),
                model: OnceLock::new(),
            });
        }
        documents
    }

    /// The model with this id. Ids are told apart by case.
    pub(crate) fn model(&'static self, id: &str) -> Option<&'static Model> {
        let path = format!("models/{}.json", id.strip_prefix('@')?);
        self.file(&path)?.model()
    }

    /// Every model, in the order of their ids.
    pub(crate) fn models(&'static self) -> impl Iterator<Item = &'static Model> {
        self.files
            .iter()
            .filter(|file| file.path.starts_with("models/"))
            .filter_map(File::model)
    }

    /// The document at `path`, such as `components/chat.json`.
    pub(crate) fn document(&self, path: &str) -> Option<&Value> {
        self.file(path).map(File::value)
    }

    /// What a `$ref` (`file#pointer`) leads to.
    pub(crate) fn node(&self, reference: &str) -> Option<&Value> {
        let (path, pointer) = reference.split_once('#')?;
        let mut node = self.document(path)?;
        if pointer.contains('~') {
            return node.pointer(pointer);
        }
        // Every call follows some references, and most pointers need no unescaping.
        for name in pointer.split('/').skip(1) {
            node = match node {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
                other => other.get(name)?,
            };
        }
        Some(node)
    }

    fn file(&self, path: &str) -> Option<&File> {
        self.by_path
            .get(path)
            .and_then(|index| self.files.get(*index))
    }
}

impl File {
    fn value(&self) -> &Value {
        self.read
            .get_or_init(|| serde_json::from_str(self.text).unwrap_or(Value::Null))
    }

    fn model(&'static self) -> Option<&'static Model> {
        self.model
            .get_or_init(|| {
                let document = self.value();
                let id = document.pointer("/x-model/id")?.as_str()?;
                let path = document.get("paths")?.as_object()?.values().next()?;
                Some(Model {
                    id,
                    document,
                    operation: path.get("post")?,
                })
            })
            .as_ref()
    }
}

impl Model {
    /// The `x-model` block: task, dates, context window, price, abilities.
    pub(crate) fn facts(&self) -> &'static Value {
        self.document.get("x-model").unwrap_or(&Value::Null)
    }

    /// A fact that is text, such as `task`.
    pub(crate) fn fact(&self, name: &str) -> Option<&'static str> {
        self.facts().get(name)?.as_str()
    }

    /// Whether `name` is among the abilities.
    pub(crate) fn is_able(&self, name: &str) -> bool {
        let abilities = self.facts().get("abilities").and_then(Value::as_array);
        abilities.is_some_and(|abilities| abilities.iter().any(|ability| ability == name))
    }

    /// The day the model was withdrawn.
    pub(crate) fn retired(&self) -> Option<&'static str> {
        self.fact("retired")
    }

    /// The bodies a request can have, by content type.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        self.all_inputs()
            .filter(|(_, body)| body.get("x-binding-only").is_none())
    }

    /// The same, with those that exist inside Workers only.
    pub(crate) fn all_inputs(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        media(self.part(&["requestBody", "content"]))
    }

    /// The schema of a request in this content type. `audio/*` stands for every `audio/…`.
    pub(crate) fn input(&self, content_type: &str) -> Option<Schema<'static>> {
        self.inputs()
            .find(|(declared, _)| matches(declared, content_type))
            .and_then(|(_, body)| body.get("schema"))
            .map(Model::schema)
    }

    /// The bodies an answer can have, by content type.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        media(self.part(&["responses", "200", "content"]))
    }

    /// The schema of an answer in this content type; for JSON, envelope included.
    pub(crate) fn answer(&self, content_type: &str) -> Option<Schema<'static>> {
        self.answers()
            .find(|(declared, _)| matches(declared, content_type))
            .and_then(|(_, body)| body.get("schema"))
            .map(Model::schema)
    }

    /// The schema of what stands under `result`.
    pub(crate) fn result(&self) -> Option<Schema<'static>> {
        self.answer("application/json")?.property("result")
    }

    /// The schema of what the data of one event holds, if the model streams.
    pub(crate) fn event(&self) -> Option<Schema<'static>> {
        let (_, body) = self
            .answers()
            .find(|(declared, _)| *declared == "text/event-stream")?;
        body.get("x-event-schema").map(Model::schema)
    }

    /// The data that ends a stream.
    pub(crate) fn end_marker(&self) -> &'static str {
        self.answers()
            .find_map(|(_, body)| body.get("x-end-marker")?.as_str())
            .unwrap_or("[DONE]")
    }

    /// The parameters of this model's own, which stand in the query; references followed.
    pub(crate) fn options(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let list = self.operation.get("parameters").and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(|entry| Model::schema(entry).resolve().value)
            .filter_map(|parameter| Some((parameter.get("name")?.as_str()?, parameter)))
            .filter(|(name, _)| !SHARED.contains(name))
    }

    /// What is at this path inside the operation.
    fn part(&self, path: &[&str]) -> Option<&'static Value> {
        path.iter()
            .try_fold(self.operation, |part, name| part.get(name))
    }

    /// A part of a document as a schema.
    pub(crate) fn schema(value: &'static Value) -> Schema<'static> {
        Schema::new(Documents::embedded(), value)
    }
}

fn media(content: Option<&'static Value>) -> impl Iterator<Item = (&'static str, &'static Value)> {
    content
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(content_type, body)| (content_type.as_str(), body))
}

/// Whether `content_type` is the declared one or falls under its `*`.
fn matches(declared: &str, content_type: &str) -> bool {
    match declared.strip_suffix('*') {
        Some(family) => content_type.starts_with(family),
        None => declared == content_type,
    }
}
