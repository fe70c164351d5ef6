//! The native dialect: `response`, `tool_calls` and `usage`, and the events that carry pieces of them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    frames::{self, Frames},
    reply::Reply,
    set,
};

/// What stands under `result`.
pub(super) fn whole(reply: &Reply<'_>, usage: &Value, has_tools: bool) -> Value {
    let response = match reply {
        Reply { call: Some(_), .. } => Value::Null,
        Reply {
            json: Some(json), ..
        } => json.clone(),
        _ => Value::String(thoughts(reply) + &reply.text),
    };
    let mut result = json!({"response": response, "usage": usage});
    if let Some(call) = &reply.call {
        let call = json!({"name": call.name, "arguments": call.arguments});
        set(&mut result, "tool_calls", json!([call]));
    } else if has_tools {
        set(&mut result, "tool_calls", json!([]));
    }
    result
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
        call_events(call.name, &call.arguments_text(), &dice.hex(), &mut frames);
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
    let id = format!("chatcmpl-tool-{id}");
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
