//! Values that fit a caller's schema, whatever the schema is.

use serde_json::{Value, json};

use crate::{
    answer::{dice::Hash, fit::fitting},
    check::check,
    documents::{Documents, Schema},
};

fn fit(schema: &Value, seed: u64) -> Value {
    fitting(schema, &["Lisbon", "weather", "3"], Hash::new(seed).dice())
}

#[test]
fn values_fit_their_schemas() {
    let cases = [
        json!({"type": "string"}),
        json!({"type": "string", "minLength": 40}),
        json!({"type": "string", "maxLength": 3}),
        json!({"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}),
        json!({"type": "string", "enum": ["red", "green"]}),
        json!({"enum": [1, "two", null, [3]]}),
        json!({"const": {"a": [1]}}),
        json!({"type": "integer"}),
        json!({"type": "integer", "minimum": 5, "maximum": 5}),
        json!({"type": "integer", "minimum": -9, "maximum": -7}),
        json!({"type": "integer", "minimum": 1_000_000_000_000_u64}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 1}),
        json!({"type": "number", "minimum": 0.001, "maximum": 0.002}),
        json!({"type": "number", "exclusiveMinimum": 3}),
        json!({"type": "number", "maximum": -1}),
        json!({"type": "boolean"}),
        json!({"type": "null"}),
        json!({"type": ["null", "integer"]}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 4}),
        json!({"type": "array", "items": {"type": "boolean"}, "maxItems": 0}),
        json!({"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        json!({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 3}),
        json!({"properties": {"list": {"items": {"properties": {"n": {"minimum": 3}}, "required": ["n"]}}}}),
        json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
        json!({"oneOf": [{"type": "object", "properties": {"kind": {"const": "a"}}, "required": ["kind"]},
            {"type": "object", "properties": {"kind": {"const": "b"}}, "required": ["kind"]}]}),
        json!({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"b": {"type": "boolean"}}, "required": ["b"]}]}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
            "anyOf": [{"required": ["a"]}]}),
        json!({}),
        json!(true),
    ];
    for schema in &cases {
        for seed in 0..20 {
            let value = fit(schema, seed);
            let checked = check(Schema::new(Documents::embedded(), schema), &value);
            assert!(
                checked.is_ok(),
                "{value} does not fit {schema}: {checked:?}"
            );
        }
        assert_eq!(fit(schema, 1), fit(schema, 1));
    }
}

#[test]
fn formats_are_kept() {
    for (format, length) in [("date", 10), ("date-time", 20), ("uuid", 36), ("time", 9)] {
        let value = fit(&json!({"type": "string", "format": format}), 1);
        assert_eq!(value.as_str().map(str::len), Some(length), "{value}");
    }
    assert!(
        fit(&json!({"format": "email"}), 1)
            .as_str()
            .unwrap()
            .contains('@')
    );
}

fn is_node(value: &Value) -> bool {
    value["name"].is_string()
        && (value["next"].is_null() || is_node(&value["next"]))
        && value["children"]
            .as_array()
            .is_some_and(|children| children.iter().all(is_node))
}

#[test]
fn definitions_are_followed_and_recursion_ends() {
    let schema = json!({
        "$ref": "#/$defs/Node",
        "$defs": {"Node": {
            "type": "object",
            "properties": {
                "name": {"$ref": "#/$defs/Name"},
                "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            },
            "required": ["name", "next", "children"],
        }, "Name": {"type": "string", "minLength": 1}},
    });
    for seed in 0..20 {
        let value = fit(&schema, seed);
        assert!(is_node(&value), "{value}");
    }
}

#[test]
fn schemas_without_an_end_are_given_up() {
    // JSON that is read is no deeper.
    let deep = (0..40).fold(
        json!({"type": "string"}),
        |inner, _| json!({"type": "object", "properties": {"a": inner}, "required": ["a"]}),
    );
    let endless = [
        json!({"$ref": "#"}),
        json!({"$ref": "#/nowhere"}),
        json!({"$ref": "https://example.com/schema"}),
        json!({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}),
        json!({"type": "array", "items": {"$ref": "#"}, "minItems": 3}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 9_999_999_999_u64}),
        json!({"type": "string", "minLength": 9_999_999_999_u64}),
        json!({"type": "array", "items": {"const": 1}, "minItems": 5, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "string", "minLength": 99_999}, "minItems": 9999}),
        json!({"type": "array", "items": {"const": "x".repeat(99_999)}, "minItems": 9999}),
        json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}),
        json!({"oneOf": []}),
        json!({"enum": []}),
        json!({"type": 7, "properties": [], "required": {"a": 1}, "items": 3, "minimum": "x"}),
        json!({"type": "integer", "minimum": 10, "maximum": 1}),
        json!({"type": "number", "minimum": -1e308, "maximum": 1e308, "multipleOf": 0}),
        json!({"type": "object", "minProperties": 9_999_999_999_u64}),
        json!(null),
        json!([]),
        deep,
    ];
    for schema in endless {
        let value = fit(&schema, 1);
        assert!(
            value.to_string().len() < 1_000_000,
            "{}",
            value.to_string().len()
        );
    }
}
