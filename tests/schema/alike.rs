//! Models that are published like known ones: what they share is shared, what is their own is said once.

use serde_json::{Value, json};
use workers_ai_schema::{Directory, Import, check};

use crate::support::{Scratch, fresh, imported, page, schema};

fn question(more: &Value) -> Value {
    let mut question = json!({"type": "object", "required": ["question"], "properties": {
        "question": {"type": "string"},
        "seed": {"type": "number"},
        "tone": {"type": "string", "enum": ["dry", "warm"]},
    }});
    let properties = question["properties"].as_object_mut().expect("an object");
    properties.extend(more.as_object().cloned().unwrap_or_default());
    question
}

fn answer() -> Value {
    json!({"type": "object", "properties": {
        "answer": {"type": "string"}, "doubts": {"type": "string"}, "sources": {"type": "string"},
    }})
}

/// Two models with one component for what they take, of which we know that its seed is a whole number.
fn known() -> Directory {
    let pages = ["one", "two"].map(|name| page(name, &question(&json!({})), &answer()));
    let mut directory = fresh(&pages).directory;
    let file = "components/text-generation.json";
    let mut shared = directory.get(file).expect("shared shapes").clone();
    let seed = "/components/schemas/TextGenerationInput/properties/seed/type";
    *shared.pointer_mut(seed).expect("the seed") = "integer".into();
    directory.insert(file.to_owned(), shared);
    directory
}

fn input<'a>(import: &'a Import, name: &str) -> &'a Value {
    schema(&import.directory, name, false)
}

const SHARED: &str =
    "../../../components/text-generation.json#/components/schemas/TextGenerationInput";

#[test]
fn a_new_model_shares_what_a_known_one_shares() {
    let new = [page("three", &question(&json!({})), &answer())];
    let import = imported(&known(), &new);
    assert_eq!(input(&import, "three"), input(&import, "one"));
    assert_eq!(input(&import, "three")["$ref"], SHARED);
    let notes: Vec<String> = import.notes.iter().map(ToString::to_string).collect();
    let told =
        "models/cf/example/three.json#: written like `@cf/example/one`, which is published alike";
    assert_eq!(notes, [told]);
    assert!(imported(&import.directory, &new).files.is_empty());
    let scratch = Scratch::new(&import.directory);
    assert_eq!(check(&scratch.0), Ok(3));
}

#[test]
fn what_a_new_model_lacks_is_not_said_of_it() {
    let mut less = question(&json!({}));
    let properties = less["properties"].as_object_mut().expect("an object");
    properties.shift_remove("tone");
    let silent = json!({"type": "object"});
    let pages = [
        page("less", &less, &answer()),
        page("silent", &question(&json!({})), &silent),
    ];
    let import = imported(&known(), &pages);
    assert!(input(&import, "less").get("$ref").is_none());
    assert!(input(&import, "less")["properties"].get("tone").is_none());
    let file = "models/cf/example/silent.json";
    let document = import.directory.get(file).expect("a document");
    let shared = |text: &Value| text.to_string().contains("schemas/TextGenerationOutput");
    assert!(shared(schema(&import.directory, "one", true)) && !shared(document));
}

/// Options stand once in the document, beside what is shared: a change of one is a change there.
#[test]
fn what_is_a_models_own_changes_where_it_stands() {
    let tempo = |words: &[&str]| json!({"tempo": {"type": "string", "enum": words}});
    let two = |more: &Value| {
        let asked = question(more);
        json!({"oneOf": [asked, {"type": "object", "required": ["requests"], "properties": {"requests": {"type": "array", "items": asked}}}]})
    };
    let mut directory = known();
    let before = page("fast", &two(&tempo(&["slow", "quick"])), &answer());
    directory = imported(&directory, &[before]).directory;
    let file = "models/cf/example/fast.json";
    let mut document = directory.get(file).expect("a document").clone();
    let own = json!({"allOf": [{"$ref": SHARED}, {"$ref": "#/components/schemas/Options"}]});
    let body = "/paths/~1accounts~1{account_id}~1ai~1run~1@cf~1example~1fast/post/requestBody/content/application~1json/schema";
    let arms = json!([own, {"type": "object", "required": ["requests"], "properties": {"requests": {"type": "array", "items": own}}}]);
    *document.pointer_mut(body).expect("a body") = json!({"oneOf": arms});
    document["components"]["schemas"] =
        json!({"Options": {"type": "object", "properties": tempo(&["slow", "quick"])}});
    directory.insert(file.to_owned(), document);

    let mut more = tempo(&["slow", "quick", "sudden"]);
    more["depth"] = json!({"type": "integer"});
    let new = [page("fast", &two(&more), &answer())];
    let import = imported(&directory, &new);
    let document = import.directory.get(file).expect("a document");
    assert_eq!(input(&import, "fast")["oneOf"], arms);
    assert_eq!(
        document["components"]["schemas"]["Options"]["properties"],
        more
    );
    assert!(imported(&import.directory, &new).files.is_empty());
}
