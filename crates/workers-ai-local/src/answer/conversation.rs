//! Answers of text models: which dialect the document speaks, and the answer in that dialect.

use serde_json::Value;

use super::{
    Answer, Answered, Asked,
    chat::Frame,
    dice::Hash,
    native::{self, Writing},
    reply::{self, Reply},
    request::{Form, Request},
    responses,
    usage::Used,
};
use crate::{
    documents::{Model, Schema},
    fault::AnswerForm,
};

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

/// The shapes the answer of a text model can have.
pub(super) struct Shapes<'a>(Vec<Schema<'a>>);

impl<'a> Shapes<'a> {
    /// If the result is the answer of a text model.
    pub(super) fn of(result: Schema<'a>) -> Option<Self> {
        let shapes = flat(result);
        shapes.iter().any(is_text).then_some(Shapes(shapes))
    }

    /// Answers in the dialect of the model's document, or in the one that is asked for.
    pub(super) fn answer(
        &self,
        asked: &Asked<'_>,
        input: &Value,
        hash: Hash,
        dialect: Option<Dialect>,
    ) -> Answered {
        let model = asked.model;
        let request = Request::read(input, model);
        let own = of_document(model, request.form);
        let is_asked = dialect.is_some();
        let dialect = dialect.unwrap_or(match asked.form {
            None => own,
            Some(AnswerForm::Native) => Dialect::Native,
            Some(AnswerForm::Chat | AnswerForm::Both) => Dialect::Chat,
        });
        let is_double = !is_asked && asked.form == Some(AnswerForm::Both);
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
        let usage = self.usage(dialect, used, neurons);
        let marker = model.end_marker();
        let has_tools = model.is_able("function_calling");
        let writing = Writing::of(model.result());
        let answer = match (dialect, replies.first()) {
            (Dialect::Chat, _) => {
                let frame = Frame {
                    model: model.id,
                    form: request.form,
                    hash,
                    has_tail: !is_asked
                        && (is_double || own != Dialect::Native)
                        && has_event(model, is_native),
                    is_padded: !is_asked && has_event(model, is_padded_chunk),
                    beside: is_double.then_some(writing),
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
            (Dialect::Native, Some(reply)) => {
                Answer::Result(native::whole(reply, &usage, has_tools, writing))
            }
            (Dialect::Responses, Some(reply)) if asked.stream => {
                Answer::Events(responses::events(reply, &usage, hash, marker))
            }
            (Dialect::Responses, Some(reply)) => {
                Answer::Result(responses::whole(reply, &usage, hash))
            }
        };
        Answered { neurons, answer }
    }

    /// The tokens as the document's own usage has them; as all dialects of that name have, otherwise.
    fn usage(&self, dialect: Dialect, used: Used, neurons: f64) -> Value {
        let mark = match dialect {
            Dialect::Native => "response",
            Dialect::Chat => "choices",
            Dialect::Responses => "output",
        };
        let mut shapes = self.0.iter();
        let own = shapes.find(|shape| shape.property(mark).is_some());
        match own.and_then(|shape| shape.property("usage")) {
            Some(schema) => used.value(schema, neurons),
            None => used.plain(dialect == Dialect::Responses),
        }
    }
}

/// Whether the marks of a shape are those of a text model's answer.
fn is_text(shape: &Schema<'_>) -> bool {
    let says = |name: &str, what: &str| {
        let property = shape.property(name);
        property.is_some_and(|property| property.get("x-says").is_some_and(|says| says == what))
    };
    let takes_text = |response: Schema<'_>| response.allows("string");
    let is_plain = || shape.property("response").is_some_and(takes_text);
    let is_native =
        says("response", "text") && is_plain() && shape.property("tool_calls").is_some();
    is_native || says("choices", "first") || says("output", "part")
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

fn has_event(model: &Model, is_it: fn(Schema<'_>) -> bool) -> bool {
    let kinds = model.event().map(flat).unwrap_or_default();
    kinds.iter().copied().any(is_it)
}

fn is_padded_chunk(schema: Schema<'_>) -> bool {
    schema.property("choices").is_some() && schema.property("p").is_some()
}

/// An event of the Responses dialect can have a `response` too, but it is no text.
fn is_native(schema: Schema<'_>) -> bool {
    let response = schema.property("response");
    response.is_some_and(|response| response.get("x-says").is_some_and(|says| says == "text"))
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
