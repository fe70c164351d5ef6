//! A chat completion from the other server, in the dialect that was asked for.

use serde_json::{Value, json};

use crate::{answer::Dialect, object::put};

/// The whole answer. `wants_json` says that text is meant to be a value.
pub(super) fn whole(
    dialect: Dialect,
    model: &str,
    mut completion: Value,
    wants_json: bool,
) -> Value {
    let usage = completion
        .get("usage")
        .cloned()
        .unwrap_or_else(|| json!({}));
    let message = completion
        .pointer("/choices/0/message")
        .cloned()
        .unwrap_or_default();
    match dialect {
        Dialect::Chat => {
            if let Some(members) = completion.as_object_mut() {
                members.insert("model".to_owned(), model.into());
            }
            completion
        }
        Dialect::Native => native(&message, usage, wants_json),
        Dialect::Responses => {
            let mut output = Vec::new();
            if let Some(text) = reasoning(&message) {
                output.push(reasoning_item(text));
            }
            if let Some(text) = content(&message) {
                output.push(message_item(text));
            }
            output.extend(calls(&message).map(call_item));
            responses(
                model,
                &completion,
                &output,
                &usage,
                content(&message).unwrap_or_default(),
            )
        }
    }
}

fn native(message: &Value, usage: Value, wants_json: bool) -> Value {
    let text = content(message);
    let calls: Vec<Value> = calls(message)
        .map(|call| {
            let arguments = call.pointer("/function/arguments");
            let parsed = arguments
                .and_then(Value::as_str)
                .and_then(|text| serde_json::from_str::<Value>(text).ok());
            json!({
                "name": call.pointer("/function/name"),
                "arguments": parsed.as_ref().or(arguments),
            })
        })
        .collect();
    let value = text
        .filter(|_| wants_json)
        .and_then(|text| serde_json::from_str(text).ok());
    let mut answer = json!({"response": value.unwrap_or_else(|| Value::from(text))});
    if !calls.is_empty() {
        put(&mut answer, "tool_calls", calls);
    }
    put(&mut answer, "usage", usage);
    answer
}

/// An answer of the Responses dialect.
pub(super) fn responses(
    model: &str,
    completion: &Value,
    output: &[Value],
    usage: &Value,
    text: &str,
) -> Value {
    json!({
        "id": completion.get("id"),
        "object": "response",
        "created_at": completion.get("created"),
        "status": "completed",
        "model": model,
        "output": output,
        "output_text": text,
        "usage": {
            "input_tokens": usage.get("prompt_tokens"),
            "output_tokens": usage.get("completion_tokens"),
            "total_tokens": usage.get("total_tokens"),
        },
    })
}

pub(super) fn reasoning_item(text: &str) -> Value {
    json!({
        "type": "reasoning",
        "id": "rs_0",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": text}],
    })
}

pub(super) fn message_item(text: &str) -> Value {
    json!({
        "type": "message",
        "id": "msg_0",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    })
}

pub(super) fn call_item(call: &Value) -> Value {
    json!({
        "type": "function_call",
        "id": call.get("id"),
        "call_id": call.get("id"),
        "name": call.pointer("/function/name"),
        "arguments": call.pointer("/function/arguments"),
        "status": "completed",
    })
}

fn content(message: &Value) -> Option<&str> {
    message
        .get("content")?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// What a model thought, under the names servers have for it.
pub(super) fn reasoning(message: &Value) -> Option<&str> {
    let text = message
        .get("reasoning_content")
        .or_else(|| message.get("reasoning"));
    text?.as_str().filter(|text| !text.is_empty())
}

fn calls(message: &Value) -> impl Iterator<Item = &Value> {
    message
        .get("tool_calls")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
