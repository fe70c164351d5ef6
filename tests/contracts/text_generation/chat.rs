//! Answers in the dialect of chat completions, which native models speak too.

use serde_json::{Value, json};
use workers_ai_models::{
    ChatChoice, ChatCompletion, ChatToolCall, DeepseekV4Pro0813, Gemma4_26bA4bIt,
    GemmaSeaLionV4_27bIt, Glm53, GptOss20b, GptOss20bOutput, GptOss120b, GptOss120bOutput,
    Granite40HMicro, KimiK26, Llama4Scout17b16eInstruct, Llama31_8bInstruct,
    Llama32_11bVisionInstruct, Llama33_70bInstructFp8Fast, MistralSmall31_24bInstruct, Model,
    Nemotron3_120bA12b, Qwen3_30bA3bFp8, Qwen38_27b, Qwq32b, TextGenerationOutput, TextOrJson,
};

use super::chat;
use crate::{lost, models::answer, wire::wrapped_call};

/// The choices of a chat answer by several models, some of them native by their documents.
pub(crate) fn choices(body: &Value) -> Vec<(&'static str, Vec<ChatChoice>)> {
    fn native<M: Model<Output = TextGenerationOutput>>(
        body: &Value,
    ) -> (&'static str, Vec<ChatChoice>) {
        (M::ID, answer::<M>(body).choices.expect(M::ID))
    }
    fn chatting<M: Model<Output = ChatCompletion>>(
        body: &Value,
    ) -> (&'static str, Vec<ChatChoice>) {
        (M::ID, chat::<M>(body).choices.expect(M::ID))
    }
    let GptOss120bOutput::Chat(big) = answer::<GptOss120b>(body) else {
        panic!("a chat answer")
    };
    let GptOss20bOutput::Chat(small) = answer::<GptOss20b>(body) else {
        panic!("a chat answer")
    };
    vec![
        native::<Llama31_8bInstruct>(body),
        native::<Llama32_11bVisionInstruct>(body),
        native::<Llama33_70bInstructFp8Fast>(body),
        native::<Llama4Scout17b16eInstruct>(body),
        native::<MistralSmall31_24bInstruct>(body),
        native::<Granite40HMicro>(body),
        native::<Qwq32b>(body),
        chatting::<DeepseekV4Pro0813>(body),
        chatting::<Gemma4_26bA4bIt>(body),
        chatting::<Glm53>(body),
        chatting::<KimiK26>(body),
        chatting::<Nemotron3_120bA12b>(body),
        chatting::<Qwen38_27b>(body),
        (GptOss120b::ID, big.choices.expect("choices")),
        (GptOss20b::ID, small.choices.expect("choices")),
    ]
}

#[test]
fn a_chat_answer_says_what_it_says_whoever_gives_it() {
    let body = json!({
        "id": "chatcmpl-1f", "object": "chat.completion", "created": 1_700_000_000,
        "model": "some-model-external",
        "choices": [{
            "index": 0, "finish_reason": "UPSTREAM_TIMEOUT", "stop_reason": 200_012, "matched_stop": "END",
            "logprobs": null, "message": {
                "role": "assistant", "content": "On.", "refusal": null, "audio": null,
                "function_call": null, "annotations": null, "reasoning_content": "Hm.",
                "reasoning": null, "tool_calls": [wrapped_call()]
            }
        }],
        "prompt_logprobs": null
    });
    for (id, choices) in choices(&body) {
        let [choice] = choices.as_slice() else {
            panic!("{id}: one choice")
        };
        assert_eq!(choice.index, Some(0), "{id}");
        let reason = choice.finish_reason.as_ref().expect(id);
        assert_eq!(reason.as_str(), "UPSTREAM_TIMEOUT", "{id}");
        assert!(!reason.is_known(), "{id}");
        assert_eq!(
            choice.stop_reason,
            Some(TextOrJson::from(json!(200_012))),
            "{id}"
        );
        assert_eq!(choice.matched_stop, Some(TextOrJson::from("END")), "{id}");
        assert_eq!(choice.logprobs, None, "{id}");
        let message = choice.message.as_ref().expect(id);
        assert_eq!(message.role.as_deref(), Some("assistant"), "{id}");
        assert_eq!(message.reasoning_content.as_deref(), Some("Hm."), "{id}");
        assert_eq!(message.reasoning, None, "{id}");
        assert_eq!(message.refusal, None, "{id}");
        let Some([ChatToolCall::Function(call)]) = message.tool_calls.as_deref() else {
            panic!("{id}: one function")
        };
        assert_eq!(call.id.as_deref(), Some("chatcmpl-tool-9f"), "{id}");
        let function = call.function.as_ref().expect(id);
        assert_eq!(function.name.as_deref(), Some("dim_lamp"), "{id}");
        assert_eq!(
            function.arguments.as_ref().and_then(TextOrJson::as_str),
            Some("{\"room\": \"hall\"}"),
            "{id}"
        );
    }
}

#[test]
fn the_head_of_a_chat_answer_is_there_in_native_models_too() {
    let body = json!({
        "id": "id-1700000000001", "object": "chat.completion", "created": 1_700_000_000.0,
        "model": "@cf/vendor/other-name", "choices": [{"message": {"content": "On."}}]
    });
    let native = answer::<Qwq32b>(&body);
    let chat = chat::<KimiK26>(&body);
    for (id, object, created, model) in [
        (native.id, native.object, native.created, native.model),
        (chat.id, chat.object, chat.created, chat.model),
    ] {
        assert_eq!(id.as_deref(), Some("id-1700000000001"));
        assert_eq!(object.as_deref(), Some("chat.completion"));
        assert_eq!(created, Some(1_700_000_000));
        assert_eq!(model.as_deref(), Some("@cf/vendor/other-name"));
    }
    assert_eq!(
        native.response, None,
        "`response` is absent where there are choices"
    );
}

#[test]
fn a_choice_needs_neither_index_nor_reason_nor_message() {
    let body =
        json!({"choices": [{"message": {"content": null}}, {}, {"message": null, "index": 2}]});
    for (id, choices) in choices(&body) {
        let [first, second, third] = choices.as_slice() else {
            panic!("{id}: three choices")
        };
        assert_eq!((first.index, &first.finish_reason), (None, &None), "{id}");
        assert!(
            first
                .message
                .as_ref()
                .is_some_and(|message| message.content.is_none()),
            "{id}"
        );
        assert_eq!(*second, ChatChoice::default(), "{id}");
        assert_eq!((third.index, &third.message), (Some(2), &None), "{id}");
    }
}

#[test]
fn reasoning_has_two_names_and_may_be_all_there_is() {
    for (name, content) in [
        ("reasoning", json!(null)),
        ("reasoning", json!("")),
        ("reasoning_content", json!(null)),
        ("reasoning_content", json!("On.")),
    ] {
        let body = json!({"choices": [{"message": {"content": content, name: "Hm."}}]});
        for (id, choices) in choices(&body) {
            let message = choices[0].message.as_ref().expect(id);
            let (one, other) = (
                message.reasoning.as_deref(),
                message.reasoning_content.as_deref(),
            );
            let expected = if name == "reasoning" {
                (Some("Hm."), None)
            } else {
                (None, Some("Hm."))
            };
            assert_eq!((one, other), expected, "{id}");
        }
    }
}

#[test]
fn a_tool_call_of_a_kind_that_is_new_is_kept_as_it_came() {
    let call = json!({"id": "c-1", "type": "web_search", "query": {"text": "lamps"}});
    let body = json!({"choices": [{"message": {"tool_calls": [call, wrapped_call()]}}]});
    for (id, choices) in choices(&body) {
        let message = choices[0].message.as_ref().expect(id);
        let Some([ChatToolCall::Unknown(raw), ChatToolCall::Function(_)]) =
            message.tool_calls.as_deref()
        else {
            panic!("{id}: {message:?}")
        };
        assert_eq!(*raw, call, "{id}");
    }
}

#[test]
fn a_tool_call_without_a_type_is_a_function_if_it_has_one() {
    let body = json!({"choices": [{"message": {"tool_calls": [
        {"id": "c-1", "function": {"name": "dim_lamp", "arguments": "{}"}},
        {"id": "c-2", "type": null, "function": {"name": "dim_lamp", "arguments": "{}"}}
    ]}}]});
    for (id, choices) in choices(&body) {
        let message = choices[0].message.as_ref().expect(id);
        for call in message.tool_calls.as_ref().expect(id) {
            let ChatToolCall::Function(call) = call else {
                panic!("{id}: {call:?}")
            };
            let function = call.function.as_ref().expect(id);
            assert_eq!(function.name.as_deref(), Some("dim_lamp"), "{id}");
        }
    }
}

#[test]
fn the_text_of_a_completion_is_there_in_native_and_chat_models() {
    let body = json!({"object": "text_completion", "choices": [
        {"index": 0, "text": " on.", "finish_reason": "length", "stop_reason": 2}
    ]});
    for (id, choices) in choices(&body) {
        assert_eq!(choices[0].text.as_deref(), Some(" on."), "{id}");
        assert_eq!(choices[0].message, None, "{id}");
        assert_eq!(
            choices[0].stop_reason,
            Some(TextOrJson::from(json!(2))),
            "{id}"
        );
    }
}

/// Expects a model that gives two kinds of completion, and once gave a third, to keep them all.
macro_rules! keeps_every_completion {
    ($test:ident, $model:ty) => {
        #[test]
        fn $test() {
            let message = json!({"role": "assistant", "content": "On.", "reasoning_content": "Hm."});
            for chat in [
                json!({"object": "chat.completion", "choices": [{"message": message}]}),
                json!({
                    "id": "x", "object": "chat.completion", "created": 1, "model": "m",
                    "choices": [{"index": 0, "message": message, "stop_reason": 7}],
                    "usage": {"total_tokens": 1}, "prompt_logprobs": null
                }),
                json!({"choices": [{"index": 0, "message": message}], "prompt_logprobs": []}),
                json!({"choices": [{"message": message}]}),
            ] {
                let answer = answer::<$model>(&chat);
                assert_eq!(answer.text(), "On.", "{chat}");
                assert_eq!(answer.reasoning().as_deref(), Some("Hm."), "{chat}");
            }
            for text in [
                json!({"object": "text_completion", "choices": [{"text": " on."}]}),
                json!({
                    "id": "x", "object": "text_completion", "created": 1, "model": "m",
                    "choices": [{"index": 0, "text": " on.", "finish_reason": "stop", "logprobs": null}],
                    "usage": {"total_tokens": 1}
                }),
                json!({"choices": [{"text": " on."}]}),
            ] {
                assert_eq!(answer::<$model>(&text).text(), " on.", "{text}");
            }
            let native = json!({"response": "On.", "usage": {"total_tokens": 1}});
            let kept = serde_json::to_value(answer::<$model>(&native)).expect("JSON");
            assert_eq!(lost(&kept, &native), None, "a native answer is not promised, but kept");
        }
    };
}

keeps_every_completion!(qwen3_keeps_every_completion, Qwen3_30bA3bFp8);

keeps_every_completion!(sea_lion_keeps_every_completion, GemmaSeaLionV4_27bIt);
