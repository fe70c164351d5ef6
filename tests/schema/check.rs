//! What can be wrong with documents: each mistake is one line, and all come in one run.

use serde_json::{Value, json};
use workers_ai_schema::check;

use crate::support::{Scratch, corpus_path, fresh, lines, page};

#[test]
fn the_documents_of_this_workspace_have_nothing_wrong() {
    match check(&corpus_path()) {
        Ok(models) => assert!(models > 100),
        Err(faults) => panic!("{}", lines(&faults)),
    }
}

const FILE: &str = "models/cf/example/parrot.json";
const POST: &str = "/paths/~1accounts~1{account_id}~1ai~1run~1@cf~1example~1parrot/post";

/// What is said about the document of a model after `change`.
fn faults(change: impl Fn(&mut Value)) -> Vec<String> {
    let input = json!({"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}});
    let output = json!({"type": "object", "properties": {"response": {"type": "string"}}});
    let mut directory = fresh(&[page("parrot", &input, &output)]).directory;
    let mut document = directory.get(FILE).expect("a document").clone();
    change(&mut document);
    directory.insert(FILE.to_owned(), document);
    let scratch = Scratch::new(&directory);
    match check(&scratch.0) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document
        .pointer_mut(&format!("{POST}{pointer}"))
        .expect("a place in the document")
}

#[test]
fn each_mistake_is_one_line() {
    type Change = fn(&mut Value);
    let body = "/requestBody/content/application~1json";
    let cases: Vec<(Change, String)> = vec![
        (
            |document| document["openapi"] = "3.0.3".into(),
            format!("{FILE}#/openapi: the version of OpenAPI is 3.1.0 here"),
        ),
        (
            |document| document["swagger"] = "2.0".into(),
            format!("{FILE}#/swagger: `swagger` is no part of OpenAPI 3.1 here"),
        ),
        (
            |document| document["info"]["title"] = "".into(),
            format!("{FILE}#/info/title: `title` is missing"),
        ),
        (
            |document| document["x-model"]["id"] = "@cf/example/macaw".into(),
            format!("{FILE}#/x-model/id: the path runs `@cf/example/parrot`"),
        ),
        (
            |document| document["x-model"]["status"] = "gone".into(),
            format!("{FILE}#/x-model/status: `gone` is none of live, deprecated, documented"),
        ),
        (
            |document| document["x-model"]["status"] = "deprecated".into(),
            format!(
                "{FILE}#{POST}/deprecated: `deprecated` and the status of `@cf/example/parrot` disagree"
            ),
        ),
        (
            |document| document["x-model"]["successor"] = "@cf/example/macaw".into(),
            format!("{FILE}#/x-model/successor: `@cf/example/macaw` has no document"),
        ),
        (
            |document| {
                at(document, "/requestBody/content/application~1json")["example"] =
                    json!({"prompt": 7});
            },
            format!("{FILE}#{POST}{body}/example/prompt: the example is wrong: it is no string"),
        ),
        (
            |document| {
                at(document, "/requestBody/content/application~1json")["example"] = json!({});
            },
            format!("{FILE}#{POST}{body}/example: the example is wrong: `prompt` is missing"),
        ),
        (
            |document| document["components"]["schemas"] = json!({"Lonely": {"type": "string"}}),
            format!("{FILE}#/components/schemas/Lonely: nothing refers to `Lonely`; delete it"),
        ),
        (
            |document| {
                at(document, "/requestBody/content/application~1json")["schema"] =
                    json!({"$ref": "#/components/schemas/No"});
            },
            format!(
                "{FILE}#{POST}{body}/schema/$ref: `{FILE}#/components/schemas/No` leads nowhere"
            ),
        ),
        (
            |document| {
                at(document, "/requestBody/content/application~1json")["schema"] =
                    json!({"$ref": "../../../../x.json#/X"});
            },
            format!(
                "{FILE}#{POST}{body}/schema/$ref: `../../../../x.json#/X` leaves the schema directory"
            ),
        ),
        (
            |document| at(document, "/responses")["20x"] = json!({"description": "No."}),
            format!("{FILE}#{POST}/responses/20x: `20x` is no status"),
        ),
        (
            |document| {
                at(
                    document,
                    "/requestBody/content/application~1json/schema/properties/prompt",
                )["colour"] = "red".into();
            },
            format!(
                "{FILE}#{POST}{body}/schema/properties/prompt/colour: `colour` is no JSON Schema keyword; extensions begin with `x-`"
            ),
        ),
    ];
    assert_eq!(faults(|_| {}), Vec::<String>::new());
    for (change, line) in cases {
        let found = faults(change);
        assert!(found.contains(&line), "wanted {line}\nfound {found:#?}");
    }
}

#[test]
fn all_mistakes_come_in_one_run() {
    let found = faults(|document| {
        document["openapi"] = "3.0.3".into();
        document["x-model"]["status"] = "gone".into();
        document["components"]["schemas"] = json!({"Lonely": {"type": "string"}});
    });
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn a_correction_that_changes_nothing_is_a_mistake() {
    let input = json!({"type": "object", "properties": {"prompt": {"type": "string"}}});
    let mut directory = fresh(&[page("parrot", &input, &json!({}))]).directory;
    let entry = json!({"target": format!("{FILE}#/x-model"), "change": {"status": "live"}, "reason": "r", "evidence": "e"});
    directory.insert(
        "corrections/x.json".to_owned(),
        json!({"corrections": [entry]}),
    );
    let faults = check(&Scratch::new(&directory).0).expect_err("a fault");
    assert!(
        lines(&faults).contains("corrections/x.json#/corrections/0: changes nothing"),
        "{faults:?}"
    );
}
