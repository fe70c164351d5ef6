//! Answers in the service's own dialect, and the usage that all dialects report.

use serde_json::{Value, json};
use workers_ai_models::{
    ChatEvent, KimiK26, Llama31_8bInstruct, Qwen3_30bA3bFp8, TextGenerationOutput, TextOrJson,
};

use super::{chat, native};
use crate::{
    models::{answer, event, read},
    wire::wrapped_call,
};

#[test]
fn a_response_is_text_or_any_other_value() {
    for (response, text) in [
        (json!("On."), "On."),
        (json!(""), ""),
        (json!(42), "42"),
        (json!(-0.5), "-0.5"),
        (json!(true), "true"),
        (json!({"room": "hall"}), r#"{"room":"hall"}"#),
        (json!(["hall", 3]), r#"["hall",3]"#),
        (json!({}), "{}"),
        (json!([]), "[]"),
    ] {
        let answer = native(&json!({"response": response}));
        let kept = answer.response.expect("a response");
        assert_eq!(kept, TextOrJson::from(response.clone()));
        assert_eq!(kept.as_text(), text);
        assert_eq!(kept.as_str().is_some(), response.is_string());
    }
}

#[test]
fn json_mode_gives_the_value_itself_or_the_same_as_text() {
    let value = native(&json!({"response": {"rooms": ["hall"], "level": 3}}));
    let text = native(&json!({"response": "{\"rooms\": [\"hall\"], \"level\": 3}"}));
    for answer in [value, text] {
        let response = answer.response.expect("a response");
        let read: Value = response.json().expect("JSON");
        assert_eq!(read, json!({"rooms": ["hall"], "level": 3}));
    }
    let broken = native(&json!({"response": "{\"rooms\": [\"hall\""}));
    assert!(
        broken
            .response
            .expect("a response")
            .json::<Value>()
            .is_err()
    );
}

#[test]
fn a_response_of_null_is_no_response() {
    for body in [
        json!({"response": null}),
        json!({}),
        json!({"tool_calls": []}),
    ] {
        assert_eq!(native(&body).response, None, "{body}");
    }
}

#[test]
fn tool_calls_come_flat_or_wrapped() {
    let flat = native(&json!({"response": null, "tool_calls": [
        {"name": "dim_lamp", "arguments": {"room": "hall", "level": "3", "all": "[1]"}}
    ]}));
    let [call] = flat.tool_calls.as_deref().expect("calls") else {
        panic!("one call")
    };
    assert_eq!(call.name.as_deref(), Some("dim_lamp"));
    assert_eq!(call.id, None, "the flat form has no id");
    let arguments = call.arguments.as_ref().expect("arguments");
    // Text inside stays text: what looks like a number was not sent as one.
    assert_eq!(
        *arguments,
        TextOrJson::from(json!({"room": "hall", "level": "3", "all": "[1]"}))
    );

    let text = native(&json!({"tool_calls": [{"name": "dim_lamp", "arguments": "{\"level\":3}"}]}));
    let [call] = text.tool_calls.as_deref().expect("calls") else {
        panic!("one call")
    };
    let arguments = call.arguments.as_ref().expect("arguments");
    assert_eq!(
        arguments.json::<Value>().expect("JSON"),
        json!({"level": 3})
    );

    let wrapped = native(&json!({"tool_calls": [wrapped_call()]}));
    let [call] = wrapped.tool_calls.as_deref().expect("calls") else {
        panic!("one call")
    };
    assert_eq!(call.id.as_deref(), Some("chatcmpl-tool-9f"));
    assert_eq!(call.type_.as_deref(), Some("function"));
    let function = call.function.as_ref().expect("a function");
    assert_eq!(function.name.as_deref(), Some("dim_lamp"));
    assert_eq!(
        function.arguments,
        Some(TextOrJson::from("{\"room\": \"hall\"}"))
    );
}

#[test]
fn no_tool_calls_are_an_empty_list_null_or_nothing() {
    assert_eq!(
        native(&json!({"tool_calls": []})).tool_calls,
        Some(Vec::new())
    );
    assert_eq!(native(&json!({"tool_calls": null})).tool_calls, None);
    assert_eq!(native(&json!({"response": ""})).tool_calls, None);
}

#[test]
fn usage_counts_tokens_in_whole_numbers_and_neurons_in_fractions() {
    let usage = json!({
        "prompt_tokens": 41.0, "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 32, "audio_tokens": null},
        "completion_tokens_details": {"reasoning_tokens": 5},
        "neurons": 0.3125, "queue_time": 0.001, "cost": {"usd": 0.1}
    });
    macro_rules! expect_counts {
        ($usage:expr) => {{
            let usage = $usage.expect("usage");
            assert_eq!(usage.prompt_tokens, Some(41));
            assert_eq!(usage.completion_tokens, Some(7));
            assert_eq!(usage.total_tokens, None);
            assert_eq!(
                usage.prompt_tokens_details.expect("details").cached_tokens,
                Some(32)
            );
            assert_eq!(
                usage
                    .completion_tokens_details
                    .expect("details")
                    .reasoning_tokens,
                Some(5)
            );
            assert_eq!(usage.neurons, Some(0.3125));
        }};
    }
    expect_counts!(native(&json!({"usage": usage})).usage);
    expect_counts!(chat::<KimiK26>(&json!({"choices": [], "usage": usage})).usage);
    expect_counts!(event::<Llama31_8bInstruct>(&json!({"response": "", "usage": usage})).usage);
    match event::<KimiK26>(&json!({"choices": [], "usage": usage})) {
        ChatEvent::Chunk(chunk) => expect_counts!(chunk.usage),
        other => panic!("a chunk, not {other:?}"),
    }
    let hybrid = json!({"object": "chat.completion", "choices": [{"message": {}}], "usage": usage});
    expect_counts!(answer::<Qwen3_30bA3bFp8>(&hybrid).usage);
}

#[test]
fn a_count_that_is_no_whole_number_is_an_error_and_never_another_number() {
    for tokens in [json!(3.5), json!(-1), json!("3"), json!(true)] {
        let body = json!({"usage": {"prompt_tokens": tokens}});
        assert!(read::<TextGenerationOutput>(&body).is_err(), "{body}");
    }
}
