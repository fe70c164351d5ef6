//! Every model, with the example in its document.

use serde_json::Value;
use workers_ai_local::Server;

use crate::wire::{Got, LLAMA, get, run, start, usual};

/// Every model's document as the catalogue tells it.
fn documents(server: &Server) -> Vec<(String, Value)> {
    let list = get("models/search?per_page=500&include_deprecated=true")
        .send(server)
        .json();
    let list = list["result"].as_array().expect("a list").clone();
    assert_eq!(list.len(), 112);
    list.iter()
        .map(|item| {
            let id = item["name"].as_str().expect("a name").to_owned();
            let schema = get(&format!("models/schema?model={id}")).send(server);
            assert_eq!(schema.status, 200, "{id}");
            (id, schema.json()["result"].clone())
        })
        .collect()
}

/// The example of a JSON body.
fn example(schema: &Value) -> Option<Value> {
    let branches = match schema["input"].get("oneOf") {
        Some(branches) if branches[0].get("contentType").is_some() => branches.as_array()?.clone(),
        _ => vec![schema["input"].clone()],
    };
    branches.iter().find_map(|branch| {
        let kind = branch.get("contentType").and_then(Value::as_str);
        let is_json = kind.is_none_or(|kind| kind == "application/json");
        (is_json && branch.get("x-binding-only").is_none())
            .then(|| branch.get("x-example").cloned())?
    })
}

fn ask(server: &Server, id: &str, schema: &Value) -> Got {
    if let Some(example) = example(schema) {
        return run(id, example.to_string()).send(server);
    }
    let input = &schema["input"];
    let kind = input
        .get("contentType")
        .or_else(|| input["oneOf"][0].get("contentType"));
    match kind.and_then(Value::as_str) {
        Some("multipart/form-data") => {
            let body =
                "--b\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\na door\r\n--b--\r\n";
            run(id, body)
                .header("content-type", "multipart/form-data; boundary=b")
                .send(server)
        }
        Some("audio/*") => run(id, "RIFF")
            .header("content-type", "audio/wav")
            .send(server),
        Some(_) => run(id, "RIFF")
            .header("content-type", "application/octet-stream")
            .send(server),
        None => panic!("{id} has no example"),
    }
}

#[test]
fn every_example_is_answered() {
    let server = start(Server::builder().retired(true).keep(0));
    for (id, schema) in documents(&server) {
        let got = ask(&server, &id, &schema);
        assert_eq!(got.status, 200, "{id}: {}", got.text());
        assert!(got.header("cf-ai-req-id").is_some(), "{id}");
        assert!(got.header("cf-ai-neurons").is_some(), "{id}");
        let kind = got
            .header("content-type")
            .expect("a content type")
            .to_owned();
        if kind == "application/json" {
            assert_eq!(got.json()["success"], true, "{id}");
            assert!(!got.json()["result"].is_null(), "{id}");
        } else {
            assert!(!got.body.is_empty(), "{id}");
        }
    }
}

#[test]
fn every_model_that_streams_ends_with_its_marker() {
    let server = start(Server::builder().retired(true).keep(0));
    let mut streamed = 0;
    for (id, schema) in documents(&server) {
        let Some(mut example) = example(&schema) else {
            continue;
        };
        let outputs = schema["output"]["oneOf"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let marker = outputs
            .iter()
            .find_map(|output| output["x-end-marker"].as_str());
        let Some(marker) = marker else { continue };
        example["stream"] = true.into();
        let got = run(&id, example.to_string()).send(&server);
        if got.status == 400 {
            assert!(got.text().contains("'stream'"), "{id}: {}", got.text());
            continue;
        }
        assert_eq!(
            got.header("content-type"),
            Some("text/event-stream"),
            "{id}"
        );
        assert!(got.text().ends_with(&format!("data: {marker}\n\n")), "{id}");
        streamed += 1;
    }
    assert!(streamed >= 60, "{streamed} models streamed");
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let ask = |server: &Server| {
        run(LLAMA, r#"{"prompt":"What floats?"}"#)
            .send(server)
            .json()
    };
    let (one, other) = (usual(), usual());
    let seeded = start(Server::builder().seed(7));
    assert_eq!(ask(&one), ask(&one));
    assert_eq!(ask(&one), ask(&other));
    assert_ne!(ask(&one), ask(&seeded));
}
