//! What fits and what does not.

use serde_json::{Value, json};

use super::check;
use crate::documents::{Documents, Schema};

fn verdict(schema: &Value, value: &Value) -> String {
    match check(Schema::new(Documents::embedded(), schema), value) {
        Ok(()) => String::new(),
        Err(faults) => faults.told.join("; "),
    }
}

#[test]
fn every_example_of_every_document_fits() {
    let mut examples = 0;
    for model in Documents::embedded().models() {
        for (content_type, body) in model.inputs() {
            let (Some(example), Some(schema)) = (body.get("example"), model.input(content_type))
            else {
                continue;
            };
            if let Err(faults) = check(schema, example) {
                panic!("{} {content_type}: {faults:?}", model.id);
            }
            examples += 1;
        }
    }
    assert!(examples >= 105, "{examples} examples");
}

type Row = (Value, Value, &'static str);

fn all(rows: impl IntoIterator<Item = Row>) {
    for (schema, value, says) in rows {
        let found = verdict(&schema, &value);
        assert_eq!(
            found.is_empty(),
            says.is_empty(),
            "{schema} {value}: {found}"
        );
        assert!(found.contains(says), "{schema} {value}: {found}");
    }
}

#[test]
fn values() {
    all([
        (json!({}), json!([1, null]), ""),
        (json!(true), json!(1), ""),
        (json!(false), json!(1), "'/' is not allowed"),
        (
            json!({"type": "string"}),
            json!(1),
            "Type mismatch of '/', 'integer' not in 'string'",
        ),
        (json!({"type": ["string", "null"]}), json!(null), ""),
        (
            json!({"type": ["string", "null"]}),
            json!([]),
            "not in 'string, null'",
        ),
        (json!({"type": "integer"}), json!(4.0), ""),
        (
            json!({"type": "integer"}),
            json!(4.5),
            "'number' not in 'integer'",
        ),
        (json!({"type": "number"}), json!(4), ""),
        (
            json!({"type": "integer", "format": "uint64"}),
            json!(-1),
            ">= 0",
        ),
        (
            json!({"minimum": 1, "maximum": 3}),
            json!(0),
            "must be >= 1",
        ),
        (json!({"minimum": 1, "maximum": 3}), json!(3), ""),
        (json!({"exclusiveMaximum": 3}), json!(3), "must be < 3"),
        (json!({"multipleOf": 5}), json!(12), "multiple of 5"),
        (json!({"minLength": 2}), json!("é"), "at least 2 characters"),
        (json!({"maxLength": 2}), json!("éé"), ""),
        (json!({"pattern": "^a+$"}), json!("aab"), "must match"),
        (json!({"pattern": "("}), json!("a"), ""),
        (
            json!({"contentEncoding": "base64"}),
            json!("data:image/png;base64,AAA="),
            "",
        ),
        (
            json!({"contentEncoding": "base64"}),
            json!("<png>"),
            "not base64",
        ),
        (json!({"enum": ["a", 1]}), json!(1.0), ""),
        (
            json!({"enum": ["a", 1]}),
            json!("b"),
            "must be one of \"a\", 1",
        ),
        (json!({"const": "a"}), json!("b"), "must be \"a\""),
        (json!({"minItems": 1}), json!([]), "at least 1 items"),
        (json!({"maxItems": 1}), json!([1, 2]), "at most 1 items"),
        (
            json!({"items": {"type": "string"}}),
            json!(["a", 1]),
            "'/1'",
        ),
    ]);
}

#[test]
fn objects() {
    let object =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
    let sum =
        json!({"allOf": [object, {"type": "object", "properties": {"b": {"type": "string"}}}]});
    let map =
        json!({"type": "object", "additionalProperties": {"type": "number"}, "maxProperties": 2});
    all([
        (object.clone(), json!({"a": 1}), ""),
        (
            object.clone(),
            json!({}),
            "required properties at '/' are 'a'",
        ),
        (
            object.clone(),
            json!({"a": 1, "b": 2}),
            "additional property at '/': 'b'",
        ),
        (sum.clone(), json!({"a": 1, "b": "x"}), ""),
        (sum.clone(), json!({"a": 1, "b": 2}), "'/b'"),
        (sum, json!({"a": 1, "c": 2}), "'c'"),
        (map.clone(), json!({"x": 1, "y": 2}), ""),
        (map.clone(), json!({"x": "1"}), "'/x'"),
        (map, json!({"x": 1, "y": 2, "z": 3}), "at most 2"),
        (
            json!({"properties": {"a/b": {"type": "null"}}}),
            json!({"a/b": 1}),
            "'/a~1b'",
        ),
        (json!({"$ref": "components/nothing.json#/x"}), json!(1), ""),
    ]);
}

#[test]
fn unions_tell_what_is_wrong_with_the_branch_that_was_meant() {
    let part = |kind: &str, name: &str, of: &str| {
        json!({
            "type": "object",
            "required": ["type", name],
            "properties": {"type": {"const": kind}, name: {"type": of}},
        })
    };
    let union = json!({"oneOf": [part("text", "text", "string"), part("image", "url", "string")]});
    assert_eq!(verdict(&union, &json!({"type": "image", "url": "x"})), "");
    let found = verdict(&union, &json!({"type": "image", "url": 1}));
    assert!(
        found.contains("'/url'") && !found.contains("'/text'"),
        "{found}"
    );
    let found = verdict(&union, &json!({"type": "sound"}));
    assert!(
        found.contains("'/type' must be \"text\"") && found.contains("\"image\""),
        "{found}"
    );
    let hidden = json!({"oneOf": [{"x-binding-only": true, "type": "object"}, {"type": "string"}]});
    assert_eq!(verdict(&hidden, &json!("a")), "");
    assert!(!verdict(&hidden, &json!({})).is_empty());
}

#[test]
fn a_value_without_end_is_not_followed_for_ever() {
    // The reference leads to itself.
    let schema = json!({"$ref": "components/service.json#/components/schemas/ServiceMessage"});
    let mut value = json!({"message": "x"});
    for _ in 0..500 {
        value = json!({"error_chain": [value]});
    }
    assert!(verdict(&schema, &value).contains("nested too deeply"));
}
