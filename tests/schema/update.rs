//! A model that is there already: what is published comes in, what we wrote stays.

use serde_json::{Value, json};
use workers_ai_schema::{Directory, Import, Source};

use crate::support::{corpus, fresh, imported, page, schema};

const NAME: &str = "parrot";

fn input() -> Value {
    json!({"type": "object", "required": ["prompt"], "properties": {
        "prompt": {"type": "string", "description": "Theirs."},
        "heat": {"type": "number", "minimum": 0, "maximum": 5, "default": 1, "description": "Theirs."},
        "tone": {"type": "string", "enum": ["dry", "warm"]},
    }})
}

fn output() -> Value {
    json!({"type": "object", "properties": {"response": {"type": "string", "description": "Theirs."}}})
}

/// A document with words, marks, an example and facts of ours.
fn ours() -> Directory {
    let directory = fresh(&[page(NAME, &input(), &output())]).directory;
    let file = format!("models/cf/example/{NAME}.json");
    let mut document = directory.get(&file).expect("a document").clone();
    document["info"]["summary"] = "Our sentence.".into();
    document["x-model"]["name"] = "Polly".into();
    let text = document.to_string().replace("Theirs.", "Ours.");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    let path = format!("/accounts/{{account_id}}/ai/run/@cf/example/{NAME}");
    let body = &mut document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
    body["example"] = json!({"prompt": "Hello"});
    body["schema"]["properties"]["prompt"]["x-note"] = "Ours.".into();
    body["schema"]["properties"]["tone"]["x-enum-descriptions"] = json!({"dry": "Ours."});
    let mut directory = directory;
    directory.insert(file, document);
    directory
}

fn update(input: &Value, output: &Value) -> Import {
    imported(&ours(), &[page(NAME, input, output)])
}

fn body(import: &Import) -> &Value {
    schema(&import.directory, NAME, false)
}

#[test]
fn what_is_the_same_stays_to_the_letter() {
    let import = update(&input(), &output());
    assert!(import.files.is_empty(), "{:?}", import.files);
}

#[test]
fn words_and_marks_of_ours_stay_and_values_are_theirs() {
    let mut given = input();
    given["properties"]["heat"]["maximum"] = 2.into();
    given["properties"]["heat"]["default"] = json!(0.5);
    given["properties"]["tone"]["enum"] = json!(["dry", "warm", "wry"]);
    given["properties"]["echo"] = json!({"type": "boolean", "description": "Theirs."});
    given["required"] = json!(["prompt", "heat"]);
    let import = update(&given, &output());
    assert_eq!(import.updated, ["@cf/example/parrot"]);
    let body = body(&import);
    let heat = &body["properties"]["heat"];
    assert_eq!(
        (&heat["maximum"], &heat["default"], &heat["description"]),
        (&json!(2), &json!(0.5), &json!("Ours."))
    );
    assert_eq!(body["properties"]["prompt"]["x-note"], "Ours.");
    assert_eq!(
        body["properties"]["tone"]["enum"],
        json!(["dry", "warm", "wry"])
    );
    assert_eq!(
        body["properties"]["tone"]["x-enum-descriptions"],
        json!({"dry": "Ours."})
    );
    assert_eq!(body["properties"]["echo"]["description"], "Theirs.");
    assert_eq!(body["required"], json!(["prompt", "heat"]));
    let document = import
        .directory
        .get("models/cf/example/parrot.json")
        .expect("a document");
    assert_eq!(document["info"]["summary"], "Our sentence.");
    assert_eq!(document["x-model"]["name"], "Polly");
    assert!(
        document
            .to_string()
            .contains(r#""example":{"prompt":"Hello"}"#)
    );
}

#[test]
fn what_is_published_less_precisely_changes_nothing() {
    let cases = [
        json!({"type": "object", "properties": {"response": {}}}),
        json!({"type": "object"}),
        json!({"oneOf": [{"type": "object", "properties": {"response": {"type": "string"}}}, {"type": "null"}]}),
    ];
    for given in cases {
        let import = update(&input(), &given);
        assert!(import.files.is_empty(), "{given}: {:?}", import.files);
    }
}

#[test]
fn what_is_no_longer_published_is_kept_and_listed() {
    let mut given = input();
    given["properties"]
        .as_object_mut()
        .expect("properties")
        .shift_remove("heat");
    let import = update(&given, &output());
    assert!(import.files.is_empty());
    let [line] = import.differences.as_slice() else {
        panic!("{:?}", import.differences);
    };
    let document = ours();
    let document = document.get(&line.place.file).expect("a document");
    assert_eq!(
        document.pointer(&line.place.pointer).expect("its place")["maximum"],
        5
    );
    assert_eq!(
        (line.path.as_str(), line.message.as_str()),
        ("heat", "in the document, not published")
    );
}

/// Ours has a field, a limit and an alternative that are not published, and what a component has is needed elsewhere.
#[test]
fn what_is_no_longer_published_is_taken_out_on_demand() {
    let shared = json!({"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}});
    let whole = json!({"type": "object", "required": ["prompt", "heat"], "properties": {
        "prompt": {"type": "string", "maxLength": 9},
        "heat": {"type": "number"},
        "file": {"oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "object", "properties": {"url": {"type": "string"}}},
        ]},
        "part": shared,
    }});
    let names = ["parrot", "owl"];
    let before = fresh(&names.map(|name| page(name, &whole, &output()))).directory;
    let less = json!({"type": "object", "required": ["prompt"], "properties": {
        "prompt": {"type": "string"},
        "file": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "part": {"type": "object", "properties": {"name": {"type": "string"}}},
    }});
    let mut alone = before.clone();
    // What two models share is a component; `lone` is a third one with all in its own document.
    let lone = fresh(&[page("lone", &whole, &output())]).directory;
    let file = "models/cf/example/lone.json";
    alone.insert(file.to_owned(), lone.get(file).expect("a document").clone());
    let mut options = crate::support::options();
    options.prune = true;
    let pages = ["parrot", "lone"].map(|name| page(name, &less, &output()));
    let import = workers_ai_schema::import(&alone, &Directory::default(), &pages, &options);
    let import = import.expect("pages that can be taken");
    let body = schema(&import.directory, "lone", false);
    assert_eq!(*body, less, "{body:#}");
    assert_eq!(import.updated, ["@cf/example/lone"]);
    let kept: Vec<&str> = import
        .differences
        .iter()
        .filter(|line| line.models == ["@cf/example/parrot"])
        .map(|line| line.path.as_str())
        .collect();
    assert_eq!(kept, ["file", "heat", "part.size", "prompt"]);
    let components: Vec<_> = import.directory.components().collect();
    assert_eq!(components, alone.components().collect::<Vec<_>>());
}

#[test]
fn what_an_alternative_shares_is_published() {
    let text = json!({"type": "string"});
    let shared = json!({"type": "object", "properties": {"a": text, "b": text, "c": text}});
    let input = |part: Value| json!({"type": "object", "properties": {"part": part}});
    let mut wide = shared.clone();
    wide["properties"]["d"] = text.clone();
    let both = ["one", "two"].map(|name| page(name, &input(shared.clone()), &output()));
    let before = fresh(&both).directory;
    let before = imported(&before, &[page(NAME, &input(wide), &output())]).directory;
    let other = json!({"type": "object", "properties": {"e": text, "f": text}});
    let given = input(json!({"oneOf": [shared, other]}));
    let mut options = crate::support::options();
    options.prune = true;
    let pages = [page(NAME, &given, &output())];
    let import = workers_ai_schema::import(&before, &Directory::default(), &pages, &options);
    let import = import.expect("a page that can be taken");
    let part = &schema(&import.directory, NAME, false)["properties"]["part"];
    let names: Vec<&String> = part["properties"]
        .as_object()
        .expect("properties")
        .keys()
        .collect();
    assert_eq!(names, ["a", "b", "c", "e", "f"]);
}

#[test]
fn a_withdrawn_model_that_is_published_again_is_told() {
    let mut directory = ours();
    let file = format!("models/cf/example/{NAME}.json");
    let mut document = directory.get(&file).expect("a document").clone();
    document["x-model"]["status"] = "deprecated".into();
    directory.insert(file.clone(), document);
    let import = imported(&directory, &[page(NAME, &input(), &output())]);
    let lines: Vec<String> = import.differences.iter().map(ToString::to_string).collect();
    let line =
        format!("{file}#/x-model/status: `status`: deprecated in the document, live published");
    assert_eq!(lines, [line]);
}

/// Two kinds of pieces are told apart in the document, and published as one object.
#[test]
fn what_alternatives_of_an_alternative_tell_apart_is_no_new_one() {
    let piece = |kind: &str, key: &str| json!({"type": "object", "required": ["kind", key], "properties": {"kind": {"type": "string", "enum": [kind]}, key: {"type": "string"}}});
    let pieces = json!({"oneOf": [piece("word", "word"), piece("sound", "sound")]});
    let told = |pieces: &Value| json!({"type": "object", "properties": {"say": {"oneOf": [{"type": "string"}, {"type": "array", "items": pieces}, pieces]}}});
    let before = fresh(&[page(NAME, &told(&pieces), &output())]).directory;
    let mut one = json!({"type": "object", "properties": {"kind": {"type": "string"}, "word": {"type": "string"}, "sound": {"type": "string"}}});
    let import = imported(&before, &[page(NAME, &told(&one), &output())]);
    assert!(import.files.is_empty(), "{:?}", import.files);
    assert!(import.differences.is_empty(), "{:?}", import.differences);
    one["properties"]["pitch"] = json!({"type": "number"});
    let import = imported(&before, &[page(NAME, &told(&one), &output())]);
    assert!(body(&import).to_string().contains("pitch"));
}

#[test]
fn words_of_lists_are_the_same_in_any_order_and_case() {
    let spoken = |languages: &str| {
        let mut page = page(NAME, &input(), &output());
        let list = json!([{"property_id": "languages", "value": languages}]);
        page.text = page
            .text
            .replace("\"properties\":[]", &format!("\"properties\":{list}"));
        page
    };
    let before = fresh(&[spoken("Welsh, Breton")]).directory;
    assert!(
        imported(&before, &[spoken("breton,welsh")])
            .files
            .is_empty()
    );
    assert_eq!(imported(&before, &[spoken("Breton")]).updated.len(), 1);
}

#[test]
fn structure_only_brings_no_words() {
    let mut options = crate::support::options();
    options.prose = false;
    let none = Directory::default();
    let import =
        workers_ai_schema::import(&none, &none, &[page(NAME, &input(), &output())], &options);
    let import = import.expect("a page that can be taken");
    let text = import.files.values().cloned().collect::<String>();
    assert!(
        !text.contains("Theirs.") && !text.contains("made-up"),
        "{text}"
    );
}

/// The page of a chat model of the corpus, as its components say, with one more property.
fn chat_page(extra: bool) -> Source {
    let corpus = corpus();
    let shared = corpus
        .get("components/text-generation.json")
        .expect("shared shapes");
    let inlined = |name: &str| {
        inline(
            &corpus,
            "components/text-generation.json",
            &shared["components"]["schemas"][name],
        )
    };
    let mut prompt = inlined("TextGenerationPrompt");
    if extra {
        prompt["properties"]["top_a"] = json!({"type": "number"});
    }
    let input = json!({"oneOf": [prompt, inlined("TextGenerationMessages")]});
    let mut source = page("x", &input, &inlined("TextGenerationOutput"));
    source.text = source
        .text
        .replace("@cf/example/x", "@cf/meta/llama-3.1-8b-instruct-fp8");
    source
}

fn inline(directory: &Directory, file: &str, node: &Value) -> Value {
    match node {
        Value::Object(map) => {
            let mut out = serde_json::Map::new();
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                let (address, target) = directory.follow(file, reference).expect("a target");
                let file = address.split('#').next().unwrap_or_default();
                out = inline(directory, file, target)
                    .as_object()
                    .cloned()
                    .unwrap_or_default();
            }
            for (key, value) in map.iter().filter(|(key, _)| *key != "$ref") {
                out.insert(key.clone(), inline(directory, file, value));
            }
            Value::Object(out)
        }
        Value::Array(list) => list
            .iter()
            .map(|value| inline(directory, file, value))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn shapes_of_components_become_references() {
    let corpus = corpus();
    let mut source = chat_page(false);
    source.text = source
        .text
        .replace("@cf/meta/llama-3.1-8b-instruct-fp8", "@cf/example/new-chat");
    let import = imported(&corpus, &[source.clone()]);
    assert_eq!(
        import.files.keys().collect::<Vec<_>>(),
        ["models/cf/example/new-chat.json"]
    );
    let body = schema(&import.directory, "new-chat", false);
    assert_eq!(
        body["$ref"],
        "../../../components/text-generation.json#/components/schemas/TextGenerationInput"
    );
    let elsewhere = workers_ai_schema::import(
        &Directory::default(),
        &corpus,
        &[source],
        &crate::support::options(),
    );
    let elsewhere = elsewhere.expect("the same in an empty directory");
    assert!(
        elsewhere
            .files
            .contains_key("components/text-generation.json")
    );
    assert!(elsewhere.files.contains_key("components/service.json"));
}

#[test]
fn one_property_more_extends_what_is_shared() {
    let import = imported(&corpus(), &[chat_page(true)]);
    let document = import
        .files
        .get("models/cf/meta/llama-3.1-8b-instruct-fp8.json")
        .expect("a change");
    assert_eq!(import.files.len(), 1);
    let document: Value = serde_json::from_str(document).expect("JSON");
    let body = document.pointer("/paths/~1accounts~1{account_id}~1ai~1run~1@cf~1meta~1llama-3.1-8b-instruct-fp8/post/requestBody/content/application~1json/schema/oneOf/0");
    let parts = &body.expect("the prompt")["allOf"];
    assert_eq!(
        parts[0]["$ref"],
        "../../../components/text-generation.json#/components/schemas/TextGenerationPrompt"
    );
    assert_eq!(parts[1]["properties"], json!({"top_a": {"type": "number"}}));
}

/// A definition that leads back to itself is compared once, however many ways lead through it.
#[test]
fn what_contains_itself_changes_where_it_stands() {
    let tree = |leaf: &str| {
        let input =
            json!({"type": "object", "properties": {"tree": {"$ref": "#/definitions/Tree"}}});
        let mut source = page(NAME, &input, &output());
        let mut given: Value = serde_json::from_str(&source.text).expect("JSON");
        let again = json!({"$ref": "#/definitions/Tree"});
        given["definitions"] = json!({"Tree": {"type": "object", "properties": {
            "left": again, "right": again, "rest": {"type": "array", "items": again}, "leaf": {"type": leaf},
        }}});
        source.text = given.to_string();
        source
    };
    let before = fresh(&[tree("string")]).directory;
    let import = imported(&before, &[tree("number")]);
    let file = format!("models/cf/example/{NAME}.json");
    let document = import.directory.get(&file).expect("a document");
    let leaf = "/components/schemas/Tree/properties/leaf/type";
    assert_eq!(document.pointer(leaf), Some(&json!("number")));
    let reference = &schema(&import.directory, NAME, false)["properties"]["tree"]["$ref"];
    assert_eq!(reference, "#/components/schemas/Tree");
    let again = imported(&import.directory, &[tree("number")]);
    assert!(again.files.is_empty(), "{:?}", again.files);
}
