//! Forms of one answer: the document's own, the other one, both at once.

use serde_json::{Value, json};
use workers_ai_local::{AnswerForm, Fault, Server};

use crate::wire::{LLAMA, data, run, usual};

const FAST: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const KIMI: &str = "@cf/moonshotai/kimi-k2.6";
const SCOUT: &str = "@cf/meta/llama-4-scout-17b-16e-instruct";

fn ask(server: &Server, model: &str, form: Option<AnswerForm>, body: &Value) -> crate::wire::Got {
    if let Some(form) = form {
        server.script(Fault::new().form(form));
    }
    let got = run(model, body.to_string()).send(server);
    assert_eq!(got.status, 200, "{model}: {}", got.text());
    got
}

fn events(body: &str) -> Vec<Value> {
    let (marker, events) = data(body)
        .split_last()
        .map_or(("", Vec::new()), |(last, all)| (*last, all.to_vec()));
    assert_eq!(marker, "[DONE]");
    let event = |text: &str| serde_json::from_str(text).expect("JSON");
    events.into_iter().map(event).collect()
}

fn question(model: &str) -> Value {
    let think = (model == KIMI).then(|| json!({"enable_thinking": false}));
    let mut body =
        json!({"messages": [{"role": "user", "content": "Count from 1 to 20: 7 boats"}]});
    if let Some(think) = think {
        body["chat_template_kwargs"] = think;
    }
    body
}

#[test]
fn a_whole_answer_in_every_form() {
    let server = usual();
    for model in [FAST, KIMI] {
        let body = question(model);
        let in_form = |form| ask(&server, model, form, &body).json()["result"].clone();
        let native = in_form(Some(AnswerForm::Native));
        let chat = in_form(Some(AnswerForm::Chat));
        let both = in_form(Some(AnswerForm::Both));
        assert!(native["response"].is_string() && native.get("choices").is_none());
        assert!(chat["choices"][0]["message"]["content"].is_string());
        assert_eq!(chat.get("response"), None);
        assert_eq!(both["response"], native["response"], "{model}");
        assert_eq!(both["choices"], chat["choices"], "{model}");
        assert_eq!(both["usage"], chat["usage"], "{model}");
        // Once asked for, once given.
        let own = if model == FAST { native } else { chat };
        assert_eq!(in_form(None), own, "{model}");
    }
}

#[test]
fn a_stream_in_both_forms_has_digits_as_numbers_beside_their_text() {
    let server = usual();
    let mut body = question(FAST);
    let whole = ask(&server, FAST, None, &body).json()["result"]["response"].clone();
    body["stream"] = true.into();
    let got = ask(&server, FAST, Some(AnswerForm::Both), &body).text();
    let events = events(&got);
    let (mut said, mut numbers) = (String::new(), 0);
    for event in &events {
        let content = event.pointer("/choices/0/delta/content");
        let Some(content) = content.filter(|content| **content != "") else {
            continue;
        };
        let content = content.as_str().expect("text, whatever it says");
        said.push_str(content);
        match &event["response"] {
            Value::Number(number) => {
                assert_eq!(number.to_string(), content.trim());
                numbers += 1;
            }
            response => assert_eq!(response, content),
        }
        assert_eq!(event["tool_calls"], json!([]));
        assert!(event["p"].is_string());
    }
    assert_eq!(said, whole);
    assert!(numbers > 0, "{got}");
    let tail = events.last().expect("a tail");
    assert_eq!(
        (&tail["response"], &tail["choices"]),
        (&json!(""), &Value::Null)
    );
    assert!(tail["usage"]["total_tokens"].is_u64());
}

#[test]
fn chunks_are_padded_where_their_document_says_so() {
    let server = usual();
    let mut body = question(KIMI);
    body["stream"] = true.into();
    let got = ask(&server, KIMI, None, &body).text();
    let events = events(&got);
    let padded = events.iter().filter(|event| event["p"].is_string()).count();
    assert!(padded > 3, "{got}");
    let lengths = events
        .iter()
        .filter_map(|event| event["p"].as_str())
        .map(str::len);
    assert!(lengths.clone().max() > lengths.min(), "of random length");
}

fn with_tool() -> Value {
    json!({
        "messages": [{"role": "user", "content": "Dim the lamp in the hall"}],
        "tools": [{"type": "function", "function": {
            "name": "dim_lamp", "description": "Dims a lamp",
            "parameters": {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]},
        }}],
    })
}

#[test]
fn calls_come_flat_or_wrapped_as_the_model_writes_them() {
    let server = usual();
    let body = with_tool();
    let flat = ask(&server, FAST, None, &body).json()["result"].clone();
    assert_eq!(flat["response"], Value::Null);
    assert!(flat.get("response").is_some());
    assert_eq!(flat["tool_calls"][0]["name"], "dim_lamp");
    assert!(flat["tool_calls"][0]["arguments"].is_object());

    let wrapped = ask(&server, SCOUT, None, &body).json()["result"].clone();
    assert_eq!(wrapped.get("response"), None);
    let call = &wrapped["tool_calls"][0];
    assert_eq!(
        (&call["type"], &call["function"]["name"]),
        (&json!("function"), &json!("dim_lamp"))
    );
    let arguments = call["function"]["arguments"].as_str().expect("text");
    let arguments: Value = serde_json::from_str(arguments).expect("JSON");
    assert!(arguments["room"].is_string());

    // The same id in pieces.
    let mut streamed = body.clone();
    streamed["stream"] = true.into();
    let got = ask(&server, SCOUT, None, &streamed).text();
    let events = events(&got);
    let ids: Vec<&Value> = events
        .iter()
        .filter_map(|event| event.pointer("/tool_calls/0/id"))
        .filter(|id| !id.is_null())
        .collect();
    assert_eq!(ids, [&call["id"]]);

    let both = ask(&server, FAST, Some(AnswerForm::Both), &body).json()["result"].clone();
    assert_eq!(both["tool_calls"], flat["tool_calls"]);
    assert_eq!(
        both["choices"][0]["message"]["tool_calls"][0]["function"]["name"],
        "dim_lamp"
    );
}

#[test]
fn json_comes_as_a_value_or_as_its_text() {
    let server = usual();
    let body = json!({"prompt": "A harbour", "response_format": {"type": "json_object"}});
    let value = ask(&server, LLAMA, None, &body).json()["result"]["response"].clone();
    assert!(value.is_object());
    let guided = json!({"prompt": "A harbour", "guided_json": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}});
    let text = ask(&server, SCOUT, None, &guided).json()["result"]["response"].clone();
    let value: Value = serde_json::from_str(text.as_str().expect("text")).expect("JSON");
    assert!(value["name"].is_string());
}

#[test]
fn endpoints_of_one_dialect_keep_to_it() {
    let server = usual();
    server.script(Fault::new().form(AnswerForm::Native));
    let mut body = question(FAST);
    body["model"] = FAST.into();
    let got = crate::wire::post("v1/chat/completions", body.to_string()).send(&server);
    assert_eq!(got.json()["object"], "chat.completion");
    assert_eq!(got.json().get("response"), None);
}
