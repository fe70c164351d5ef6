//! Running a model: which one, with what input, and the answer with its headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    answer::{Answer, Answered, Asked, Input, answer},
    batch,
    check::{check, check_member},
    documents::Model,
    form, forward,
    handle::Call,
    refusal::Refusal,
    reply::{Content, Reply},
};

/// An input as it was received, checked against its document.
enum Received {
    Json(Value),
    /// The body itself is the input.
    Body {
        content_type: String,
        options: Map<String, Value>,
    },
}

/// `POST /ai/run/<model>`.
///
/// # Errors
///
/// The service would refuse.
pub(crate) async fn run(call: &Call, id: &str) -> Result<Reply, Refusal> {
    let model = model(call, id)?;
    let options = options(call, model)?;
    let received = match kind(call, model) {
        Kind::Form => Received::Json(read_form(call, model)?),
        Kind::Body(_) if call.body.is_empty() => return Err(Refusal::of(3003)),
        Kind::Body(content_type) => Received::Body {
            content_type,
            options,
        },
        Kind::Json => {
            let input = call.json()?;
            if let Some(request) = batch::polled(&input) {
                return batch::poll(call, model, request).await;
            }
            if call.query("queueRequest").as_deref() == Some("true") {
                return batch::submit(call, model, input);
            }
            Received::Json(taken(call, model, input)?)
        }
    };
    one(call, model, received).await
}

/// `POST /ai/run`, with the model beside its input.
///
/// # Errors
///
/// The service would refuse.
pub(crate) async fn run_any(call: &Call) -> Result<Reply, Refusal> {
    let mut body = call.json()?;
    let id = body.get("model").and_then(Value::as_str).map(str::to_owned);
    let id = id.ok_or_else(|| missing("model"))?;
    let model = model(call, &id)?;
    let input = body.get_mut("input").map(Value::take);
    let input = taken(call, model, input.ok_or_else(|| missing("input"))?)?;
    one(call, model, Received::Json(input)).await
}

/// An input that the model takes, without what is for the platform.
fn taken(call: &Call, model: &Model, mut input: Value) -> Result<Value, Refusal> {
    without_options(&mut input, model);
    fits(model, &input)?;
    if input.get("requests").is_some() {
        let text = "Bad input: 'requests' is for batches: add the query queueRequest=true";
        return Err(Refusal::says(5006, text));
    }
    let lora = input.get("lora").and_then(Value::as_str);
    if lora.is_some_and(|lora| call.state.finetunes().is_unfinished(lora)) {
        return Err(Refusal::of(3039));
    }
    Ok(input)
}

/// What the query says of the model's own options.
fn options(call: &Call, model: &Model) -> Result<Map<String, Value>, Refusal> {
    let mut options = Map::new();
    for (name, parameter) in model.options() {
        let (Some(text), Some(schema)) = (call.query(name), parameter.get("schema")) else {
            continue;
        };
        let schema = Model::schema(schema);
        let value = form::typed(&text, schema);
        check_member(name, schema, &value).map_err(|faults| faults.refusal())?;
        options.insert(name.to_owned(), value);
    }
    Ok(options)
}

/// A property that a body lacks, in the service's words.
pub(crate) fn missing(name: &str) -> Refusal {
    let text = format!("Bad input: Error: required properties at '/' are '{name}'");
    Refusal::says(5006, text)
}

/// The model of this id, unless it is unknown or retired.
///
/// # Errors
///
/// It is unknown or retired.
pub(crate) fn model(call: &Call, id: &str) -> Result<&'static Model, Refusal> {
    let Some(model) = call.state.documents.model(id) else {
        let id: String = id.chars().take(200).collect();
        return Err(Refusal::says(5007, format!("No such model {id} or task")));
    };
    let Some(day) = model.retired().filter(|_| !call.state.settings.retired) else {
        return Ok(model);
    };
    let successor = match model.fact("successor") {
        Some(successor) => format!(", use {successor}"),
        None => String::new(),
    };
    let text = format!("Model {} was retired on {day}{successor}", model.id);
    Err(Refusal::says(5028, text))
}

/// Checks an input against the model's document.
///
/// # Errors
///
/// It does not fit.
pub(crate) fn fits(model: &Model, input: &Value) -> Result<(), Refusal> {
    let Some(schema) = model.input("application/json") else {
        let declared: Vec<&str> = model.inputs().map(|(declared, _)| declared).collect();
        let text = format!("Bad input: the body has to be {}", declared.join(" or "));
        return Err(Refusal::says(5006, text));
    };
    check(schema, input).map_err(|faults| faults.refusal())
}

/// What a body is to be read as.
enum Kind {
    Json,
    Form,
    Body(String),
}

/// Decides by content type. Without one that says something, as with `curl -d`, the body decides.
fn kind(call: &Call, model: &Model) -> Kind {
    let content_type = call.content_type();
    let says_nothing = matches!(
        content_type.as_str(),
        "" | "application/x-www-form-urlencoded" | "text/plain"
    );
    let takes_body = model
        .inputs()
        .any(|(declared, _)| !matches!(declared, "application/json" | "multipart/form-data"));
    let begins = call.body.iter().find(|byte| !byte.is_ascii_whitespace());
    match content_type.as_str() {
        "multipart/form-data" => Kind::Form,
        "application/json" => Kind::Json,
        _ if !takes_body => Kind::Json,
        _ if says_nothing && matches!(begins, Some(b'{' | b'[')) => Kind::Json,
        _ if says_nothing => Kind::Body("application/octet-stream".to_owned()),
        _ => Kind::Body(content_type),
    }
}

fn read_form(call: &Call, model: &Model) -> Result<Value, Refusal> {
    let schema = model.input("multipart/form-data");
    let schema =
        schema.ok_or_else(|| Refusal::says(5006, "Bad input: this model takes no form"))?;
    let content_type = call.header("content-type").unwrap_or_default();
    let form = form::read(content_type, &call.body, schema)?;
    check(schema, &form.plain).map_err(|faults| faults.refusal())?;
    Ok(form.value)
}

/// Takes away what is for the platform and not for the model.
fn without_options(input: &mut Value, model: &Model) {
    let declared = || {
        let schema = model.input("application/json");
        schema.is_some_and(|schema| schema.member("options").is_some())
    };
    if input.get("options").is_some_and(Value::is_object) && !declared() {
        if let Some(members) = input.as_object_mut() {
            members.shift_remove("options");
        }
    }
}

/// Answers one input.
async fn one(call: &Call, model: &'static Model, received: Received) -> Result<Reply, Refusal> {
    let stream = match &received {
        Received::Json(input) => wants_stream(model, input),
        Received::Body { .. } => false,
    };
    if let (Some(forward), Received::Json(input)) = (&call.state.settings.forward, &received) {
        if forward::takes(model) {
            return forward::run(call, forward, model, input, stream).await;
        }
    }
    let (seed, form) = (call.state.settings.seed, call.fault.form);
    let body = call.body.clone();
    let work = move || {
        let input = match &received {
            Received::Json(value) => Input::Json(value),
            Received::Body {
                content_type,
                options,
            } => Input::Bytes {
                content_type,
                body: &body,
                options,
            },
        };
        answer(&Asked {
            stream,
            form,
            ..Asked::new(model, input, seed)
        })
    };
    let answered = if is_heavy(model) {
        let answered = tokio::task::spawn_blocking(work).await;
        answered.map_err(|_| Refusal::of(8005))?
    } else {
        work()
    };
    Ok(reply(call, answered))
}

/// Whether this input asks for events, and the model has any.
pub(crate) fn wants_stream(model: &Model, input: &Value) -> bool {
    input.get("stream").and_then(Value::as_bool) == Some(true) && model.event().is_some()
}

/// Whether making the answer takes so long that other calls should not wait for it.
fn is_heavy(model: &Model) -> bool {
    model
        .fact("task")
        .is_some_and(|task| matches!(task, "Text-to-Image" | "Text-to-Speech"))
}

/// The answer with its headers.
pub(crate) fn reply(call: &Call, answered: Answered) -> Reply {
    let reply = match answered.answer {
        Answer::Result(result) => Reply::result(&result),
        Answer::Bare(value) => Reply::json(200, &value),
        Answer::Bytes { content_type, body } => Reply::new(200, content_type, Content::Whole(body)),
        Answer::Events(events) => Reply::events(events),
    };
    costs(reply, call, answered.neurons)
}

/// Adds the headers that every inference has.
pub(crate) fn costs(reply: Reply, call: &Call, neurons: f64) -> Reply {
    let neurons = (neurons * 1e4).round() / 1e4;
    reply
        .header("cf-ai-req-id", &call.id)
        .header("cf-ai-neurons", &neurons.to_string())
}

/// What stands under `result` for one request of a batch.
pub(crate) fn result(model: &Model, input: &Value, seed: u64) -> Value {
    match answer(&Asked::new(model, Input::Json(input), seed)).answer {
        Answer::Result(value) | Answer::Bare(value) => value,
        Answer::Bytes { content_type, body } => {
            let name = content_type.split('/').next().unwrap_or("data");
            json!({name: STANDARD.encode(&body)})
        }
        Answer::Events(_) => Value::Null,
    }
}
