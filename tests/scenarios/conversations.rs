//! The short ways of conversations at work in the types of somebody else's documents.

use serde_json::{Value, json, to_value};
use workers_ai_models::{Arguments, CalledTool, Media, object};

use crate::compiled::conversations::{
    ConversationsInput, Exchange, Format, Letter, Line, Note, Shout, Skill, Turn, Utterance,
};

const URL: &str = "data:image/gif;base64,R0lGODlh";

fn picture() -> Media {
    Media::new(b"GIF89a".as_slice())
}

#[test]
fn each_speaker_has_a_message_of_its_own() {
    let input = ConversationsInput::new().dialogue([
        Turn::system("Be brief."),
        Turn::user("Where is it?"),
        Turn::assistant("There."),
        Turn::tool("call-1", "Sunny"),
        Turn::about_image("What is it?", picture()),
    ]);
    let parts = json!([
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": URL}},
    ]);
    let expected = json!({"dialogue": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "There."},
        {"role": "tool", "tool_call_id": "call-1", "content": "Sunny"},
        {"role": "user", "content": parts},
    ]});
    assert_eq!(to_value(input).expect("JSON"), expected);
}

#[test]
fn one_sort_of_message_says_who_speaks() {
    let parts = json!([
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": URL}},
    ]);
    let cases = [
        (
            to_value(Line::system("Be brief.")),
            json!({"role": "system", "content": "Be brief."}),
        ),
        (
            to_value(Line::about_image("What is it?", URL)),
            json!({"role": "user", "content": parts}),
        ),
        (
            to_value(Line::tool("Sunny")),
            json!({"role": "tool", "content": "Sunny"}),
        ),
        (
            to_value(Exchange::assistant("There.")),
            json!({"role": "assistant", "content": "There."}),
        ),
        (
            to_value(Note::from("Mind the step.")),
            json!({"words": "Mind the step."}),
        ),
        // What has more to it is built as ever.
        (
            to_value(Shout::new("user", "Hey").user("Ann")),
            json!({"role": "user", "content": "Hey", "user": "Ann"}),
        ),
        (
            to_value(Letter::new("user", "Dear Ann", "today")),
            json!({"role": "user", "content": "Dear Ann", "date": "today"}),
        ),
    ];
    for (written, expected) in cases {
        assert_eq!(written.expect("JSON"), expected);
    }
}

#[test]
fn calls_are_repeated_as_the_dialect_has_them() {
    let (id, name) = ("call-1".to_owned(), "weather".to_owned());
    let arguments = Arguments::Text(r#"{"city":"Lisbon"}"#);
    let call = CalledTool::of(None, Some(&id), Some(&name), Some(arguments));
    let function = json!({"name": "weather", "arguments": r#"{"city":"Lisbon"}"#});
    let cases = [
        (
            to_value(Turn::calls([&call])),
            json!({"role": "assistant", "content": "", "tool_calls": [
                {"id": "call-1", "type": "function", "function": function}
            ]}),
        ),
        (
            to_value(Turn::answer_to(&call, "Sunny")),
            json!({"role": "tool", "tool_call_id": "call-1", "content": "Sunny"}),
        ),
        (
            to_value(Utterance::calls([&call])),
            json!({"role": "assistant", "content": "", "tool_calls": [
                {"id": "call-1", "type": "function", "function": function}
            ]}),
        ),
        (
            to_value(Utterance::answer_to(&call, "Sunny")),
            json!({"role": "tool", "tool_call_id": "call-1", "content": "Sunny"}),
        ),
        (
            to_value(Line::calls([&call])),
            json!({
                "role": "assistant",
                "content": r#"{"name":"weather","arguments":{"city":"Lisbon"}}"#,
            }),
        ),
        (
            to_value(Line::answer_to(&call, "Sunny")),
            json!({"role": "tool", "content": "Sunny"}),
        ),
    ];
    for (written, expected) in cases {
        assert_eq!(written.expect("JSON"), expected);
    }
}

#[test]
fn tools_and_formats_take_a_schema() {
    let schema = object!({"type": "object"});
    let function = json!({"name": "weather", "description": "Tells it.", "parameters": schema});
    let cases: [(Value, Value); 3] = [
        (
            to_value(Skill::function("weather", "Tells it.", schema.clone())).expect("JSON"),
            json!({"type": "function", "function": function}),
        ),
        (
            to_value(Format::json()).expect("JSON"),
            json!({"type": "json_object"}),
        ),
        (
            to_value(Format::schema(schema.clone())).expect("JSON"),
            json!({"type": "json_schema", "json_schema": schema}),
        ),
    ];
    for (written, expected) in cases {
        assert_eq!(written, expected);
    }
}
