//! Odd schemas, what becomes of them, and what is said about it.

use serde_json::{Value, json};

use super::{Cleaner, pascal};
use crate::Place;

fn clean(given: &Value) -> (Value, Vec<String>, Vec<String>) {
    let mut cleaner = Cleaner::new(vec![given], true);
    let schema = cleaner.schema(given, &Place::default());
    let notes = cleaner.notes.iter().map(ToString::to_string).collect();
    let faults = cleaner.faults.iter().map(ToString::to_string).collect();
    (schema, notes, faults)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn odd_schemas_come_out_clean() {
    let cases = [
        (json!({}), json!({}), ""),
        (json!(true), json!({}), ""),
        (
            json!(["a"]),
            json!({}),
            "#: not a schema, taken as any value",
        ),
        (
            json!({"type": "number", "minimum": "0"}),
            json!({"type": "number", "minimum": 0}),
            "#/minimum: a text, taken as 0",
        ),
        (
            json!({"type": "number", "minimum": "low"}),
            json!({"type": "number"}),
            "#/minimum: not a number, left out",
        ),
        (
            json!({"type": "number", "minimum": 1, "exclusiveMinimum": true}),
            json!({"type": "number", "exclusiveMinimum": 1}),
            "",
        ),
        (
            json!({"type": "number", "maximum": 1, "exclusiveMaximum": false}),
            json!({"type": "number", "maximum": 1}),
            "",
        ),
        (
            json!({"type": "string", "maxLength": -1}),
            json!({"type": "string"}),
            "#/maxLength: not a count, left out",
        ),
        (
            json!({"type": "float"}),
            json!({"type": "number"}),
            "#/type: \"float\" is no type, taken as `number`",
        ),
        (
            json!({"type": "binary"}),
            json!({"type": "string", "format": "binary"}),
            "#/type: \"binary\" is no type, taken as `string`",
        ),
        (
            json!({"type": "string", "nullable": true}),
            json!({"type": ["string", "null"]}),
            "",
        ),
        (
            json!({"type": "string", "enum": ["a", null]}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            "",
        ),
        (
            json!({"type": "string", "enum": ["a", "a"]}),
            json!({"type": "string", "enum": ["a"]}),
            "#/enum/1: \"a\" stands twice, left out once",
        ),
        (
            json!({"type": "boolean", "default": "true"}),
            json!({"type": "boolean", "default": true}),
            "#/default: a text, taken as true",
        ),
        (
            json!({"type": "number", "maximum": 1, "default": 7}),
            json!({"type": "number", "maximum": 1}),
            "#/default: 7 is no value of this schema, left out",
        ),
        (
            json!({"anyOf": [{"type": "string"}]}),
            json!({"type": "string"}),
            "",
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "string", "description": "B."}]}),
            json!({"type": "string"}),
            "#/oneOf/1: says the same as another alternative, left out",
        ),
        (
            json!({"oneOf": []}),
            json!({}),
            "#/oneOf: no alternatives, left out",
        ),
        (
            json!({"type": "object", "oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}),
            json!({"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]}),
            "",
        ),
        (
            json!({"type": "object", "properties": {"a": {}}, "required": ["a"], "oneOf": [{"properties": {"b": {}}}, {"properties": {"c": {}}}]}),
            json!({"oneOf": [{"type": "object", "required": ["a"], "properties": {"b": {}, "a": {}}}, {"type": "object", "required": ["a"], "properties": {"c": {}, "a": {}}}]}),
            "",
        ),
        (
            json!({"properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({"type": "object", "properties": {"a": {}, "b": {}}}),
            "#/anyOf: says only which properties go together, left out",
        ),
        (
            json!({"type": "string", "items": {"type": "string"}, "minLength": 1}),
            json!({"oneOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string"}}]}),
            "#: `string` with the keywords of another type, taken as alternatives",
        ),
        (
            json!({"type": "object", "properties": {"a": {}, "required": ["a"]}}),
            json!({"type": "object", "required": ["a"], "properties": {"a": {}}}),
            "#/properties/required: `required` stands among the properties, moved out",
        ),
        (
            json!({"type": "object", "required": ["a", "z"], "properties": {"a": {}}}),
            json!({"type": "object", "required": ["a"], "properties": {"a": {}}}),
            "#/required/1: there is no property `z`, left out",
        ),
        (
            json!({"type": "object", "required": "a", "properties": {"a": {"required": true, "type": "string"}}}),
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}),
            "#/required: not a list of names, left out",
        ),
        (
            json!({"type": "string", "colour": "red"}),
            json!({"type": "string"}),
            "#/colour: unknown keyword `colour`, left out",
        ),
        (
            json!({"type": "array", "items": [{"type": "string"}]}),
            json!({"type": "array", "items": {"type": "string"}}),
            "",
        ),
    ];
    for (given, wanted, note) in cases {
        let (schema, notes, faults) = clean(&given);
        assert_eq!(schema, wanted, "{given}");
        assert_eq!(notes.join("\n"), note, "{given}");
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn what_is_clean_stays_as_it_is() {
    let (first, ..) = clean(
        &json!({"type": "object", "oneOf": [{"title": "A", "properties": {"a": {"type": "string", "items": {}}}}, {"properties": {"b": {"nullable": true, "type": "integer"}}}]}),
    );
    let (second, notes, _) = clean(&first);
    assert_eq!(first, second);
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn references_become_definitions() {
    let page = json!({"type": "object", "properties": {"a": {"$ref": "#/definitions/tree node"}}, "definitions": {"tree node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/tree node"}}}}});
    let mut cleaner = Cleaner::new(vec![&page], true);
    let schema = cleaner.schema(&page, &Place::default());
    assert_eq!(
        schema["properties"]["a"]["$ref"],
        "#/components/schemas/TreeNode"
    );
    let definition = &cleaner.definitions["TreeNode"];
    assert_eq!(
        definition["properties"]["next"]["$ref"],
        "#/components/schemas/TreeNode"
    );
    let (_, _, faults) = clean(&json!({"$ref": "#/definitions/x"}));
    assert_eq!(faults, ["#/$ref: `#/definitions/x` leads nowhere"]);
}

#[test]
fn names_come_from_words() {
    for (text, name) in [
        ("JSON Mode", "JsonMode"),
        ("tool_calls", "ToolCalls"),
        ("toolCalls", "ToolCalls"),
        ("3d", "Part3d"),
        ("llama-3.1-8b", "Llama3_1_8b"),
        ("", "Part"),
    ] {
        assert_eq!(pascal(text), name);
    }
}
