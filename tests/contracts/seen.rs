//! What answers have been seen to hold beside what their documents say, in every model that may hold it.

use std::fmt::Debug;

use serde_json::{Value, json};
use workers_ai_models::{
    Answer, BartLargeCnn, BgeRerankerBase, Flux1Schnell, GptOss20b, GptOss120b,
    Indictrans2EnIndic1b, KimiK26, Llama33_70bInstructFp8Fast, Llava15_7bHf, M2m100_12b, Model,
    Nova3, Qwq32b, Whisper, WhisperLargeV3Turbo, drift,
};

use crate::{
    models::{answer, event, read},
    text_generation::chat::choices,
};

/// An answer of a model, of which its type knows every member.
#[track_caller]
fn known<M: Model<Output: Debug>>(body: &Value) -> M::Output {
    let (kept, drifts) = drift::watch(|| read::<M::Output>(body));
    assert_eq!(drifts, [], "{} with {body}", M::ID);
    kept.expect(M::ID)
}

#[test]
fn json_mode_gives_the_value_or_its_text_in_a_chat_message_too() {
    for content in [
        json!({"rooms": ["hall"], "level": 3}),
        json!("{\"rooms\": [\"hall\"], \"level\": 3}"),
    ] {
        let body = json!({"choices": [{"message": {
            "role": "assistant", "content": content, "reasoning_content": "Hm.", "tool_calls": null
        }}]});
        for (id, choices) in choices(&body) {
            let message = choices[0].message.as_ref().expect(id);
            let read: Value = message
                .content
                .as_ref()
                .expect(id)
                .json()
                .expect("a value in either form");
            assert_eq!(read, json!({"rooms": ["hall"], "level": 3}), "{id}");
            let text: Value = serde_json::from_str(&message.text().expect(id)).expect("JSON");
            assert_eq!(text, read, "{id}");
            assert_eq!(Answer::reasoning(message).as_deref(), Some("Hm."), "{id}");
        }
    }
    let list = json!({"choices": [{"message": {"content": ["hall", "attic"]}}]});
    for (id, choices) in choices(&list) {
        let text = Answer::text(&choices[0]).expect(id);
        assert_eq!(text, "[\"hall\",\"attic\"]", "{id}");
    }
}

#[test]
fn an_answer_in_both_forms_is_said_once() {
    let usage = json!({
        "prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13,
        "prompt_tokens_details": {"cached_tokens": 0}, "neurons": 0.75
    });
    for (response, content) in [
        (json!("On."), "On."),
        (json!({"level": 3}), "{\"level\": 3}"),
        (json!(7), "007\n"),
        (json!(true), " true"),
        (json!("On."), ""),
    ] {
        let body = json!({
            "id": "chatcmpl-2b", "object": "chat.completion", "created": 1_700_000_000,
            "model": "@cf/vendor/other-name",
            "choices": [{
                "index": 0, "finish_reason": "stop", "logprobs": null, "stop_reason": null, "token_ids": null,
                "message": {
                    "role": "assistant", "content": content, "annotations": null, "audio": null,
                    "function_call": null, "reasoning": null, "refusal": null, "tool_calls": []
                }
            }],
            "response": response, "tool_calls": [], "usage": usage,
            "prompt_token_ids": null, "prompt_logprobs": null, "service_tier": null
        });
        let said = if content.is_empty() { "On." } else { content };
        for kept in [
            known::<Llama33_70bInstructFp8Fast>(&body),
            known::<Qwq32b>(&body),
        ] {
            assert_eq!(kept.text(), said);
            assert_eq!(kept.tool_calls(), []);
            assert_eq!(kept.usage().and_then(|usage| usage.neurons), Some(0.75));
        }
    }
}

#[test]
fn a_stream_in_both_forms_keeps_every_digit_and_blank() {
    let tokens = [
        (json!("Room"), "Room"),
        (json!(" "), " "),
        (json!(1), "1"),
        (json!(","), ","),
        (json!(0), "000"),
        (json!(7), " 7 \n"),
        (json!(""), "or 8"),
        (json!("."), ""),
    ];
    let said = tokens.map(|(response, content)| {
        let body = json!({
            "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": null}],
            "model": "@cf/vendor/other-name", "object": "chat.completion.chunk",
            "response": response, "tool_calls": []
        });
        let text = event::<Llama33_70bInstructFp8Fast>(&body)
            .text()
            .into_owned();
        assert_eq!(event::<Qwq32b>(&body).text(), text);
        text
    });
    assert_eq!(said.concat(), "Room 1,000 7 \nor 8.");
}

#[test]
fn a_call_in_both_forms_is_made_once_and_has_its_id() {
    let calls = json!([{
        "id": "call-1", "index": 0, "type": "function",
        "function": {"name": "dim_lamp", "arguments": "{\"room\": \"hall\"}"}
    }]);
    let flat = json!([{"name": "dim_lamp", "arguments": {"room": "hall"}}]);
    let answered = json!({"tool_calls": flat, "choices": [{"message": {"tool_calls": calls}}]});
    let streamed = json!({"tool_calls": flat, "choices": [{"delta": {"tool_calls": calls}}]});
    let (answered, streamed) = (
        answer::<Llama33_70bInstructFp8Fast>(&answered),
        event::<Llama33_70bInstructFp8Fast>(&streamed),
    );
    for called in [answered.tool_calls(), streamed.tool_calls()] {
        let [call] = called.as_slice() else {
            panic!("one call: {called:?}")
        };
        assert_eq!((call.id, call.name), (Some("call-1"), Some("dim_lamp")));
        let given: Value = call.arguments().expect("arguments");
        assert_eq!(given, json!({"room": "hall"}));
    }
}

#[test]
fn arguments_come_by_name_or_as_text_and_never_lose_the_answer() {
    let (given, text) = (json!({"level": 3}), "{\"level\": 3}");
    for arguments in [json!(given), json!(text)] {
        let calls = json!([{
            "id": "call-1", "type": "function", "function": {"name": "dim_lamp", "arguments": arguments}
        }]);
        let body = json!({"choices": [{"message": {"content": "Dimming.", "tool_calls": calls}}]});
        for (id, choices) in choices(&body) {
            let called = Answer::tool_calls(&choices[0]);
            assert_eq!(Answer::text(&choices[0]).as_deref(), Some("Dimming."));
            assert_eq!(called[0].arguments::<Value>().expect(id), given);
        }
        for body in [
            json!({"choices": [{"delta": {"tool_calls": calls}}]}),
            json!({"tool_calls": calls}),
        ] {
            let read = event::<Llama33_70bInstructFp8Fast>(&body);
            let called = read.tool_calls();
            assert_eq!(called[0].arguments::<Value>().expect("given"), given);
        }
    }
}

#[test]
fn every_piece_of_a_stream_may_be_a_value() {
    let pieces = [
        json!("{\"level\": "),
        json!(3),
        json!(", \"on\": "),
        json!(true),
        json!("}"),
    ];
    let said = pieces.map(|piece| {
        let calls = json!([{"index": 0, "function": {"arguments": piece}}]);
        let flat = json!([{"index": 0, "arguments": piece}]);
        let bodies = [
            json!({"choices": [{"delta": {"tool_calls": calls}}]}),
            json!({"choices": [{"delta": {"tool_calls": flat}}]}),
            json!({"choices": [{"delta": {"reasoning_content": piece}}]}),
            json!({"choices": [{"delta": {"reasoning": piece}}]}),
            json!({"choices": [{"text": piece, "delta": null}], "object": "text_completion"}),
        ];
        bodies.map(|body| {
            let (read, drifts) = drift::watch(|| event::<KimiK26>(&body));
            assert_eq!(drifts, [], "{body}");
            let called = read.tool_calls();
            let called = called
                .first()
                .map(|call| call.arguments_text().into_owned());
            let thought = read.reasoning().map(std::borrow::Cow::into_owned);
            called
                .or(thought)
                .unwrap_or_else(|| read.text().into_owned())
        })
    });
    for way in 0..5 {
        let said: String = said.iter().map(|ways| ways[way].as_str()).collect();
        assert_eq!(said, "{\"level\": 3, \"on\": true}", "{way}");
    }
}

#[test]
fn ids_of_tokens_come_if_asked_for_and_are_null_else() {
    let body = json!({
        "choices": [{"token_ids": [15, 2.0], "message": {"content": "On."}}],
        "prompt_token_ids": [1, 7]
    });
    for (id, choices) in choices(&body) {
        assert_eq!(choices[0].token_ids, Some(vec![15, 2]), "{id}");
    }
    let kept = answer::<Qwq32b>(&body);
    assert_eq!(kept.prompt_token_ids, Some(vec![1, 7]));
    for ids in [json!([1, 7]), json!(null)] {
        let body = json!({
            "choices": [{"delta": {"content": "On."}, "token_ids": ids}], "prompt_token_ids": ids
        });
        for (kept, drifts) in [
            drift::watch(|| event::<Qwq32b>(&body).text().into_owned()),
            drift::watch(|| event::<KimiK26>(&body).text().into_owned()),
        ] {
            assert_eq!((kept.as_str(), drifts), ("On.", Vec::new()), "{body}");
        }
    }
}

#[test]
fn the_responses_dialect_tells_what_was_cached_and_what_was_thought() {
    let body = json!({
        "id": "resp-2", "object": "response", "created_at": 1_700_000_000, "status": "completed",
        "model": "@cf/vendor/other-name", "background": false, "max_tool_calls": null,
        "metadata": {"room": "hall"}, "top_logprobs": 0, "user": null, "error": null,
        "output": [
            {"id": "rs-2", "type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
            {"id": "msg-2", "type": "message", "role": "assistant", "status": "completed", "content": [
                {"type": "output_text", "text": "On.", "annotations": [{"type": "url_citation", "start": 0}]}
            ]}
        ],
        "usage": {
            "input_tokens": 9, "input_tokens_details": {"cached_tokens": 8},
            "output_tokens": 16, "output_tokens_details": {"reasoning_tokens": 12},
            "total_tokens": 25, "neurons": 0.5
        }
    });
    let (big, small) = (known::<GptOss120b>(&body), known::<GptOss20b>(&body));
    let said = [
        (big.text(), big.reasoning(), big.usage()),
        (small.text(), small.reasoning(), small.usage()),
    ];
    for (text, reasoning, usage) in said {
        assert_eq!((text.as_ref(), reasoning.as_deref()), ("On.", Some("Hm.")));
        let usage = usage.expect("usage");
        assert_eq!((usage.input, usage.cached), (Some(9), Some(8)));
        assert_eq!((usage.output, usage.reasoning), (Some(16), Some(12)));
        assert_eq!((usage.total, usage.neurons), (Some(25), Some(0.5)));
    }
}

#[test]
fn answers_of_every_task_tell_what_they_cost() {
    macro_rules! expect_cost {
        ($($model:ty: $body:expr),* $(,)?) => {$(
            let mut body = $body;
            body["usage"] = json!({"neurons": 249.6});
            let cost = known::<$model>(&body).usage().and_then(|usage| usage.neurons);
            assert_eq!(cost, Some(249.6), "{}", <$model>::ID);
        )*};
    }
    expect_cost!(
        Flux1Schnell: json!({"image": "R0lGODlh"}),
        Whisper: json!({"text": "On.", "word_count": 1}),
        WhisperLargeV3Turbo: json!({"text": "On.", "transcription_info": {"duration": 180}}),
        M2m100_12b: json!({"translated_text": "An."}),
        BartLargeCnn: json!({"summary": "On."}),
        Indictrans2EnIndic1b: json!({"translations": ["On."]}),
        Llava15_7bHf: json!({"description": " a lamp"}),
        BgeRerankerBase: json!({"response": [{"id": 0, "score": -2.5}]}),
    );
}

#[test]
fn a_stream_of_the_responses_dialect_says_everything_once() {
    let begun = json!({"id": "resp-2", "object": "response", "status": "in_progress", "output": [], "usage": null});
    let place = |kind: &str, more: Value| {
        let mut event = json!({
            "type": kind, "sequence_number": 2, "item_id": "i-2", "output_index": 0, "content_index": 0
        });
        for (key, value) in more.as_object().expect("members") {
            event[key] = value.clone();
        }
        event
    };
    let (thought, text) = (
        json!({"type": "reasoning_text", "text": "Hm."}),
        json!({"type": "output_text", "text": "On.", "annotations": [], "logprobs": []}),
    );
    let events = [
        json!({"type": "response.created", "sequence_number": 0, "response": begun}),
        json!({"type": "response.in_progress", "sequence_number": 1, "response": begun}),
        place(
            "response.reasoning_part.added",
            json!({"part": {"type": "reasoning_text", "text": ""}}),
        ),
        place("response.reasoning_text.delta", json!({"delta": "Hm."})),
        place("response.reasoning_text.done", json!({"text": "Hm."})),
        place("response.reasoning_part.done", json!({"part": thought})),
        place("response.content_part.added", json!({"part": text})),
        place(
            "response.output_text.delta",
            json!({"delta": "On.", "logprobs": []}),
        ),
        place(
            "response.output_text.done",
            json!({"text": "On.", "logprobs": []}),
        ),
        place("response.content_part.done", json!({"part": text})),
    ];
    let (mut said, mut thought) = (String::new(), String::new());
    for body in events {
        let (read, drifts) = drift::watch(|| event::<GptOss120b>(&body));
        assert_eq!(drifts, [], "{body}");
        said += &read.text();
        thought += &read.reasoning().unwrap_or_default();
    }
    assert_eq!((said.as_str(), thought.as_str()), ("On.", "Hm."));
}

#[test]
fn nova_3_tells_who_spoke_when_and_in_what_language() {
    let word = json!({
        "word": "turn", "punctuated_word": "Turn", "start": 0, "end": 0.24, "confidence": 1,
        "language": "en", "speaker": 1, "speaker_confidence": 0.75
    });
    let body = json!({
        "metadata": {
            "request_id": "r-1", "transaction_key": "none", "sha256": "00", "created": "2026-01-01T00:00:00Z",
            "duration": 2.5, "channels": 1, "models": ["m-1"], "model_info": {"m-1": {"arch": "some"}}
        },
        "results": {
            "channels": [{
                "detected_language": "en", "language_confidence": 0.9,
                "alternatives": [{
                    "transcript": "Turn it on.", "confidence": 0.99, "words": [word], "languages": ["en"],
                    "paragraphs": {
                        "transcript": "\nSpeaker 1: Turn it on.",
                        "paragraphs": [{
                            "sentences": [{"text": "Turn it on.", "start": 0, "end": 2}],
                            "speaker": 1, "num_words": 3, "start": 0, "end": 2
                        }]
                    },
                    "entities": [{
                        "label": "ROOM", "value": "hall", "confidence": 0.5, "start_word": 0, "end_word": 1
                    }]
                }]
            }],
            "utterances": [{
                "id": "u-1", "start": 0, "end": 2, "confidence": 0.99, "channel": 0,
                "transcript": "Turn it on.", "words": [word], "speaker": 1
            }]
        }
    });
    let kept = known::<Nova3>(&body);
    assert_eq!(kept.metadata.expect("metadata").duration, Some(2.5));
    let results = kept.results.expect("results");
    let channel = &results.channels.expect("channels")[0];
    assert_eq!(channel.detected_language.as_deref(), Some("en"));
    let said = &channel.alternatives.as_ref().expect("alternatives")[0];
    let heard = &said.words.as_ref().expect("words")[0];
    assert_eq!(heard.punctuated_word.as_deref(), Some("Turn"));
    assert_eq!(heard.speaker, Some(1));
    let paragraphs = said.paragraphs.as_ref().expect("paragraphs");
    let paragraph = &paragraphs.paragraphs.as_ref().expect("a list")[0];
    let sentence = &paragraph.sentences.as_ref().expect("sentences")[0];
    assert_eq!(sentence.text.as_deref(), Some("Turn it on."));
    let entity = &said.entities.as_ref().expect("entities")[0];
    assert_eq!(entity.value.as_deref(), Some("hall"));
    let utterance = &results.utterances.expect("utterances")[0];
    assert_eq!((utterance.speaker, utterance.channel), (Some(1), Some(0)));
}
