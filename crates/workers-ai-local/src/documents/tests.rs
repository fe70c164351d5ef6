//! The embedded documents, as a whole.

use serde_json::Value;

use super::{Documents, Model, TEXT};

#[test]
fn every_line_is_a_document() {
    let documents = Documents::embedded();
    assert_eq!(documents.files.len(), TEXT.lines().count());
    for file in &documents.files {
        assert!(file.value().is_object(), "{}", file.path);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(documents: &Documents, value: &Value, count: &mut usize) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(documents.node(reference).is_some(), "{reference}");
            *count += 1;
        }
        match value {
            Value::Object(members) => members
                .values()
                .for_each(|value| walk(documents, value, count)),
            Value::Array(items) => items.iter().for_each(|value| walk(documents, value, count)),
            _ => {}
        }
    }
    let documents = Documents::embedded();
    let mut count = 0;
    for file in &documents.files {
        walk(documents, file.value(), &mut count);
    }
    assert!(count > 1_000, "{count} references");
}

#[test]
fn models_are_found_by_their_ids() {
    let documents = Documents::embedded();
    let ids: Vec<&str> = documents.models().map(|model| model.id).collect();
    assert_eq!(ids.len(), 112);
    for id in ids {
        assert_eq!(documents.model(id).map(|model| model.id), Some(id));
    }
    for id in [
        "",
        "@",
        "@cf",
        "cf/meta/llama-3.1-8b-instruct-fp8",
        "@cf/../../components/chat",
    ] {
        assert!(documents.model(id).is_none(), "{id}");
    }
}

#[test]
fn every_model_takes_and_gives_something() {
    for model in Documents::embedded().models() {
        assert!(model.fact("task").is_some(), "{}", model.id);
        assert!(model.inputs().count() > 0, "{}", model.id);
        assert!(model.answers().count() > 0, "{}", model.id);
    }
}

#[test]
fn types_stand_for_their_families() {
    let nova = Documents::embedded()
        .model("@cf/deepgram/nova-3")
        .expect("a model");
    assert!(nova.input("audio/wav").is_some());
    assert!(nova.input("image/png").is_none());
    // This one exists in Workers only.
    assert!(nova.input("application/json").is_none());
    let names: Vec<&str> = nova.options().map(|(name, _)| name).collect();
    assert!(names.contains(&"language") && !names.contains(&"account_id"));
}

#[test]
fn properties_of_parts_belong_to_the_whole() {
    let model = Documents::embedded()
        .model("@cf/openai/gpt-oss-120b")
        .expect("a model");
    let input = model.input("application/json").expect("an input");
    let messages = input
        .alternatives()
        .find(|branch| branch.property("messages").is_some())
        .expect("messages");
    assert!(messages.property("reasoning_effort").is_some());
    assert!(messages.required().contains(&"messages"));
    let names: Vec<&str> = messages
        .properties()
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert!(names.contains(&"messages") && names.contains(&"chat_template_kwargs"));
    assert_eq!(Model::schema(&Value::Bool(true)).properties().len(), 0);
}
