//! Answers of everything but text models and embeddings: media, and shapes told apart by their members.

use base64::{Engine as _, engine::general_purpose};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Answer, Answered, Asked, Input, conversation, decisions,
    dice::Hash,
    fit::Known,
    made::made,
    picture::{self, Format},
    sound, transcript,
    usage::Used,
    verdict, vision, words,
};
use crate::documents::Schema;

/// Answers in JSON of this shape.
pub(super) fn answer(asked: &Asked<'_>, result: Schema<'_>, hash: Hash) -> Answered {
    let input = match asked.input {
        Input::Json(input) => input,
        Input::Bytes { .. } => &Value::Null,
    };
    let whole = |value: Value, used: Used| Answered {
        neurons: used.neurons(asked.model),
        answer: Answer::Result(value),
    };
    let shapes = conversation::flat(result);
    let Some(shape) = shapes.iter().copied().find(|shape| !is_queued(*shape)) else {
        return whole(json!({}), Used::default());
    };
    let has = |name: &str| shape.property(name).is_some();
    let is_base64 = |name: &str| {
        let property = shape.property(name);
        property.is_some_and(|property| property.get("contentEncoding").is_some())
    };
    let text = text(input);
    let used = Used {
        input_tokens: words::count(&text),
        ..Used::default()
    };

    if let Some(has_boxes) = shape
        .child("items")
        .and_then(|item| vision::of_list(item.resolve()))
    {
        if has_boxes {
            return whole(vision::boxes(&file(asked, "image"), hash), used);
        }
        let is_text = input.get("text").is_some();
        let classes = if is_text {
            verdict::sentiment(&text, hash)
        } else {
            vision::classes(hash)
        };
        return whole(classes, used);
    }
    if is_base64("image") {
        let (file, neurons) = picture::file(asked, input, hash, Format::Jpeg);
        let image = general_purpose::STANDARD.encode(file);
        return Answered {
            neurons,
            answer: Answer::Result(json!({"image": image})),
        };
    }
    if is_base64("audio") {
        let sound = sound::wave(&text, hash);
        let used = of_sound(&text, &sound);
        let audio = general_purpose::STANDARD.encode(&sound.body);
        return whole(json!({"audio": audio}), used);
    }
    if vision::is_about_picture(result) {
        return vision::answer(asked, input, shape, hash);
    }
    if has("answers")
        || has("response")
        || has("summary")
        || has("translated_text")
        || has("translations")
    {
        return of_text(asked, input, shape, hash);
    }
    let kind = match asked.input {
        Input::Bytes { content_type, .. } => content_type,
        Input::Json(_) => input
            .get("encoding")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    };
    transcript::answer(asked, &file(asked, "audio"), kind, shape, hash)
}

/// Answers with a file of the declared type.
pub(super) fn media(asked: &Asked<'_>, hash: Hash) -> Answered {
    let Input::Json(input) = asked.input else {
        return Answered {
            neurons: 0.0,
            answer: Answer::Result(json!({})),
        };
    };
    let mut declared = asked.model.answers().map(|(content_type, _)| content_type);
    if let Some(content_type) = declared.find(|declared| declared.starts_with("image/")) {
        let format = Format::of(content_type);
        let (body, neurons) = picture::file(asked, input, hash, format);
        let content_type = format.content_type();
        return Answered {
            neurons,
            answer: Answer::Bytes { content_type, body },
        };
    }
    let text = text(input);
    let sound = sound::spoken(&text, input, hash);
    let neurons = of_sound(&text, &sound).neurons(asked.model);
    let answer = Answer::Bytes {
        content_type: sound.content_type,
        body: sound.body,
    };
    Answered { neurons, answer }
}

/// Decisions, verdicts, translations and summaries.
fn of_text(asked: &Asked<'_>, input: &Value, shape: Schema<'_>, hash: Hash) -> Answered {
    let text = text(input);
    let option = |name: &str| input.get(name).and_then(Value::as_str);
    let target = option("target_lang")
        .or(option("target_language"))
        .unwrap_or("en");
    let translated = |text: &str| Value::String(format!("[{target}] {text}"));
    let wants_object = input
        .pointer("/response_format/type")
        .is_some_and(|kind| kind == "json_object");
    let questions = input
        .get("questions")
        .map_or(String::new(), Value::to_string);
    let used = Used {
        input_tokens: words::count(&text) + words::count(&questions),
        output_tokens: if shape.property("answers").is_some() {
            0
        } else {
            words::count(&text)
        },
        ..Used::default()
    };
    let neurons = used.neurons(asked.model);
    let known = |name: &str, schema: Schema<'_>| {
        let value = match name {
            "translated_text" => translated(&text),
            "translations" => texts(input).into_iter().map(translated).collect(),
            "summary" => summary(&text, input.get("max_length")).into(),
            "response" => verdict::safety(&text, wants_object),
            "answers" => decisions::answers(&text, input.get("questions"), hash),
            "model" => input
                .get("model")
                .cloned()
                .unwrap_or_else(|| asked.model.id.into()),
            "usage" => used.value(schema, neurons),
            _ => return Known::Fitting,
        };
        Known::Value(value)
    };
    let result = made(shape, &known, &["text"], hash);
    Answered {
        neurons,
        answer: Answer::Result(result),
    }
}

/// The first sentences, up to this many tokens.
fn summary(text: &str, most: Option<&Value>) -> String {
    let most = most.and_then(Value::as_u64).unwrap_or(1024);
    let sentences: Vec<&str> = text.split_inclusive(['.', '!', '?']).collect();
    let kept = sentences.len().div_ceil(3);
    let summary: String = sentences.into_iter().take(kept).collect();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    words::tokens(summary.trim()).take(most).collect()
}

/// All that an input says in words.
fn text(input: &Value) -> String {
    let messages = input.get("messages").and_then(Value::as_array);
    let said = messages
        .into_iter()
        .flatten()
        .filter_map(|message| message.get("content")?.as_str());
    let state = input.get("state").map(|state| match state {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let plain = ["text", "prompt", "input_text"]
        .iter()
        .filter_map(|name| input.get(name));
    let plain = plain.flat_map(several).filter_map(Value::as_str);
    let mut all: Vec<&str> = plain.chain(said).collect();
    all.extend(state.as_deref());
    all.join("\n")
}

fn texts(input: &Value) -> Vec<&str> {
    let texts = input.get("text").map(several).unwrap_or_default();
    texts.iter().filter_map(Value::as_str).collect()
}

/// A list, or a single value as a list.
fn several(value: &Value) -> &[Value] {
    match value {
        Value::Array(several) => several,
        one => std::slice::from_ref(one),
    }
}

fn of_sound(text: &str, sound: &sound::Sound) -> Used {
    let characters = text.chars().count() as u64;
    Used {
        characters,
        audio_seconds: sound.seconds,
        ..Used::default()
    }
}

/// Whether a shape only says that a request was put into the queue.
fn is_queued(shape: Schema<'_>) -> bool {
    matches!(shape.properties().as_slice(), [("request_id", _)])
}

/// The file an input carries: as the body, as numbers, or as base64, also in a `data:` URL.
fn file(asked: &Asked<'_>, name: &str) -> Bytes {
    let input = match asked.input {
        Input::Bytes { body, .. } => return Bytes::copy_from_slice(body),
        Input::Json(input) => input,
    };
    let decoded = |text: &str| {
        let text = text.split_once(";base64,").map_or(text, |(_, text)| text);
        general_purpose::STANDARD.decode(text).unwrap_or_default()
    };
    let file = match input.get(name) {
        Some(Value::String(text)) => decoded(text),
        Some(Value::Array(numbers)) => {
            let byte = |number: &Value| u8::try_from(number.as_u64()?).ok();
            numbers.iter().filter_map(byte).collect()
        }
        Some(file) => file
            .get("base64")
            .and_then(Value::as_str)
            .map(decoded)
            .unwrap_or_default(),
        None => Vec::new(),
    };
    Bytes::from(file)
}
