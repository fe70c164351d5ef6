//! Tool calls: which tool, with which arguments, and in which form.

use serde_json::{Value, json};

use super::{CHAT, NATIVE_TOOLS, RESPONSES, ask, joined, stream, text};

fn tools() -> Value {
    let place = json!({
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 7}},
        "required": ["city", "days"],
    });
    let flat = |name, about| json!({"name": name, "description": about, "parameters": place});
    json!([
        {"type": "function", "function": flat("book_table", "Books a table in a restaurant")},
        {"type": "function", "function": flat("get_weather", "Tells the weather of a city")},
    ])
}

#[test]
fn the_closest_tool_is_called() {
    let weather = "What is the weather in Lisbon for the next 3 days?";
    for (choice, question, called) in [
        (json!("auto"), weather, Some("get_weather")),
        (json!("required"), weather, Some("get_weather")),
        (
            json!("auto"),
            "I want a table for two in a restaurant",
            Some("book_table"),
        ),
        (json!("none"), weather, None),
        (
            json!({"type": "function", "function": {"name": "book_table"}}),
            weather,
            Some("book_table"),
        ),
        (
            json!({"type": "function", "function": {"name": "no_such_tool"}}),
            weather,
            None,
        ),
        (
            json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [
                {"type": "function", "function": {"name": "book_table"}}]}}),
            weather,
            Some("book_table"),
        ),
    ] {
        let input = json!({"messages": [{"role": "user", "content": question}], "tools": tools(), "tool_choice": choice});
        let native = ask(NATIVE_TOOLS, &input);
        assert_eq!(
            native.pointer("/tool_calls/0/name").and_then(Value::as_str),
            called,
            "{choice}"
        );
        let chat = ask(CHAT, &input);
        let message = &chat["choices"][0]["message"];
        let function = &message["tool_calls"][0]["function"];
        assert_eq!(function["name"].as_str(), called, "{choice}");
        if called.is_none() {
            assert!(native["response"].is_string() && message["content"].is_string());
            continue;
        }
        assert!(native["response"].is_null() && message["content"].is_null());
        assert_eq!(chat["choices"][0]["finish_reason"], "tool_calls");
        let arguments: Value =
            serde_json::from_str(function["arguments"].as_str().unwrap()).unwrap();
        for arguments in [&arguments, &native["tool_calls"][0]["arguments"]] {
            assert!(
                (1..=7).contains(&arguments["days"].as_u64().unwrap()),
                "{arguments}"
            );
            if question == weather {
                assert_eq!(*arguments, json!({"city": "Lisbon", "days": 3}));
            }
        }
    }
}

#[test]
fn calls_are_streamed_in_fragments() {
    let input =
        json!({"messages": [{"role": "user", "content": "Weather in Lisbon?"}], "tools": tools()});
    let whole = ask(CHAT, &input)["choices"][0]["message"]["tool_calls"][0].clone();
    let events = stream(CHAT, &input);
    let fragments: Vec<Value> = events
        .iter()
        .filter_map(|event| event.pointer("/choices/0/delta/tool_calls/0").cloned())
        .collect();
    assert_eq!(fragments[0]["id"], whole["id"]);
    assert_eq!(fragments[0]["function"], json!({"name": "get_weather"}));
    assert_eq!(
        joined(&fragments, "/function/arguments"),
        text(&whole, "/function/arguments")
    );

    let events = stream(NATIVE_TOOLS, &input);
    let calls: Vec<Value> = events
        .iter()
        .filter_map(|event| event.pointer("/tool_calls/0").cloned())
        .collect();
    let whole = ask(NATIVE_TOOLS, &input)["tool_calls"][0]["arguments"].clone();
    let said: Value = serde_json::from_str(&joined(&calls, "/function/arguments")).unwrap();
    assert_eq!(said, whole);
    let last = calls.last().unwrap();
    assert!(last["id"].is_null() && last["type"].is_null() && last["function"]["name"].is_null());

    let tool =
        json!([{"type": "function", "name": "get_weather", "parameters": {}, "strict": true}]);
    let input = json!({"input": "Weather in Lisbon?", "tools": tool});
    let item = ask(RESPONSES, &input)["output"][1].clone();
    assert_eq!(
        (&item["type"], &item["name"]),
        (&json!("function_call"), &json!("get_weather"))
    );
    let events = stream(RESPONSES, &input);
    assert!(
        events
            .iter()
            .any(|event| event["type"] == "response.function_call_arguments.done")
    );
}

#[test]
fn after_a_tool_has_answered_there_is_text() {
    let call = json!({"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}});
    let messages = json!([
        {"role": "user", "content": "Weather in Lisbon?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "{\"sunshine\": \"plenty\"}"},
    ]);
    let input = json!({"messages": messages, "tools": tools()});
    for (id, pointer) in [
        (NATIVE_TOOLS, "/response"),
        (CHAT, "/choices/0/message/content"),
    ] {
        let said = text(&ask(id, &input), pointer);
        assert!(said.contains("sunshine"), "{id}: {said}");
    }
    let items = json!([
        {"role": "user", "content": "Weather in Lisbon?"},
        {"type": "function_call", "call_id": "1", "name": "get_weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "plenty of sunshine"},
    ]);
    let tool =
        json!([{"type": "function", "name": "get_weather", "parameters": {}, "strict": true}]);
    let answer = ask(RESPONSES, &json!({"input": items, "tools": tool}));
    assert!(
        text(&answer, "/output/1/content/0/text").contains("sunshine"),
        "{answer}"
    );
}

#[test]
fn only_a_question_of_the_user_calls_a_tool() {
    let said = |role: &str| json!({"role": role, "content": "Weather in Lisbon?"});
    for (roles, calls) in [
        (&["user"][..], true),
        (&["user", "system"], true),
        (&["user", "assistant"], false),
        (&["user", "assistant", "tool", "user"], true),
        (&["user", "assistant", "tool", "assistant"], false),
    ] {
        let messages: Vec<Value> = roles.iter().map(|role| said(role)).collect();
        let answer = ask(CHAT, &json!({"messages": messages, "tools": tools()}));
        let reason = if calls { "tool_calls" } else { "stop" };
        assert_eq!(answer["choices"][0]["finish_reason"], reason, "{roles:?}");
    }
}

#[test]
fn a_custom_tool_gets_text() {
    let tool = json!([{"type": "custom", "custom": {"name": "search", "description": "Searches"}}]);
    let input =
        json!({"messages": [{"role": "user", "content": "Search for boats"}], "tools": tool});
    let call = ask(CHAT, &input)["choices"][0]["message"]["tool_calls"][0].clone();
    assert_eq!(call["type"], "custom");
    assert_eq!(
        call["custom"],
        json!({"name": "search", "input": "Search boats"})
    );
}
