//! One `OpenAPI` document → one [`Model`]: its path, bodies, answers, events and facts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::facts;
use crate::fault::Place;
use crate::ir::{Api, DefId, Encoding, Model, Owner, Shape, Stream, Type, Wire};
use crate::name;
use crate::normalise::{Context, Node, Reader};

const RUN: &str = "/ai/run/";

/// What every operation takes beside its model's own parameters.
const SERVICE_PARAMETERS: [&str; 3] = ["account_id", "queueRequest", "tags"];

/// Reads `document`, adds its model, or says what is wrong with it.
pub(crate) fn read<'a>(reader: &mut Reader<'a>, file: &str, document: &'a Value) {
    let root = Node {
        place: Place::file(file),
        value: document,
    };
    if !root
        .text("openapi")
        .is_some_and(|version| version.starts_with("3."))
    {
        reader.faults.add(
            &root.place,
            "not an OpenAPI 3 document: `openapi` is missing or not 3.x",
        );
        return;
    }
    let Some((id, operation)) = run_operation(reader, &root) else {
        return;
    };
    let facts = document
        .get("x-model")
        .cloned()
        .unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(facts) = root.get("x-model") {
        facts::check(reader, &facts);
    }
    if let Some(said) = facts
        .get("id")
        .and_then(Value::as_str)
        .filter(|said| *said != id)
    {
        let message = format!("says `{said}`, but the path runs `{id}`");
        reader
            .faults
            .add(&root.place.at("x-model").at("id"), message);
    }
    let fact = |key: &str| facts.get(key).and_then(Value::as_str).map(str::to_owned);
    let info = |key: &str| {
        document
            .pointer(&format!("/info/{key}"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let name = fact("name").unwrap_or_else(|| name::model(&id));
    let last = id.rsplit('/').next().unwrap_or(&id);
    let author = id
        .split('/')
        .nth(1)
        .filter(|_| id.matches('/').count() > 1)
        .unwrap_or("unknown");
    let context = Context {
        owner: Owner::Model(reader.api.models.len()),
        root: name.clone(),
        steps: Vec::new(),
        fixed: None,
        input: false,
    };
    let (input, wire, batch, example) = request(reader, &operation, &context);
    let answer = answer(reader, &operation, &context);
    let stream = answer.event.map(|(event, end)| Stream {
        event,
        end,
        default: false,
    });
    let mut model = Model {
        file: file.to_owned(),
        module: name::module(last),
        author: name::author(&fact("author").unwrap_or_else(|| author.to_owned())),
        title: Some(info("title"))
            .filter(|title| !title.is_empty())
            .unwrap_or(last)
            .to_owned(),
        summary: info("summary").to_owned(),
        description: info("description").to_owned(),
        id,
        name,
        facts,
        input,
        wire,
        output: answer.output,
        media: answer.media,
        stream,
        batch,
        options: reader.options.get(&context.owner).copied(),
        example,
    };
    let default = stream_default(reader, &model);
    if let Some(stream) = &mut model.stream {
        stream.default = default;
    }
    reader.api.models.push(model);
}

/// The id and the `post` of the document's one run path.
fn run_operation<'a>(reader: &mut Reader<'a>, root: &Node<'a>) -> Option<(String, Node<'a>)> {
    let Some(paths) = root.get("paths") else {
        reader.faults.add(
            &root.place,
            format!("no `paths`, so no path with `{RUN}<model id>`"),
        );
        return None;
    };
    let mut found = paths
        .value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(path, _)| path.contains(RUN));
    let (path, item) = match (found.next(), found.next()) {
        (Some(only), None) => only,
        (None, _) => {
            reader
                .faults
                .add(&paths.place, format!("no path with `{RUN}<model id>`"));
            return None;
        }
        (Some(_), Some((second, _))) => {
            reader.faults.add(
                &paths.place.at(second),
                "a second model; one document, one model",
            );
            return None;
        }
    };
    let place = paths.place.at(path);
    let Some(post) = item.get("post") else {
        reader.faults.add(&place, "the run path has no `post`");
        return None;
    };
    let id = path.split_once(RUN).map(|(_, id)| id.to_owned())?;
    Some((
        id,
        Node {
            place: place.at("post"),
            value: post,
        },
    ))
}

fn is_json(kind: &str) -> bool {
    kind.split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

type Request = (Type, Wire, Option<Type>, Option<Value>);

fn request<'a>(reader: &mut Reader<'a>, operation: &Node<'a>, context: &Context) -> Request {
    let body = operation
        .get("requestBody")
        .map(|body| reader.follow(&body));
    let content = body.as_ref().and_then(|body| body.get("content"));
    let Some(content) = content else {
        reader.faults.add(
            &operation.place,
            "no request body: what does the model take?",
        );
        return (Type::Any, Wire::Json, None, None);
    };
    let mut json = None;
    let mut form = None;
    let mut raw = None;
    for (kind, value) in content.value.as_object().into_iter().flatten() {
        let media = Node {
            place: content.place.at(kind),
            value,
        };
        if media.binding_only() {
            reader.left_out(&media);
        } else if is_json(kind) {
            json = Some(media);
        } else if kind.starts_with("multipart/") {
            form = Some(media);
        } else {
            raw = Some((kind.clone(), media));
        }
    }
    let example = [&form, &json]
        .into_iter()
        .flatten()
        .chain(raw.as_ref().map(|(_, media)| media))
        .find_map(|media| media.value.get("example"))
        .cloned();
    let input = Context {
        fixed: Some(format!("{}Input", context.root)),
        input: true,
        ..context.clone()
    };
    if let Some(schema) = form.and_then(|media| media.get("schema")) {
        let ty = reader.ty(&schema, &input);
        if !is_form(&reader.api, &ty, &mut BTreeSet::new()) {
            reader.faults.add(
                &schema.place,
                "a form is made of named fields, and this or an alternative of it has none",
            );
        }
        return (ty, Wire::Multipart, None, example);
    }
    let parameters = parameters(reader, operation);
    match (json.and_then(|media| media.get("schema")), raw) {
        (Some(schema), raw) => {
            let (ty, batch) = reader.input(&schema, &input);
            let wire = raw.and_then(|(kind, _)| Some((kind, only_media(reader, &ty)?)));
            let wire = wire.map_or(Wire::Json, |(content_type, field)| Wire::Raw {
                content_type,
                field,
            });
            (ty, wire, batch, example)
        }
        (None, Some((content_type, media))) => {
            let kind = content_type.split('/').next();
            let field = kind
                .filter(|kind| *kind != "application")
                .unwrap_or("body")
                .to_owned();
            let example = example.unwrap_or_else(|| raw_example(&field, &parameters));
            let ty = reader.raw_input(&media, &field, parameters, &input);
            let wire = Wire::Raw {
                content_type,
                field,
            };
            (ty, wire, None, Some(example))
        }
        (None, None) => {
            reader.faults.add(
                &content.place,
                "no body the generator knows: JSON, multipart or raw bytes",
            );
            (Type::Any, Wire::Json, None, example)
        }
    }
}

/// Whether a form can hold it: it has members, or all of its alternatives have.
fn is_form(api: &Api, ty: &Type, within: &mut BTreeSet<DefId>) -> bool {
    let id = match ty {
        Type::Named(id) => id,
        Type::Object | Type::Map(_) | Type::Any => return true,
        _ => return false,
    };
    match &api.def(*id).shape {
        Shape::Struct { .. } => true,
        Shape::Union(variants) => {
            within.insert(*id)
                && !variants.is_empty()
                && variants
                    .iter()
                    .all(|variant| is_form(api, &variant.ty, within))
        }
        Shape::Enum(_) => false,
    }
}

/// The model's own query parameters.
fn parameters<'a>(reader: &Reader<'a>, operation: &Node<'a>) -> Vec<Node<'a>> {
    let list = operation.value.get("parameters").and_then(Value::as_array);
    let place = operation.place.at("parameters");
    list.into_iter()
        .flatten()
        .enumerate()
        .map(|(index, value)| {
            reader.follow(&Node {
                place: place.at(&index.to_string()),
                value,
            })
        })
        .filter(|node| node.text("in") == Some("query"))
        .filter(|node| {
            node.text("name")
                .is_some_and(|name| !SERVICE_PARAMETERS.contains(&name))
        })
        .collect()
}

/// Bytes, and the parameters that have an example.
fn raw_example(field: &str, parameters: &[Node<'_>]) -> Value {
    let given = parameters.iter().filter_map(|parameter| {
        let name = parameter.text("name")?.to_owned();
        Some((name, parameter.value.get("example")?.clone()))
    });
    let body = std::iter::once((field.to_owned(), Value::from("")));
    Value::Object(body.chain(given).collect())
}

/// The one field of an input that is nothing but bytes: those can travel as they are, and have to be there.
fn only_media(reader: &mut Reader<'_>, ty: &Type) -> Option<String> {
    let Type::Named(id) = ty else { return None };
    match &mut reader.api.defs.get_mut(id.0)?.shape {
        Shape::Struct { fields, tag: None } => match fields.as_mut_slice() {
            [field] if matches!(field.ty, Type::Media(_)) => {
                field.required = true;
                Some(field.wire.clone())
            }
            _ => None,
        },
        _ => None,
    }
}

struct Answer {
    output: Type,
    media: Vec<String>,
    event: Option<(Type, String)>,
}

fn answer<'a>(reader: &mut Reader<'a>, operation: &Node<'a>, context: &Context) -> Answer {
    let success = operation
        .get("responses")
        .and_then(|responses| responses.get("200"));
    let content = success
        .map(|answer| reader.follow(&answer))
        .and_then(|answer| answer.get("content"));
    let Some(content) = content else {
        reader.loosen(
            &operation.place.at("responses"),
            "no answer is described: any JSON value",
        );
        return Answer {
            output: Type::Any,
            media: Vec::new(),
            event: None,
        };
    };
    let mut json = None;
    let mut media = Vec::new();
    let mut event = None;
    for (kind, value) in content.value.as_object().into_iter().flatten() {
        let node = Node {
            place: content.place.at(kind),
            value,
        };
        if is_json(kind) {
            json = node
                .get("schema")
                .and_then(|schema| result(reader, &schema));
        } else if kind == "text/event-stream" {
            let end = node.text("x-end-marker").unwrap_or("[DONE]").to_owned();
            let schema = node
                .get("x-event-schema")
                .or_else(|| node.get("itemSchema"));
            let context = Context {
                fixed: Some(format!("{}Event", context.root)),
                ..context.clone()
            };
            let ty = if let Some(schema) = schema {
                let ty = reader.ty(&schema, &context);
                reader.whole_or_null(&schema, ty)
            } else {
                reader.loosen(&node.place, "events have no schema: any JSON value");
                Type::Any
            };
            event = Some((ty, end));
        } else {
            media.push(kind.clone());
        }
    }
    let context = Context {
        fixed: Some(format!("{}Output", context.root)),
        ..context.clone()
    };
    let output = match json {
        Some(schema) => {
            let ty = reader.output(&schema, &context);
            reader.whole_or_null(&schema, ty)
        }
        None if media.is_empty() => {
            reader.loosen(&content.place, "no result is described: any JSON value");
            Type::Any
        }
        None => Type::Media(Encoding::Raw),
    };
    Answer {
        output,
        media,
        event,
    }
}

/// What stands under `result` in the envelope, or the schema itself where there is no envelope.
fn result<'a>(reader: &Reader<'a>, schema: &Node<'a>) -> Option<Node<'a>> {
    let schema = reader.follow(schema);
    let of = |node: &Node<'a>| {
        node.get("properties")
            .and_then(|properties| properties.get("result"))
    };
    let said = |node: &Node<'a>| node.value.as_object().is_some_and(|map| !map.is_empty());
    let parts = schema.value.get("allOf").and_then(Value::as_array);
    let place = schema.place.at("allOf");
    for (index, value) in parts.into_iter().flatten().enumerate() {
        let part = reader.follow(&Node {
            place: place.at(&index.to_string()),
            value,
        });
        if let Some(result) = of(&part).filter(said) {
            return Some(result);
        }
    }
    if parts.is_some() {
        return None;
    }
    if schema.value.pointer("/properties/success").is_some() {
        return of(&schema).filter(said);
    }
    // A bare `{"type": "object"}` says nothing about the result.
    let empty = schema
        .value
        .as_object()
        .is_some_and(|map| map.keys().all(|key| key == "type" || key == "description"));
    let bare_object = empty && schema.value.get("type").is_none_or(|kind| kind == "object");
    Some(schema).filter(|_| !bare_object)
}

/// What the service does when `stream` is not sent.
fn stream_default(reader: &Reader<'_>, model: &Model) -> bool {
    let Type::Named(id) = &model.input else {
        return false;
    };
    let Shape::Struct { fields, .. } = &reader.api.def(*id).shape else {
        return false;
    };
    let stream = fields.iter().find(|field| field.wire == "stream");
    stream.is_some_and(|field| field.docs.default == Some(Value::Bool(true)))
}
