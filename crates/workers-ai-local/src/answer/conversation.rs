//! Answers of text models: which dialect the document speaks, and the answer in that dialect.

use serde_json::Value;

use super::{
    Answer, Answered, Asked,
    chat::Frame,
    dice::Hash,
    native,
    reply::{self, Reply},
    request::{Form, Request},
    responses,
    usage::Used,
};
use crate::documents::{Model, Schema};

/// The ways text models speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `response`, `tool_calls`, `usage`.
    Native,
    /// `choices`, as in chat completions.
    Chat,
    /// `output`, as in the Responses API.
    Responses,
}

/// Whether a result of this schema is the answer of a text model.
pub(super) fn is_conversation(result: Schema<'_>) -> bool {
    flat(result).iter().any(|schema| {
        let says = |name: &str, what: &str| {
            let property = schema.property(name);
            property.is_some_and(|property| property.get("x-says").is_some_and(|says| says == what))
        };
        let is_plain = schema
            .property("response")
            .is_some_and(|response| response.allows("string"));
        (says("response", "text") && is_plain && schema.property("tool_calls").is_some())
            || says("choices", "first")
            || says("output", "part")
    })
}

/// Answers in the dialect of the model's document, or in the one that is asked for.
pub(super) fn answer(
    asked: &Asked<'_>,
    input: &Value,
    hash: Hash,
    dialect: Option<Dialect>,
) -> Answered {
    let model = asked.model;
    let request = Request::read(input, model);
    let own = of_document(model, request.form);
    let dialect = dialect.unwrap_or(own);
    let thinks = model.is_able("reasoning") && request.may_think;
    let answers = if dialect == Dialect::Chat {
        request.answers
    } else {
        1
    };
    let replies: Vec<Reply<'_>> = (0..answers)
        .map(|which| reply::compose(&request, hash, which, thinks))
        .collect();
    let used = Used {
        input_tokens: request.tokens,
        output_tokens: replies.iter().map(|reply| reply.tokens).sum(),
        reasoning_tokens: replies.iter().map(|reply| reply.reasoning_tokens).sum(),
        ..Used::default()
    };
    let neurons = used.neurons(model);
    let usage = usage(model, dialect, used, neurons);
    let marker = model.end_marker();
    let has_tools = model.is_able("function_calling");
    let answer = match (dialect, replies.first()) {
        (Dialect::Chat, _) => {
            let frame = Frame {
                model: model.id,
                form: request.form,
                hash,
                has_tail: own != Dialect::Native && has_native_event(model),
                marker,
            };
            if asked.stream {
                Answer::Events(frame.events(&replies, &usage, &used))
            } else {
                Answer::Result(frame.whole(&replies, &usage))
            }
        }
        (_, None) => Answer::Result(Value::Object(serde_json::Map::new())),
        (Dialect::Native, Some(reply)) if asked.stream => {
            Answer::Events(native::events(reply, &usage, has_tools, marker))
        }
        (Dialect::Native, Some(reply)) => Answer::Result(native::whole(reply, &usage, has_tools)),
        (Dialect::Responses, Some(reply)) if asked.stream => {
            Answer::Events(responses::events(reply, &usage, hash, marker))
        }
        (Dialect::Responses, Some(reply)) => Answer::Result(responses::whole(reply, &usage, hash)),
    };
    Answered { neurons, answer }
}

/// The dialect a request in this form is answered in.
///
/// The events decide, as answers of chat models may have the native members too.
fn of_document(model: &Model, form: Form) -> Dialect {
    if form == Form::Responses {
        return Dialect::Responses;
    }
    let event = model.event().or_else(|| model.result());
    let kinds = event.map(flat).unwrap_or_default();
    kinds
        .iter()
        .find_map(|schema| {
            if is_native(*schema) {
                Some(Dialect::Native)
            } else {
                schema.property("choices").map(|_| Dialect::Chat)
            }
        })
        .unwrap_or(Dialect::Native)
}

fn has_native_event(model: &Model) -> bool {
    let kinds = model.event().map(flat).unwrap_or_default();
    kinds.iter().copied().any(is_native)
}

/// An event of the Responses dialect can have a `response` too, but it is no text.
fn is_native(schema: Schema<'_>) -> bool {
    let response = schema.property("response");
    response.is_some_and(|response| response.get("x-says").is_some_and(|says| says == "text"))
}

/// The tokens as the document's own usage has them; as all dialects of that name have, otherwise.
fn usage(model: &Model, dialect: Dialect, used: Used, neurons: f64) -> Value {
    let mark = match dialect {
        Dialect::Native => "response",
        Dialect::Chat => "choices",
        Dialect::Responses => "output",
    };
    let kinds = model.result().map(flat).unwrap_or_default();
    let own = kinds.iter().find(|schema| schema.property(mark).is_some());
    match own.and_then(|schema| schema.property("usage")) {
        Some(schema) => used.value(schema, neurons),
        None => used.plain(dialect == Dialect::Responses),
    }
}

/// A schema's alternatives, and theirs; itself if it has none.
pub(super) fn flat(schema: Schema<'_>) -> Vec<Schema<'_>> {
    fn collect<'a>(schema: Schema<'a>, found: &mut Vec<Schema<'a>>, depth: usize) {
        let schema = schema.resolve();
        let mut alternatives = schema.alternatives().peekable();
        if alternatives.peek().is_none() || depth == 0 {
            found.push(schema);
            return;
        }
        for alternative in alternatives {
            collect(alternative, found, depth - 1);
        }
    }
    let mut found = Vec::new();
    collect(schema, &mut found, 4);
    found
}
