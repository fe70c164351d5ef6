//! Passing calls on to a server of the other dialect, which is played here.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc,
    thread,
};

use serde_json::{Value, json};
use workers_ai_local::{Forward, Server};

use crate::wire::{LLAMA, data, post, run, start};

const QWEN: &str = "@cf/qwen/qwen3-30b-a3b-fp8";
const OSS: &str = "@cf/openai/gpt-oss-120b";
const BGE: &str = "@cf/baai/bge-m3";

const CHUNKS: &str = "data: {\"created\":5,\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Be\"}}]}\n\n\
    data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"cause\"},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}\n\n\
    data: [DONE]\n\n";

fn completion() -> Value {
    json!({
        "id": "x", "object": "chat.completion", "created": 5, "model": "small",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{\"a\":1}"}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    })
}

/// A server that gives one answer to each call, and tells what it was asked.
fn other(
    status: u16,
    kind: &'static str,
    body: String,
) -> (String, mpsc::Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).expect("a line");
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a line");
                if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().expect("a number");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut asked = vec![0; length];
            reader.read_exact(&mut asked).expect("a body");
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let asked = serde_json::from_slice(&asked).expect("JSON");
            // Nobody may be interested any more.
            let _ = sender.send((path, asked));
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    (url, receiver)
}

fn forwarding(url: &str) -> Server {
    let forward = Forward::from(url).model("small").embedding_model("vectors");
    start(Server::builder().forward(forward))
}

#[test]
fn text_in_every_dialect() {
    let (url, asked) = other(200, "application/json", completion().to_string());
    let server = forwarding(&url);

    let got = run(LLAMA, r#"{"prompt":"Why?","max_tokens":9}"#)
        .send(&server)
        .json();
    assert_eq!(got["result"]["response"], "{\"a\":1}");
    assert_eq!(got["result"]["usage"]["total_tokens"], 5);
    let (path, request) = asked.recv().expect("a call");
    assert_eq!(path, "/v1/chat/completions");
    let messages = json!([{"role": "user", "content": "Why?"}]);
    assert_eq!(
        request,
        json!({"model": "small", "messages": messages, "max_tokens": 9})
    );

    let schema = json!({"type": "object"});
    let format = json!({"type": "json_schema", "json_schema": schema});
    let body = json!({"messages": messages, "response_format": format});
    let got = run(LLAMA, body.to_string()).send(&server).json();
    assert_eq!(got["result"]["response"], json!({"a": 1}));
    let (_, request) = asked.recv().expect("a call");
    assert_eq!(request["response_format"]["json_schema"]["schema"], schema);

    let got = run(QWEN, json!({"messages": messages}).to_string())
        .send(&server)
        .json();
    assert_eq!(
        got["result"]["choices"][0]["message"]["content"],
        "{\"a\":1}"
    );
    assert_eq!(got["result"]["model"], QWEN);
    let _ = asked.recv();

    let body = json!({"instructions": "Be short.", "input": "Why?"});
    let got = run(OSS, body.to_string()).send(&server).json();
    assert_eq!(
        got["result"]["output"][0]["content"][0]["text"],
        "{\"a\":1}"
    );
    let (_, request) = asked.recv().expect("a call");
    assert_eq!(
        request["messages"][0],
        json!({"role": "system", "content": "Be short."})
    );

    let body = json!({"model": LLAMA, "messages": messages});
    let got = post("v1/chat/completions", body.to_string())
        .send(&server)
        .json();
    assert_eq!(got["choices"][0]["finish_reason"], "stop");
}

#[test]
fn tools() {
    let mut answer = completion();
    answer["choices"][0]["message"] = json!({
        "role": "assistant", "content": null,
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "dim", "arguments": "{\"level\":3}"}}],
    });
    let (url, asked) = other(200, "application/json", answer.to_string());
    let server = forwarding(&url);
    let body = json!({
        "messages": [{"role": "user", "content": "Dim it"}],
        "tools": [{"name": "dim", "description": "d", "parameters": {"type": "object", "properties": {}}}],
    });
    let got = run(LLAMA, body.to_string()).send(&server);
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(
        got.json()["result"]["tool_calls"],
        json!([{"name": "dim", "arguments": {"level": 3}}])
    );
    let (_, request) = asked.recv().expect("a call");
    assert_eq!(request["tools"][0]["function"]["name"], "dim");
}

#[test]
fn streams_in_every_dialect() {
    let (url, asked) = other(200, "text/event-stream", CHUNKS.to_owned());
    let server = forwarding(&url);

    let got = run(LLAMA, r#"{"prompt":"Why?","stream":true}"#)
        .send(&server)
        .text();
    let usage =
        r#"{"response":"","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#;
    let expected = [
        r#"{"response":"Be"}"#,
        r#"{"response":"cause"}"#,
        usage,
        "[DONE]",
    ];
    assert_eq!(data(&got), expected);
    let (_, request) = asked.recv().expect("a call");
    assert_eq!(request["stream"], true);

    let body = json!({"messages": [{"role": "user", "content": "Why?"}], "stream": true});
    let got = run(QWEN, body.to_string()).send(&server).text();
    assert_eq!(data(&got).len(), 4);
    assert!(got.contains(QWEN));

    let got = run(OSS, r#"{"input":"Why?","stream":true}"#)
        .send(&server)
        .text();
    let kinds: Vec<String> = data(&got)
        .iter()
        .filter_map(|event| serde_json::from_str::<Value>(event).ok())
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect();
    let expected = [
        "created",
        "output_item.added",
        "output_text.delta",
        "output_text.delta",
        "output_item.done",
        "completed",
    ];
    assert_eq!(kinds, expected.map(|kind| format!("response.{kind}")));
}

#[test]
fn a_stream_that_breaks_off_has_no_marker() {
    let half = CHUNKS
        .split_inclusive("\n\n")
        .next()
        .expect("an event")
        .to_owned();
    let (url, _asked) = other(200, "text/event-stream", half);
    let got = run(LLAMA, r#"{"prompt":"Why?","stream":true}"#)
        .send(&forwarding(&url))
        .text();
    assert_eq!(data(&got), [r#"{"response":"Be"}"#]);
}

#[test]
fn vectors() {
    let list = json!({"data": [{"embedding": [0.6, 0.8]}, {"embedding": [1.0, 0.0]}], "usage": {"prompt_tokens": 2}});
    let (url, asked) = other(200, "application/json", list.to_string());
    let server = forwarding(&url);
    let got = run(BGE, r#"{"text":["a","b"]}"#).send(&server).json();
    assert_eq!(got["result"]["shape"], json!([2, 2]));
    assert_eq!(got["result"]["data"][0], json!([0.6, 0.8]));
    let (path, request) = asked.recv().expect("a call");
    assert_eq!(path, "/v1/embeddings");
    assert_eq!(request, json!({"model": "vectors", "input": ["a", "b"]}));
    let body = json!({"model": BGE, "input": ["a", "b"]});
    let got = post("v1/embeddings", body.to_string()).send(&server).json();
    assert_eq!(got["data"][1]["embedding"], json!([1.0, 0.0]));
    // What the other server has no form for is answered here.
    let got = run(BGE, r#"{"query":"a","contexts":[{"text":"b"}]}"#).send(&server);
    assert_eq!(got.status, 200, "{}", got.text());
}

#[test]
fn other_tasks_stay_here() {
    let server = forwarding("http://127.0.0.1:9/v1");
    let got = run(
        "@cf/meta/m2m100-1.2b",
        r#"{"text":"hello","target_lang":"de"}"#,
    )
    .send(&server);
    assert_eq!(got.status, 200, "{}", got.text());
}

#[test]
fn what_goes_wrong_there() {
    let refusal = r#"{"error":{"message":"no such model"}}"#;
    for (status, kind, body, expected, says) in [
        (404, "application/json", refusal, 400, "no such model"),
        (500, "text/html", "<p>", 502, "500"),
        (200, "text/html", "<p>", 502, "not JSON"),
    ] {
        let (url, _asked) = other(status, kind, body.to_owned());
        let got = run(LLAMA, r#"{"prompt":"a"}"#).send(&forwarding(&url));
        assert_eq!(got.status, expected, "{}", got.text());
        assert!(got.text().contains(says), "{}", got.text());
    }
    let nobody = forwarding("http://127.0.0.1:9/v1");
    let got = run(LLAMA, r#"{"prompt":"a"}"#).send(&nobody);
    assert_eq!(got.status, 502);
    assert!(
        got.text().contains("cannot reach http://127.0.0.1:9/v1"),
        "{}",
        got.text()
    );
}
