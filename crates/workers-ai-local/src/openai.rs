//! The endpoints that speak `OpenAI`'s dialect: chat completions, responses, embeddings.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::{
    answer::{Answer, Asked, Dialect, Input, answer, answer_in},
    check::check,
    documents::{Documents, Model, Schema},
    forward,
    handle::Call,
    object::put,
    refusal::Refusal,
    reply::Reply,
    run,
};

/// What a body of each endpoint may hold.
const CHAT: &str = "components/chat.json#/components/schemas/ChatMessages";
const RESPONSES: &str = "components/responses.json#/components/schemas/ResponsesInput";

/// The id of a model as its document has it; the gateway's endpoints put a provider before it.
pub(crate) fn model_id(name: &str) -> &str {
    name.strip_prefix("workers-ai/").unwrap_or(name)
}

/// `POST /ai/v1/chat/completions`.
///
/// # Errors
///
/// The service would refuse.
pub(crate) async fn chat(call: &Call) -> Result<Reply, Refusal> {
    conversation(call, Dialect::Chat, "messages", CHAT).await
}

/// `POST /ai/v1/responses`, for models that speak that dialect.
///
/// # Errors
///
/// The service would refuse.
pub(crate) async fn responses(call: &Call) -> Result<Reply, Refusal> {
    conversation(call, Dialect::Responses, "input", RESPONSES).await
}

async fn conversation(
    call: &Call,
    dialect: Dialect,
    needed: &str,
    schema: &str,
) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let model = asked_model(call, &body)?;
    if body.get(needed).is_none_or(Value::is_null) {
        return Err(run::missing(needed));
    }
    fits(call.state.documents, schema, &body)?;
    if dialect == Dialect::Responses && !speaks_responses(model) {
        return Err(Refusal::says(
            5006,
            format!("{} does not speak Responses", model.id),
        ));
    }
    let stream = body.get("stream").and_then(Value::as_bool) == Some(true);
    if let Some(forward) = call
        .state
        .settings
        .forward
        .as_ref()
        .filter(|_| forward::takes(model))
    {
        return forward::conversation(call, forward, model, &body, dialect, stream).await;
    }
    let asked = Asked {
        stream,
        ..Asked::new(model, Input::Json(&body), call.state.settings.seed)
    };
    let answered = answer_in(dialect, &asked)
        .ok_or_else(|| Refusal::says(5006, format!("{} is no text model", model.id)))?;
    Ok(run::reply(call, answered))
}

/// Checks what is known of a body. Clients of this dialect send more than anybody knows.
fn fits(documents: &'static Documents, schema: &str, body: &Value) -> Result<(), Refusal> {
    let (Some(value), Some(members)) = (documents.node(schema), body.as_object()) else {
        return Err(Refusal::says(5006, "Bad input: the body must be an object"));
    };
    let schema = Schema::new(documents, value);
    let known: Map<String, Value> = members
        .iter()
        .filter(|(name, _)| schema.property(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    check(schema, &Value::Object(known)).map_err(|faults| faults.refusal())
}

fn asked_model(call: &Call, body: &Value) -> Result<&'static Model, Refusal> {
    let name = body.get("model").and_then(Value::as_str);
    run::model(call, model_id(name.ok_or_else(|| run::missing("model"))?))
}

fn speaks_responses(model: &Model) -> bool {
    let Some(schema) = model.input("application/json") else {
        return false;
    };
    let has_input = |schema: Schema<'_>| {
        schema.property("input").is_some() && schema.property("instructions").is_some()
    };
    has_input(schema) || schema.alternatives().any(has_input)
}

/// `POST /ai/v1/embeddings`.
///
/// # Errors
///
/// The service would refuse.
pub(crate) async fn embeddings(call: &Call) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let model = asked_model(call, &body)?;
    let texts = body.get("input").ok_or_else(|| run::missing("input"))?;
    let input = json!({"text": texts});
    run::fits(model, &input)?;
    let answered = match &call.state.settings.forward {
        Some(forward) if forward::takes(model) => {
            forward::embeddings(forward, model, texts).await?
        }
        _ => answer(&Asked::new(
            model,
            Input::Json(&input),
            call.state.settings.seed,
        )),
    };
    let Answer::Result(result) = &answered.answer else {
        return Err(Refusal::of(8005));
    };
    let rows = result.get("data").and_then(Value::as_array);
    let rows = rows.ok_or_else(|| Refusal::says(5006, format!("{} gives no vectors", model.id)))?;
    let packed = body
        .get("encoding_format")
        .is_some_and(|format| format == "base64");
    let data: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let embedding = if packed { pack(row) } else { row.clone() };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    let mut list = json!({"object": "list", "data": data, "model": model.id});
    if let Some(usage) = result.get("usage") {
        put(&mut list, "usage", usage.clone());
    }
    let neurons = answered.neurons;
    Ok(run::costs(Reply::json(200, &list), call, neurons))
}

/// A vector as base64 of its 32-bit numbers, least significant byte first.
fn pack(row: &Value) -> Value {
    let numbers = row
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64);
    // The format has 32 bits; what they cannot hold is meant to be lost.
    #[allow(clippy::cast_possible_truncation)]
    let bytes: Vec<u8> = numbers
        .flat_map(|number| (number as f32).to_le_bytes())
        .collect();
    Value::from(STANDARD.encode(Bytes::from(bytes)))
}
