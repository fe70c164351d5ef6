//! Text generation: one model has answered in several forms, so no form is bound to a model.

use serde_json::{Value, json};
use workers_ai_models::{
    ChatChoice, ChatCompletion, ChatEvent, ChatToolCall, DeepseekV4Pro0813, Gemma4_26bA4bIt,
    GemmaSeaLionV4_27bIt, Glm53, GptOss20b, GptOss20bOutput, GptOss120b, GptOss120bEvent,
    GptOss120bOutput, Granite40HMicro, KimiK26, Llama4Scout17b16eInstruct, Llama31_8bInstruct,
    Llama32_11bVisionInstruct, Llama33_70bInstructFp8Fast, LlamaGuard3_8b, LlamaGuard3_8bResponse,
    MistralSmall31_24bInstruct, Model, Nemotron3_120bA12b, Qwen3_30bA3bFp8, Qwen38_27b, Qwq32b,
    ResponsesEvent, ResponsesOutputItem, Task, TextGenerationEvent, TextGenerationOutput,
    TextOrJson,
};

use crate::{
    Faults,
    documents::{DOCUMENTS, Document},
    lost,
    models::{ALL, STREAMING, answer, event, read},
    samples::properties,
    wire::{
        Case, chat_answers, chat_events, native_answers, native_events, strange_events,
        text_completions, wrapped_call,
    },
};

/// The models that answer with text; decisions and verdicts are something else.
fn writers() -> impl Iterator<Item = &'static Document> {
    let others = ["@cf/meta/llama-guard-3-8b"];
    let writers = DOCUMENTS.iter().filter(move |document| {
        let known = ALL.iter().find(|entry| entry.id == document.id);
        let writes = known.is_some_and(|entry| entry.info.task == Task::TextGeneration);
        writes && !document.id.contains("/clef") && !others.contains(&document.id.as_str())
    });
    writers.inspect(|document| assert!(!document.answers().is_empty(), "{}", document.id))
}

/// Whether a model's document has `response` in its answers.
fn is_native(document: &Document) -> bool {
    let has = |schema: &&'static Value| properties(schema).contains(&"response");
    document.answers().iter().any(has)
}

fn expect_answers_kept<'d>(documents: impl Iterator<Item = &'d Document>, cases: &[Case]) -> usize {
    let mut faults = Faults::default();
    let mut models = 0;
    for document in documents {
        models += 1;
        let entry = crate::models::entry(&document.id);
        for (name, body) in cases {
            match (entry.answer)(body) {
                Ok(kept) => {
                    let lost = lost(&kept, &known(body));
                    faults.unless(lost.is_none(), || {
                        format!("{}, {name}: {lost:?}", document.id)
                    });
                }
                Err(error) => faults.add(format!("{}, {name}: refused, {error}", document.id)),
            }
        }
    }
    faults.settle();
    models
}

/// The body without the members that no document and no correction names.
fn known(body: &Value) -> Value {
    const UNKNOWN: [&str; 2] = ["token_ids", "prompt_token_ids"];
    match body {
        Value::Object(members) => {
            let members = members
                .iter()
                .filter(|(name, _)| !UNKNOWN.contains(&name.as_str()));
            members
                .map(|(name, member)| (name.clone(), known(member)))
                .collect()
        }
        Value::Array(items) => items.iter().map(known).collect(),
        value => value.clone(),
    }
}

#[test]
fn native_models_keep_every_native_answer() {
    let models = expect_answers_kept(writers().filter(|one| is_native(one)), &native_answers());
    assert!(models >= 50, "only {models} native models");
}

#[test]
fn every_model_keeps_every_chat_answer_whatever_its_document_says() {
    let models = expect_answers_kept(writers(), &chat_answers());
    assert!(models >= 68, "only {models} models");
}

#[test]
fn every_model_keeps_text_completions_which_answer_a_prompt() {
    expect_answers_kept(writers(), &text_completions());
}

fn expect_events_kept(of: impl Fn(&Document) -> bool, cases: &[Case]) -> usize {
    let mut faults = Faults::default();
    let mut models = 0;
    for document in writers().filter(|document| of(document)) {
        let Some(model) = STREAMING.iter().find(|model| model.id == document.id) else {
            continue;
        };
        models += 1;
        for (name, body) in cases {
            match (model.event)(body) {
                Ok(kept) => {
                    let lost = lost(&kept, &known(body));
                    faults.unless(lost.is_none(), || format!("{}, {name}: {lost:?}", model.id));
                }
                Err(error) => faults.add(format!("{}, {name}: refused, {error}", model.id)),
            }
        }
    }
    faults.settle();
    models
}

#[test]
fn every_stream_keeps_native_events_which_end_chat_streams_too() {
    let models = expect_events_kept(|_| true, &native_events());
    assert!(models >= 65, "only {models} models stream");
}

#[test]
fn every_stream_keeps_chat_events() {
    expect_events_kept(|_| true, &chat_events());
}

#[test]
fn events_of_other_dialects_are_kept_as_they_came_or_at_least_do_no_harm() {
    expect_events_kept(|document| !is_native(document), &strange_events());
    for model in STREAMING {
        for (name, body) in strange_events() {
            let read = (model.event)(&body);
            assert!(read.is_ok(), "{}, {name}: {read:?}", model.id);
        }
    }
}

fn native(body: &Value) -> TextGenerationOutput {
    read::<<Llama31_8bInstruct as Model>::Output>(body).expect("an answer")
}

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

fn chat<M: Model<Output = ChatCompletion>>(body: &Value) -> ChatCompletion {
    answer::<M>(body)
}

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
            function.arguments.as_deref(),
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

#[test]
fn native_events_are_text_or_any_other_value_and_may_lack_it() {
    let token = |body: Value| event::<Llama31_8bInstruct>(&body);
    let blue = token(json!({"response": "Blue", "tool_calls": [], "p": "abdefghij"}));
    assert_eq!(blue.response, Some(TextOrJson::from("Blue")));
    assert_eq!(blue.tool_calls, Some(Vec::new()));
    assert_eq!(blue.p.as_deref(), Some("abdefghij"));
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
        native.push_str(function.arguments.as_deref().unwrap_or_default());
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
        chat.push_str(function.arguments.as_deref().unwrap_or_default());
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

#[test]
fn gpt_oss_answers_in_the_dialect_it_was_asked_in() {
    let responses = json!({
        "id": "resp-1", "object": "response", "created_at": 1_700_000_000, "status": "completed",
        "output": [
            {"id": "rs-1", "type": "reasoning", "summary": [], "content": [
                {"type": "reasoning_text", "text": "Hm."}
            ]},
            {"id": "fc-1", "type": "function_call", "call_id": "c-1", "name": "dim_lamp", "arguments": "{}"},
            {"id": "msg-1", "type": "message", "role": "assistant", "status": "completed", "content": [
                {"type": "output_text", "text": "On.", "annotations": [], "logprobs": null}
            ]},
            {"id": "ws-1", "type": "web_search_call", "status": "completed"}
        ],
        "error": null, "incomplete_details": null, "instructions": null,
        "usage": {"input_tokens": 9, "output_tokens": 16, "total_tokens": 25}
    });
    let GptOss120bOutput::Responses(answer) = answer::<GptOss120b>(&responses) else {
        panic!("an answer in the Responses dialect")
    };
    let output = answer.output.expect("items");
    let [
        ResponsesOutputItem::Reasoning(_),
        ResponsesOutputItem::FunctionCall(call),
        ResponsesOutputItem::Message(message),
        ResponsesOutputItem::Unknown(search),
    ] = output.as_slice()
    else {
        panic!("{output:?}")
    };
    assert_eq!(call.name.as_deref(), Some("dim_lamp"));
    assert!(
        message
            .content
            .as_ref()
            .is_some_and(|content| content.len() == 1)
    );
    assert_eq!(search["type"], "web_search_call");
    assert_eq!(answer.usage.expect("usage").input_tokens, Some(9));
    for short in [
        json!({"object": "response", "output": []}),
        json!({"status": "failed", "error": {"code": "server_error", "message": "no"}}),
        json!({"output_text": "On."}),
    ] {
        let kept = crate::models::answer::<GptOss20b>(&short);
        assert!(
            matches!(kept, GptOss20bOutput::Responses(_)),
            "{short}: {kept:?}"
        );
    }
}

#[test]
fn gpt_oss_keeps_what_is_in_neither_dialect() {
    for strange in [
        json!({}),
        json!({"response": "On."}),
        json!({"lamp": {"value": "On."}}),
    ] {
        let kept = answer::<GptOss120b>(&strange);
        let kept = serde_json::to_value(&kept).expect("JSON");
        assert_eq!(lost(&kept, &strange), None);
    }
}

#[test]
fn instructions_of_gpt_oss_come_back_as_text_or_as_messages() {
    for instructions in [
        json!("Be brief."),
        json!([{"role": "system", "content": "Be brief."}]),
        json!([{"type": "message", "role": "developer", "content": "Be brief."}]),
        json!([{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]}]),
        json!([{"type": "message", "role": "assistant", "id": "m-1", "status": "completed",
            "content": [{"type": "output_text", "text": "Hi."}]}]),
        json!([{"type": "something_new", "status": "completed", "lamp": "on"}]),
    ] {
        let body =
            json!({"object": "response", "status": "completed", "instructions": instructions});
        let kept: Result<GptOss120bOutput, _> = read(&body);
        let kept = kept.unwrap_or_else(|error| panic!("{instructions}: {error}"));
        let kept = serde_json::to_value(&kept).expect("JSON");
        assert_eq!(lost(&kept, &body), None, "{instructions}");
    }
}

#[test]
fn gpt_oss_streams_events_of_three_dialects_and_of_none() {
    let delta = json!({
        "type": "response.output_text.delta", "sequence_number": 4, "item_id": "msg-1",
        "output_index": 0, "content_index": 0, "delta": "Blue", "logprobs": []
    });
    let GptOss120bEvent::Responses(ResponsesEvent::TextDelta(event)) = event::<GptOss120b>(&delta)
    else {
        panic!("a piece of text")
    };
    assert_eq!(event.delta.as_deref(), Some("Blue"));
    assert_eq!(event.sequence_number, Some(4));
    let new = json!({"type": "response.lamp.dimmed", "sequence_number": 5, "lamp": {"level": 3}});
    let GptOss120bEvent::Unknown(raw) = crate::models::event::<GptOss120b>(&new) else {
        panic!("an unknown event")
    };
    assert_eq!(raw, new);
    let done = json!({"type": "response.completed", "response": {
        "status": "completed", "output": [], "usage": {"input_tokens": 9}
    }});
    let GptOss120bEvent::Responses(ResponsesEvent::Completed(done)) =
        crate::models::event::<GptOss120b>(&done)
    else {
        panic!("the last event")
    };
    let usage = done.response.expect("the answer").usage.expect("usage");
    assert_eq!(usage.input_tokens, Some(9));
    let chunk =
        json!({"object": "chat.completion.chunk", "choices": [{"delta": {"content": "Blue"}}]});
    assert!(matches!(
        crate::models::event::<GptOss120b>(&chunk),
        GptOss120bEvent::Chat(_)
    ));
    let native = json!({"response": "Blue", "p": "abc"});
    assert!(matches!(
        crate::models::event::<GptOss120b>(&native),
        GptOss120bEvent::Native(_)
    ));
}

#[test]
fn llama_guard_gives_its_verdict_as_text_as_an_object_or_as_it_likes() {
    let verdict = |response: Value| {
        let usage = json!({"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12});
        let answer = answer::<LlamaGuard3_8b>(&json!({"response": response, "usage": usage}));
        assert_eq!(answer.usage.expect("usage").total_tokens, Some(12));
        answer.response
    };
    let LlamaGuard3_8bResponse::Text(text) = verdict(json!("\n\nunsafe\nS1")).expect("a verdict")
    else {
        panic!("text")
    };
    assert_eq!(text, "\n\nunsafe\nS1");
    let object = verdict(json!({"safe": false, "categories": ["S1", "S99"]})).expect("a verdict");
    let LlamaGuard3_8bResponse::Verdict(object) = object else {
        panic!("an object")
    };
    assert_eq!(object.safe, Some(false));
    assert_eq!(
        object.categories.as_deref(),
        Some(&["S1".to_owned(), "S99".to_owned()][..])
    );
    let bare = verdict(json!({"safe": true})).expect("a verdict");
    assert!(matches!(bare, LlamaGuard3_8bResponse::Verdict(verdict) if verdict.safe == Some(true)));
    assert_eq!(verdict(json!(null)), None);
    for strange in [json!(7), json!(true), json!(["S1"])] {
        let kept = serde_json::to_value(verdict(strange.clone()).expect("a verdict"));
        assert_eq!(kept.expect("JSON"), strange);
    }
}
