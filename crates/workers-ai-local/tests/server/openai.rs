//! The endpoints of the other dialect.

use serde_json::json;

use crate::wire::{LLAMA, data, post, usual};

const QWEN: &str = "@cf/qwen/qwen3-30b-a3b-fp8";
const OSS: &str = "@cf/openai/gpt-oss-120b";
const BGE: &str = "@cf/baai/bge-m3";

#[test]
fn chat_completions() {
    let server = usual();
    for model in [LLAMA, QWEN, OSS] {
        let mut body = json!({"model": model, "messages": [{"role": "user", "content": "Why?"}]});
        let got = post("v1/chat/completions", body.to_string()).send(&server);
        assert_eq!(got.status, 200, "{model}: {}", got.text());
        let answer = got.json();
        assert_eq!(answer["object"], "chat.completion", "{model}");
        assert_eq!(answer.get("success"), None);
        assert!(
            answer["choices"][0]["message"]["content"].is_string(),
            "{model}"
        );
        assert!(got.header("cf-ai-neurons").is_some());

        body["stream"] = true.into();
        let got = post("v1/chat/completions", body.to_string())
            .send(&server)
            .text();
        let events = data(&got);
        assert_eq!(events.last(), Some(&"[DONE]"), "{model}");
        for event in &events[..events.len() - 1] {
            assert!(event.contains("chat.completion.chunk"), "{model}: {event}");
        }
    }
}

#[test]
fn responses() {
    let server = usual();
    let body = json!({"model": OSS, "input": "Why?"});
    let got = post("v1/responses", body.to_string()).send(&server).json();
    assert_eq!(got["object"], "response");
    let body = json!({"model": OSS, "input": "Why?", "stream": true});
    let got = post("v1/responses", body.to_string()).send(&server).text();
    assert!(got.contains("response.completed"), "{got}");
    let body = json!({"model": LLAMA, "input": "Why?"});
    assert_eq!(
        post("v1/responses", body.to_string()).send(&server).code(),
        5006
    );
}

#[test]
fn embeddings() {
    let server = usual();
    let body = json!({"model": BGE, "input": ["one", "two"]});
    let got = post("v1/embeddings", body.to_string()).send(&server).json();
    assert_eq!(got["object"], "list");
    assert_eq!(got["data"][1]["index"], 1);
    let vector = got["data"][0]["embedding"].as_array().expect("a vector");
    assert_eq!(vector.len(), 1024);

    let packed = json!({"model": BGE, "input": "one", "encoding_format": "base64"});
    let got = post("v1/embeddings", packed.to_string())
        .send(&server)
        .json();
    let text = got["data"][0]["embedding"].as_str().expect("text");
    assert_eq!(text.len(), (1024_usize * 4).div_ceil(3) * 4);
}

#[test]
fn the_model_in_the_body() {
    let server = usual();
    let body = json!({"model": LLAMA, "input": {"prompt": "Why?"}});
    let got = post("run", body.to_string()).send(&server);
    assert_eq!(got.status, 200, "{}", got.text());
    assert!(got.json()["result"]["response"].is_string());
    assert_eq!(server.requests()[0].model.as_deref(), Some(LLAMA));
}

#[test]
fn refusals() {
    let server = usual();
    let chat = json!([{"role": "user", "content": "Why?"}]);
    for (path, body, code) in [
        ("v1/chat/completions", json!({"messages": chat}), 5006),
        ("v1/chat/completions", json!({"model": LLAMA}), 5006),
        (
            "v1/chat/completions",
            json!({"model": LLAMA, "messages": []}),
            5006,
        ),
        (
            "v1/chat/completions",
            json!({"model": LLAMA, "messages": "a"}),
            5006,
        ),
        (
            "v1/chat/completions",
            json!({"model": LLAMA, "messages": chat, "temperature": 3}),
            5006,
        ),
        (
            "v1/chat/completions",
            json!({"model": "gpt-4", "messages": chat}),
            5007,
        ),
        (
            "v1/chat/completions",
            json!({"model": BGE, "messages": chat}),
            5006,
        ),
        ("v1/chat/completions", json!([]), 5006),
        ("v1/embeddings", json!({"model": BGE}), 5006),
        ("v1/embeddings", json!({"model": LLAMA, "input": "a"}), 5006),
        (
            "v1/embeddings",
            json!({"model": BGE, "input": [1, 2]}),
            5006,
        ),
        ("v1/responses", json!({"model": OSS}), 5006),
        ("run", json!({"input": {"prompt": "a"}}), 5006),
        ("run", json!({"model": LLAMA}), 5006),
        ("run", json!({"model": LLAMA, "input": {"prompt": 1}}), 5006),
        ("run", json!({"model": "openai/gpt-4.1", "input": {}}), 5007),
    ] {
        let got = post(path, body.to_string()).send(&server);
        assert_eq!(
            (got.status, got.code()),
            (400, code),
            "{path} {body}: {}",
            got.text()
        );
    }
    // Clients of this dialect send what nobody here knows.
    let body = json!({"model": LLAMA, "messages": chat, "safety_identifier": "x"});
    assert_eq!(
        post("v1/chat/completions", body.to_string())
            .send(&server)
            .status,
        200
    );
}
