//! Options of a model in the query, where the body is the input.

use serde_json::json;

use crate::wire::{Got, post, run, usual};

const NOVA: &str = "@cf/deepgram/nova-3";

fn ask(query: &str) -> Got {
    post(&format!("run/{NOVA}?{query}"), "RIFF")
        .header("content-type", "audio/wav")
        .send(&usual())
}

#[test]
fn what_is_asked_for_is_answered() {
    let got = ask("diarize=true&utterances=true&language=en&utt_split=0.8&channels=1").json();
    let result = &got["result"]["results"];
    assert_eq!(
        result["channels"][0]["alternatives"][0]["words"][0]["speaker"],
        0
    );
    assert!(result["utterances"][0]["transcript"].is_string());
    let plain = ask("").json();
    assert_eq!(plain["result"]["results"].get("utterances"), None);
}

#[test]
fn what_does_not_fit_is_refused() {
    for (query, status, says) in [
        ("diarize=false", 200, ""),
        ("mode=medical&encoding=linear16", 200, ""),
        ("keyterm=caf%C3%A9+au+lait", 200, ""),
        ("tags=a,b", 200, ""),
        ("mine=1", 200, ""),
        ("diarize=maybe", 400, "Type mismatch of '/diarize'"),
        ("diarize=", 400, "Type mismatch of '/diarize'"),
        ("diarize=1", 400, "Type mismatch of '/diarize'"),
        ("utt_split=long", 400, "Type mismatch of '/utt_split'"),
        ("mode=poetry", 400, "'/mode' must be one of"),
        (
            "punctuate=true&encoding=mp4",
            400,
            "'/encoding' must be one of",
        ),
    ] {
        let got = ask(query);
        assert_eq!(got.status, status, "{query}: {}", got.text());
        assert!(got.text().contains(says), "{query}: {}", got.text());
        if status == 400 {
            assert_eq!(got.code(), 5006, "{query}");
        }
    }
}

#[test]
fn the_model_in_the_body_is_held_to_the_same() {
    let server = usual();
    let llama = crate::wire::LLAMA;
    for (input, code) in [
        (json!({"prompt": "Hello"}), 0),
        (
            json!({"prompt": "Hello", "options": {"rejectIfBusy": true}}),
            0,
        ),
        (json!({"prompt": 1}), 5006),
        (json!({"requests": [{"prompt": "Hello"}]}), 5006),
        (json!(["Hello"]), 5006),
    ] {
        let body = json!({"model": llama, "input": input}).to_string();
        let in_body = post("run", body).send(&server);
        let in_path = run(llama, input.to_string()).send(&server);
        let status = if code == 0 { 200 } else { 400 };
        for got in [in_body, in_path] {
            assert_eq!(
                (got.status, got.code()),
                (status, code),
                "{input}: {}",
                got.text()
            );
        }
    }
    let body = json!({"model": "@cf/meta/llama-3.3-70b-instruct-fp8-fast", "input": {"requests": [{"prompt": "a"}]}});
    let got = post("run", body.to_string()).send(&server);
    assert!(got.text().contains("queueRequest=true"), "{}", got.text());
}
