//! A request in any of the service's dialects, as a chat completion asks it.

use serde_json::{Map, Value, json};

/// Members that mean the same on both sides.
const SAME: [&str; 13] = [
    "temperature",
    "top_p",
    "seed",
    "stop",
    "n",
    "frequency_penalty",
    "presence_penalty",
    "logprobs",
    "top_logprobs",
    "parallel_tool_calls",
    "user",
    "reasoning_effort",
    "max_completion_tokens",
];

/// The request that is sent on.
pub(super) fn request(model: &str, input: &Value, stream: bool) -> Value {
    let mut request = Map::new();
    request.insert("model".to_owned(), model.into());
    request.insert("messages".to_owned(), messages(input).into());
    for name in SAME {
        if let Some(value) = given(input, name) {
            request.insert(name.to_owned(), value.clone());
        }
    }
    let limit = given(input, "max_tokens").or(given(input, "max_output_tokens"));
    if let Some(limit) = limit {
        request.insert("max_tokens".to_owned(), limit.clone());
    }
    if let Some(tools) = given(input, "tools").and_then(Value::as_array) {
        let tools: Vec<Value> = tools.iter().map(tool).collect();
        if !tools.is_empty() {
            request.insert("tools".to_owned(), tools.into());
        }
    }
    if let Some(choice) = given(input, "tool_choice") {
        request.insert("tool_choice".to_owned(), tool_choice(choice));
    }
    if let Some(format) = response_format(input) {
        request.insert("response_format".to_owned(), format);
    }
    if stream {
        request.insert("stream".to_owned(), true.into());
        request.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    Value::Object(request)
}

/// A member that is there and not `null`.
fn given<'a>(input: &'a Value, name: &str) -> Option<&'a Value> {
    input.get(name).filter(|value| !value.is_null())
}

fn messages(input: &Value) -> Vec<Value> {
    let user = |content: &Value| json!({"role": "user", "content": content});
    let mut messages: Vec<Value> = Vec::new();
    if let Some(instructions) = given(input, "instructions") {
        messages.push(json!({"role": "system", "content": instructions}));
    }
    if let Some(list) = given(input, "messages").and_then(Value::as_array) {
        messages.extend(list.iter().map(message));
        return messages;
    }
    match given(input, "input").or(given(input, "prompt")) {
        Some(Value::Array(items)) => messages.extend(items.iter().map(item)),
        Some(text) => messages.push(user(text)),
        None => messages.push(user(&Value::from(""))),
    }
    messages
}

/// A message, with the id that a tool's answer needs there.
fn message(message: &Value) -> Value {
    let mut message = message.clone();
    let Some(members) = message.as_object_mut() else {
        return message;
    };
    let is_tool = members.get("role").is_some_and(|role| role == "tool");
    if is_tool && !members.contains_key("tool_call_id") {
        let id = members
            .get("name")
            .cloned()
            .unwrap_or_else(|| "call_0".into());
        members.insert("tool_call_id".to_owned(), id);
    }
    message
}

/// An item of the Responses dialect as a message.
fn item(item: &Value) -> Value {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "function_call" => json!({
            "role": "assistant",
            "content": "",
            "tool_calls": [{
                "id": text("call_id"),
                "type": "function",
                "function": {"name": text("name"), "arguments": text("arguments")},
            }],
        }),
        "function_call_output" => json!({
            "role": "tool",
            "tool_call_id": text("call_id"),
            "content": item.get("output"),
        }),
        _ => {
            let content = match item.get("content") {
                Some(Value::Array(parts)) => parts.iter().map(part).collect(),
                Some(content) => content.clone(),
                None => Value::from(""),
            };
            json!({"role": item.get("role").unwrap_or(&Value::from("user")), "content": content})
        }
    }
}

fn part(part: &Value) -> Value {
    match part.get("type").and_then(Value::as_str) {
        Some("input_image") => json!({
            "type": "image_url",
            "image_url": {"url": part.get("image_url")},
        }),
        _ => json!({"type": "text", "text": part.get("text")}),
    }
}

/// A tool in the form with `function` inside.
fn tool(tool: &Value) -> Value {
    if tool.get("function").is_some() || tool.get("name").is_none() {
        return tool.clone();
    }
    json!({
        "type": "function",
        "function": {
            "name": tool.get("name"),
            "description": tool.get("description"),
            "parameters": tool.get("parameters"),
        },
    })
}

fn tool_choice(choice: &Value) -> Value {
    match (choice.get("name"), choice.get("function")) {
        (Some(name), None) => json!({"type": "function", "function": {"name": name}}),
        _ => choice.clone(),
    }
}

/// The wanted format; a bare schema gets the wrapper it has there.
fn response_format(input: &Value) -> Option<Value> {
    let wrapped = |schema: &Value| json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}});
    if let Some(schema) = given(input, "guided_json") {
        return Some(wrapped(schema));
    }
    if let Some(format) = input.pointer("/text/format") {
        return match format.get("schema") {
            Some(schema) => Some(wrapped(schema)),
            None => (format.get("type")? == "json_object").then(|| json!({"type": "json_object"})),
        };
    }
    let format = given(input, "response_format")?;
    match format.get("json_schema") {
        Some(schema) if schema.get("schema").is_none() => Some(wrapped(schema)),
        _ => Some(format.clone()),
    }
}
