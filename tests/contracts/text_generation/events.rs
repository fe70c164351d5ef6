//! The pieces in which answers are streamed.

use serde_json::{Value, json};
use workers_ai_models::{
    ChatEvent, Gemma4_26bA4bIt, GptOss120b, GptOss120bEvent, KimiK26, Llama31_8bInstruct,
    Qwen3_30bA3bFp8, TextGenerationEvent, TextOrJson,
};

use crate::{
    models::event,
    wire::{chat_events, strange_events},
};

#[test]
fn native_events_are_text_or_any_other_value_and_may_lack_it() {
    let token = |body: Value| event::<Llama31_8bInstruct>(&body);
    let blue = token(json!({"response": "Blue", "tool_calls": [], "p": "abdefghij"}));
    assert_eq!(blue.response, Some(TextOrJson::from("Blue")));
    assert_eq!(blue.tool_calls, Some(Vec::new()));
    assert_eq!(blue.p, Some("abdefghij".into()));
    assert_eq!(
        token(json!({"response": 7}))
            .response
            .expect("a token")
            .as_text(),
        "7"
    );
    assert_eq!(
        token(json!({"response": true}))
            .response
            .expect("a token")
            .as_text(),
        "true"
    );
    assert_eq!(token(json!({"response": null})).response, None);
    assert_eq!(token(json!({"tool_calls": [], "p": "abd"})).response, None);
}

#[test]
fn the_last_fragment_of_a_streamed_tool_call_names_nothing() {
    let fragments = [
        json!({"tool_calls": [{"index": 0, "id": "c-1", "type": "function", "function": {"name": "dim_lamp"}}]}),
        json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"room\": "}}]}),
        json!({"tool_calls": [{"index": 0, "id": null, "type": null, "function": {"name": null, "arguments": "\"hall\"}"}}]}),
    ];
    let chunks = fragments
        .clone()
        .map(|delta| json!({"choices": [{"index": 0, "delta": delta}]}));
    let mut native = String::new();
    for fragment in &fragments {
        let event = event::<Llama31_8bInstruct>(fragment);
        let [call] = event.tool_calls.as_deref().expect("fragments") else {
            panic!("one fragment")
        };
        assert_eq!(call.index, Some(0));
        let function = call.function.as_ref().expect("a function");
        native.extend(function.arguments.as_ref().and_then(TextOrJson::as_str));
    }
    let mut chat = String::new();
    for chunk in &chunks {
        let ChatEvent::Chunk(chunk) = event::<KimiK26>(chunk) else {
            panic!("a chunk")
        };
        let choices = chunk.choices.expect("choices");
        let delta = choices[0].delta.as_ref().expect("a delta");
        let [call] = delta.tool_calls.as_deref().expect("fragments") else {
            panic!("one fragment")
        };
        let function = call.function.as_ref().expect("a function");
        chat.extend(function.arguments.as_ref().and_then(TextOrJson::as_str));
    }
    assert_eq!(native, "{\"room\": \"hall\"}");
    assert_eq!(chat, native);
}

/// Expects chat chunks, the native event that ends them, and what is neither to be told apart.
macro_rules! tells_events_apart {
    ($test:ident, $model:ty, $event:ident::$chunk:ident) => {
        #[test]
        fn $test() {
            for (name, chunk) in chat_events() {
                let $event::$chunk(_) = event::<$model>(&chunk) else { panic!("{name}: {chunk}") };
            }
            let tail = json!({"response": "", "usage": {"prompt_tokens": 5, "total_tokens": 6}});
            let $event::Native(tail) = event::<$model>(&tail) else { panic!("a native event") };
            assert_eq!(tail.response, Some(TextOrJson::from("")));
            assert_eq!(tail.usage.expect("usage").prompt_tokens, Some(5));
            for (name, strange) in strange_events() {
                let $event::Unknown(raw) = event::<$model>(&strange) else { panic!("{name}") };
                assert_eq!(raw, strange, "{name}");
            }
        }
    };
}

tells_events_apart!(
    kimi_tells_chunks_from_native_events,
    KimiK26,
    ChatEvent::Chunk
);

tells_events_apart!(
    qwen3_tells_chunks_from_native_events,
    Qwen3_30bA3bFp8,
    ChatEvent::Chunk
);

tells_events_apart!(
    gpt_oss_tells_chunks_from_native_events,
    GptOss120b,
    GptOss120bEvent::Chat
);

#[test]
fn usage_at_the_end_of_a_stream_is_kept_under_a_response_of_null() {
    let tail = json!({"response": null, "usage": {"prompt_tokens": 5}});
    let usage = match event::<KimiK26>(&tail) {
        ChatEvent::Chunk(chunk) => chunk.usage,
        ChatEvent::Native(event) => event.usage,
        other => panic!("{other:?}"),
    };
    assert_eq!(usage.expect("usage").prompt_tokens, Some(5));
}

#[test]
fn a_delta_is_text_or_any_other_value() {
    for (content, text) in [
        (json!("Blue"), Some("Blue")),
        (json!(""), Some("")),
        (json!(7), Some("7")),
        (json!(true), Some("true")),
        (json!(null), None),
    ] {
        let chunk = json!({"choices": [{"index": 0, "delta": {"content": content}}]});
        let ChatEvent::Chunk(chunk) = event::<Gemma4_26bA4bIt>(&chunk) else {
            panic!("a chunk")
        };
        let choices = chunk.choices.expect("choices");
        let delta = choices[0].delta.as_ref().expect("a delta");
        assert_eq!(
            delta.content.as_ref().map(TextOrJson::as_text).as_deref(),
            text
        );
    }
    let native: TextGenerationEvent =
        event::<Llama31_8bInstruct>(&json!({"choices": [{"delta": {"content": 7}}]}));
    let choices = native.choices.expect("a chat chunk in a native stream");
    let delta = choices[0].delta.as_ref().expect("a delta");
    assert_eq!(delta.content, Some(TextOrJson::from(json!(7))));
}
