//! Documents that are wrong: every fault with its file and pointer, all of a stage in one run, never a panic.

use std::{fs, time::Instant};

use insta::{assert_snapshot, glob};
use serde_json::json;
use workers_ai_codegen::generate;

use crate::{
    cases::{lines, settings},
    loader::{Case, Schema},
};

#[test]
fn each_wrong_document_is_refused_with_all_its_faults() {
    glob!("faults/*.json", |path| {
        let case = Case::read(path);
        settings(case.name(), case.about())
            .bind(|| assert_snapshot!("faults", faults(&case.write())));
    });
}

/// The faults of a schema directory, or that there are none.
fn faults(schema: &Schema) -> String {
    generate(schema.path()).map_or_else(|faults| lines(&faults), |_| "none".to_owned())
}

/// The document of a model whose input is the text `input`.
fn document(input: &str) -> String {
    let head = r#"{"openapi":"3.1.0","paths":{"/ai/run/@cf/a/b":{"post":{"requestBody":{"content":{"application/json":{"schema":"#;
    format!("{head}{input}}}}}}}}}}}}}}}")
}

#[test]
fn a_schema_ten_thousand_levels_deep_is_refused() {
    let schema = Schema::new();
    let deep = format!(
        "{}{{}}{}",
        r#"{"items":"#.repeat(10_000),
        "}".repeat(10_000)
    );
    schema.add_text("models/a.json", &document(&deep));
    schema.add_text("models/b.json", &"[".repeat(10_000));
    schema.add_text("components/c.json", &r#"{"a":"#.repeat(10_000));
    settings("deep", "Nesting without an end.")
        .bind(|| assert_snapshot!("faults", faults(&schema)));
}

#[test]
fn a_deep_schema_is_read() {
    let schema = Schema::new();
    let deep = format!(
        "{}{{}}{}",
        r#"{"type":"object","properties":{"a":"#.repeat(50),
        "}}".repeat(50)
    );
    schema.add_text("models/a.json", &document(&deep));
    assert_eq!(faults(&schema), "none");
}

#[test]
fn a_schema_as_deep_as_json_may_be_is_read() {
    let schema = Schema::new();
    let deep = format!(
        "{}{{}}{}",
        r#"{"type":"array","items":"#.repeat(100),
        "}".repeat(100)
    );
    schema.add_text("models/a.json", &document(&deep));
    assert_eq!(faults(&schema), "none");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_directory_is_not_followed() {
    use std::os::unix::fs::symlink;

    let (schema, elsewhere) = (Schema::new(), Schema::new());
    elsewhere.add_text("models/secret.json", &document("{}"));
    schema.add_text("models/a.json", &document("{}"));
    let secret = elsewhere.path().join("models");
    symlink(
        secret.join("secret.json"),
        schema.path().join("models/file.json"),
    )
    .expect("a link to a file");
    symlink(&secret, schema.path().join("models/folder")).expect("a link to a folder");
    symlink("nowhere", schema.path().join("models/nowhere.json")).expect("a link to nothing");
    settings("links", "Links instead of files.")
        .bind(|| assert_snapshot!("faults", faults(&schema)));
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let schema = Schema::new();
    schema.add_text("models/a.json", "");
    fs::write(
        schema.path().join("models/a.json"),
        [b'{', b'"', 0xff, 0xfe, b'"'],
    )
    .expect("a file");
    settings("no-text", "Bytes that are no UTF-8.")
        .bind(|| assert_snapshot!("faults", faults(&schema)));
}

#[test]
fn a_directory_without_models_is_refused() {
    let schema = Schema::new();
    let missing = schema.path().join("missing");
    let found = generate(&missing).map_or_else(|faults| lines(&faults), |_| "none".to_owned());
    let found = found.replace(&missing.display().to_string(), "[schema]");
    settings("no-directory", "No directory at all.").bind(|| assert_snapshot!("faults", found));
}

#[test]
fn a_long_page_is_read_quickly() {
    let schema = Schema::new();
    let sentence = "A sentence with `code`, a [link], an <tag> and https://example.com/page. ";
    let properties = (0..200).map(|number| {
        let description = sentence.repeat(20);
        (
            format!("property_{number}"),
            json!({"type": "string", "description": description, "maxLength": number + 1}),
        )
    });
    let input = json!({"type": "object", "description": sentence.repeat(500), "properties": properties.collect::<serde_json::Map<_, _>>()});
    let text = document(&input.to_string());
    assert!(text.len() > 300_000, "{} bytes", text.len());
    schema.add_text("models/a.json", &text);
    let start = Instant::now();
    let generated = generate(schema.path()).unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    let took = start.elapsed();
    assert!(took.as_secs() < 10, "{took:?}");
    assert!(generated.files["a/b.rs"].len() > text.len() / 2);
}

/// A chain of components, each made of the next one several times over, and the model that takes the first.
fn chain(length: usize, link: impl Fn(&str) -> serde_json::Value) -> Schema {
    let schema = Schema::new();
    let mut schemas = serde_json::Map::new();
    for number in 0..length {
        let next = format!("#/components/schemas/Link{}", number + 1);
        schemas.insert(format!("Link{number}"), link(&next));
    }
    let last = json!({"type": "object", "properties": {"end": {"type": "string"}}});
    schemas.insert(format!("Link{length}"), last);
    let document = json!({"openapi": "3.1.0", "components": {"schemas": schemas}});
    schema.add("components/links.json", &document);
    let input = r#"{"$ref": "../components/links.json#/components/schemas/Link0"}"#;
    schema.add_text("models/a.json", &document_of_first(input));
    schema
}

fn document_of_first(first: &str) -> String {
    document(&format!(
        r#"{{"type": "object", "properties": {{"first": {first}}}}}"#
    ))
}

#[test]
fn a_schema_that_would_unfold_to_a_million_types_is_read_once() {
    let text = json!({"type": "string"});
    let parts: [&dyn Fn(&str) -> serde_json::Value; 4] = [
        &|next| json!({"allOf": [{"$ref": next}, {"$ref": next}, {"properties": {"a": text}}]}),
        &|next| {
            let laid =
                |name: &str| json!({"allOf": [{"$ref": next}, {"properties": {name: text}}]});
            json!({"type": "object", "properties": {"a": laid("x"), "b": laid("y")}})
        },
        &|next| {
            let one = |name: &str| json!({"properties": {"in": {"oneOf": [{"$ref": next}, {"properties": {name: text}}]}}});
            json!({"oneOf": [{"$ref": next}, one("x"), one("y")]})
        },
        &|next| {
            let inner = format!("{next}/properties/end");
            json!({"type": "object", "properties": {"end": {"type": "object", "properties": {"l": {"$ref": inner}, "r": {"$ref": inner}}}}})
        },
    ];
    for (number, link) in parts.iter().enumerate() {
        let schema = chain(40, link);
        let generated =
            generate(schema.path()).unwrap_or_else(|faults| panic!("{number}: {}", lines(&faults)));
        let size: usize = generated.files.values().map(String::len).sum();
        assert!(size < 1_000_000, "{number}: {size} bytes");
    }
}
