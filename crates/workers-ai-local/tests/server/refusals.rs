//! What the service refuses, and in which of its dialects.

use serde_json::Value;
use workers_ai_local::Server;

use crate::wire::{LLAMA, get, path, post, run, start, usual};

const PROMPT: &str = r#"{"prompt":"Hello"}"#;

#[test]
fn credentials() {
    let server = start(Server::builder().token("secret"));
    let ask = || run(LLAMA, PROMPT).without_token();
    for (what, ask, status, code) in [
        (
            "the token",
            ask().header("authorization", "Bearer secret"),
            200,
            0,
        ),
        (
            "its scheme in lower case",
            ask().header("authorization", "bearer secret"),
            200,
            0,
        ),
        (
            "the key",
            ask()
                .header("x-auth-email", "a@b.c")
                .header("x-auth-key", "secret"),
            200,
            0,
        ),
        (
            "a gateway's token",
            ask().header("cf-aig-authorization", "Bearer secret"),
            200,
            0,
        ),
        ("nothing", ask(), 401, 10000),
        (
            "another token",
            ask().header("authorization", "Bearer other"),
            401,
            10000,
        ),
        (
            "another key",
            ask()
                .header("x-auth-email", "a@b.c")
                .header("x-auth-key", "other"),
            401,
            10000,
        ),
        (
            "a key alone",
            ask().header("x-auth-key", "secret"),
            401,
            10000,
        ),
        (
            "an address alone",
            ask().header("x-auth-email", "a@b.c"),
            401,
            10000,
        ),
        (
            "no scheme",
            ask().header("authorization", "secret"),
            400,
            6003,
        ),
        (
            "another scheme",
            ask().header("authorization", "Basic secret"),
            400,
            6003,
        ),
        (
            "an empty token",
            ask().header("authorization", "Bearer "),
            400,
            6003,
        ),
        (
            "a token with a blank",
            ask().header("authorization", "Bearer a b"),
            400,
            6003,
        ),
    ] {
        let got = ask.send(&server);
        assert_eq!(
            (got.status, got.code()),
            (status, code),
            "{what}: {}",
            got.text()
        );
        assert!(got.header("cf-ray").is_some(), "{what}");
    }
}

#[test]
fn any_token_will_do_but_none_will_not() {
    let server = usual();
    assert_eq!(run(LLAMA, PROMPT).send(&server).status, 200);
    assert_eq!(run(LLAMA, PROMPT).without_token().send(&server).status, 401);
}

#[test]
fn paths() {
    let server = start(Server::builder().account("local"));
    let escaped = path(&format!("run/{}", LLAMA.replace('/', "%2F")));
    let at_sign = path(&format!("run/{}", LLAMA.replace('@', "%40")));
    for (what, ask, status, code) in [
        ("the path", run(LLAMA, PROMPT), 200, 0),
        ("an escaped @", post("", PROMPT).at(&at_sign), 200, 0),
        ("escaped slashes", post("", PROMPT).at(&escaped), 400, 7000),
        (
            "another account",
            post("", PROMPT).at("/client/v4/accounts/other/ai/run/x"),
            404,
            7003,
        ),
        (
            "no account",
            post("", PROMPT).at("/client/v4/accounts//ai/run/x"),
            400,
            7000,
        ),
        ("another operation", post("nothing", PROMPT), 400, 7000),
        (
            "another product",
            post("", PROMPT).at("/client/v4/accounts/local/workers"),
            400,
            7000,
        ),
        ("the root", post("", PROMPT).at("/"), 400, 7000),
        ("an empty model", post("run/", PROMPT), 400, 7000),
        ("half a model", post("run/@cf//x", PROMPT), 400, 7000),
        (
            "another method",
            run(LLAMA, PROMPT).method("DELETE"),
            405,
            7001,
        ),
        ("GET", get(&format!("run/{LLAMA}")), 405, 7001),
        (
            "the list OpenAI clients ask for",
            get("v1/models"),
            405,
            7001,
        ),
        ("an unknown model", run("@cf/meta/none", PROMPT), 400, 5007),
        (
            "a model in other letters",
            run(&LLAMA.to_uppercase(), PROMPT),
            400,
            5007,
        ),
        ("a name that is no id", run("llama", PROMPT), 400, 5007),
        (
            "Anthropic's dialect",
            post("v1/messages", PROMPT),
            400,
            5007,
        ),
    ] {
        let got = ask.send(&server);
        assert_eq!(
            (got.status, got.code()),
            (status, code),
            "{what}: {}",
            got.text()
        );
    }
}

#[test]
fn retired_models() {
    let retired = "@cf/microsoft/phi-2";
    let got = run(retired, PROMPT).send(&usual());
    assert_eq!((got.status, got.code()), (410, 5028));
    assert!(got.text().contains("2026-05-30"));
    let server = start(Server::builder().retired(true));
    assert_eq!(run(retired, PROMPT).send(&server).status, 200);
}

#[test]
fn inputs_in_json() {
    let server = usual();
    for (body, code, says) in [
        (PROMPT, 0, ""),
        ("", 3003, ""),
        ("{", 5006, "not JSON"),
        ("[]", 5006, "'/'"),
        ("{}", 5006, "'prompt'"),
        (r#"{"prompt":"a","colour":1}"#, 5006, "'colour'"),
        (r#"{"prompt":1}"#, 5006, "'/prompt'"),
        (r#"{"prompt":""}"#, 5006, "at least 1"),
        (r#"{"prompt":"a","max_tokens":null}"#, 5006, "'/max_tokens'"),
        (r#"{"prompt":"a","max_tokens":1.5}"#, 5006, "'/max_tokens'"),
        (r#"{"prompt":"a","temperature":5.1}"#, 5006, "<= 5"),
        (r#"{"prompt":"a","top_p":-1}"#, 5006, "'/top_p'"),
        (r#"{"messages":[{"content":"a"}]}"#, 5006, "'role'"),
        // This is for the platform.
        (r#"{"prompt":"a","options":{"rejectIfBusy":true}}"#, 0, ""),
        (r#"{"prompt":"a","options":1}"#, 5006, "'options'"),
    ] {
        let got = run(LLAMA, body).send(&server);
        let status = if code == 0 { 200 } else { 400 };
        assert_eq!((got.status, got.code()), (status, code), "{body}");
        assert!(got.text().contains(says), "{body}: {}", got.text());
    }
    let got = run("@cf/baai/bge-m3", r#"{"requests":[{"text":"a"}]}"#).send(&server);
    assert!(got.text().contains("queueRequest"), "{}", got.text());
}

#[test]
fn inputs_of_other_types() {
    let server = usual();
    let whisper = "@cf/openai/whisper";
    let turbo = "@cf/openai/whisper-large-v3-turbo";
    let nova = "@cf/deepgram/nova-3";
    let flux = "@cf/black-forest-labs/flux-2-dev";
    let json = "application/json";
    for (model, kind, body, code, says) in [
        // What curl calls JSON if nobody tells it.
        (LLAMA, "application/x-www-form-urlencoded", PROMPT, 0, ""),
        (LLAMA, "multipart/form-data; boundary=x", "x", 5006, "form"),
        (flux, json, PROMPT, 5006, "multipart/form-data"),
        (flux, "multipart/form-data", "x", 5006, "boundary"),
        (whisper, "audio/wav", "RIFF", 0, ""),
        (whisper, "audio/wav", "", 3003, ""),
        (whisper, json, r#"{"audio":[82,73,70,70]}"#, 0, ""),
        (whisper, "text/plain", r#"{"audio":[82]}"#, 0, ""),
        (whisper, json, r#"{"audio":[82,256]}"#, 5006, "'/audio/1'"),
        (turbo, json, r#"{"audio":"UklGRg=="}"#, 0, ""),
        (turbo, json, r#"{"audio":"<wav>"}"#, 5004, "not base64"),
        (nova, "audio/mpeg", "ID3", 0, ""),
        (nova, json, r#"{"audio":{}}"#, 5006, "audio/*"),
    ] {
        let got = run(model, body).header("content-type", kind).send(&server);
        let status = if code == 0 { 200 } else { 400 };
        assert_eq!(
            (got.status, got.code()),
            (status, code),
            "{model} {body}: {}",
            got.text()
        );
        assert!(got.text().contains(says), "{model} {body}: {}", got.text());
    }
}

#[test]
fn forms() {
    let server = usual();
    let part = |name: &str, text: &str| {
        format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let file = "--xyz\r\ncontent-disposition: form-data; name=\"input_image_0\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n\x00\x01\r\n";
    let send = |body: String| {
        run("@cf/black-forest-labs/flux-2-dev", body)
            .header("content-type", "multipart/form-data; boundary=\"xyz\"")
            .send(&server)
    };
    let good = [
        part("prompt", "a door"),
        part("width", "512"),
        file.to_owned(),
        "--xyz--\r\n".to_owned(),
    ];
    let got = send(good.concat());
    assert_eq!(got.status, 200, "{}", got.text());
    assert!(got.json()["result"]["image"].is_string());
    for (what, body) in [
        (
            "a limit",
            part("prompt", "a") + &part("width", "8") + "--xyz--",
        ),
        (
            "a type",
            part("prompt", "a") + &part("width", "wide") + "--xyz--",
        ),
        (
            "an unknown field",
            part("prompt", "a") + &part("colour", "red") + "--xyz--",
        ),
        ("a missing field", part("width", "512") + "--xyz--"),
        ("no end", part("prompt", "a")),
        (
            "no name",
            "--xyz\r\ncontent-type: text/plain\r\n\r\na\r\n--xyz--".to_owned(),
        ),
        ("nothing", "--xyz--".to_owned()),
        ("no boundary at all", "prompt=a".to_owned()),
    ] {
        let got = send(body);
        assert_eq!(
            (got.status, got.code()),
            (400, 5006),
            "{what}: {}",
            got.text()
        );
    }
}

#[test]
fn dialects_of_errors() {
    let server = usual();
    let edge = run(LLAMA, PROMPT).without_token().send(&server);
    assert_eq!(edge.json()["result"], Value::Null);
    assert_eq!(edge.json()["success"], false);
    assert_eq!(edge.header("cf-ai-req-id"), None);
    assert_eq!(edge.header("cf-ai-neurons"), None);

    let layer = run(LLAMA, "{}").send(&server);
    let id = layer.header("cf-ai-req-id").expect("an id");
    let message = layer.json()["errors"][0]["message"]
        .as_str()
        .expect("text")
        .to_owned();
    assert!(
        message.starts_with("AiError: ") && message.ends_with(&format!("({id})")),
        "{message}"
    );
    assert_eq!(layer.json()["result"], serde_json::json!({}));
    assert_eq!(layer.header("cf-ai-neurons"), None);

    let bad = run(LLAMA, PROMPT)
        .without_token()
        .header("authorization", "x")
        .send(&server);
    assert_eq!(bad.json()["errors"][0]["error_chain"][0]["code"], 6111);
}
