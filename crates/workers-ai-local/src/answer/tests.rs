//! Every model answers in the forms of its document, and the same thing each time.

mod calls;
mod fitting;
mod inputs;
mod media;
mod shapes;
mod text;
mod transcripts;

use serde_json::Value;

use super::*;
use crate::{check::check, documents::Documents};

const NATIVE: &str = "@cf/meta/llama-3.1-8b-instruct-fp8";
const NATIVE_TOOLS: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const CHAT: &str = "@cf/zai-org/glm-5.2";
const RESPONSES: &str = "@cf/openai/gpt-oss-120b";

fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The pieces at `pointer`, put together; a piece may be a JSON value.
fn joined(events: &[Value], pointer: &str) -> String {
    let piece = |event: &Value| match event.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    events.iter().map(piece).collect()
}

/// Asks a model and hands out the answer.
fn ask_bytes(id: &str, input: Input<'_>, stream: bool) -> Answer {
    let documents = Documents::embedded();
    let model = documents.model(id).expect("the model is in the documents");
    answer(&Asked {
        stream,
        ..Asked::new(model, input, 7)
    })
    .answer
}

fn ask(id: &str, input: &Value) -> Value {
    match ask_bytes(id, Input::Json(input), false) {
        Answer::Result(value) => value,
        other => panic!("{id} answers {other:?}"),
    }
}

/// The data of every event but the marker.
fn stream(id: &str, input: &Value) -> Vec<Value> {
    match ask_bytes(id, Input::Json(input), true) {
        Answer::Events(events) => data(&events),
        other => panic!("{id} answers {other:?}"),
    }
}

fn data(events: &[Bytes]) -> Vec<Value> {
    let (last, events) = events.split_last().expect("a stream has a marker");
    assert_eq!(&last[..], b"data: [DONE]\n\n");
    let one = |event: &Bytes| {
        let text = std::str::from_utf8(event).expect("events are text");
        let text = text
            .strip_prefix("data: ")
            .and_then(|text| text.strip_suffix("\n\n"));
        serde_json::from_str(text.expect("one frame")).expect("one value")
    };
    events.iter().map(one).collect()
}

#[test]
fn every_model_answers_as_its_document_says() {
    let documents = Documents::embedded();
    let mut faults = Vec::new();
    let mut asked = 0;
    for model in documents.models() {
        for sent in inputs::of(model) {
            asked += 1;
            let answered = || {
                let input = sent.as_input();
                answer(&Asked::new(model, input, 7))
            };
            let (first, again) = (answered(), answered());
            assert_eq!(format!("{first:?}"), format!("{again:?}"), "{}", model.id);
            assert!(first.neurons >= 0.0, "{}", model.id);
            match first.answer {
                Answer::Result(value) => {
                    let schema = model.result().expect("a result has a schema");
                    let found = check(schema, &value).err();
                    faults.extend(found.map(|found| format!("{}: {found:?} in {value}", model.id)));
                    let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
                    assert!(!is_empty, "{} says nothing", model.id);
                }
                Answer::Bytes { content_type, body } => {
                    let is_declared = model
                        .answers()
                        .any(|(declared, _)| declared == content_type);
                    assert!(
                        is_declared && !body.is_empty(),
                        "{}: {content_type}",
                        model.id
                    );
                }
                other => panic!("{} answers {other:?}", model.id),
            }
        }
    }
    assert_eq!(documents.models().count(), 112);
    assert!(asked > 112, "{asked}");
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_event_is_as_its_document_says() {
    let documents = Documents::embedded();
    let mut faults = Vec::new();
    let mut streams = 0;
    for model in documents.models().filter(|model| model.event().is_some()) {
        for sent in inputs::of(model) {
            let input = sent.as_input();
            let answer = answer(&Asked {
                stream: true,
                ..Asked::new(model, input, 7)
            })
            .answer;
            let Answer::Events(events) = answer else {
                panic!("{} answers {answer:?}", model.id);
            };
            streams += 1;
            let schema = model.event().expect("it streams");
            let data = data(&events);
            assert!(data.len() > 2, "{}", model.id);
            for event in data {
                let found = check(schema, &event).err();
                faults.extend(found.map(|found| format!("{}: {found:?} in {event}", model.id)));
            }
        }
    }
    assert!(streams > 60, "{streams}");
    faults.truncate(10);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
