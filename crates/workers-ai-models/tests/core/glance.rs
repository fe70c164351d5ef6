//! The quick reader against `serde_json`: whatever it reads, it reads alike.

use std::fmt::Debug;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use workers_ai_models::{
    ChatEvent, Drift, GptOss120bEvent, TextGenerationEvent, TextOrJson, alternatives, drift,
    fields, glance,
};

use crate::on_a_small_stack;

/// Events of every dialect that was recorded, and objects that nearly are some.
const EVENTS: [&str; 42] = [
    r#"{"response":"Blue","tool_calls":[],"p":"abdefghij"}"#,
    r#"{"response":" token12","p":"abcdefgh"}"#,
    r#"{"tool_calls":[],"p":"abd"}"#,
    r#"{"response":7}"#,
    r#"{"response":0,"created":18446744073709551615}"#,
    r#"{"response":18446744073709551616}"#,
    r#"{"response":-1,"created":-0}"#,
    r#"{"response":1.50,"created":3.0}"#,
    r#"{"response":true,"p":"ab"}"#,
    r#"{"response":false,"p":null}"#,
    r#"{"response":null,"p":"abcdef"}"#,
    r#"{"response":""}"#,
    r#"{"response":"a\"b\\c\u00e9\n","p":"x"}"#,
    r#"{"response":"schöne 🌊 €","p":"ééééééééééééééééééééééééééééééééééééééé"}"#,
    "{\"response\":\"tab\tin it\"}",
    r#"{"response":"","usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6,"neurons":0.25}}"#,
    r#"{"response":null,"tool_calls":[{"name":"dim_lamp","arguments":{"room":"hall"}}]}"#,
    r#"{"tool_calls":[{"index":0,"id":null,"type":null,"function":{"name":null,"arguments":"\"hall\"}"}}]}"#,
    r#"{"id":"chatcmpl-1f","object":"chat.completion.chunk","created":1700000000,"model":"@cf/v/m","choices":[{"index":0,"delta":{"content":"Blue"},"finish_reason":null}],"p":"abcd"}"#,
    r#"{"id":"chatcmpl-1f","object":"chat.completion.chunk","created":1700000000,"model":"@cf/v/m","choices":[]}"#,
    r#"{"choices":[],"id":"a","object":"b","created":3,"model":"c","finish_reason":"stop"}"#,
    r#"{"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":"Blue","sequence_number":4}"#,
    r#"{"status":"processing"}"#,
    r#"{"mode":"replace","name":"text","value":"The lamp","new":[],"flag":true,"none":null,"count":12}"#,
    r#"{"errors":[{"code":3040,"message":"busy"}]}"#,
    r#" { "response" : "Blue" , "created" : 12 , "tool_calls" : [ ] , "p" : "x" } "#,
    r#"{"id":null,"object":"chat.completion.chunk","created":1e9,"choices":[{"index":0,"delta":{"role":"assistant","content":"a\nb","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"dim_lamp","arguments":"{\"room\":"}}]},"logprobs":{"content":[{"token":"a","logprob":-0.25,"bytes":[97],"top_logprobs":[]}]},"finish_reason":"tool_calls"}],"usage":null,"new":{"deep":[1,[{}]]}}"#,
    r#"{"object":"chat.completion.chunk","new":1,"choices":[],"new":2}"#,
    r#"{"object":"chat.completion.chunk","choices":[],"object":"chat.completion.chunk"}"#,
    r#"{"object":"chat.completion.chunk","usage":null,"choices":[],"usage":{"prompt_tokens":1}}"#,
    r#"{"type":"response.output_item.added","item":{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"Blue","annotations":[]}]},"output_index":0,"sequence_number":2}"#,
    r#"{"sequence_number":9,"type":"response.completed","response":{"id":"r","object":"response","status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}}"#,
    r#"{"type":"note","text":"a","strict":true}"#,
    r#"{"tone":1,"type":"call","name":"f","mode":"b","any":["x",7,true,null,{"type":"note"},["y"],[[]]]}"#,
    r#"{"type":"call","mode":"a","name":"f"}"#,
    r#"{"type":"call","any":[[1,2.0],-3,{"type":"new","x":1},{"name":"f"},{}]}"#,
    r#"{"response":"one","response":"two"}"#,
    r#"{"response":null,"response":"two","p":"a","p":"b"}"#,
    r#"{"response":{"city":"Lisbon","sun":[0.5,-12,1e400]},"p":"x"}"#,
    r#"{"response":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
    r#"{"one":"longer than sixty-four bytes before the quote that ends it comes along","two":"and then some more of it"}"#,
    "{}",
];

/// A type as a user may write it, with the hints that serde's derives give.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Own {
    response: String,
    p: Option<Box<str>>,
    created: i32,
    #[serde(rename = "flag")]
    is_on: bool,
    count: f32,
    letter: char,
    none: (),
    tool_calls: Vec<Own>,
    status: Status,
    wrapped: Wrapped,
    pair: (u8, u8),
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Wrapped(u8);

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    #[default]
    Processing,
    Done,
}

/// A type that keeps what it does not know.
#[derive(Debug, PartialEq, Deserialize)]
struct Kept {
    response: Option<String>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// A type that refuses what it does not know.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    response: TextOrJson,
    p: Option<String>,
    #[serde(default)]
    tool_calls: Vec<u8>,
    created: Option<u64>,
}

/// A union with alternatives of every sort.
#[derive(Debug, PartialEq)]
enum Any {
    Text(String),
    Number(i64),
    Numbers(Vec<i64>),
    Many(Vec<Any>),
    Note(Note),
    Call(Call),
    Mode(Call),
    Unknown(Value),
}

#[derive(Debug, Default, PartialEq)]
struct Note {
    text: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
struct Call {
    name: Option<String>,
    any: Option<Vec<Any>>,
}

fields! { Note { const "type" = "note", "text" => put text, } }
fields! { Call as WHOLE { "name" => put name, "any" => put any, } }
alternatives! {
    Any {
        @Text => Text,
        @Number => Number as integer,
        @List("[n") => Numbers as integers,
        @List => Many,
        Note { const "type" = "note", "text": "s", }
        Call { const "type" = "call", const "mode" = "a", "name": "s", "any": "[", }
        Mode { const "mode" = "b", "name": "s", "any": "[", }
    } else Unknown
}

/// The object that the text begins with, and its length.
fn quick<T: DeserializeOwned>(text: &str) -> Option<(T, usize)> {
    let mut length = 0;
    let value = glance::first(text, &mut length).ok()?;
    Some((value, length))
}

/// What the quick reader reads must be what `serde_json` reads. Whether it read anything.
fn agrees<T: DeserializeOwned + PartialEq + Debug>(text: &str) -> bool {
    let Some((quick, length)) = quick::<T>(text) else {
        return false;
    };
    let json = &text[..length];
    match serde_json::from_str::<T>(json) {
        Ok(value) => assert_eq!(quick, value, "{json}"),
        Err(error) => panic!("{json} was read, although {error}"),
    }
    true
}

/// How many of the types the quick reader reads it as.
fn all_agree(json: &str) -> usize {
    let read = [
        agrees::<TextGenerationEvent>(json),
        agrees::<ChatEvent>(json),
        agrees::<GptOss120bEvent>(json),
        agrees::<Any>(json),
        agrees::<Value>(json),
        agrees::<Option<Value>>(json),
        agrees::<TextOrJson>(json),
        agrees::<Strict>(json),
        agrees::<Own>(json),
        agrees::<Kept>(json),
        agrees::<std::collections::BTreeMap<String, Value>>(json),
        agrees::<std::collections::BTreeMap<String, String>>(json),
        agrees::<String>(json),
        agrees::<Vec<Value>>(json),
    ];
    read.into_iter().filter(|read| *read).count()
}

#[test]
fn events_are_read_alike() {
    for event in EVENTS {
        all_agree(event);
        let spaced = event.replace(':', " :\t").replace(',', "\r,\n");
        all_agree(&spaced);
    }
}

#[test]
fn events_are_read_quickly() {
    fn check<T: DeserializeOwned>(event: &str) {
        let text = ["\\u0", "1e400", "[[[[[[[["]
            .iter()
            .any(|odd| event.contains(odd));
        if serde_json::from_str::<T>(event).is_ok() && !text {
            let (_, length) = quick::<T>(event).expect(event);
            assert_eq!(length, event.len());
        }
    }
    for event in EVENTS.map(str::trim) {
        check::<TextGenerationEvent>(event);
        check::<ChatEvent>(event);
        check::<GptOss120bEvent>(event);
        check::<Any>(event);
        check::<Value>(event);
    }
}

#[test]
fn what_it_cannot_know_is_left_to_serde_json() {
    for json in [
        "",
        " ",
        "{",
        "[]",
        "null",
        "12",
        r#""text""#,
        r#" {"response":"a"}"#,
        r#"{"response":"a",}"#,
        r#"{,"response":"a"}"#,
        r#"{"response" "a"}"#,
        r#"{"response":"a" "p":"b"}"#,
        r#"{response:"a"}"#,
        r#"{"response":'a'}"#,
        r#"{"response":01}"#,
        r#"{"response":1e}"#,
        r#"{"response":1-2}"#,
        r#"{"response":12"#,
        r#"{"response":nul}"#,
        r#"{"response":nulls}"#,
        r#"{"response":tru}"#,
        r#"{"response":["a"}"#,
        r#"{"response":["a",]}"#,
        r#"{"response":[,"a"]}"#,
        r#"{"response":{"a":]}"#,
        r#"{"respon\u0073e":"a"}"#,
        r#"{"response":"\ud83d"}"#,
        r#"{"response":"\x"}"#,
        "{\"response\":\"a\u{1}b\"}",
        "{\"response\":\"a\nb\"}",
        "{\"response\":\n\"a\"}",
        "{\"resp\u{0}onse\":\"a\"}",
        r#"{"created":"12"}"#,
        r#"{"tool_calls":{}}"#,
        r#"{"response":"one","response":"two"}"#,
    ] {
        assert!(quick::<TextGenerationEvent>(json).is_none(), "{json}");
    }
}

#[test]
fn nesting_has_an_end() {
    let nested = |levels: usize| {
        format!(
            r#"{{"response":{}{}}}"#,
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    on_a_small_stack(move || {
        assert!(quick::<TextGenerationEvent>(&nested(31)).is_some());
        for levels in [32, 128, 1_000_000] {
            assert!(quick::<TextGenerationEvent>(&nested(levels)).is_none());
            assert!(quick::<ChatEvent>(&nested(levels)).is_none());
        }
        assert!(quick::<Value>(&r#"{"a":"#.repeat(1_000_000)).is_none());
    });
}

#[test]
fn what_follows_is_left() {
    let event = r#"{"response":"a","p":"b"}"#;
    for after in ["", "\n\n", "\n\ndata: {}", "}", "x", "é", "{}"] {
        let text = format!("{event}{after}");
        let (read, length) = quick::<TextGenerationEvent>(&text).expect("an event");
        assert_eq!(read.p, Some("b".into()));
        assert_eq!(length, event.len());
    }
    for length in 0..event.len() {
        assert!(quick::<TextGenerationEvent>(&event[..length]).is_none());
    }
}

#[test]
fn whoever_watches_for_drift_is_told_by_serde_json() {
    let event = r#"{"response":"a","tone":"new"}"#;
    let (read, drifts) = drift::watch(|| quick::<TextGenerationEvent>(event).is_some());
    assert!(!read && drifts.is_empty());
    let (_, drifts) = drift::watch(|| serde_json::from_str::<TextGenerationEvent>(event));
    assert!(matches!(drifts.as_slice(), [Drift::UnknownMember { .. }]));
}

#[test]
fn every_length_and_place_of_a_text_is_read_alike() {
    for length in 0..150 {
        for text in ["x".repeat(length), "é".repeat(length / 2)] {
            for stop in [
                "",
                "\\n",
                "\u{7f}",
                "\u{80}",
                "\u{1f}",
                "\\",
                " !#$%&'",
                "\u{a2}\u{9c}",
            ] {
                let json = format!(r#"{{"response":"{text}{stop}","p":"{text}"}}"#);
                all_agree(&json);
            }
        }
    }
}

#[test]
fn mutilated_events_are_read_alike() {
    const PIECES: [&str; 40] = [
        "\"",
        "\\",
        "\\\"",
        "\\u0041",
        "\\ud83d",
        "{",
        "}",
        "[",
        "]",
        "[]",
        ":",
        ",",
        " ",
        "\n",
        "\t",
        "\u{0}",
        "\u{1f}",
        "\u{7f}",
        "é",
        "🌊",
        "0",
        "7",
        "-",
        "+",
        ".",
        "e5",
        "E",
        "null",
        "true",
        "false",
        "\"p\":",
        "\"response\":",
        "\"tool_calls\":[],",
        "\"p\":\"x\",",
        "\"created\":1,",
        "\"a\"",
        "12345678",
        "\"response\":null,",
        "nan",
        "/",
    ];
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).expect("31 bits") % below
    };
    let (mut tried, mut read) = (0, 0);
    for event in EVENTS {
        for at in (0..=event.len()).filter(|at| event.is_char_boundary(*at)) {
            all_agree(&event[..at]);
        }
        for _ in 0..300 {
            let mut bytes = event.as_bytes().to_vec();
            for _ in 0..=random(3) {
                let from = random(bytes.len() + 1);
                let to = (from + random(4)).min(bytes.len());
                match random(4) {
                    0 => drop(bytes.splice(from..from, PIECES[random(40)].bytes())),
                    1 => drop(bytes.splice(from..to, PIECES[random(40)].bytes())),
                    2 => drop(bytes.drain(from..to)),
                    _ => {
                        let copied = bytes[from..to].to_vec();
                        let place = random(bytes.len() + 1);
                        bytes.splice(place..place, copied);
                    }
                }
            }
            if let Ok(json) = std::str::from_utf8(&bytes) {
                tried += 1;
                read += all_agree(json);
            }
        }
    }
    assert!(tried > 9_000 && read > 20_000, "{tried} {read}");
}
