//! The chat dialect: completions with `choices`, and the chunks they are streamed in.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    dice::{Dice, Hash},
    frames::{self, Frames},
    native::{self, Writing},
    reply::Reply,
    request::Form,
    usage::Used,
};
use crate::object::put;

/// What all answers to one request have in common.
pub(super) struct Frame<'a> {
    pub(super) model: &'a str,
    pub(super) form: Form,
    pub(super) hash: Hash,
    /// Whether a native event with the true usage comes before the marker.
    pub(super) has_tail: bool,
    /// Whether events are padded.
    pub(super) is_padded: bool,
    /// How the members of the native dialect are written, where they stand beside the others.
    pub(super) beside: Option<Writing>,
    pub(super) marker: &'a str,
}

/// How a backend counts on the way.
#[derive(Clone, Copy)]
enum Counting {
    /// At the end only.
    Last,
    /// All tokens so far, on every chunk.
    SoFar,
    /// The tokens of this chunk, on every chunk.
    Each,
}

impl Frame<'_> {
    /// The whole completion.
    pub(super) fn whole(&self, replies: &[Reply<'_>], usage: &Value) -> Value {
        let choices: Vec<Value> = replies
            .iter()
            .enumerate()
            .map(|(index, reply)| self.choice(index, reply))
            .collect();
        let object = match self.form {
            Form::Prompt => "text_completion",
            _ => "chat.completion",
        };
        let mut completion = json!({
            "id": self.id(),
            "object": object,
            "created": self.created(),
            "model": self.model,
            "choices": choices,
            "usage": usage,
        });
        if let (Some(writing), Some(reply)) = (self.beside, replies.first()) {
            native::beside(&mut completion, reply, writing);
        }
        completion
    }

    fn choice(&self, index: usize, reply: &Reply<'_>) -> Value {
        let mut choice = json!({
            "index": index,
            "finish_reason": reply.finish_reason(),
            "stop_reason": null,
            "logprobs": null,
        });
        if self.form == Form::Prompt && reply.call.is_none() {
            put(&mut choice, "text", Value::String(reply.text.clone()));
            return choice;
        }
        let is_silent = reply.text.is_empty();
        let content = if is_silent {
            Value::Null
        } else {
            reply.text.as_str().into()
        };
        let mut message = json!({
            "role": "assistant",
            "content": content,
            "refusal": null,
            "function_call": null,
            "tool_calls": [],
        });
        if let Some(call) = &reply.call {
            let arguments = call.arguments_text();
            let (kind, inner) = if call.is_custom {
                ("custom", json!({"name": call.name, "input": arguments}))
            } else {
                (
                    "function",
                    json!({"name": call.name, "arguments": arguments}),
                )
            };
            let id = self.call_id(index);
            put(
                &mut message,
                "tool_calls",
                json!([{"id": id, "type": kind, kind: inner}]),
            );
        }
        if let Some(reasoning) = &reply.reasoning {
            put(&mut message, self.reasoning(), reasoning.as_str());
        }
        put(&mut choice, "message", message);
        choice
    }

    /// The same as events.
    pub(super) fn events(&self, replies: &[Reply<'_>], usage: &Value, used: &Used) -> Vec<Bytes> {
        let head = format!(
            "{{\"id\":\"{}\",\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":\"{}\"",
            self.id(),
            self.created(),
            self.model,
        );
        let capacity = usize::try_from(used.output_tokens).unwrap_or_default() + 8;
        let mut writer = Chunks {
            frames: Frames::with_capacity(capacity, head.len() + 120),
            head,
            counting: self.counting(),
            is_double: self.beside.is_some(),
            padding: self.is_padded.then(|| self.hash.text("padding").dice()),
            input: used.input_tokens,
            output: 0,
        };
        for (index, reply) in replies.iter().enumerate() {
            writer.reply(index, reply, self.reasoning(), &self.call_id(index));
        }
        writer.total(usage);
        let mut frames = writer.frames;
        if self.has_tail {
            native::tail(usage, &mut frames);
        }
        frames.finish(self.marker)
    }

    fn id(&self) -> String {
        format!("chatcmpl-{}", self.hash.text("id").dice().hex())
    }

    fn call_id(&self, index: usize) -> String {
        let hash = self.hash.text("call").bytes(&index.to_le_bytes());
        format!("chatcmpl-tool-{}", hash.dice().hex())
    }

    fn created(&self) -> u64 {
        1_750_000_000 + self.hash.text("created").dice().below(40_000_000)
    }

    /// Models differ in the member their reasoning stands in.
    fn reasoning(&self) -> &'static str {
        let which = Hash::new(0).text(self.model).dice().below(2);
        if which == 0 {
            "reasoning"
        } else {
            "reasoning_content"
        }
    }

    fn counting(&self) -> Counting {
        match Hash::new(1).text(self.model).dice().below(3) {
            0 => Counting::Last,
            1 => Counting::SoFar,
            _ => Counting::Each,
        }
    }
}

/// Chunks that are being written.
struct Chunks {
    frames: Frames,
    /// What every chunk begins with.
    head: String,
    counting: Counting,
    /// Whether each piece stands there in the native dialect too.
    is_double: bool,
    padding: Option<Dice>,
    input: u64,
    /// Tokens so far.
    output: u64,
}

/// What one chunk brings.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Role,
    /// Under this name.
    Thought(&'a str, &'a str),
    Text(&'a str),
    /// Fragments of calls, as JSON.
    Calls(&'a str),
    /// The end, for this reason.
    End(&'a str),
}

impl Chunks {
    fn reply(&mut self, index: usize, reply: &Reply<'_>, reasoning: &str, call_id: &str) {
        self.chunk(index, Piece::Role, 0);
        for piece in frames::pieces(reply.reasoning.as_deref().unwrap_or_default()) {
            self.chunk(index, Piece::Thought(reasoning, piece), 1);
        }
        for piece in frames::pieces(&reply.text) {
            self.chunk(index, Piece::Text(piece), 1);
        }
        if let Some(call) = &reply.call {
            // The first fragment has no arguments; later ones have neither id nor name.
            let first = json!([{"index": 0, "id": call_id, "type": "function", "function": {"name": call.name}}]);
            self.calls(index, &first);
            for piece in frames::pieces(&call.arguments_text()) {
                self.calls(
                    index,
                    &json!([{"index": 0, "function": {"arguments": piece}}]),
                );
            }
        }
        self.chunk(index, Piece::End(reply.finish_reason()), 0);
    }

    fn calls(&mut self, index: usize, fragments: &Value) {
        self.chunk(index, Piece::Calls(&fragments.to_string()), 1);
    }

    fn chunk(&mut self, index: usize, piece: Piece<'_>, tokens: u64) {
        self.output += tokens;
        let count = match self.counting {
            Counting::Last => None,
            Counting::SoFar => Some((self.input, self.output)),
            Counting::Each => Some((std::mem::take(&mut self.input), tokens)),
        };
        let (head, padding, is_double) = (&self.head, &mut self.padding, self.is_double);
        self.frames.event(|text| {
            text.push_str(head);
            text.push_str(",\"choices\":[{\"index\":");
            number(index as u64, text);
            text.push_str(",\"delta\":{");
            piece.delta(is_double, text);
            text.push_str("},\"finish_reason\":");
            match piece {
                Piece::End(reason) => frames::string(reason, text),
                _ => text.push_str("null"),
            }
            text.push_str("}]");
            // The second form is for the first answer: it has room for one.
            if is_double && index == 0 {
                piece.native(text);
            }
            if let Some((input, output)) = count {
                text.push_str(",\"usage\":{\"prompt_tokens\":");
                number(input, text);
                text.push_str(",\"completion_tokens\":");
                number(output, text);
                text.push_str(",\"total_tokens\":");
                number(input + output, text);
                text.push('}');
            }
            if let Some(dice) = padding {
                frames::padding(dice, text);
            }
            text.push('}');
        });
    }

    /// The chunk without choices that has the total.
    fn total(&mut self, usage: &Value) {
        let head = &self.head;
        self.frames.event(|text| {
            text.push_str(head);
            text.push_str(",\"choices\":[],\"usage\":");
            text.push_str(&usage.to_string());
            text.push('}');
        });
    }
}

impl Piece<'_> {
    /// In the chat dialect. Where the native one stands beside it, text is always text here.
    fn delta(self, is_double: bool, to: &mut String) {
        match self {
            Piece::Role => to.push_str("\"role\":\"assistant\",\"content\":\"\""),
            Piece::Thought(name, thought) => {
                frames::string(name, to);
                to.push(':');
                frames::string(thought, to);
            }
            Piece::Text(piece) => {
                to.push_str("\"content\":");
                if is_double {
                    frames::string(piece, to);
                } else {
                    frames::token(piece, to);
                }
            }
            Piece::Calls(fragments) => {
                to.push_str("\"tool_calls\":");
                to.push_str(fragments);
            }
            Piece::End(_) => {}
        }
    }

    /// In the native dialect.
    fn native(self, to: &mut String) {
        to.push_str(",\"response\":");
        match self {
            Piece::Text(piece) => frames::token(piece, to),
            Piece::Calls(_) => to.push_str("null"),
            Piece::Role | Piece::Thought(..) | Piece::End(_) => to.push_str("\"\""),
        }
        to.push_str(",\"tool_calls\":");
        match self {
            Piece::Calls(fragments) => to.push_str(fragments),
            _ => to.push_str("[]"),
        }
    }
}

fn number(number: u64, to: &mut String) {
    if let Some(digit) = u32::try_from(number)
        .ok()
        .and_then(|number| char::from_digit(number, 10))
    {
        to.push(digit);
    } else {
        to.push_str(&number.to_string());
    }
}
