//! Sources that cannot be taken: one clear line for each, all in one run, and nothing to write.

use serde_json::json;

use crate::support::{page, refused, source};

#[test]
fn each_bad_source_has_one_line() {
    let cases = [
        (
            "{",
            "a.json#: not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "",
            "a.json#: not JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            "[]x",
            "a.json#: not JSON: trailing characters at line 1 column 3",
        ),
        (
            "{}",
            "a.json#: neither a model page (no `name`), nor an answer with a schema (no `input`), nor an OpenAPI document (no `paths`)",
        ),
        (
            r#"{"task": {"name": "Translation"}}"#,
            "a.json#: a page without `name`: which model is it?",
        ),
        (
            r#"{"name": "example/x"}"#,
            "a.json#/name: `example/x` is no model id; one is written `@cf/author/name` or `@hf/author/name`",
        ),
        (
            r#"{"name": "@cf/../x"}"#,
            "a.json#/name: `@cf/../x` is no model id; one is written `@cf/author/name` or `@hf/author/name`",
        ),
        (
            r#"{"name": "@cf/a/b", "task": 7}"#,
            "a.json#/task: a task is a name, or an object with a `name`",
        ),
        (
            r#"{"name": "@cf/a/b", "properties": {}}"#,
            "a.json#/properties: properties are a list of `property_id` and `value`",
        ),
        (
            r##"{"name": "@cf/a/b", "schema": {"input": {"$ref": "#/nowhere"}}}"##,
            "a.json#/schema/input/$ref: `#/nowhere` leads nowhere",
        ),
        (
            r#"{"name": "@cf/a/b", "schema": {"input": {"$ref": "https://example.com/x.json"}}}"#,
            "a.json#/schema/input/$ref: \"https://example.com/x.json\" leads out of the file; put the schema in its place",
        ),
        (
            r#"{"model_id": "example/x", "name": "X"}"#,
            "a.json#/model_id: `example/x` is no model id; one is written `@cf/author/name` or `@hf/author/name`",
        ),
        (
            r##"{"paths": {"/ai/run/@cf/a/b": {"post": {"requestBody": {"$ref": "#/nowhere"}}}}}"##,
            "a.json#/paths/~1ai~1run~1@cf~1a~1b/post/requestBody/$ref: `#/nowhere` leads nowhere",
        ),
        (
            r##"{"paths": {"/ai/run/@cf/a/b": {"$ref": "#/a"}}, "a": {"$ref": "#/a"}}"##,
            "a.json#/a/$ref: `#/a` leads back to itself",
        ),
        (
            r#"{"paths": {"/ai/run/@cf/a/b": {"$ref": "b.json"}}}"#,
            "a.json#/paths/~1ai~1run~1@cf~1a~1b/$ref: `b.json` leads out of the file; put what it leads to in its place",
        ),
        (
            r#"{"success": false, "errors": []}"#,
            "a.json#: an answer that says it failed; ask again",
        ),
        (
            r#"{"result": {"input": {}, "output": {}}}"#,
            "a.json#/result: which model is it? Say `--model @cf/author/name`, or call the file `…/cf/author/name.json`",
        ),
        (
            r#"{"openapi": "3.0.3", "paths": {}}"#,
            "a.json#/paths: no operation `…/ai/run/<model id>`",
        ),
    ];
    for (text, fault) in cases {
        assert_eq!(refused(&[source("a.json", text)]), fault, "{text}");
    }
}

#[test]
fn yaml_is_told_from_broken_json() {
    let fault = refused(&[source("page.yaml", "name: x")]);
    assert!(
        fault.starts_with("page.yaml#: YAML is not read, convert it to JSON: "),
        "{fault}"
    );
}

#[test]
fn what_cannot_be_read_again_is_not_written() {
    let deep = |levels| {
        (0..levels).fold(
            json!({"type": "string"}),
            |inner, _| json!({"type": "array", "items": inner}),
        )
    };
    let none = json!({});
    assert_eq!(
        refused(&[page("deep", &deep(60), &none)]),
        "deep.json#: schemas inside schemas, more than 64 deep"
    );
    let too_deep = "deep.json#: JSON inside JSON, too deep to be read: recursion limit exceeded";
    assert!(refused(&[page("deep", &deep(130), &none)]).starts_with(too_deep));
}

#[test]
fn faults_of_all_sources_come_in_one_run() {
    let good = page("good", &json!({}), &json!({}));
    let faults = refused(&[source("b.json", "{"), good, source("a.json", "{}")]);
    let places: Vec<&str> = faults
        .lines()
        .filter_map(|line| line.split('#').next())
        .collect();
    assert_eq!(places, ["a.json", "b.json"]);
}

#[test]
fn two_pages_for_one_model_are_refused() {
    let one = page(
        "twin",
        &json!({"type": "object", "properties": {"a": {}}}),
        &json!({}),
    );
    let mut other = page(
        "twin",
        &json!({"type": "object", "properties": {"b": {}}}),
        &json!({}),
    );
    other.name = "again.json".to_owned();
    let faults = refused(&[one.clone(), other]);
    assert_eq!(
        faults,
        "again.json#: `@cf/example/twin` was described before, in twin.json#; give one of them"
    );
    let mut same = one.clone();
    same.name = "again.json".to_owned();
    assert_eq!(crate::support::fresh(&[one, same]).added.len(), 1);
}

#[test]
fn ids_that_differ_in_case_alone_are_refused() {
    let small = page("twin", &json!({}), &json!({}));
    let large = page("Twin", &json!({}), &json!({}));
    let faults = refused(&[large, small]);
    assert!(
        faults.ends_with("`@cf/example/twin` and `@cf/example/Twin` would be one file"),
        "{faults}"
    );
}
