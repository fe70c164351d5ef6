//! Text models: what they say, how long, in which dialect, whole and in pieces.

use serde_json::{Value, json};

use super::{CHAT, NATIVE, NATIVE_TOOLS, RESPONSES, ask, data, joined, stream, text};
use crate::{
    answer::{Answer, Asked, Dialect, Input, answer, answer_in},
    documents::Documents,
};

#[test]
fn an_answer_is_about_the_prompt() {
    for (id, input, pointer) in [
        (
            NATIVE,
            json!({"prompt": "Why is the sky blue?"}),
            "/response",
        ),
        (
            NATIVE,
            json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "Why is the sky blue?"}]}]}),
            "/response",
        ),
        (
            CHAT,
            json!({"messages": [{"role": "user", "content": "Why is the sky blue?"}]}),
            "/choices/0/message/content",
        ),
        (
            CHAT,
            json!({"prompt": "Why is the sky blue?"}),
            "/choices/0/text",
        ),
        (
            RESPONSES,
            json!({"input": "Why is the sky blue?"}),
            "/output/1/content/0/text",
        ),
        (
            RESPONSES,
            json!({"input": [{"role": "user", "content": [{"type": "input_text", "text": "Why is the sky blue?"}]}]}),
            "/output/1/content/0/text",
        ),
        (
            RESPONSES,
            json!({"messages": [{"role": "user", "content": "Why is the sky blue?"}]}),
            "/choices/0/message/content",
        ),
    ] {
        let answer = ask(id, &input);
        let said = text(&answer, pointer);
        assert!(
            said.contains("sky") && said.contains("blue"),
            "{id}: {answer}"
        );
        assert_eq!(answer, ask(id, &input));
        let other = json!({"prompt": "Why is the sky blue today?"});
        assert_ne!(said, text(&ask(id, &other), pointer));
    }
}

#[test]
fn another_seed_gives_another_answer() {
    let documents = Documents::embedded();
    let model = documents.model(NATIVE).unwrap();
    let input = json!({"prompt": "Why is the sky blue?"});
    let of = |seed: u64| {
        let input = Input::Json(&input);
        let asked = Asked::new(model, input, seed);
        format!("{:?}", answer(&asked).answer)
    };
    assert_eq!(of(1), of(1));
    assert!((2..9).any(|seed| of(seed) != of(1)));
}

#[test]
fn a_limit_ends_the_answer() {
    for (id, limit, pointer, count) in [
        (
            NATIVE,
            "max_tokens",
            "/response",
            "/usage/completion_tokens",
        ),
        (
            CHAT,
            "max_completion_tokens",
            "/choices/0/text",
            "/usage/completion_tokens",
        ),
    ] {
        let mut input =
            json!({"prompt": "Describe the moon in 400 words.", "reasoning_effort": null});
        input[limit] = 10.into();
        let answer = ask(id, &input);
        assert_eq!(answer.pointer(count), Some(&json!(10)), "{answer}");
        assert!(text(&answer, pointer).split(' ').count() <= 10);
        input[limit] = 1000.into();
        let words = text(&ask(id, &input), pointer).split(' ').count();
        assert!((400..440).contains(&words), "{id}: {words}");
    }
    let cut = ask(
        CHAT,
        &json!({"prompt": "Describe the moon.", "max_tokens": 4}),
    );
    assert_eq!(text(&cut, "/choices/0/finish_reason"), "length");
    assert_eq!(text(&cut, "/choices/0/text"), "", "all of it was thought");
    let cut = ask(
        RESPONSES,
        &json!({"input": "Describe the moon.", "max_output_tokens": 4}),
    );
    assert_eq!(text(&cut, "/status"), "incomplete");
    // The document's own limit holds where the caller sets none.
    let long = ask(
        NATIVE,
        &json!({"prompt": "Describe the moon in 4000 words."}),
    );
    assert_eq!(long.pointer("/usage/completion_tokens"), Some(&json!(256)));
}

#[test]
fn tokens_add_up() {
    let chat = json!({"messages": [{"role": "user", "content": "Why is the sky blue?"}]});
    let plain = json!({"input": "Why is the sky blue?"});
    for (id, input, [came, went], thinks) in [
        (NATIVE, &chat, ["prompt", "completion"], false),
        (CHAT, &chat, ["prompt", "completion"], true),
        (RESPONSES, &chat, ["prompt", "completion"], true),
        (RESPONSES, &plain, ["input", "output"], true),
    ] {
        let usage = ask(id, input)["usage"].clone();
        let count = |name: &str| usage[name].as_u64().unwrap();
        let (input, output) = (
            count(&format!("{came}_tokens")),
            count(&format!("{went}_tokens")),
        );
        assert!(input > 5 && output > 5, "{id}: {usage}");
        assert_eq!(input + output, count("total_tokens"), "{id}: {usage}");
        assert!(usage["neurons"].as_f64().unwrap() > 0.0);
        let cached = &usage[format!("{came}_tokens_details")]["cached_tokens"];
        assert_eq!(*cached, 0, "{id}: {usage}");
        let thought = &usage[format!("{went}_tokens_details")]["reasoning_tokens"];
        assert_eq!(thought.is_u64(), thinks, "{id}: {usage}");
    }
}

#[test]
fn a_stream_says_what_the_whole_says() {
    let question = "Why is the sky blue in 40 words?";
    let chat = json!({"messages": [{"role": "user", "content": question}]});
    for (id, input, whole, piece) in [
        (
            NATIVE,
            json!({"prompt": question}),
            "/response",
            "/response",
        ),
        (
            CHAT,
            chat.clone(),
            "/choices/0/message/content",
            "/choices/0/delta/content",
        ),
        (
            RESPONSES,
            chat.clone(),
            "/choices/0/message/content",
            "/choices/0/delta/content",
        ),
    ] {
        let whole = text(&ask(id, &input), whole);
        let events = stream(id, &input);
        assert_eq!(joined(&events, piece), whole, "{id}");
        let usage = ask(id, &input)["usage"].clone();
        assert_eq!(events.last().unwrap()["usage"], usage, "{id}");
    }
    let input = json!({"input": question});
    let events = stream(RESPONSES, &input);
    let deltas: Vec<Value> = events
        .iter()
        .filter(|event| event["type"] == "response.output_text.delta")
        .cloned()
        .collect();
    assert_eq!(
        joined(&deltas, "/delta"),
        text(&ask(RESPONSES, &input), "/output/1/content/0/text")
    );
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    assert_eq!(events.first().unwrap()["type"], "response.created");
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    assert_eq!(last["response"], ask(RESPONSES, &input));
}

#[test]
fn tokens_that_are_json_come_as_json() {
    let input = json!({"prompt": "Is 42 true or {} false in 300 words", "max_tokens": 900});
    let events = stream(NATIVE, &input);
    let is_kind = |is: fn(&Value) -> bool| events.iter().any(|event| is(&event["response"]));
    assert!(is_kind(Value::is_number) && is_kind(Value::is_boolean) && is_kind(Value::is_string));
    assert!(
        events
            .iter()
            .all(|event| event["p"].is_string() || event["usage"].is_object())
    );
    let events = stream(CHAT, &input);
    assert!(
        events
            .iter()
            .any(|event| event["choices"][0]["delta"]["content"].is_number())
    );
}

#[test]
fn chat_streams_begin_with_the_role_and_end_with_reason_and_usage() {
    let input = json!({"messages": [{"role": "user", "content": "Hi"}], "n": 2});
    let events = stream(CHAT, &input);
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    let [.., reason, total, tail] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(reason["choices"][0]["finish_reason"], "stop");
    assert_eq!(reason["choices"][0]["index"], 1);
    assert_eq!(total["choices"], json!([]));
    assert_eq!(total["usage"], tail["usage"]);
    let whole = ask(CHAT, &input);
    assert_eq!(whole["choices"].as_array().map(Vec::len), Some(2));
    assert_ne!(
        whole["choices"][0]["message"],
        whole["choices"][1]["message"]
    );
}

#[test]
fn models_think_unless_told_not_to() {
    let ask = |more: Value| {
        let mut input = json!({"messages": [{"role": "user", "content": "Why?"}]});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap());
        let message = ask(CHAT, &input)["choices"][0]["message"].clone();
        message
            .get("reasoning")
            .or(message.get("reasoning_content"))
            .is_some()
    };
    assert!(ask(json!({})));
    assert!(ask(json!({"reasoning_effort": "high"})));
    for off in [
        json!({"reasoning_effort": null}),
        json!({"reasoning_effort": "none"}),
        json!({"chat_template_kwargs": {"enable_thinking": false}}),
        json!({"chat_template_kwargs": {"thinking": false}}),
    ] {
        assert!(!ask(off.clone()), "{off}");
    }
    let native = super::ask("@cf/qwen/qwq-32b", &json!({"prompt": "Why?"}));
    assert!(text(&native, "/response").starts_with("<think>\n"));
}

#[test]
fn json_mode_gives_the_value_or_its_text() {
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let wrapped =
        json!({"type": "json_schema", "json_schema": {"name": "place", "schema": schema}});
    let bare = json!({"type": "json_schema", "json_schema": schema});
    let any = json!({"type": "json_object"});
    for format in [&bare, &wrapped, &any] {
        let input = json!({"prompt": "Where is Lisbon?", "response_format": format});
        let native = ask(NATIVE, &input)["response"].clone();
        assert!(native.is_object(), "{native}");
        assert_eq!(native.get("city").is_some(), *format != any, "{native}");
        let chat = text(&ask(CHAT, &input), "/choices/0/text");
        assert!(serde_json::from_str::<Value>(&chat).unwrap().is_object());
        let pieces = joined(&stream(CHAT, &input), "/choices/0/delta/content");
        assert!(serde_json::from_str::<Value>(&pieces).unwrap().is_object());
    }
    let guided = json!({"prompt": "Where is Lisbon?", "guided_json": schema});
    assert!(ask(NATIVE, &guided)["response"]["city"].is_string());
    let format = json!({"format": {"type": "json_schema", "name": "place", "schema": schema}});
    let answer = ask(
        RESPONSES,
        &json!({"input": "Where is Lisbon?", "text": format}),
    );
    let said = text(&answer, "/output/1/content/0/text");
    assert!(serde_json::from_str::<Value>(&said).unwrap()["city"].is_string());
}

#[test]
fn one_dialect_can_be_asked_of_all() {
    let documents = Documents::embedded();
    let asked = |id: &str, input: &Value, dialect, stream| {
        let model = documents.model(id).unwrap();
        let input = Input::Json(input);
        answer_in(
            dialect,
            &Asked {
                stream,
                ..Asked::new(model, input, 7)
            },
        )
        .map(|answered| answered.answer)
    };
    let input = json!({"messages": [{"role": "user", "content": "Why is the sky blue?"}]});
    for id in [NATIVE, CHAT, RESPONSES] {
        let Some(Answer::Bare(chat)) = asked(id, &input, Dialect::Chat, false) else {
            panic!("{id}")
        };
        assert_eq!(
            (&chat["object"], &chat["model"]),
            (&json!("chat.completion"), &json!(id))
        );
        assert!(chat["usage"]["total_tokens"].as_u64().unwrap() > 0);
        let Some(Answer::Events(events)) = asked(id, &input, Dialect::Chat, true) else {
            panic!("{id}")
        };
        let said = joined(&data(&events), "/choices/0/delta/content");
        assert_eq!(said, text(&chat, "/choices/0/message/content"));
        let Some(Answer::Bare(response)) = asked(id, &input, Dialect::Responses, false) else {
            panic!("{id}")
        };
        assert_eq!(response["object"], "response");
    }
    assert!(
        asked(
            "@cf/baai/bge-m3",
            &json!({"text": "a"}),
            Dialect::Chat,
            false
        )
        .is_none()
    );
}

#[test]
fn odd_requests_are_answered_all_the_same() {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    for input in [
        json!(null),
        json!([]),
        json!({}),
        json!({"prompt": 7, "max_tokens": "many", "n": -1}),
        json!({"messages": {"role": "user"}}),
        json!({"messages": [1, null, {"role": 3, "content": {"a": []}}, {"content": deep}]}),
        json!({"prompt": "", "tools": [{}, {"name": 1}, {"function": null}, "x"], "tool_choice": []}),
        json!({"prompt": "x", "response_format": {"type": "json_schema", "json_schema": deep}}),
        json!({"prompt": "x", "response_format": [], "guided_json": 1, "text": {"format": 3}}),
        json!({"input": {"a": 1}, "instructions": 3}),
        json!({"prompt": "\u{0}\u{1}\"\\\u{2028} 🙂 ".repeat(50)}),
        json!({"prompt": "in 99999999999999999999 words", "max_tokens": 0}),
    ] {
        for id in [NATIVE, NATIVE_TOOLS, CHAT, RESPONSES] {
            assert!(ask(id, &input).is_object(), "{id}: {input}");
            assert!(!stream(id, &input).is_empty(), "{id}: {input}");
        }
    }
}
