//! The whole `OpenAPI` document: one operation for each model, unions flattened, answers not described.

use std::{fs, time::Instant};

use serde_json::{Value, json};
use workers_ai_schema::check;

use crate::support::{Scratch, corpus, fresh, imported, schema, source};

fn operation(body: &Value, answers: &[&str]) -> Value {
    let content: serde_json::Map<String, Value> = answers
        .iter()
        .map(|kind| ((*kind).to_owned(), json!({"schema": {"type": "object"}})))
        .collect();
    json!({"post": {
        "tags": ["Workers AI Text To Speech"],
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "Object.", "content": content}},
    }})
}

fn document(paths: &Value) -> workers_ai_schema::Source {
    source(
        "openapi.json",
        json!({"openapi": "3.0.3", "paths": paths}).to_string(),
    )
}

#[test]
fn operations_become_documents_and_duplicates_are_left_out() {
    let body = json!({"type": "object", "properties": {"text": {"type": "string", "items": {"type": "string"}}}});
    let paths = json!({
        "/accounts/{account_id}/ai/run/@cf/example/speaker": operation(&body, &["application/json", "text/event-stream", "audio/mpeg"]),
        "/accounts/{account_id}/ai/run/@cf/example/nonomni-speaker": operation(&body, &["application/json"]),
        "/accounts/{account_id}/ai/run/{model_name}": operation(&body, &["application/json"]),
        "/accounts/{account_id}/ai/models/search": {"get": {}},
    });
    let import = fresh(&[document(&paths)]);
    assert_eq!(import.added, ["@cf/example/speaker"]);
    let schema = schema(&import.directory, "speaker", false);
    let arms = schema["properties"]["text"]["oneOf"]
        .as_array()
        .expect("alternatives");
    assert_eq!(arms.len(), 2);
    let document = import
        .directory
        .get("models/cf/example/speaker.json")
        .expect("a document");
    assert_eq!(document["x-model"]["task"], "Text-to-Speech");
    let notes: Vec<String> = import.notes.iter().map(ToString::to_string).collect();
    assert!(
        notes
            .contains(&"openapi.json#/paths: 1 internal duplicate `nonomni-…` left out".to_owned()),
        "{notes:?}"
    );
}

#[test]
fn bodies_and_answers_may_stand_elsewhere_in_the_document() {
    let text = json!({
        "openapi": "3.0.0",
        "paths": {"/ai/run/@cf/example/parrot": {"$ref": "#/components/pathItems/Run"}},
        "components": {
            "pathItems": {"Run": {"post": {
                "requestBody": {"$ref": "#/components/requestBodies/Say"},
                "responses": {"200": {"$ref": "#/components/responses/Said"}},
            }}},
            "requestBodies": {"Say": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Words"}}}}},
            "responses": {"Said": {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}},
            "schemas": {"Words": {"type": "object", "properties": {"words": {"type": "string"}}}},
        },
    });
    let import = fresh(&[source("openapi.json", text.to_string())]);
    let schema = schema(&import.directory, "parrot", false);
    assert_eq!(schema["$ref"], "#/components/schemas/Words");
    let file = "models/cf/example/parrot.json";
    let document = import.directory.get(file).expect("a document");
    let answer = "/paths/~1accounts~1{account_id}~1ai~1run~1@cf~1example~1parrot/post/responses/200/content/audio~1wav";
    assert!(document.pointer(answer).is_some(), "{document:#}");
    assert!(import.notes.is_empty(), "{:?}", import.notes);
}

#[test]
fn a_document_that_is_there_is_not_touched_and_differences_are_listed() {
    let corpus = corpus();
    let body = json!({"type": "object", "required": ["text"], "properties": {
        "text": {"type": "string"},
        "speaker": {"type": "string", "enum": ["angus"], "default": "angus"},
        "pitch": {"type": "number"},
    }});
    let paths = json!({"/accounts/{account_id}/ai/run/@cf/deepgram/aura-1": operation(&body, &["application/json", "audio/mpeg"])});
    let import = imported(&corpus, &[document(&paths)]);
    assert!(import.files.is_empty(), "{:?}", import.files.keys());
    let lines: Vec<String> = import.differences.iter().map(ToString::to_string).collect();
    let at = "models/cf/deepgram/aura-1.json#/paths/~1accounts~1{account_id}~1ai~1run~1@cf~1deepgram~1aura-1/post/requestBody/content/application~1json/schema";
    for line in [
        format!("{at}: `pitch`: published, not in the document"),
        format!("{at}/properties/bit_rate: `bit_rate`: in the document, not published"),
    ] {
        assert!(lines.contains(&line), "{lines:?}");
    }
    assert!(
        lines.iter().any(|line| line
            .starts_with(&format!("{at}/properties/speaker: `speaker`: value \""))
            && line.ends_with("in the document, not published")),
        "{lines:?}"
    );
}

#[test]
fn what_it_described_first_it_also_changes() {
    let one = |most: u32| {
        let body =
            json!({"type": "object", "properties": {"n": {"type": "integer", "maximum": most}}});
        let paths = json!({"/accounts/{account_id}/ai/run/@cf/example/counter": operation(&body, &["application/json"])});
        document(&paths)
    };
    let first = fresh(&[one(5)]);
    let second = imported(&first.directory, &[one(9)]);
    assert_eq!(second.updated, ["@cf/example/counter"]);
    assert_eq!(
        schema(&second.directory, "counter", false)["properties"]["n"]["maximum"],
        9
    );
}

/// Cloudflare's own document of May 2026, which is not part of this repository.
#[test]
fn the_document_of_may_2026_is_taken_whole() {
    let path = xtask::root().join("../shared/upstream/openapi-ai-2026-05.json");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let start = Instant::now();
    let sources = [source("openapi.json", text)];
    let import = fresh(&sources);
    eprintln!("{} models in {:?}", import.added.len(), start.elapsed());
    assert_eq!(import.added.len(), 88);
    let scratch = Scratch::new(&import.directory);
    assert_eq!(check(&scratch.0), Ok(88));
    let again = imported(&import.directory, &sources);
    assert!(again.files.is_empty(), "{:?}", again.files.keys());
    let beside = imported(&corpus(), &sources);
    assert!(
        beside.added.is_empty() && beside.files.is_empty(),
        "{:?}",
        beside.files.keys()
    );
}
