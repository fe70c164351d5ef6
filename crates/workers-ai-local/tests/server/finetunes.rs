//! Fine-tunes: made, filled, used.

use serde_json::{Value, json};
use workers_ai_local::Server;

use crate::wire::{Got, get, post, run, usual};

const MODEL: &str = "@cf/mistral/mistral-7b-instruct-v0.2-lora";

fn create(server: &Server, body: &Value) -> Got {
    post("finetunes", body.to_string()).send(server)
}

fn upload(server: &Server, finetune: &str, name: &str, file: &str) -> Got {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file_name\"\r\n\r\n{name}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    post(&format!("finetunes/{finetune}/finetune-assets"), body)
        .header("content-type", "multipart/form-data; boundary=b")
        .send(server)
}

#[test]
fn from_record_to_use() {
    let server = usual();
    let made = create(
        &server,
        &json!({"model": MODEL, "name": "mine", "description": "x"}),
    );
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.json()["result"].clone();
    assert_eq!(made["public"], false);
    let id = made["id"].as_str().expect("an id");

    let body = r#"{"prompt":"a","lora":"mine","raw":true}"#;
    assert_eq!(run(MODEL, body).send(&server).code(), 3039);
    let config = r#"{"model_type":"mistral"}"#;
    assert_eq!(
        upload(&server, id, "adapter_config.json", config).json(),
        json!({"success": true})
    );
    assert_eq!(run(MODEL, body).send(&server).code(), 3039);
    assert_eq!(
        upload(&server, "mine", "adapter_model.safetensors", "weights").status,
        200
    );
    assert_eq!(run(MODEL, body).send(&server).status, 200);

    let list = get("finetunes").send(&server).json();
    assert_eq!(list["result"], json!([made]));
}

#[test]
fn refusals() {
    let server = usual();
    create(&server, &json!({"model": MODEL, "name": "mine"}));
    for (what, body, status, code) in [
        ("no model", json!({"name": "x"}), 400, 5006),
        ("no name", json!({"model": MODEL}), 400, 5006),
        (
            "an unknown model",
            json!({"model": "@cf/a/b", "name": "x"}),
            400,
            5007,
        ),
        (
            "a model without",
            json!({"model": "@cf/baai/bge-m3", "name": "x"}),
            405,
            5005,
        ),
        (
            "a reserved name",
            json!({"model": MODEL, "name": "cf-public-x"}),
            400,
            5006,
        ),
        (
            "a taken name",
            json!({"model": MODEL, "name": "mine"}),
            400,
            5006,
        ),
        ("no object", json!([]), 400, 5006),
    ] {
        let got = create(&server, &body);
        assert_eq!(
            (got.status, got.code()),
            (status, code),
            "{what}: {}",
            got.text()
        );
    }
    for (what, finetune, name, file, status) in [
        (
            "an unknown fine-tune",
            "other",
            "adapter_model.safetensors",
            "x",
            404,
        ),
        ("another file", "mine", "weights.bin", "x", 400),
        (
            "a configuration of nothing",
            "mine",
            "adapter_config.json",
            "{}",
            400,
        ),
        ("no configuration", "mine", "adapter_config.json", "x", 400),
        (
            "the first time",
            "mine",
            "adapter_model.safetensors",
            "x",
            200,
        ),
        (
            "the second time",
            "mine",
            "adapter_model.safetensors",
            "x",
            400,
        ),
    ] {
        assert_eq!(
            upload(&server, finetune, name, file).status,
            status,
            "{what}"
        );
    }
    assert_eq!(
        post("finetunes/mine/finetune-assets", "")
            .send(&server)
            .code(),
        3003
    );
}

#[test]
fn public_ones() {
    let server = usual();
    let names = |query: &str| -> Vec<String> {
        let got = get(&format!("finetunes/public{query}"))
            .send(&server)
            .json();
        let list = got["result"].as_array().expect("a list").clone();
        list.iter()
            .map(|item| item["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names("").len(), 3);
    assert_eq!(names("?limit=1&offset=2").len(), 1);
    assert_eq!(names("?orderBy=name")[0], "cf-public-cnn-summarization");
    assert_eq!(names("?limit=x&offset=9").len(), 0);
}
