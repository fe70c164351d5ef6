//! The Responses dialect: items of output, and the numbered events that build them up.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    dice::{Dice, Hash},
    frames::{self, Frames},
    reply::Reply,
};
use crate::object::put;

/// What an answer is known by.
struct Ids {
    dice: Dice,
    created: u64,
}

/// The whole response.
pub(super) fn whole(reply: &Reply<'_>, usage: &Value, hash: Hash) -> Value {
    let mut ids = Ids::new(hash);
    let mut response = ids.response(reply, usage);
    put(&mut response, "output", ids.items(reply));
    response
}

/// The same as events.
pub(super) fn events(reply: &Reply<'_>, usage: &Value, hash: Hash, marker: &str) -> Vec<Bytes> {
    let mut ids = Ids::new(hash);
    let mut response = ids.response(reply, usage);
    let items = ids.items(reply);
    let mut begun = response.clone();
    put(&mut begun, "status", json!("in_progress"));
    put(&mut begun, "output", json!([]));
    if let Some(begun) = begun.as_object_mut() {
        begun.remove("usage");
        begun.remove("incomplete_details");
    }
    let mut writer = Writer {
        frames: Frames::default(),
        sequence: 0,
    };
    writer.event("response.created", &mut json!({"response": begun}));
    for (index, item) in items.as_array().into_iter().flatten().enumerate() {
        writer.item(index, item);
    }
    let kind = if reply.is_cut {
        "response.incomplete"
    } else {
        "response.completed"
    };
    put(&mut response, "output", items);
    writer.event(kind, &mut json!({"response": response}));
    writer.frames.finish(marker)
}

impl Ids {
    fn new(hash: Hash) -> Self {
        let mut dice = hash.text("responses").dice();
        let created = 1_750_000_000 + dice.below(40_000_000);
        Ids { dice, created }
    }

    fn next(&mut self, kind: &str) -> String {
        format!("{kind}_{}", self.dice.hex())
    }

    /// A response without its output.
    fn response(&mut self, reply: &Reply<'_>, usage: &Value) -> Value {
        let mut response = json!({
            "id": self.next("resp"),
            "object": "response",
            "created_at": self.created,
            "status": "completed",
            "error": null,
            "usage": usage,
        });
        if reply.is_cut {
            put(&mut response, "status", json!("incomplete"));
            put(
                &mut response,
                "incomplete_details",
                json!({"reason": "max_output_tokens"}),
            );
        }
        response
    }

    fn items(&mut self, reply: &Reply<'_>) -> Value {
        let mut items = Vec::new();
        let status = if reply.is_cut {
            "incomplete"
        } else {
            "completed"
        };
        if let Some(reasoning) = &reply.reasoning {
            let content = json!({"type": "reasoning_text", "text": reasoning});
            items.push(json!({
                "type": "reasoning",
                "id": self.next("rs"),
                "summary": [],
                "content": [content],
                "status": "completed",
            }));
        }
        if let Some(call) = &reply.call {
            items.push(json!({
                "type": "function_call",
                "id": self.next("fc"),
                "call_id": self.next("call"),
                "name": call.name,
                "arguments": call.arguments_text(),
                "status": status,
            }));
        } else if !reply.text.is_empty() {
            let content = json!({"type": "output_text", "text": reply.text, "logprobs": []});
            items.push(json!({
                "type": "message",
                "id": self.next("msg"),
                "role": "assistant",
                "status": status,
                "content": [content],
            }));
        }
        Value::Array(items)
    }
}

struct Writer {
    frames: Frames,
    sequence: u64,
}

impl Writer {
    fn event(&mut self, kind: &str, event: &mut Value) {
        put(event, "type", kind);
        put(event, "sequence_number", self.sequence);
        self.sequence += 1;
        self.frames.event(|text| text.push_str(&event.to_string()));
    }

    /// An item: announced, built up, and whole.
    fn item(&mut self, index: usize, item: &Value) {
        let mut begun = item.clone();
        put(&mut begun, "status", json!("in_progress"));
        let (stem, whole) = match item.get("type").and_then(Value::as_str) {
            Some("function_call") => {
                put(&mut begun, "arguments", json!(""));
                ("response.function_call_arguments", item.get("arguments"))
            }
            Some("reasoning") => {
                put(&mut begun, "content", json!([]));
                ("response.reasoning_text", item.pointer("/content/0/text"))
            }
            _ => {
                put(&mut begun, "content", json!([]));
                ("response.output_text", item.pointer("/content/0/text"))
            }
        };
        self.event(
            "response.output_item.added",
            &mut json!({"item": begun, "output_index": index}),
        );
        let whole = whole.and_then(Value::as_str).unwrap_or_default();
        self.pieces(stem, index, item, whole);
        self.event(
            "response.output_item.done",
            &mut json!({"item": item, "output_index": index}),
        );
    }

    fn pieces(&mut self, stem: &str, index: usize, item: &Value, whole: &str) {
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let is_call = stem.ends_with("arguments");
        let place = if is_call { "" } else { ",\"content_index\":0" };
        let is_text = stem.ends_with("output_text");
        let chances = if is_text { ",\"logprobs\":[]" } else { "" };
        // What stands between the piece and the number of the event.
        let rest = format!(
            ",\"item_id\":\"{id}\",\"output_index\":{index}{place}{chances},\"sequence_number\":"
        );
        for piece in frames::pieces(whole) {
            let sequence = self.sequence;
            self.sequence += 1;
            self.frames.event(|text| {
                text.push_str("{\"type\":\"");
                text.push_str(stem);
                text.push_str(".delta\",\"delta\":");
                frames::string(piece, text);
                text.push_str(&rest);
                text.push_str(&sequence.to_string());
                text.push('}');
            });
        }
        let mut done = json!({"item_id": id, "output_index": index});
        if is_call {
            put(&mut done, "arguments", whole);
            put(
                &mut done,
                "name",
                item.get("name").cloned().unwrap_or_default(),
            );
        } else {
            put(&mut done, "text", whole);
            put(&mut done, "content_index", 0);
        }
        if is_text {
            put(&mut done, "logprobs", json!([]));
        }
        self.event(&format!("{stem}.done"), &mut done);
    }
}
