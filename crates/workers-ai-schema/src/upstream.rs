//! What Cloudflare publishes, in its three forms → one list of models, each with what is said about it.

mod openapi;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{Fault, Note, Place, facts, import::Source};

/// One model as it is published.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    /// Where it stands.
    pub(crate) place: Place,
    pub(crate) id: String,
    /// A sentence or two about it.
    pub(crate) about: Option<String>,
    /// The `info` of its document, where that is said.
    pub(crate) info: Option<Map<String, Value>>,
    /// What it takes in the query.
    pub(crate) parameters: Vec<Value>,
    /// What goes into `x-model`.
    pub(crate) facts: Map<String, Value>,
    /// Bodies by media type; the type is empty where the schema itself has to tell.
    pub(crate) bodies: Vec<Part>,
    /// Answers, likewise.
    pub(crate) answers: Vec<Part>,
    /// Unions were flattened before it was published, and answers say nothing.
    pub(crate) flattened: bool,
    /// Where references inside the schemas lead.
    pub(crate) root: Value,
}

/// A schema as it was given, with its media type.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) media: String,
    pub(crate) schema: Value,
    pub(crate) place: Place,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Published {
    pub(crate) models: Vec<Upstream>,
    pub(crate) notes: Vec<Note>,
    pub(crate) faults: Vec<Fault>,
    /// Models that the service passes on to others, and where they are named.
    elsewhere: Vec<(Place, String)>,
}

impl Published {
    /// Reads all sources; faults of one do not hide those of another.
    pub(crate) fn read(sources: &[Source]) -> Self {
        let mut published = Self::default();
        for source in sources {
            published.source(source);
        }
        published.leave_out();
        published.unite();
        published
    }

    fn fault(&mut self, place: &Place, message: impl Into<String>) {
        self.faults.push(Fault {
            place: place.clone(),
            message: message.into(),
        });
    }

    fn note(&mut self, place: &Place, message: impl Into<String>) {
        self.notes.push(Note {
            place: place.clone(),
            message: message.into(),
        });
    }

    fn source(&mut self, source: &Source) {
        let place = Place::file(&source.name);
        let text = source.text.trim_start_matches('\u{feff}');
        match serde_json::from_str::<Value>(text) {
            Ok(value) => self.value(value, &place, source.model.as_deref()),
            Err(error) if error.to_string().starts_with("recursion limit") => {
                self.fault(
                    &place,
                    format!("JSON inside JSON, too deep to be read: {error}"),
                );
            }
            Err(error) if is_yaml(&source.name) => {
                self.fault(
                    &place,
                    format!("YAML is not read, convert it to JSON: {error}"),
                );
            }
            Err(error) => self.fault(&place, format!("not JSON: {error}")),
        }
    }

    fn value(&mut self, value: Value, place: &Place, id: Option<&str>) {
        if value.get("paths").is_some() || value.get("openapi").is_some() {
            return self.openapi(&value, place);
        }
        if value.get("success") == Some(&Value::Bool(false)) {
            return self.fault(place, "an answer that says it failed; ask again");
        }
        if let Value::Array(items) = value {
            return self.items(items, place);
        }
        if ["name", "task", "model_id"]
            .iter()
            .any(|key| value.get(*key).is_some())
        {
            return self.page(&value, place);
        }
        match value.get("models") {
            Some(Value::Array(items)) => return self.items(items.clone(), &place.at("models")),
            Some(Value::Object(items)) => {
                for (key, item) in items {
                    self.page(item, &place.at("models").at(key));
                }
                return;
            }
            _ => {}
        }
        match value.get("result") {
            Some(Value::Array(items)) => self.items(items.clone(), &place.at("result")),
            Some(result @ Value::Object(_)) => {
                self.answer(result, &place.at("result"), id);
            }
            _ if value.get("input").is_some() || value.get("output").is_some() => {
                self.answer(&value, place, id);
            }
            _ => self.fault(
                place,
                "neither a model page (no `name`), nor an answer with a schema (no `input`), nor an OpenAPI document (no `paths`)",
            ),
        }
    }

    fn items(&mut self, items: Vec<Value>, place: &Place) {
        for (index, item) in items.into_iter().enumerate() {
            self.page(&item, &place.at(&index.to_string()));
        }
    }

    /// A model page, or an item of the catalogue. Where the name is one for people, the id stands beside it.
    fn page(&mut self, page: &Value, place: &Place) {
        let called = ["model_id", "name"]
            .iter()
            .find_map(|key| Some((*key, page.get(*key)?.as_str()?)));
        let id = match called {
            Some((_, name)) if is_id(name) => name.to_owned(),
            Some((key, name)) if is_elsewhere(name) => {
                return self.elsewhere.push((place.at(key), name.to_owned()));
            }
            Some((key, name)) => return self.fault(&place.at(key), not_an_id(name)),
            None => return self.fault(place, "a page without `name`: which model is it?"),
        };
        let facts = match facts::of_page(&id, page, place, &mut self.notes) {
            Ok(facts) => facts,
            Err(fault) => return self.faults.push(fault),
        };
        let schema = page.get("schema").filter(|schema| schema.is_object());
        let at = place.at("schema");
        let part = |key: &str| {
            let schema = schema?.get(key).filter(|schema| !schema.is_null())?;
            Some(Part {
                media: String::new(),
                schema: schema.clone(),
                place: at.at(key),
            })
        };
        if schema.is_none() {
            self.note(
                place,
                format!("`{id}` has no schema: it takes and gives any JSON value"),
            );
        }
        self.models.push(Upstream {
            place: place.clone(),
            about: page
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
            facts,
            bodies: part("input").into_iter().collect(),
            answers: part("output").into_iter().collect(),
            info: None,
            parameters: Vec::new(),
            flattened: false,
            root: page.clone(),
            id,
        });
    }

    /// An answer of `/ai/models/schema`, which does not say which model it is about.
    fn answer(&mut self, result: &Value, place: &Place, id: Option<&str>) {
        let named = ["model", "name"]
            .iter()
            .find_map(|key| result.get(*key)?.as_str());
        let from_path = id_of_path(&place.file);
        let Some(id) = id.or(named).map(str::to_owned).or(from_path) else {
            let message = "which model is it? Say `--model @cf/author/name`, or call the file `…/cf/author/name.json`";
            return self.fault(place, message);
        };
        if !is_id(&id) {
            return self.fault(place, not_an_id(&id));
        }
        let part = |key: &str| {
            Some(Part {
                media: String::new(),
                schema: result.get(key).filter(|schema| !schema.is_null())?.clone(),
                place: place.at(key),
            })
        };
        // A server that knows our documents says all there is in them.
        let known = result.get("x-model").and_then(Value::as_object).cloned();
        let known = known.filter(|known| known.get("id").and_then(Value::as_str) == Some(&id));
        self.models.push(Upstream {
            place: place.clone(),
            about: None,
            info: result.get("x-info").and_then(Value::as_object).cloned(),
            parameters: result
                .get("x-parameters")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
            facts: known.unwrap_or_else(|| facts::of_id(&id)),
            bodies: part("input").into_iter().collect(),
            answers: part("output").into_iter().collect(),
            flattened: false,
            root: result.clone(),
            id,
        });
    }

    /// Models of others are left out, unless nothing else is given.
    fn leave_out(&mut self) {
        for (place, id) in std::mem::take(&mut self.elsewhere) {
            if self.models.is_empty() {
                self.fault(&place, not_an_id(&id));
            } else {
                self.note(&place, elsewhere(&id));
            }
        }
    }

    /// One entry for each model: what the catalogue and the schema say apart comes together, and pages that say
    /// different things about one model are a fault.
    fn unite(&mut self) {
        let mut united: BTreeMap<String, Upstream> = BTreeMap::new();
        let mut lower: BTreeMap<String, String> = BTreeMap::new();
        for model in std::mem::take(&mut self.models) {
            if let Some(other) = lower.insert(model.id.to_lowercase(), model.id.clone())
                && other != model.id
            {
                let message = format!("`{}` and `{other}` would be one file", model.id);
                self.fault(&model.place, message);
                continue;
            }
            let Some(other) = united.get_mut(&model.id) else {
                united.insert(model.id.clone(), model);
                continue;
            };
            let whole = |model: &Upstream| !model.bodies.is_empty() || !model.answers.is_empty();
            if whole(other) && whole(&model) && !same(other, &model) {
                let message = format!(
                    "`{}` was described before, in {}; give one of them",
                    model.id, other.place
                );
                self.fault(&model.place, message);
                continue;
            }
            let (mut base, more) = if whole(&model) {
                (model, other.clone())
            } else {
                (other.clone(), model)
            };
            base.about = base.about.or(more.about);
            base.info = base.info.or(more.info);
            for (key, value) in more.facts {
                base.facts.entry(key).or_insert(value);
            }
            *other = base;
        }
        self.models = united.into_values().collect();
        // What a catalogue item lacks, its schema has.
        let with_schema: BTreeSet<&str> = self
            .models
            .iter()
            .filter(|model| !model.bodies.is_empty())
            .map(|model| model.id.as_str())
            .collect();
        self.notes.retain(|note| {
            let said = note
                .message
                .strip_prefix('`')
                .and_then(|text| text.split_once("` has no schema"));
            said.is_none_or(|(id, _)| !with_schema.contains(id))
        });
    }
}

fn same(one: &Upstream, other: &Upstream) -> bool {
    let parts = |list: &[Part]| -> Vec<(String, Value)> {
        list.iter()
            .map(|part| (part.media.clone(), part.schema.clone()))
            .collect()
    };
    parts(&one.bodies) == parts(&other.bodies) && parts(&one.answers) == parts(&other.answers)
}

/// `@cf/author/name` or `@hf/author/name`, of characters that a path and a file name can have.
pub(crate) fn is_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    match parts.as_slice() {
        ["@cf" | "@hf", rest @ ..] => rest.len() == 2 && rest.iter().all(|part| plain(part)),
        _ => false,
    }
}

/// `author/name`: a model that the service passes on to somebody else.
fn is_elsewhere(text: &str) -> bool {
    is_id(&format!("@cf/{text}"))
}

/// Says so.
pub(crate) fn elsewhere(id: &str) -> String {
    format!("`{id}` is run by somebody else, left out")
}

fn is_yaml(file: &str) -> bool {
    let extension = Path::new(file).extension();
    extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn not_an_id(text: &str) -> String {
    format!("`{text}` is no model id; one is written `@cf/author/name` or `@hf/author/name`")
}

/// `…/cf/author/name.json` → `@cf/author/name`.
fn id_of_path(file: &str) -> Option<String> {
    let stem = file.strip_suffix(".json")?;
    let parts: Vec<&str> = stem.rsplit('/').take(3).collect();
    let [name, author, kind] = parts.as_slice() else {
        return None;
    };
    let id = format!("@{}/{author}/{name}", kind.trim_start_matches('@'));
    is_id(&id).then_some(id)
}

/// Where the document of a model stands.
pub(crate) fn file_of(id: &str) -> String {
    format!("models/{}.json", id.trim_start_matches('@'))
}
