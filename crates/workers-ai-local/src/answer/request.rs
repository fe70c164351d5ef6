//! What a text model is asked: reads prompt, conversation and Responses requests into one form.

use std::borrow::Cow;

use serde_json::Value;

use super::{conversation, tools::Tool, words};
use crate::documents::Model;

/// Tokens a message costs beside its text.
const FRAME: u64 = 4;

/// Tokens a picture, a sound or a file costs.
const PART: u64 = 256;

/// More answers than this to one request are not made.
const MOST_ANSWERS: u64 = 16;

/// The three ways to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Prompt,
    Messages,
    Responses,
}

/// What the caller wants the answer to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wanted<'a> {
    Text,
    /// Any object.
    Object,
    /// What fits this schema.
    Fitting(&'a Value),
}

/// Which tool the caller wants called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    /// As the model likes.
    Free,
    /// None.
    Never,
    /// This one.
    Named(&'a str),
}

/// A request to a text model.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) form: Form,
    /// What was said last, and has to be answered.
    pub(super) question: Cow<'a, str>,
    /// Whether the user said it, rather than a tool or the model itself.
    pub(super) is_users: bool,
    /// Tokens of everything that was said.
    pub(super) tokens: u64,
    /// Tokens the answer may have.
    pub(super) limit: Option<u64>,
    pub(super) tools: Vec<Tool<'a>>,
    pub(super) choice: Choice<'a>,
    pub(super) wanted: Wanted<'a>,
    /// Whether the caller lets the model think.
    pub(super) may_think: bool,
    /// How many answers are wanted.
    pub(super) answers: u64,
}

impl<'a> Request<'a> {
    pub(super) fn read(input: &'a Value, model: &Model) -> Self {
        let (form, said) = if let Some(items) = input.get("input") {
            (
                Form::Responses,
                Said::items(items).and_system(input.get("instructions")),
            )
        } else if let Some(messages) = input.get("messages").and_then(Value::as_array) {
            (Form::Messages, Said::messages(messages))
        } else {
            let prompt = input.get("prompt").and_then(Value::as_str);
            (Form::Prompt, Said::prompt(prompt.unwrap_or_default()))
        };
        Request {
            form,
            question: said.question,
            is_users: said.is_users,
            tokens: said.tokens,
            limit: limit(input).or_else(|| default_limit(model, form)),
            tools: tools(input),
            choice: choice(input),
            wanted: wanted(input),
            may_think: may_think(input),
            answers: number(input, "n").unwrap_or(1).clamp(1, MOST_ANSWERS),
        }
    }

    /// Whether a tool is to be called: there are some, and the user has just asked.
    pub(super) fn calls_tool(&self) -> bool {
        !self.tools.is_empty() && self.is_users && self.choice != Choice::Never
    }
}

/// What was said in a conversation.
struct Said<'a> {
    question: Cow<'a, str>,
    is_users: bool,
    tokens: u64,
}

impl<'a> Said<'a> {
    fn prompt(prompt: &'a str) -> Self {
        Said {
            question: Cow::Borrowed(prompt),
            is_users: true,
            tokens: FRAME + words::count(prompt),
        }
    }

    fn messages(messages: &'a [Value]) -> Self {
        let mut said = Said::prompt("");
        for message in messages {
            said.add(message);
        }
        said
    }

    fn items(items: &'a Value) -> Self {
        match items {
            Value::String(prompt) => Said::prompt(prompt),
            Value::Array(items) => Said::messages(items),
            _ => Said::prompt(""),
        }
    }

    fn and_system(mut self, instructions: Option<&Value>) -> Self {
        let instructions = instructions.and_then(Value::as_str).unwrap_or_default();
        self.tokens += words::count(instructions);
        self
    }

    /// A message of any dialect, or an item of a Responses request.
    fn add(&mut self, message: &'a Value) {
        let content = message.get("content").or_else(|| message.get("output"));
        let text = content.map_or(Cow::Borrowed(""), text_of);
        let parts = content.and_then(Value::as_array);
        let others = parts
            .into_iter()
            .flatten()
            .filter(|part| part.get("text").is_none());
        self.tokens += FRAME + words::count(&text) + PART * others.count() as u64;
        let role = message.get("role").and_then(Value::as_str);
        let kind = message.get("type").and_then(Value::as_str);
        match (role, kind) {
            (Some("user"), _) => self.is_users = true,
            (Some("tool" | "function"), _) | (None, Some("function_call_output")) => {
                self.is_users = false;
            }
            (Some("system" | "developer"), _) => return,
            _ => {
                self.is_users = false;
                return;
            }
        }
        self.question = text;
    }
}

/// The text of a message's content, which is text, a part, or a list of parts.
fn text_of(content: &Value) -> Cow<'_, str> {
    let part = |part: &'_ Value| part.get("text").and_then(Value::as_str).map(str::to_owned);
    match content {
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(parts) => {
            let texts: Vec<String> = parts.iter().filter_map(part).collect();
            Cow::Owned(texts.join(" "))
        }
        other => Cow::Owned(part(other).unwrap_or_default()),
    }
}

fn number(input: &Value, name: &str) -> Option<u64> {
    input.get(name)?.as_u64()
}

fn limit(input: &Value) -> Option<u64> {
    ["max_completion_tokens", "max_output_tokens", "max_tokens"]
        .into_iter()
        .find_map(|name| number(input, name))
}

/// The limit that holds where the caller sets none, for requests in this form.
fn default_limit(model: &Model, form: Form) -> Option<u64> {
    let member = match form {
        Form::Prompt => "prompt",
        Form::Messages => "messages",
        Form::Responses => "input",
    };
    let shapes = conversation::flat(model.input("application/json")?);
    let shape = shapes
        .iter()
        .find(|shape| shape.property(member).is_some())?;
    shape.property("max_tokens")?.get("default")?.as_u64()
}

fn tools(input: &Value) -> Vec<Tool<'_>> {
    let tools = input.get("tools").and_then(Value::as_array);
    let tools = tools.into_iter().flatten().filter_map(Tool::read);
    let allowed = input
        .pointer("/tool_choice/allowed_tools/tools")
        .and_then(Value::as_array);
    let is_allowed = |tool: &Tool<'_>| {
        allowed.is_none_or(|allowed| {
            let mut allowed = allowed.iter().filter_map(Tool::read);
            allowed.any(|allowed| allowed.name == tool.name)
        })
    };
    tools.filter(is_allowed).collect()
}

fn choice(input: &Value) -> Choice<'_> {
    let Some(choice) = input.get("tool_choice") else {
        return Choice::Free;
    };
    if choice == "none" {
        return Choice::Never;
    }
    ["/function/name", "/custom/name", "/name"]
        .into_iter()
        .find_map(|name| choice.pointer(name)?.as_str())
        .map_or(Choice::Free, Choice::Named)
}

/// What `response_format`, `guided_json` or `text.format` ask for.
fn wanted(input: &Value) -> Wanted<'_> {
    if let Some(schema) = input.get("guided_json").filter(|schema| schema.is_object()) {
        return Wanted::Fitting(schema);
    }
    let format = input
        .get("response_format")
        .or_else(|| input.pointer("/text/format"));
    let Some(format) = format else {
        return Wanted::Text;
    };
    match format.get("type").and_then(Value::as_str) {
        Some("json_object") => Wanted::Object,
        Some("json_schema") => {
            // Bare, in a wrapper with a name, or beside the type.
            let bare = format.get("json_schema").unwrap_or(format);
            let wrapped = bare.get("schema").filter(|schema| schema.is_object());
            match wrapped.or_else(|| format.get("json_schema")) {
                Some(schema) if schema.is_object() => Wanted::Fitting(schema),
                _ => Wanted::Object,
            }
        }
        _ => Wanted::Text,
    }
}

fn may_think(input: &Value) -> bool {
    let is_off = |pointer: &str| input.pointer(pointer) == Some(&Value::Bool(false));
    let effort = input.get("reasoning_effort");
    !is_off("/chat_template_kwargs/enable_thinking")
        && !is_off("/chat_template_kwargs/thinking")
        && !effort.is_some_and(|effort| effort.is_null() || effort == "none")
}
