//! Pages nobody here has seen: every one becomes a document that checks, generates and compiles.

use serde_json::json;
use workers_ai_models::{Batch, Batched, Model, ModelInput, Payload, Streaming};
use workers_ai_schema::check;

use crate::{
    compiled::{
        CfExampleForm, CopiesOne, CopiesOneInput, NoOutput, NoSchema, OpenStream, UntitledUnions,
    },
    support::{Scratch, fresh, imported, page, pages, schema, source},
};

#[test]
fn odd_pages_become_documents_without_faults() {
    let import = fresh(&pages());
    assert_eq!(import.added.len(), pages().len());
    let scratch = Scratch::new(&import.directory);
    assert_eq!(check(&scratch.0), Ok(pages().len()));
}

#[test]
fn what_was_odd_is_told() {
    let import = fresh(&pages());
    let notes = import.notes.iter().map(ToString::to_string);
    let notes: Vec<String> = notes
        .filter(|note| note.starts_with("odd-references.json#"))
        .collect();
    let input = "odd-references.json#/schema/input/properties";
    let told = [
        "odd-references.json#: an example is wrong, left out: it is no string".to_owned(),
        format!("{input}/named/x-name: no name for a type, left out"),
        format!("{input}/ring/$ref: leads back to itself and to nothing else, taken as any value"),
        "odd-references.json#/schema/output/contentType: no media type, left out".to_owned(),
    ];
    assert_eq!(notes, told);
}

#[test]
fn importing_twice_changes_nothing() {
    let first = fresh(&pages());
    let second = imported(&first.directory, &pages());
    assert!(second.files.is_empty(), "{:?}", second.files.keys());
    assert_eq!(second.unchanged.len(), pages().len());
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let mut backwards = pages();
    backwards.reverse();
    assert_eq!(fresh(&backwards).files, fresh(&pages()).files);
}

#[test]
fn types_of_odd_pages_are_usable() {
    let input = UntitledUnions::question("Why?").depth(3);
    assert!(input.validate().is_ok() && input.clone().depth(10).validate().is_err());
    let body = UntitledUnions::encode(&input.into()).expect("an input");
    assert_eq!(
        body,
        Payload::Json(br#"{"question":"Why?","depth":3}"#.to_vec())
    );
    let answer: <UntitledUnions as Model>::Output =
        serde_json::from_str(r#"{"response": null, "usage": {"total_tokens": 3}}"#)
            .expect("an answer");
    assert_eq!(answer.response, None);

    let input = <OpenStream as Model>::Input::new(b"RIFF".to_vec(), "en").speed(1.5);
    let body = OpenStream::encode(&input).expect("an input");
    assert!(matches!(body, Payload::Raw(_)), "{body:?}");
    assert!(NoSchema::encode(&json!({"any": "thing"})).is_ok());
    assert_eq!(NoOutput::ID, "@cf/example/no-output");
    assert_eq!(retired(), Some("2026-02-03"));
    assert_eq!(CfExampleForm::ID, "@cf/example/form");
}

#[expect(deprecated, reason = "its page says that it is withdrawn")]
fn retired() -> Option<&'static str> {
    crate::compiled::OldDrafts::INFO.retired
}

#[test]
fn streams_and_batches_are_found() {
    fn streams<M: Streaming>() {}
    fn queues<M: Batched>(batch: &Batch<M>) -> usize {
        batch.requests.len()
    }
    streams::<UntitledUnions>();
    let requests = ["One", "Two"].map(|text| CopiesOneInput::from(CopiesOne::prompt(text)));
    let batch: Batch<CopiesOne> = Batch::new(requests);
    assert_eq!(queues(&batch), 2);
}

#[test]
fn what_repeats_becomes_a_component() {
    let import = fresh(&pages());
    let shared = import
        .directory
        .get("components/text-generation.json")
        .expect("shared shapes");
    let names: Vec<&String> = shared["components"]["schemas"]
        .as_object()
        .expect("names")
        .keys()
        .collect();
    assert!(
        names.iter().any(|name| *name == "TextGenerationInput"),
        "{names:?}"
    );
    let one = schema(&import.directory, "copies-one", false);
    let other = schema(&import.directory, "copies-two", false);
    assert!(one.get("$ref").is_some() && one == other, "{one}");
}

/// What one model takes is one request of another's batch, and that other's input stands in an alternative too.
#[test]
fn batches_stay_where_they_are_read() {
    let text = json!({"type": "string"});
    let prompt = json!({"type": "object", "required": ["prompt"], "properties": {"prompt": text, "seed": {"type": "integer"}}});
    let messages = json!({"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array", "items": text}, "seed": {"type": "integer"}}});
    let plain = json!({"oneOf": [prompt, messages]});
    let batch = json!({"type": "object", "required": ["requests"], "properties": {"requests": {"type": "array", "items": plain}}});
    let queued = json!({"oneOf": [prompt, messages, batch]});
    let nested =
        json!({"oneOf": [queued, {"type": "object", "properties": {"image": text, "mask": text}}]});
    let answer = json!({"type": "object", "properties": {"response": text}});
    let inputs = [
        ("a", &plain),
        ("b", &plain),
        ("c", &queued),
        ("d", &queued),
        ("e", &nested),
    ];
    let import = fresh(&inputs.map(|(name, input)| page(name, input, &answer)));
    let scratch = Scratch::new(&import.directory);
    assert_eq!(check(&scratch.0), Ok(5));
}

#[test]
fn pages_of_the_catalogue_say_the_id_beside_the_name() {
    let parrot = json!({
        "model_id": "@cf/example/parrot", "name": "Parrot [small]", "task": "Text-to-Speech",
        "context_length": 512, "terms": "https://example.com/terms", "supports_async": true,
    });
    let other = json!({"model_id": "example/crow", "name": "Crow", "task": "Text-to-Speech"});
    let listed =
        |models: &serde_json::Value| source("all.json", json!({"models": models}).to_string());
    let list = fresh(&[listed(&json!([parrot, other]))]);
    let by_name = fresh(&[listed(&json!({"parrot": parrot, "crow": other}))]);
    let alone = fresh(&[
        source("a.json", parrot.to_string()),
        source("b.json", other.to_string()),
    ]);
    for import in [list, by_name, alone] {
        assert_eq!(import.added, ["@cf/example/parrot"]);
        let facts = &import
            .directory
            .get("models/cf/example/parrot.json")
            .expect("a document")["x-model"];
        assert_eq!(facts["context_window"], 512);
        assert_eq!(facts["terms"], "https://example.com/terms");
        assert_eq!(facts["abilities"], json!(["async_queue"]));
        let left_out = |note: &workers_ai_schema::Note| {
            note.message == "`example/crow` is run by somebody else, left out"
        };
        assert!(import.notes.iter().any(left_out), "{:?}", import.notes);
    }
}

#[test]
fn how_much_a_model_may_reason_is_a_fact() {
    let reasoning = |value: serde_json::Value| {
        let mut page = page("thinker", &json!({}), &json!({}));
        let list = json!([{"property_id": "reasoning_effort", "value": value}]);
        page.text = page
            .text
            .replace("\"properties\":[]", &format!("\"properties\":{list}"));
        let import = fresh(&[page]);
        let document = import.directory.get("models/cf/example/thinker.json");
        (
            document.expect("a document")["x-model"]["reasoning"].clone(),
            import.notes.len(),
        )
    };
    let given = json!({
        "supported_efforts": ["much", "little"], "default_effort": "little", "default_enabled": true,
        "mandatory": false, "normalizes_to": {"null": "little", "some": "little"},
    });
    let wanted = json!({
        "efforts": ["much", "little"], "default": "little", "mandatory": false,
        "aliases": {"some": "little"},
    });
    assert_eq!(reasoning(given), (wanted, 0));
    let none = json!({"supported_efforts": [], "mandatory": true});
    assert_eq!(reasoning(none), (json!({"mandatory": true}), 0));
    let wrong = json!({"supported_efforts": "much"});
    assert_eq!(reasoning(wrong), (serde_json::Value::Null, 1));
}

/// A component's file is called after the task, which may have no letter that a file name can have.
#[test]
fn a_task_may_have_any_name() {
    let parts =
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
    let pages = ["one", "two"].map(|name| {
        let mut page = page(name, &parts, &parts);
        page.text = page.text.replace("Text Generation", "翻訳");
        page
    });
    let import = fresh(&pages);
    assert!(import.directory.get("components/shared.json").is_some());
    let scratch = Scratch::new(&import.directory);
    assert_eq!(check(&scratch.0), Ok(2));
}

#[test]
fn a_large_page_is_read() {
    let fields: serde_json::Map<String, serde_json::Value> = (0..2_000)
        .map(|number| {
            let field = json!({"type": "string", "description": "Some words that say what it is. ".repeat(4)});
            (format!("field_{number}"), field)
        })
        .collect();
    let large = page(
        "large",
        &json!({"type": "object", "properties": fields}),
        &json!({}),
    );
    assert!(large.text.len() > 300_000);
    assert_eq!(fresh(&[large]).added, ["@cf/example/large"]);
}
