//! Invented answers and events in the shapes the service was seen to use, documents or not.

use serde_json::{Value, json};

/// What a case is about, and what comes.
pub(crate) type Case = (&'static str, Value);

/// Whole answers in the native form.
pub(crate) fn native_answers() -> Vec<Case> {
    let usage = json!({
        "prompt_tokens": 41, "completion_tokens": 7, "total_tokens": 48,
        "prompt_tokens_details": {"cached_tokens": 32},
        "completion_tokens_details": {"reasoning_tokens": 5},
        "neurons": 0.3125
    });
    vec![
        (
            "text",
            json!({"response": "The lamp is on.", "tool_calls": [], "usage": usage}),
        ),
        (
            "empty text",
            json!({"response": "", "usage": {"completion_tokens": 0}}),
        ),
        ("a number", json!({"response": 42})),
        ("a fraction", json!({"response": 3.5})),
        ("a boolean", json!({"response": false, "usage": usage})),
        (
            "an object",
            json!({"response": {"room": "hall", "lamps": [1, 2]}}),
        ),
        ("an array", json!({"response": [{"room": "hall"}, null]})),
        ("an empty object", json!({"response": {}})),
        ("an empty array", json!({"response": []})),
        (
            "null",
            json!({"response": null, "tool_calls": null, "usage": null}),
        ),
        ("nothing", json!({})),
        (
            "no total",
            json!({"response": "a", "usage": {"prompt_tokens": 3.0, "neurons": 12}}),
        ),
        (
            "null details",
            json!({"response": "a", "usage": {"prompt_tokens": 3, "prompt_tokens_details": null}}),
        ),
        (
            "a flat tool call",
            json!({"response": null, "tool_calls": [
                {"name": "dim_lamp", "arguments": {"room": "hall", "level": 3}}
            ]}),
        ),
        (
            "a flat tool call with text arguments",
            json!({"tool_calls": [{"name": "dim_lamp", "arguments": "{\"level\": 3}"}]}),
        ),
        (
            "flat arguments with text in place of numbers",
            json!({"tool_calls": [
                {"name": "dim_lamp", "arguments": {"level": "3", "rooms": "[\"hall\"]"}}
            ]}),
        ),
        (
            "a wrapped tool call and no response",
            json!({"tool_calls": [wrapped_call()], "usage": usage}),
        ),
    ]
}

/// Whole answers in the chat form.
pub(crate) fn chat_answers() -> Vec<Case> {
    let answer = |choice: Value| {
        json!({
            "id": "id-1700000000001", "object": "chat.completion", "created": 1_700_000_000,
            "model": "@cf/vendor/some-model-external", "choices": [choice],
            "usage": {
                "prompt_tokens": 9, "completion_tokens": 16, "total_tokens": 25,
                "prompt_tokens_details": {"cached_tokens": 0}, "neurons": 0.75
            },
            "prompt_logprobs": null, "system_fingerprint": null, "service_tier": null
        })
    };
    vec![
        (
            "text",
            answer(json!({
                "index": 0, "finish_reason": "stop", "logprobs": null, "stop_reason": null,
                "message": {"role": "assistant", "content": "The lamp is on.", "tool_calls": []}
            })),
        ),
        (
            "every null there is",
            answer(json!({
                "index": 0, "finish_reason": "stop", "logprobs": null, "stop_reason": null,
                "matched_stop": null, "token_ids": null,
                "message": {
                    "role": "assistant", "content": "On.", "refusal": null, "audio": null,
                    "function_call": null, "annotations": null, "tool_calls": null,
                    "reasoning": null, "reasoning_content": null
                }
            })),
        ),
        (
            "reasoning cut off before the answer",
            answer(json!({
                "index": 0, "finish_reason": "length", "logprobs": null, "stop_reason": null,
                "message": {"role": "assistant", "content": null, "reasoning": "Let me add", "tool_calls": []}
            })),
        ),
        (
            "reasoning under the other name",
            answer(json!({
                "index": 0, "finish_reason": "stop", "matched_stop": 151_336,
                "message": {"role": "assistant", "content": "", "reasoning_content": "Two and two."}
            })),
        ),
        (
            "a stop that is the id of a token",
            answer(json!({
                "finish_reason": "STOP_SEQUENCE_REACHED", "stop_reason": 200_012,
                "message": {"content": "On."}
            })),
        ),
        (
            "a stop that is text",
            answer(json!({"index": 0, "stop_reason": "END", "message": {"content": "On."}})),
        ),
        (
            "tool calls",
            answer(json!({
                "index": 0, "finish_reason": "tool_calls", "stop_reason": null,
                "message": {"role": "assistant", "content": null, "tool_calls": [wrapped_call()]}
            })),
        ),
        (
            "a message and nothing else",
            json!({"choices": [{"message": {"role": "assistant", "content": "On."}}]}),
        ),
        (
            "two choices",
            json!({"object": "chat.completion", "choices": [
                {"index": 1, "message": {"content": "One."}, "finish_reason": "stop"},
                {"index": 0, "message": {"content": "Two."}, "finish_reason": "stop"}
            ]}),
        ),
    ]
}

/// Whole answers to a prompt by models that chat.
pub(crate) fn text_completions() -> Vec<Case> {
    vec![
        (
            "a text",
            json!({
                "id": "cmpl-7f3a", "object": "text_completion", "created": 1_700_000_000,
                "model": "@cf/vendor/some-model",
                "choices": [{
                    "index": 0, "text": " on.", "finish_reason": "length", "stop_reason": null,
                    "logprobs": null, "prompt_logprobs": null, "matched_stop": null
                }],
                "usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6, "neurons": 0.5}
            }),
        ),
        (
            "a text and nothing else",
            json!({"choices": [{"text": " on."}]}),
        ),
        (
            "a text with a stop that is the id of a token",
            json!({"object": "text_completion", "choices": [
                {"text": "", "finish_reason": "EOS", "stop_reason": 2}
            ]}),
        ),
    ]
}

/// Events of a stream in the native form.
pub(crate) fn native_events() -> Vec<Case> {
    vec![
        (
            "a token",
            json!({"response": "Blue", "tool_calls": [], "p": "abdefghij"}),
        ),
        ("no response", json!({"tool_calls": [], "p": "abd"})),
        ("a number", json!({"response": 7})),
        ("a boolean", json!({"response": true, "p": "ab"})),
        ("null", json!({"response": null, "p": "abcdef"})),
        ("an empty text", json!({"response": ""})),
        (
            "the end",
            json!({
                "response": "",
                "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6, "neurons": 0.25}
            }),
        ),
        (
            "the end with null",
            json!({
                "response": null,
                "usage": {
                    "prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6,
                    "prompt_tokens_details": {"cached_tokens": 4}
                }
            }),
        ),
        (
            "the start of a tool call",
            json!({"tool_calls": [{
                "index": 0, "id": "call-9f", "type": "function",
                "function": {"name": "dim_lamp", "arguments": ""}
            }]}),
        ),
        (
            "the start of a tool call without arguments",
            json!({"tool_calls": [{"index": 0, "id": "call-9f", "function": {"name": "dim_lamp"}}]}),
        ),
        (
            "a piece of arguments",
            json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"room\": "}}]}),
        ),
        (
            "the end of a tool call",
            json!({"tool_calls": [{
                "index": 0, "id": null, "type": null, "function": {"name": null, "arguments": "\"hall\"}"}
            }]}),
        ),
        (
            "a whole tool call",
            json!({"response": null, "tool_calls": [{"name": "dim_lamp", "arguments": {"room": "hall"}}]}),
        ),
    ]
}

/// Events of a stream in the chat form.
pub(crate) fn chat_events() -> Vec<Case> {
    let chunk = |choices: Value| {
        json!({
            "id": "chatcmpl-1f", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": "@cf/vendor/some-model", "choices": choices
        })
    };
    let with = |mut chunk: Value, name: &str, value: Value| {
        chunk[name] = value;
        chunk
    };
    let delta = |delta: Value| chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}]));
    vec![
        (
            "the speaker",
            delta(json!({"role": "assistant", "content": ""})),
        ),
        (
            "a token",
            with(delta(json!({"content": "Blue"})), "p", json!("abcd")),
        ),
        ("a number", delta(json!({"content": 7}))),
        ("a boolean", delta(json!({"content": true}))),
        (
            "null",
            delta(json!({"content": null, "reasoning_content": null})),
        ),
        (
            "reasoning",
            delta(json!({"reasoning_content": "Sky", "content": null})),
        ),
        (
            "reasoning under the other name",
            delta(json!({"reasoning": "Sky"})),
        ),
        (
            "a token with ids",
            delta(json!({"content": "Blue", "token_ids": [11, 12], "prompt_token_ids": null})),
        ),
        (
            "the start of a tool call without arguments",
            delta(json!({"tool_calls": [
                {"index": 0, "id": "call-9f", "type": "function", "function": {"name": "dim_lamp"}}
            ]})),
        ),
        (
            "a piece of arguments",
            delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"room\": "}}]})),
        ),
        (
            "the end",
            chunk(json!([{
                "index": 0, "delta": {}, "finish_reason": "stop", "logprobs": null,
                "stop_reason": 200_012, "matched_stop": 151_336
            }])),
        ),
        (
            "an end with a reason of its own",
            chunk(json!([{"delta": {"content": ""}, "finish_reason": "MAX_TOKENS"}])),
        ),
        (
            "usage without choices",
            with(
                chunk(json!([])),
                "usage",
                json!({
                    "prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14,
                    "prompt_tokens_details": {"cached_tokens": 4}, "neurons": 1.5
                }),
            ),
        ),
        ("no choices and no usage", chunk(json!([]))),
        (
            "usage beside a token",
            with(
                delta(json!({"content": "Blue"})),
                "usage",
                json!({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}),
            ),
        ),
        (
            "choices and nothing else",
            json!({"choices": [{"delta": {"content": "Blue"}}]}),
        ),
    ]
}

/// Events of other dialects, which nobody has a type for.
pub(crate) fn strange_events() -> Vec<Case> {
    vec![
        ("a state", json!({"status": "processing"})),
        (
            "a replacement",
            json!({"mode": "replace", "name": "text", "value": "The lamp"}),
        ),
        ("all so far", json!({"chunk": "The lamp is"})),
        (
            "an error",
            json!({"errors": [{"code": 3040, "message": "full"}]}),
        ),
        ("another error", json!({"error": {"message": "full"}})),
        ("nothing", json!({})),
    ]
}

/// A tool call in the form of chat completions.
pub(crate) fn wrapped_call() -> Value {
    json!({
        "id": "chatcmpl-tool-9f", "type": "function",
        "function": {"name": "dim_lamp", "arguments": "{\"room\": \"hall\"}"}
    })
}
