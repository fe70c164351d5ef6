//! Which tool is called, and with which arguments.

use serde_json::{Map, Value};

use super::{
    dice::Dice,
    fit,
    request::{Choice, Request},
    words,
};

/// A function the model may call, whichever way it was described.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool<'a> {
    pub(super) name: &'a str,
    description: &'a str,
    parameters: Option<&'a Value>,
    /// Whether it takes plain text instead of arguments.
    pub(super) is_custom: bool,
}

/// A tool and what it is called with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    /// Arguments by name; text for a custom tool.
    pub(super) arguments: Value,
    pub(super) is_custom: bool,
}

impl<'a> Tool<'a> {
    /// Flat, or inside `function` or `custom`.
    pub(super) fn read(tool: &'a Value) -> Option<Self> {
        let custom = tool.get("custom");
        let inner = tool.get("function").or(custom).unwrap_or(tool);
        let text = |name: &str| inner.get(name).and_then(Value::as_str);
        Some(Tool {
            name: text("name")?,
            description: text("description").unwrap_or_default(),
            parameters: inner
                .get("parameters")
                .filter(|parameters| parameters.is_object()),
            is_custom: custom.is_some(),
        })
    }

    /// How many words of the question the tool shares.
    fn shared(&self, question: &[&str]) -> usize {
        let parts = |text: &'a str| text.split(|next: char| !next.is_alphanumeric());
        let own: Vec<&str> = parts(self.name).chain(parts(self.description)).collect();
        let is_own = |word: &&&str| own.iter().any(|own| own.eq_ignore_ascii_case(word));
        question.iter().filter(is_own).count()
    }
}

impl Call<'_> {
    /// The arguments as JSON text, or the text of a custom tool.
    pub(super) fn arguments_text(&self) -> String {
        match &self.arguments {
            Value::String(text) => text.clone(),
            arguments => arguments.to_string(),
        }
    }
}

/// The call that answers a request: of the named tool, or else of the one closest to the question.
pub(super) fn call<'a>(request: &Request<'a>, dice: Dice) -> Option<Call<'a>> {
    let about = words::subjects(&request.question);
    let tool = match request.choice {
        Choice::Named(name) => request.tools.iter().find(|tool| tool.name == name)?,
        // The first of equals: the last one of the reversed list.
        _ => request
            .tools
            .iter()
            .rev()
            .max_by_key(|tool| tool.shared(&about))?,
    };
    let arguments = if tool.is_custom {
        Value::String(about.join(" "))
    } else {
        let telling = words::telling(&request.question, &about);
        tool.parameters.map_or_else(
            || Value::Object(Map::new()),
            |parameters| fit::fitting(parameters, &telling, dice),
        )
    };
    Some(Call {
        name: tool.name,
        arguments,
        is_custom: tool.is_custom,
    })
}
