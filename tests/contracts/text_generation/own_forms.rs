//! Models whose answers have a form that no other has.

use serde_json::{Value, json};
use workers_ai_models::{
    GptOss20b, GptOss20bOutput, GptOss120b, GptOss120bEvent, GptOss120bOutput, LlamaGuard3_8b,
    LlamaGuard3_8bResponse, ResponsesEvent, ResponsesOutputItem,
};

use crate::{
    lost,
    models::{answer, event, read},
};

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
