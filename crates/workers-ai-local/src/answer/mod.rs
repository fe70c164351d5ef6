//! What the stand-in answers: made up from the seed and the input, in the forms of the model's
//! document. The same input gets the same answer, streamed or not. A prompt that asks for a number
//! of words ("in 500 words") gets about as many, up to the limit of tokens.

mod chat;
mod conversation;
mod decisions;
mod dice;
mod fit;
mod flac;
mod frames;
mod made;
mod mp3;
mod native;
mod other;
mod picture;
mod prose;
mod ranking;
mod reply;
mod request;
mod responses;
mod silence;
mod sound;
mod tools;
mod transcript;
mod usage;
mod vectors;
mod verdict;
mod vision;
mod words;

use bytes::Bytes;
use serde_json::{Map, Value};

pub(crate) use conversation::Dialect;
use dice::Hash;

use crate::{documents::Model, fault::AnswerForm, object::put};

/// What was asked of which model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) model: &'a Model,
    pub(crate) input: Input<'a>,
    pub(crate) seed: u64,
    pub(crate) stream: bool,
    /// The form of a text model's answer, where it is not to be the document's own.
    pub(crate) form: Option<AnswerForm>,
}

impl<'a> Asked<'a> {
    /// For a whole answer in the form of the document.
    pub(crate) fn new(model: &'a Model, input: Input<'a>, seed: u64) -> Self {
        Asked {
            model,
            input,
            seed,
            stream: false,
            form: None,
        }
    }
}

/// An input, checked against its document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// Also what came as a form: text as strings and numbers, files as
    /// `{"content_type": …, "base64": …}`.
    Json(&'a Value),
    /// A raw body.
    Bytes {
        /// Its own type, such as `audio/wav`.
        content_type: &'a str,
        body: &'a [u8],
        /// What the query says about it.
        options: &'a Map<String, Value>,
    },
}

/// An answer and its cost.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) neurons: f64,
    pub(crate) answer: Answer,
}

/// An answer in the form it travels in.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// What stands under `result` in the envelope.
    Result(Value),
    /// What stands alone, without an envelope.
    Bare(Value),
    /// A picture or sound as it is.
    Bytes {
        content_type: &'static str,
        body: Bytes,
    },
    /// Whole events, the one that ends the stream included.
    Events(Vec<Bytes>),
}

/// Answers as the model's document says.
pub(crate) fn answer(asked: &Asked<'_>) -> Answered {
    let hash = hash(asked);
    let Some(result) = asked.model.result() else {
        return other::media(asked, hash);
    };
    if let Input::Json(input) = asked.input {
        if let Some(shapes) = conversation::Shapes::of(result) {
            return shapes.answer(asked, input, hash, None);
        }
        if let Some(shapes) = vectors::Shapes::of(result) {
            return shapes.answer(asked, input);
        }
    }
    other::answer(asked, result, hash)
}

/// Answers a text model's request in this dialect, whatever its document says, for endpoints that
/// speak one dialect for all models. What comes as a whole is [`Answer::Bare`].
pub(crate) fn answer_in(dialect: Dialect, asked: &Asked<'_>) -> Option<Answered> {
    let Input::Json(input) = asked.input else {
        return None;
    };
    let shapes = conversation::Shapes::of(asked.model.result()?)?;
    let mut answered = shapes.answer(asked, input, hash(asked), Some(dialect));
    if let Answer::Result(mut value) = answered.answer {
        // Clients of these endpoints look for it in every dialect.
        put(&mut value, "model", asked.model.id);
        answered.answer = Answer::Bare(value);
    }
    Some(answered)
}

fn hash(asked: &Asked<'_>) -> Hash {
    let hash = Hash::new(asked.seed).text(asked.model.id);
    match asked.input {
        Input::Json(input) => hash.input(input),
        Input::Bytes { body, .. } => hash.bytes(body),
    }
}

#[cfg(test)]
mod tests;
