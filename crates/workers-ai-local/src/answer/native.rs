//! The native dialect: `response`, `tool_calls` and `usage`, and the events that carry pieces of them.
//! Models write calls and JSON in more than one way; their documents say which.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    frames::{self, Frames},
    reply::Reply,
};
use crate::{documents::Schema, object::put};

/// How a model writes what its shape leaves open.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    /// Calls have an id and their arguments as text, and no `response` stands beside them.
    wraps_calls: bool,
    /// A value that was asked for comes as its text.
    json_as_text: bool,
}

impl Writing {
    /// As the document of the result says.
    pub(super) fn of(result: Option<Schema<'_>>) -> Self {
        let writes = result.and_then(|result| result.get("x-writes"));
        let is = |what: &str, how: &str| {
            writes.is_some_and(|writes| writes.get(what).is_some_and(|said| said == how))
        };
        Writing {
            wraps_calls: is("tool-calls", "wrapped"),
            json_as_text: is("text", "json-text"),
        }
    }
}

/// What stands under `result`.
pub(super) fn whole(reply: &Reply<'_>, usage: &Value, has_tools: bool, writing: Writing) -> Value {
    let mut result = match &reply.call {
        Some(_) if writing.wraps_calls => json!({}),
        _ => json!({"response": response(reply, &thoughts(reply), writing)}),
    };
    put(&mut result, "usage", usage.clone());
    if has_tools || reply.call.is_some() {
        put(&mut result, "tool_calls", calls(reply, writing));
    }
    result
}

/// The same beside the members of the chat dialect, where thoughts have a member of their own.
pub(super) fn beside(result: &mut Value, reply: &Reply<'_>, writing: Writing) {
    put(result, "response", response(reply, "", writing));
    put(result, "tool_calls", calls(reply, writing));
}

fn response(reply: &Reply<'_>, thoughts: &str, writing: Writing) -> Value {
    match reply {
        Reply { call: Some(_), .. } => Value::Null,
        Reply {
            json: Some(json), ..
        } if !writing.json_as_text => json.clone(),
        _ => Value::String(format!("{thoughts}{}", reply.text)),
    }
}

fn calls(reply: &Reply<'_>, writing: Writing) -> Value {
    let Some(call) = &reply.call else {
        return json!([]);
    };
    if writing.wraps_calls {
        let function = json!({"name": call.name, "arguments": call.arguments_text()});
        json!([{"id": call_id(reply), "type": "function", "function": function}])
    } else {
        json!([{"name": call.name, "arguments": call.arguments}])
    }
}

fn call_id(reply: &Reply<'_>) -> String {
    format!("chatcmpl-tool-{}", reply.dice.clone().hex())
}

/// The same as events.
pub(super) fn events(
    reply: &Reply<'_>,
    usage: &Value,
    has_tools: bool,
    marker: &str,
) -> Vec<Bytes> {
    let mut dice = reply.dice.clone();
    let thoughts = thoughts(reply);
    let capacity = usize::try_from(reply.tokens).unwrap_or_default() + 16;
    let mut frames = Frames::with_capacity(capacity, 80);
    let tools = if has_tools { ",\"tool_calls\":[]" } else { "" };
    for piece in frames::pieces(&thoughts).chain(frames::pieces(&reply.text)) {
        frames.event(|text| {
            text.push_str("{\"response\":");
            match piece {
                "{}" => text.push_str(piece),
                _ => frames::token(piece, text),
            }
            text.push_str(tools);
            frames::padding(&mut dice, text);
            text.push('}');
        });
    }
    if let Some(call) = &reply.call {
        let arguments = call.arguments_text();
        call_events(call.name, &arguments, &call_id(reply), &mut frames);
    }
    if has_tools {
        frames.event(|text| {
            text.push_str("{\"tool_calls\":[]");
            frames::padding(&mut dice, text);
            text.push('}');
        });
    }
    tail(usage, &mut frames);
    frames.finish(marker)
}

/// The event that ends native streams, and those of many chat models too.
pub(super) fn tail(usage: &Value, frames: &mut Frames) {
    frames.event(|text| {
        text.push_str("{\"response\":\"\",\"usage\":");
        text.push_str(&usage.to_string());
        text.push('}');
    });
}

/// A call in fragments at the top level, closed by one that says nothing.
fn call_events(name: &str, arguments: &str, id: &str, frames: &mut Frames) {
    let mut fragment = |fragment: Value| {
        frames.event(|text| {
            let event = json!({"response": null, "tool_calls": [fragment]});
            text.push_str(&event.to_string());
        });
    };
    let first = json!({"name": name, "arguments": ""});
    fragment(json!({"index": 0, "id": id, "type": "function", "function": first}));
    for piece in frames::pieces(arguments) {
        fragment(json!({"index": 0, "function": {"arguments": piece}}));
    }
    let last = json!({"name": null, "arguments": ""});
    fragment(json!({"index": 0, "id": null, "type": null, "function": last}));
}

/// Thoughts stand in the text itself, between tags.
fn thoughts(reply: &Reply<'_>) -> String {
    match &reply.reasoning {
        Some(thoughts) if reply.json.is_none() && reply.call.is_none() => {
            format!("<think>\n{thoughts}\n</think>\n\n")
        }
        _ => String::new(),
    }
}
