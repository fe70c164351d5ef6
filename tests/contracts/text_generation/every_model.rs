//! What every model keeps, of whatever dialect its document speaks.

use serde_json::Value;
use workers_ai_models::Task;

use crate::{
    Faults,
    documents::{DOCUMENTS, Document},
    lost,
    models::{ALL, STREAMING},
    samples::properties,
    wire::{
        Case, chat_answers, chat_events, native_answers, native_events, strange_events,
        text_completions,
    },
};

/// The models that answer with text; decisions and verdicts are something else.
fn writers() -> impl Iterator<Item = &'static Document> {
    let others = ["@cf/meta/llama-guard-3-8b"];
    let writers = DOCUMENTS.iter().filter(move |document| {
        let known = ALL.iter().find(|entry| entry.id == document.id);
        let writes = known.is_some_and(|entry| entry.info.task == Task::TextGeneration);
        writes && !document.id.contains("/clef") && !others.contains(&document.id.as_str())
    });
    writers.inspect(|document| assert!(!document.answers().is_empty(), "{}", document.id))
}

/// Whether a model's document has `response` in its answers.
fn is_native(document: &Document) -> bool {
    let has = |schema: &&'static Value| properties(schema).contains(&"response");
    document.answers().iter().any(has)
}

fn expect_answers_kept<'d>(documents: impl Iterator<Item = &'d Document>, cases: &[Case]) -> usize {
    let mut faults = Faults::default();
    let mut models = 0;
    for document in documents {
        models += 1;
        let entry = crate::models::entry(&document.id);
        for (name, body) in cases {
            match (entry.answer)(body) {
                Ok(kept) => {
                    let lost = lost(&kept, &known(body));
                    faults.unless(lost.is_none(), || {
                        format!("{}, {name}: {lost:?}", document.id)
                    });
                }
                Err(error) => faults.add(format!("{}, {name}: refused, {error}", document.id)),
            }
        }
    }
    faults.settle();
    models
}

/// The body without the members that no document and no correction names.
fn known(body: &Value) -> Value {
    const UNKNOWN: [&str; 2] = ["token_ids", "prompt_token_ids"];
    match body {
        Value::Object(members) => {
            let members = members
                .iter()
                .filter(|(name, _)| !UNKNOWN.contains(&name.as_str()));
            members
                .map(|(name, member)| (name.clone(), known(member)))
                .collect()
        }
        Value::Array(items) => items.iter().map(known).collect(),
        value => value.clone(),
    }
}

#[test]
fn native_models_keep_every_native_answer() {
    let models = expect_answers_kept(writers().filter(|one| is_native(one)), &native_answers());
    assert!(models >= 50, "only {models} native models");
}

#[test]
fn every_model_keeps_every_chat_answer_whatever_its_document_says() {
    let models = expect_answers_kept(writers(), &chat_answers());
    assert!(models >= 68, "only {models} models");
}

#[test]
fn every_model_keeps_text_completions_which_answer_a_prompt() {
    expect_answers_kept(writers(), &text_completions());
}

fn expect_events_kept(of: impl Fn(&Document) -> bool, cases: &[Case]) -> usize {
    let mut faults = Faults::default();
    let mut models = 0;
    for document in writers().filter(|document| of(document)) {
        let Some(model) = STREAMING.iter().find(|model| model.id == document.id) else {
            continue;
        };
        models += 1;
        for (name, body) in cases {
            match (model.event)(body) {
                Ok(kept) => {
                    let lost = lost(&kept, &known(body));
                    faults.unless(lost.is_none(), || format!("{}, {name}: {lost:?}", model.id));
                }
                Err(error) => faults.add(format!("{}, {name}: refused, {error}", model.id)),
            }
        }
    }
    faults.settle();
    models
}

#[test]
fn every_stream_keeps_native_events_which_end_chat_streams_too() {
    let models = expect_events_kept(|_| true, &native_events());
    assert!(models >= 65, "only {models} models stream");
}

#[test]
fn every_stream_keeps_chat_events() {
    expect_events_kept(|_| true, &chat_events());
}

#[test]
fn events_of_other_dialects_are_kept_as_they_came_or_at_least_do_no_harm() {
    expect_events_kept(|document| !is_native(document), &strange_events());
    for model in STREAMING {
        for (name, body) in strange_events() {
            let read = (model.event)(&body);
            assert!(read.is_ok(), "{}, {name}: {read:?}", model.id);
        }
    }
}
