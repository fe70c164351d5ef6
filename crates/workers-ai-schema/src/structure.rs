//! One published model → what its operation takes and gives: bodies by media type, parameters, answers.

use serde_json::{Map, Value, json};

use crate::{
    Fault, Note, Place,
    clean::{Cleaner, is_media_type},
    upstream::{Part, Upstream},
};

/// What an operation takes and gives, in clean schemas.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    pub(crate) bodies: Vec<Body>,
    /// What goes into the query beside a body of bytes.
    pub(crate) parameters: Vec<Value>,
    /// Whether there is an answer in JSON.
    pub(crate) json: bool,
    /// What stands under `result`, where that is said.
    pub(crate) result: Option<Value>,
    pub(crate) streams: bool,
    /// What ends a stream, where that is said.
    pub(crate) end: Option<String>,
    /// What an event holds, where that is said.
    pub(crate) event: Option<Value>,
    /// Answers that are bytes.
    pub(crate) media: Vec<(String, Value)>,
    pub(crate) definitions: Map<String, Value>,
}

/// One form of the request.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) media: String,
    pub(crate) schema: Value,
    /// Only the Workers binding can send it.
    pub(crate) binding_only: bool,
    pub(crate) example: Option<Value>,
}

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
const BYTES: &str = "application/octet-stream";

/// Reads the schemas of `model`.
pub(crate) fn read(
    model: &Upstream,
    prose: bool,
    notes: &mut Vec<Note>,
    faults: &mut Vec<Fault>,
) -> Contract {
    let schemas = model.bodies.iter().chain(&model.answers);
    let roots = schemas.map(|part| &part.schema).chain([&model.root]);
    let mut reader = Reader {
        cleaner: Cleaner::new(roots.collect(), prose),
        contract: Contract::default(),
    };
    for part in &model.bodies {
        reader.body(part);
    }
    for (index, parameter) in model.parameters.iter().enumerate() {
        reader.parameter(
            parameter,
            &model.place.at("x-parameters").at(&index.to_string()),
        );
    }
    if reader.contract.bodies.is_empty() {
        reader.add_body(JSON, json!({}), None);
    }
    for part in &model.answers {
        reader.answer(part);
    }
    let silent = reader.contract.media.is_empty() && !reader.contract.streams;
    if model.answers.is_empty() || silent {
        reader.contract.json = true;
    }
    let Reader {
        cleaner,
        mut contract,
    } = reader;
    contract.definitions = cleaner.definitions;
    notes.extend(cleaner.notes);
    faults.extend(cleaner.faults);
    contract
}

struct Reader<'a> {
    cleaner: Cleaner<'a>,
    contract: Contract,
}

impl Reader<'_> {
    fn body(&mut self, part: &Part) {
        let (schema, place) = (&part.schema, &part.place);
        if !part.media.is_empty() && !is_json(&part.media) {
            let schema = self.cleaner.schema(schema, place);
            return self.add_body(&part.media, schema, None);
        }
        let mut rest = Vec::new();
        for (arm, at) in arms(schema, place) {
            match media_of(arm) {
                Some(media) if !is_json(media) => {
                    let clean = self.cleaner.schema(arm, &at);
                    self.add_body(media, clean, Some(arm));
                }
                None if is_binary(arm) => {
                    let clean = self.cleaner.schema(arm, &at);
                    self.add_body(BYTES, clean, Some(arm));
                }
                _ => rest.push(arm.clone()),
            }
        }
        if rest.is_empty() {
            return;
        }
        let whole = with_arms(schema, rest);
        let clean = self.cleaner.schema(&whole, place);
        // A server that knows our documents has said what each form is.
        if whole.get("x-example").is_some() || whole.get("x-binding-only").is_some() {
            return self.add_body(JSON, clean, Some(&whole));
        }
        self.json_body(clean, place);
    }

    /// A body in JSON, unless it holds an open stream, which JSON cannot.
    fn json_body(&mut self, mut schema: Value, place: &Place) {
        if let Some(arms) = union_mut(&mut schema) {
            let streams = arms.iter().filter(|arm| stream_of(arm).is_some()).count();
            if streams < arms.len() {
                for arm in arms.iter_mut().filter(|arm| stream_of(arm).is_some()) {
                    if let Value::Object(arm) = arm {
                        arm.insert("x-binding-only".to_owned(), true.into());
                    }
                }
            }
            return self.add_body(JSON, schema, None);
        }
        let Some(field) = stream_of(&schema) else {
            return self.add_body(JSON, schema, None);
        };
        if field == "multipart" {
            self.cleaner.note(
                place,
                "a form that only the Workers binding can pass as it stands; over HTTP it is `multipart/form-data`, with fields that are not described",
            );
            let form = json!({"type": "object", "additionalProperties": true});
            return self.add_body("multipart/form-data", form, None);
        }
        self.cleaner.note(
            place,
            format!("`{field}` is an open stream of the Workers binding; over HTTP it is the whole body, and the rest goes into the query"),
        );
        let media = match field.as_str() {
            kind @ ("audio" | "image" | "video") => format!("{kind}/*"),
            _ => BYTES.to_owned(),
        };
        let mut object = schema.as_object().cloned().unwrap_or_default();
        let properties = object.get_mut("properties").and_then(Value::as_object_mut);
        let others = properties.map(|all| {
            let stream = all.shift_remove(&field);
            let others = std::mem::take(all);
            all.extend(stream.map(|stream| (field.clone(), stream)));
            others
        });
        let required: Vec<Value> = object
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        object.insert("required".to_owned(), json!([field]));
        for (name, schema) in others.unwrap_or_default() {
            let needed = required.iter().any(|required| *required == *name);
            self.contract
                .parameters
                .push(parameter(&name, schema, needed));
        }
        self.add_body(&media, json!({"type": "string", "format": "binary"}), None);
        self.contract.bodies.push(Body {
            media: JSON.to_owned(),
            schema: Value::Object(object),
            binding_only: true,
            example: None,
        });
    }

    /// Adds a form of the request; `given` is what it was read from.
    fn add_body(&mut self, media: &str, mut schema: Value, given: Option<&Value>) {
        let known = self.contract.bodies.iter().any(|body| body.media == media);
        if known {
            return;
        }
        let marked =
            given.is_some_and(|given| given.get("x-binding-only") == Some(&Value::Bool(true)));
        if let Some(map) = schema.as_object_mut().filter(|_| marked) {
            map.shift_remove("x-binding-only");
        }
        self.contract.bodies.push(Body {
            media: media.to_owned(),
            schema,
            binding_only: marked,
            example: given.and_then(|given| given.get("x-example")).cloned(),
        });
    }

    /// A parameter as documents write it.
    fn parameter(&mut self, given: &Value, place: &Place) {
        let (Some(mut out), Some(schema)) = (given.as_object().cloned(), given.get("schema"))
        else {
            return self
                .cleaner
                .note(place, "no parameter with a `schema`, left out");
        };
        let schema = self.cleaner.schema(schema, &place.at("schema"));
        out.insert("schema".to_owned(), schema);
        self.contract.parameters.push(Value::Object(out));
    }

    fn answer(&mut self, part: &Part) {
        let (schema, place) = (&part.schema, &part.place);
        let said = Some(part.media.as_str()).filter(|media| !media.is_empty());
        let mut rest = Vec::new();
        for (arm, at) in arms(schema, place) {
            let media = said
                .filter(|media| !is_json(media))
                .or_else(|| media_of(arm));
            match media {
                Some(EVENTS) => {
                    self.contract.streams = true;
                    let end = arm.get("x-end-marker").and_then(Value::as_str);
                    self.contract.end = end.map(str::to_owned);
                    if let Some(event) = arm.get("x-event-schema") {
                        let event = self.cleaner.schema(event, &at.at("x-event-schema"));
                        self.contract.event = Some(event);
                    }
                }
                Some(media) if !is_json(media) => self.media(media, arm, &at),
                _ if is_binary(arm) => self.media(BYTES, arm, &at),
                _ => rest.push(arm.clone()),
            }
        }
        if rest.is_empty() {
            return;
        }
        self.contract.json = true;
        let given = with_arms(schema, rest);
        let member = |name: &str| given.get("properties").and_then(|all| all.get(name));
        // Around the result there may be the envelope.
        let whole = match (member("success"), member("errors")) {
            (Some(_), Some(_)) => member("result").unwrap_or(&Value::Null),
            _ => &given,
        };
        if says_nothing(whole) {
            return;
        }
        let schema = self.cleaner.schema(whole, place);
        if !says_nothing(&schema) && self.contract.result.is_none() {
            self.contract.result = Some(schema);
        }
    }

    fn media(&mut self, media: &str, arm: &Value, place: &Place) {
        let mut schema = self.cleaner.schema(arm, place);
        if let Value::Object(map) = &mut schema {
            map.insert("contentMediaType".to_owned(), media.into());
            map.shift_remove("format");
        }
        self.contract.media.push((media.to_owned(), schema));
    }
}

fn parameter(name: &str, mut schema: Value, required: bool) -> Value {
    let mut parameter = Map::new();
    parameter.insert("name".to_owned(), name.into());
    parameter.insert("in".to_owned(), "query".into());
    if required {
        parameter.insert("required".to_owned(), true.into());
    }
    let description = schema
        .as_object_mut()
        .and_then(|map| map.shift_remove("description"));
    if let Some(description) = description {
        parameter.insert("description".to_owned(), description);
    }
    parameter.insert("schema".to_owned(), schema);
    Value::Object(parameter)
}

pub(crate) fn is_json(media: &str) -> bool {
    let kind = media.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(JSON)
}

fn media_of(schema: &Value) -> Option<&str> {
    let said = schema
        .get("contentType")
        .or_else(|| schema.get("x-content-type"))?;
    said.as_str().filter(|media| is_media_type(media))
}

fn is_binary(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "string")
        && schema
            .get("format")
            .is_some_and(|format| format == "binary")
}

/// A bare `{"type": "object"}` says nothing about a value.
fn says_nothing(schema: &Value) -> bool {
    schema.as_object().is_none_or(|map| {
        map.iter().all(|(key, value)| {
            ["description", "title", "contentType"].contains(&key.as_str())
                || (key == "type" && value == "object")
        })
    })
}

/// The alternatives of a schema where each may have a media type of its own, else the schema itself.
fn arms<'a>(schema: &'a Value, place: &Place) -> Vec<(&'a Value, Place)> {
    for key in ["oneOf", "anyOf"] {
        let list = schema.get(key).and_then(Value::as_array);
        let apart = |arm: &Value| media_of(arm).is_some() || is_binary(arm);
        if let Some(list) = list.filter(|list| list.iter().any(apart)) {
            let place = place.at(key);
            return list
                .iter()
                .enumerate()
                .map(|(index, arm)| (arm, place.at(&index.to_string())))
                .collect();
        }
    }
    vec![(schema, place.clone())]
}

/// `schema` with those of its alternatives that are left.
fn with_arms(schema: &Value, mut rest: Vec<Value>) -> Value {
    let union = schema.get("oneOf").is_some() || schema.get("anyOf").is_some();
    if rest.len() == 1
        && union
        && schema.get("properties").is_none()
        && rest.first() != Some(schema)
    {
        return rest.remove(0);
    }
    let mut out = schema.clone();
    for key in ["oneOf", "anyOf"] {
        if let Some(list) = out.get_mut(key).and_then(Value::as_array_mut)
            && list.len() != rest.len()
            && rest.iter().all(|arm| list.contains(arm))
        {
            *list = rest;
            return out;
        }
    }
    out
}

fn union_mut(schema: &mut Value) -> Option<&mut Vec<Value>> {
    let key = ["oneOf", "anyOf"]
        .into_iter()
        .find(|key| schema.get(key).is_some())?;
    schema.get_mut(key)?.as_array_mut()
}

/// The property that is an open stream: an object of `body` and `contentType`.
fn stream_of(schema: &Value) -> Option<String> {
    let is_stream = |value: &Value| {
        let properties = value.get("properties").and_then(Value::as_object);
        properties.is_some_and(|map| {
            map.len() == 2 && map.contains_key("body") && map.contains_key("contentType")
        })
    };
    let properties = schema.get("properties")?.as_object()?;
    let (name, _) = properties.iter().find(|(_, value)| is_stream(value))?;
    Some(name.clone())
}
