//! The documents under `schema/`, with the ledger of corrections laid over them.
//!
//! Read here on purpose without the generator's own code: what that misreads shows up as a failed
//! test instead of being misread alike.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::{Map, Value};

/// Every model's document.
pub(crate) static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(documents);

static FILES: LazyLock<BTreeMap<String, Value>> = LazyLock::new(files);

/// What a model's document says about its one operation.
pub(crate) struct Document {
    /// The id in the path.
    pub(crate) id: String,
    operation: &'static Value,
}

impl Document {
    /// The bodies it takes over HTTP, by media type.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let content = members(follow(&self.operation["requestBody"]), "content");
        content.filter(|(_, body)| !is_binding_only(body))
    }

    /// The schema of the body that is JSON or a form.
    pub(crate) fn body(&self) -> Option<&'static Value> {
        let written = |kind: &str| kind == "application/json" || kind.starts_with("multipart/");
        let mut bodies = self.bodies();
        bodies
            .find(|(kind, _)| written(kind))
            .map(|(_, body)| &body["schema"])
    }

    /// Whether a file can be the whole body.
    pub(crate) fn takes_a_file(&self) -> bool {
        let written = |kind: &str| kind == "application/json" || kind.starts_with("multipart/");
        self.bodies().any(|(kind, _)| !written(kind))
    }

    /// The examples of its bodies.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &'static Value> {
        self.bodies().filter_map(|(_, body)| body.get("example"))
    }

    /// Name and schema of what this model alone takes in the query.
    pub(crate) fn query(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let parameters = self.operation["parameters"]
            .as_array()
            .into_iter()
            .flatten();
        let own = parameters.filter(|parameter| parameter["in"] == "query");
        own.map(|parameter| {
            (
                parameter["name"].as_str().expect("a name"),
                &parameter["schema"],
            )
        })
    }

    /// Alternatives of the body that are one request each.
    pub(crate) fn requests(&self) -> Vec<&'static Value> {
        let mut alternatives = self.body().map(alternatives).unwrap_or_default();
        alternatives.retain(|one| batch_items(one).is_none());
        alternatives
    }

    /// The schema of the items of the body that queues requests.
    pub(crate) fn queued_request(&self) -> Option<&'static Value> {
        self.body()
            .map(alternatives)
            .into_iter()
            .flatten()
            .find_map(batch_items)
    }

    /// Alternatives of what stands under `result`, without the receipt of a queued batch.
    pub(crate) fn answers(&self) -> Vec<&'static Value> {
        let json = self
            .answer("application/json")
            .map(|answer| follow(&answer["schema"]));
        let parts = json
            .and_then(|schema| schema.get("allOf"))
            .and_then(Value::as_array);
        let result = parts
            .into_iter()
            .flatten()
            .find_map(|part| part.pointer("/properties/result"));
        let Some(result) = result else {
            return Vec::new();
        };
        alternatives(result)
            .into_iter()
            .filter(|one| !is_receipt(one))
            .collect()
    }

    /// Alternatives of the event of a stream, and the mark that ends it.
    pub(crate) fn events(&self) -> Option<(Vec<&'static Value>, &'static str)> {
        let stream = self.answer("text/event-stream")?;
        Some((
            alternatives(stream.get("x-event-schema")?),
            stream["x-end-marker"].as_str()?,
        ))
    }

    /// Media types of answers that are bytes.
    pub(crate) fn media(&self) -> Vec<&'static str> {
        let kinds = members(self.success(), "content").map(|(kind, _)| kind);
        kinds
            .filter(|kind| *kind != "application/json" && *kind != "text/event-stream")
            .collect()
    }

    fn answer(&self, kind: &str) -> Option<&'static Value> {
        let mut answers = members(self.success(), "content");
        answers
            .find(|(name, _)| *name == kind)
            .map(|(_, answer)| answer)
    }

    fn success(&self) -> &'static Value {
        follow(&self.operation["responses"]["200"])
    }
}

/// The schema itself, behind its references.
pub(crate) fn follow(schema: &'static Value) -> &'static Value {
    let mut schema = schema;
    while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let (file, pointer) = reference
            .split_once('#')
            .expect("a reference with a pointer");
        let document = FILES
            .get(file)
            .unwrap_or_else(|| panic!("no file for {reference}"));
        schema = document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing at {reference}"));
    }
    schema
}

/// The alternatives of a schema, nested ones laid flat, without null and without what only exists
/// in the Workers binding; the schema itself if there are none.
pub(crate) fn alternatives(schema: &'static Value) -> Vec<&'static Value> {
    let inner = follow(schema);
    let unions = ["oneOf", "anyOf"].map(|key| inner.get(key).and_then(Value::as_array));
    if unions == [None, None] || inner.get("properties").is_some() {
        return vec![schema];
    }
    let arms = unions.into_iter().flatten().flatten();
    let real = arms.filter(|arm| !is_binding_only(arm) && arm.get("type") != Some(&"null".into()));
    real.flat_map(alternatives).collect()
}

/// The members of the object under `key`.
pub(crate) fn members(
    value: &'static Value,
    key: &str,
) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let object = value.get(key).and_then(Value::as_object);
    object
        .into_iter()
        .flatten()
        .map(|(name, member)| (name.as_str(), member))
}

fn is_binding_only(value: &Value) -> bool {
    value["x-binding-only"] == true
}

/// Whether a schema is about nothing but a batch that is queued.
fn is_receipt(schema: &'static Value) -> bool {
    let mut names = members(follow(schema), "properties")
        .map(|(name, _)| name)
        .peekable();
    names.peek().is_some() && names.all(|name| ["request_id", "status", "model"].contains(&name))
}

fn batch_items(body: &'static Value) -> Option<&'static Value> {
    let properties = follow(body).get("properties")?;
    (properties.as_object()?.len() == 1).then(|| follow(&properties["requests"]).get("items"))?
}

fn documents() -> Vec<Document> {
    let models = FILES.iter().filter(|(file, _)| file.starts_with("models/"));
    let document = |(file, document): (&String, &'static Value)| {
        let mut paths = members(document, "paths");
        let (path, item) = paths.next().unwrap_or_else(|| panic!("{file} has a path"));
        let (_, id) = path
            .split_once("/ai/run/")
            .unwrap_or_else(|| panic!("{file} runs a model"));
        assert!(paths.next().is_none(), "{file} is about one model");
        Document {
            id: id.to_owned(),
            operation: &item["post"],
        }
    };
    models.map(document).collect()
}

fn files() -> BTreeMap<String, Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    let ledgers: Vec<String> = files
        .keys()
        .filter(|file| is_ledger(file))
        .cloned()
        .collect();
    for ledger in ledgers {
        let ledger = files.remove(&ledger).expect("a file that was found");
        for entry in ledger["corrections"]
            .as_array()
            .expect("a list of corrections")
        {
            correct(&mut files, entry);
        }
    }
    files
}

fn is_ledger(file: &str) -> bool {
    file.starts_with("corrections/")
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Value>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut document = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.strip_prefix(root).expect("a path below the root");
            let name = name.to_str().expect("a name in UTF-8").replace('\\', "/");
            if !is_ledger(&name) {
                absolute(&mut document, &name);
            }
            files.insert(name, document);
        }
    }
}

/// Lays one correction, an RFC 7396 merge patch, over its target.
fn correct(files: &mut BTreeMap<String, Value>, entry: &Value) {
    let target = entry["target"].as_str().expect("a target");
    let (file, pointer) = target.split_once('#').expect("a target with a pointer");
    let mut change = entry["change"].clone();
    absolute(&mut change, file);
    let document = files
        .get_mut(file)
        .unwrap_or_else(|| panic!("no file for {target}"));
    let node = document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("nothing at {target}"));
    merge(node, change);
}

fn merge(node: &mut Value, change: Value) {
    let Value::Object(changes) = change else {
        *node = change;
        return;
    };
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    let members = node.as_object_mut().expect("an object");
    for (key, change) in changes {
        if change.is_null() {
            members.remove(&key);
        } else {
            merge(members.entry(key).or_insert(Value::Null), change);
        }
    }
}

/// Makes every reference start at the root of the schema directory.
fn absolute(node: &mut Value, file: &str) {
    match node {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(reference) if key == "$ref" => {
                        *reference = resolve(file, reference);
                    }
                    value => absolute(value, file),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| absolute(item, file)),
        _ => {}
    }
}

fn resolve(file: &str, reference: &str) -> String {
    let (path, pointer) = reference
        .split_once('#')
        .expect("a reference with a pointer");
    if path.is_empty() {
        return format!("{file}#{pointer}");
    }
    let mut folders: Vec<&str> = file.split('/').collect();
    folders.pop();
    for step in path.split('/') {
        match step {
            ".." => assert!(folders.pop().is_some(), "{reference} stays below the root"),
            step => folders.push(step),
        }
    }
    format!("{}#{pointer}", folders.join("/"))
}
