//! What changed, in words, and whether it breaks: a table of cases in both directions.

use serde_json::{Value, json};
use workers_ai_schema::{
    Directory,
    diff::{Diff, diff},
};

use crate::support::{corpus, fresh, page};

/// The documents of a model that takes `input` and gives `output`.
fn model(input: &Value, output: &Value) -> Directory {
    fresh(&[page("parrot", input, output)]).directory
}

fn lines(diff: &Diff) -> Vec<String> {
    let changes = diff.models.iter().flat_map(|model| &model.changes);
    changes
        .map(|change| {
            let mark = if change.breaking { "! " } else { "  " };
            let at = if change.at.is_empty() {
                String::new()
            } else {
                format!("{}: ", change.at)
            };
            format!("{mark}{at}{}", change.what)
        })
        .collect()
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "required": required, "properties": properties})
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn changes_of_values_break_in_one_direction_or_the_other() {
    // Before, after, what is said; whether it breaks senders, and readers.
    let cases = [
        (
            json!({"type": "number", "maximum": 5}),
            json!({"type": "number", "maximum": 2}),
            "maximum 5 → 2, tightened",
            true,
            false,
        ),
        (
            json!({"type": "number", "maximum": 2}),
            json!({"type": "number", "maximum": 5}),
            "maximum 2 → 5, loosened",
            false,
            true,
        ),
        (
            json!({"type": "number"}),
            json!({"type": "number", "minimum": 0}),
            "minimum none → 0, tightened",
            true,
            false,
        ),
        (
            json!({"type": "string", "minLength": 1}),
            json!({"type": "string"}),
            "minLength 1 → none, loosened",
            false,
            true,
        ),
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": "string", "enum": ["a", "b"]}),
            "can be `b` too",
            false,
            true,
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!({"type": "string", "enum": ["a"]}),
            "can no longer be `b`",
            true,
            false,
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "enum": ["a", "b"]}),
            "can only be `a`, `b` now",
            true,
            false,
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!({"type": "string"}),
            "can be any value now",
            false,
            true,
        ),
        (
            json!({"type": "integer"}),
            json!({"type": "number"}),
            "type integer → number",
            false,
            true,
        ),
        (
            json!({"type": "number"}),
            json!({"type": "integer"}),
            "type number → integer",
            true,
            false,
        ),
        (
            json!({"type": "string"}),
            json!({"type": "number"}),
            "type string → number",
            true,
            true,
        ),
        (
            json!({"type": "string"}),
            json!({"type": ["string", "null"]}),
            "may be null now",
            false,
            true,
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"type": "string"}),
            "can no longer be null",
            true,
            false,
        ),
        (
            json!({"type": "number", "default": 1}),
            json!({"type": "number", "default": 2}),
            "default 1 → 2",
            false,
            false,
        ),
        (
            json!({"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "number"}]}),
            json!({"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "number"}, {"title": "C", "type": "boolean"}]}),
            "alternative C added",
            false,
            true,
        ),
        (
            json!({"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "number"}, {"title": "C", "type": "boolean"}]}),
            json!({"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "number"}]}),
            "alternative C removed",
            true,
            false,
        ),
    ];
    for (before, after, what, sent, answered) in cases {
        let one = object(&json!({"x": before, "y": {"type": "string"}}), &[]);
        let other = object(&json!({"x": after, "y": {"type": "string"}}), &[]);
        let same = object(&json!({"z": {"type": "string"}}), &[]);
        let mark = |breaking: bool| if breaking { "!" } else { " " };
        let found = diff(&model(&one, &same), &model(&other, &same));
        assert_eq!(lines(&found), [format!("{} input.x: {what}", mark(sent))]);
        assert_eq!(found.is_breaking(), sent);
        let found = diff(&model(&same, &one), &model(&same, &other));
        assert_eq!(
            lines(&found),
            [format!("{} output.x: {what}", mark(answered))]
        );
    }
}

#[test]
fn changes_of_fields_break_in_one_direction_or_the_other() {
    let a = json!({"a": {"type": "string"}});
    let ab = json!({"a": {"type": "string"}, "b": {"type": "string"}});
    let cases = [
        (object(&a, &[]), object(&ab, &[]), "b: added", false, false),
        (object(&ab, &[]), object(&a, &[]), "b: removed", true, true),
        (
            object(&ab, &[]),
            object(&ab, &["b"]),
            "b: is required now",
            true,
            false,
        ),
        (
            object(&ab, &["b"]),
            object(&ab, &[]),
            "b: is optional now",
            false,
            true,
        ),
    ];
    let same = object(&json!({"z": {}}), &[]);
    for (one, other, what, sent, answered) in cases {
        let mark = |breaking: bool| if breaking { "!" } else { " " };
        let found = diff(&model(&one, &same), &model(&other, &same));
        assert_eq!(lines(&found), [format!("{} input.{what}", mark(sent))]);
        let found = diff(&model(&same, &one), &model(&same, &other));
        assert_eq!(lines(&found), [format!("{} output.{what}", mark(answered))]);
    }
    let needed = diff(
        &model(&object(&a, &[]), &same),
        &model(&object(&ab, &["b"]), &same),
    );
    assert_eq!(lines(&needed), ["! input.b: added, required"]);
}

#[test]
fn changes_of_the_model_are_told() {
    let before = model(&json!({}), &json!({}));
    let file = "models/cf/example/parrot.json";
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut document = before.get(file).expect("a document").clone();
        change(&mut document);
        let mut after = before.clone();
        after.insert(file.to_owned(), document);
        lines(&diff(&before, &after))
    };
    assert_eq!(
        changed(&|document| document["x-model"]["status"] = "deprecated".into()),
        ["! retired"]
    );
    let retired = changed(&|document| {
        document["x-model"]["status"] = "deprecated".into();
        document["x-model"]["retired"] = "2026-05-30".into();
        document["x-model"]["successor"] = "@cf/example/macaw".into();
    });
    assert_eq!(
        retired,
        ["! retired on 2026-05-30, use `@cf/example/macaw` instead"]
    );
    assert_eq!(
        changed(
            &|document| document["x-model"]["price"] = json!([{"unit": "per step", "usd": 0.5}])
        ),
        ["  price none → $0.5 per step"]
    );
    assert_eq!(
        changed(&|document| document["x-model"]["context_window"] = 8_000.into()),
        ["  context window none → 8000"]
    );
    assert_eq!(
        changed(&|document| document["info"]["summary"] = "Other words.".into()),
        Vec::<String>::new()
    );
}

#[test]
fn windows_shrink_and_media_types_go() {
    let with = |window: u64, media: &str| {
        let page = json!({"name": "@cf/example/parrot", "task": "Text-to-Speech",
            "properties": [{"property_id": "context_window", "value": window.to_string()}],
            "schema": {"input": {}, "output": {"type": "string", "format": "binary", "contentType": media}}});
        fresh(&[crate::support::source("page.json", page.to_string())]).directory
    };
    let found = diff(&with(9_000, "audio/mpeg"), &with(8_000, "audio/wav"));
    assert_eq!(
        lines(&found),
        [
            "! context window 9000 → 8000",
            "! answer `audio/mpeg` removed",
            "  answer `audio/wav` added",
        ]
    );
}

#[test]
fn models_come_and_go() {
    let (none, one) = (Directory::default(), model(&json!({}), &json!({})));
    assert_eq!(
        lines(&diff(&none, &one)),
        ["  model added (Text Generation)"]
    );
    assert_eq!(lines(&diff(&one, &none)), ["! document removed"]);
}

#[test]
fn moving_a_shape_into_a_component_is_no_change() {
    let shape = object(
        &json!({"a": {"type": "string"}, "b": {"type": "number"}, "c": {}}),
        &["a"],
    );
    let inline = model(&shape, &json!({}));
    let mut moved = inline.clone();
    let file = "models/cf/example/parrot.json";
    let mut document = inline.get(file).expect("a document").clone();
    let path = "/accounts/{account_id}/ai/run/@cf/example/parrot";
    document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"] =
        json!({"$ref": "../../../components/x.json#/components/schemas/X"});
    moved.insert(file.to_owned(), document);
    moved.insert(
        "components/x.json".to_owned(),
        json!({"components": {"schemas": {"X": shape}}}),
    );
    assert_eq!(diff(&inline, &moved), Diff::default());
}

#[test]
fn a_change_of_a_component_is_told_for_every_model_that_uses_it() {
    let before = corpus();
    let mut after = before.clone();
    let file = "components/embeddings.json";
    let mut document = before.get(file).expect("a component").clone();
    document["components"]["schemas"]["EmbeddingText"]["properties"]["text"] =
        json!({"type": "string"});
    after.insert(file.to_owned(), document);
    let found = diff(&before, &after);
    assert!(
        found.models.len() > 1 && found.is_breaking(),
        "{}",
        found.text()
    );
    assert_eq!(diff(&before, &before), Diff::default());
}

#[test]
fn it_is_told_as_text_markdown_and_json() {
    let one = object(&json!({"a": {"type": "string"}}), &[]);
    let other = object(&json!({"b": {"type": "string"}}), &[]);
    let found = diff(&model(&one, &json!({})), &model(&other, &json!({})));
    assert_eq!(
        found.text(),
        "@cf/example/parrot\n  breaks  input.a: removed\n          input.b: added\n\n1 model, 2 changes, 1 of them breaking\n"
    );
    assert_eq!(
        found.markdown(),
        "### Breaking\n\n- `@cf/example/parrot`: `input.a` removed\n\n### Changed\n\n- `@cf/example/parrot`: `input.b` added\n"
    );
    let json = found.json();
    assert_eq!(json["breaking"], true);
    assert_eq!(
        json["models"][0]["changes"][0],
        json!({"kind": "field-removed", "at": "input.a", "what": "removed", "breaking": true})
    );
    assert_eq!(Diff::default().text(), "nothing changed\n");
}
