//! Batches: queued, running, done.

use serde_json::{Value, json};
use workers_ai_local::{Fault, Server};

use crate::wire::{LLAMA, post, run, usual};

const BGE: &str = "@cf/baai/bge-m3";

fn submit(server: &Server, model: &str, body: &str) -> crate::wire::Got {
    post(&format!("run/{model}?queueRequest=true"), body).send(server)
}

#[test]
fn a_batch_passes_through_all_its_states() {
    let server = usual();
    let body = r#"{"requests":[{"text":"one","external_reference":"a"},{"text":["two","three"]}]}"#;
    let receipt = submit(&server, BGE, body);
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    let receipt = receipt.json()["result"].clone();
    assert_eq!(
        (&receipt["status"], &receipt["model"]),
        (&json!("queued"), &json!(BGE))
    );
    let poll = json!({"request_id": receipt["request_id"]}).to_string();
    for state in ["queued", "running"] {
        let got = submit(&server, BGE, &poll).json();
        assert_eq!(got["result"]["status"], state);
        assert_eq!(got["result"]["request_id"], receipt["request_id"]);
    }
    // The query may be left out.
    let done = run(BGE, &poll).send(&server).json()["result"].clone();
    assert_eq!(done.get("status"), None);
    let responses = done["responses"].as_array().expect("a list");
    assert_eq!(responses.len(), 2);
    for (index, (response, reference)) in
        responses.iter().zip([json!("a"), Value::Null]).enumerate()
    {
        assert_eq!(response["id"], index);
        assert_eq!(response["success"], true);
        assert_eq!(response["external_reference"], reference);
    }
    assert_eq!(responses[1]["result"]["shape"][0], 2);
    // Each item gets what it would get alone.
    let alone = run(BGE, r#"{"text":"one"}"#).send(&server).json();
    assert_eq!(responses[0]["result"], alone["result"]);
    assert_eq!(run(BGE, &poll).send(&server).json()["result"], done);
}

#[test]
fn a_reference_changes_nothing_about_an_answer() {
    let server = usual();
    let model = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
    let body = r#"{"requests":[{"prompt":"What floats?","external_reference":"a"}]}"#;
    let receipt = submit(&server, model, body).json();
    let poll = json!({"request_id": receipt["result"]["request_id"]}).to_string();
    submit(&server, model, &poll);
    submit(&server, model, &poll);
    let done = submit(&server, model, &poll).json();
    let alone = run(model, r#"{"prompt":"What floats?"}"#)
        .send(&server)
        .json();
    let item = &done["result"]["responses"][0];
    assert_eq!(item["external_reference"], "a");
    assert_eq!(item["result"]["response"], alone["result"]["response"]);
    assert_eq!(
        done["result"]["usage"]["total_tokens"],
        alone["result"]["usage"]["total_tokens"]
    );
}

#[test]
fn models_that_queue_without_saying_so_in_their_document() {
    let server = usual();
    let body = r#"{"requests":[{"text":"hello"},{"text":["a","b"],"external_reference":"x"}]}"#;
    let got = submit(&server, "@cf/baai/bge-small-en-v1.5", body);
    assert_eq!(got.json()["result"]["status"], "queued", "{}", got.text());
}

#[test]
fn refusals() {
    let server = usual();
    let large = format!(
        r#"{{"requests":[{{"text":"{}"}}]}}"#,
        "a".repeat(10_000_000)
    );
    for (what, model, body, status, code) in [
        ("no requests", BGE, "{}", 400, 5006),
        ("no list", BGE, r#"{"requests":1}"#, 400, 5006),
        ("an empty list", BGE, r#"{"requests":[]}"#, 400, 5006),
        ("no object", BGE, r#"{"requests":[1]}"#, 400, 5006),
        (
            "a bad item",
            BGE,
            r#"{"requests":[{"text":"a"},{"texts":"a"}]}"#,
            400,
            5006,
        ),
        (
            "a bad reference",
            BGE,
            r#"{"requests":[{"text":"a","external_reference":1}]}"#,
            400,
            5006,
        ),
        (
            "a model without",
            LLAMA,
            r#"{"requests":[{"prompt":"a"}]}"#,
            400,
            5006,
        ),
        ("an unknown id", BGE, r#"{"request_id":"no"}"#, 400, 5006),
        ("too much", BGE, large.as_str(), 413, 3006),
    ] {
        let got = submit(&server, model, body);
        assert_eq!(
            (got.status, got.code()),
            (status, code),
            "{what}: {}",
            got.text()
        );
    }
}

#[test]
fn a_batch_belongs_to_its_model() {
    let server = usual();
    let receipt = submit(&server, BGE, r#"{"requests":[{"text":"a"}]}"#).json();
    let poll = json!({"request_id": receipt["result"]["request_id"]}).to_string();
    let other = run("@cf/baai/bge-small-en-v1.5", poll).send(&server);
    assert_eq!(other.code(), 5006);
}

#[test]
fn a_finished_batch_can_have_results_with_an_index() {
    let server = usual();
    let body = r#"{"requests":[{"text":"a","external_reference":"x"},{"text":"b"}]}"#;
    let receipt = submit(&server, BGE, body).json();
    let id = &receipt["result"]["request_id"];
    let poll = json!({"request_id": id}).to_string();
    server.script(Fault::new().results().always());
    for state in ["queued", "running", "completed"] {
        assert_eq!(
            submit(&server, BGE, &poll).json()["result"]["status"],
            state
        );
    }
    let done = submit(&server, BGE, &poll).json()["result"].clone();
    assert_eq!(&done["request_id"], id);
    assert_eq!(done.get("responses"), None);
    let results = done["results"].as_array().expect("a list");
    let numbers: Vec<_> = results.iter().map(|item| item["index"].as_u64()).collect();
    assert_eq!(numbers, [Some(0), Some(1)]);
    assert_eq!(results[0]["external_reference"], "x");
    server.clear();
    let usual = submit(&server, BGE, &poll).json()["result"].clone();
    assert_eq!(usual["responses"][0]["result"], results[0]["result"]);
    assert_eq!(usual["usage"], done["usage"]);
}

#[test]
fn an_item_can_fail_alone() {
    let server = usual();
    let receipt = submit(&server, BGE, r#"{"requests":[{"text":"a"},{"text":"b"}]}"#).json();
    let poll = json!({"request_id": receipt["result"]["request_id"]}).to_string();
    server.script(Fault::new().item_error(1).always());
    let waiting = submit(&server, BGE, &poll).json();
    assert_eq!(waiting["result"]["status"], "queued");
    submit(&server, BGE, &poll);
    let done = submit(&server, BGE, &poll).json();
    let responses = &done["result"]["responses"];
    assert_eq!(
        (&responses[0]["success"], &responses[1]["success"]),
        (&true.into(), &false.into())
    );
    assert_eq!(responses[1]["result"], Value::Null);
}
