//! The quick reader of flat objects against `serde_json`: whatever it reads, it reads alike.

use std::fmt::Debug;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use workers_ai_models::{
    ChatEvent, Drift, GptOss120bEvent, TextGenerationEvent, TextOrJson, drift, flat,
};

/// Events of every dialect that was recorded, and objects that nearly are some.
const EVENTS: [&str; 30] = [
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
    r#"{"response":"one","response":"two"}"#,
    r#"{"response":null,"response":"two","p":"a","p":"b"}"#,
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

/// The object that the text begins with, and its length.
fn quick<T: DeserializeOwned>(text: &str) -> Option<(T, usize)> {
    let mut length = 0;
    let value = flat::first(text, &mut length).ok()?;
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
fn the_usual_token_is_read_quickly() {
    for event in &EVENTS[..4] {
        assert!(agrees::<TextGenerationEvent>(event), "{event}");
        assert!(agrees::<Value>(event), "{event}");
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
        r#""text""#,
        r#"{"response":"a",}"#,
        r#"{,"response":"a"}"#,
        r#"{"response" "a"}"#,
        r#"{"response":"a" "p":"b"}"#,
        r#"{response:"a"}"#,
        r#"{"response":'a'}"#,
        r#"{"response":01}"#,
        r#"{"response":1e3}"#,
        r#"{"response":nul}"#,
        r#"{"response":nulls}"#,
        r#"{"response":tru}"#,
        r#"{"response":["a"]}"#,
        r#"{"response":{}}"#,
        r#"{"respon\u0073e":"a"}"#,
        r#"{"response":"a\tb"}"#,
        "{\"response\":\"a\u{1}b\"}",
        "{\"response\":\"a\nb\"}",
        "{\"resp\u{0}onse\":\"a\"}",
        r#"{"created":"12"}"#,
        r#"{"tool_calls":{}}"#,
        r#"{"response":"one","response":"two"}"#,
    ] {
        assert!(quick::<TextGenerationEvent>(json).is_none(), "{json}");
    }
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
        for _ in 0..600 {
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
    assert!(tried > 12_000 && read > 4_000, "{tried} {read}");
}
