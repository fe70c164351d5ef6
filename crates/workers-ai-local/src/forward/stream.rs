//! The other server's stream of chunks, in the dialect that was asked for, event by event.

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{http::Answer, tell};
use crate::{answer::Dialect, object::put};

/// Events that wait for a slow reader, at most.
const WAITING: usize = 64;

/// The longest event that is accepted.
const LONGEST: usize = 16 * 1024 * 1024;

/// Reads chunks and gives events until either side stops. A stream that breaks off has no marker.
pub(super) fn translated(mut answer: Answer, mut writer: Writer) -> mpsc::Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut rest = BytesMut::new();
        while let Some(piece) = answer.next().await {
            rest.extend_from_slice(&piece);
            while let Some(end) = memchr::memchr(b'\n', &rest) {
                let line = rest.split_to(end + 1);
                let Some(data) = data(&line) else {
                    continue;
                };
                let is_end = data == "[DONE]";
                let events = match serde_json::from_str(data) {
                    Ok(chunk) => writer.chunk(&chunk),
                    Err(_) if is_end => writer.end(),
                    Err(_) => continue,
                };
                if !events.is_empty() && sender.send(Bytes::from(events)).await.is_err() {
                    return;
                }
                if is_end {
                    return;
                }
            }
            if rest.len() > LONGEST {
                return;
            }
        }
    });
    receiver
}

/// What stands behind `data:` on a line.
fn data(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    Some(line.strip_prefix("data:")?.trim())
}

/// Writes events in one dialect.
pub(super) struct Writer {
    dialect: Dialect,
    model: &'static str,
    id: String,
    marker: &'static str,
    number: u64,
    text: String,
    reasoning: String,
    calls: Vec<Value>,
    usage: Value,
    created: Value,
}

impl Writer {
    pub(super) fn new(
        dialect: Dialect,
        model: &'static str,
        id: &str,
        marker: &'static str,
    ) -> Self {
        Writer {
            dialect,
            model,
            id: format!("resp_{id}"),
            marker,
            number: 0,
            text: String::new(),
            reasoning: String::new(),
            calls: Vec::new(),
            usage: Value::Null,
            created: Value::Null,
        }
    }

    /// The events one chunk becomes.
    fn chunk(&mut self, chunk: &Value) -> String {
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.usage = usage.clone();
        }
        if self.dialect == Dialect::Chat {
            let mut chunk = chunk.clone();
            if let Some(members) = chunk.as_object_mut() {
                members.insert("model".to_owned(), self.model.into());
            }
            return event(&chunk);
        }
        let delta = chunk.pointer("/choices/0/delta").unwrap_or(&Value::Null);
        let text = delta
            .get("content")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match self.dialect {
            Dialect::Responses => self.responses(chunk, delta, text),
            _ => native(delta, text),
        }
    }

    fn responses(&mut self, chunk: &Value, delta: &Value, text: &str) -> String {
        let mut events = String::new();
        if self.created.is_null() {
            self.created = chunk.get("created").cloned().unwrap_or_else(|| 0.into());
            let answer = self.answer("in_progress", &[]);
            self.push("response.created", json!({"response": answer}), &mut events);
        }
        if let Some(thought) = tell::reasoning(delta) {
            self.reasoning.push_str(thought);
            let members =
                json!({"item_id": "rs_0", "output_index": 0, "content_index": 0, "delta": thought});
            self.push("response.reasoning_text.delta", members, &mut events);
        }
        if !text.is_empty() {
            let index = usize::from(!self.reasoning.is_empty());
            if self.text.is_empty() {
                let item = json!({"type": "message", "id": "msg_0", "role": "assistant", "status": "in_progress", "content": []});
                let members = json!({"output_index": index, "item": item});
                self.push("response.output_item.added", members, &mut events);
            }
            self.text.push_str(text);
            let members = json!({"item_id": "msg_0", "output_index": index, "content_index": 0, "delta": text});
            self.push("response.output_text.delta", members, &mut events);
        }
        let fragments = delta.get("tool_calls").and_then(Value::as_array);
        for fragment in fragments.into_iter().flatten() {
            self.fragment(fragment);
        }
        events
    }

    /// Adds a piece of a call to what there is of it.
    fn fragment(&mut self, fragment: &Value) {
        let index = fragment.get("index").and_then(Value::as_u64);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let index = index.unwrap_or(0).min(self.calls.len());
        if index == self.calls.len() {
            self.calls
                .push(json!({"id": null, "function": {"name": null, "arguments": ""}}));
        }
        let Some(call) = self.calls.get_mut(index) else {
            return;
        };
        if let Some(id) = fragment.get("id").filter(|id| id.is_string()) {
            put(call, "id", id.clone());
        }
        if let Some(name) = fragment
            .pointer("/function/name")
            .filter(|name| name.is_string())
        {
            if let Some(function) = call.get_mut("function") {
                put(function, "name", name.clone());
            }
        }
        if let Some(piece) = fragment
            .pointer("/function/arguments")
            .and_then(Value::as_str)
        {
            if let Some(Value::String(arguments)) = call.pointer_mut("/function/arguments") {
                arguments.push_str(piece);
            }
        }
    }

    /// What comes after the last chunk.
    fn end(&mut self) -> String {
        let mut events = String::new();
        match self.dialect {
            Dialect::Chat => {}
            Dialect::Native => {
                events.push_str(&event(&json!({"response": "", "usage": self.usage})));
            }
            Dialect::Responses => {
                let mut items = Vec::new();
                if !self.reasoning.is_empty() {
                    items.push(tell::reasoning_item(&self.reasoning));
                }
                if !self.text.is_empty() {
                    items.push(tell::message_item(&self.text));
                }
                items.extend(self.calls.iter().map(tell::call_item));
                for (index, item) in items.iter().enumerate() {
                    let members = json!({"output_index": index, "item": item});
                    self.push("response.output_item.done", members, &mut events);
                }
                let answer = self.answer("completed", &items);
                self.push(
                    "response.completed",
                    json!({"response": answer}),
                    &mut events,
                );
            }
        }
        events.push_str("data: ");
        events.push_str(self.marker);
        events.push_str("\n\n");
        events
    }

    fn answer(&self, status: &str, items: &[Value]) -> Value {
        let about = json!({"id": self.id, "created": self.created});
        let mut answer = tell::responses(self.model, &about, items, &self.usage, &self.text);
        put(&mut answer, "status", status);
        answer
    }

    fn push(&mut self, kind: &str, members: Value, events: &mut String) {
        let mut whole = json!({"type": kind, "sequence_number": self.number});
        self.number += 1;
        if let (Some(whole), Value::Object(members)) = (whole.as_object_mut(), members) {
            whole.extend(members);
        }
        events.push_str(&event(&whole));
    }
}

fn native(delta: &Value, text: &str) -> String {
    let mut members = json!({"response": text});
    let calls = delta.get("tool_calls").filter(|calls| calls.is_array());
    match calls {
        Some(calls) => put(&mut members, "tool_calls", calls.clone()),
        None if text.is_empty() => return String::new(),
        None => {}
    }
    event(&members)
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
