use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Value, json};
use workers_ai_models::{
    alternatives, fields,
    union::{Kind, Raw, without_content},
};

use crate::{CANARY, on_a_small_stack};

/// Anything at all, so that a test can look at its outline.
struct Any<'de>(Raw<'de>);

impl<'de> Deserialize<'de> for Any<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::read(deserializer).map(Self)
    }
}

fn raw(text: &str) -> Raw<'_> {
    serde_json::from_str::<Any<'_>>(text).expect(text).0
}

/// A union like the generated ones: told apart by a tag, and what nobody knows is kept.
#[derive(Debug, PartialEq)]
enum Item {
    Message(Message),
    Call(Call),
    Unknown(Value),
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
struct Message {
    text: Option<String>,
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
struct Call {
    name: Option<String>,
    text: Option<String>,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::read(deserializer)?;
        match raw.tag("type").as_deref() {
            Some("message") => raw.decode().map(Self::Message),
            Some("call") => raw.decode().map(Self::Call),
            _ => raw.decode().map(Self::Unknown),
        }
    }
}

#[test]
fn the_outline_shows_what_is_present() {
    let raw = raw(
        r#" { "null" : null , "t":"x\"{[,:]}", "n" : -1.5 ,"b": false, "o":{"n":{"t":1}}, "empty":[ ],
              "ls":["a"], "ln":[ 1], "lb":[true], "lo":[{"t":1}], "ll":[[1]], "l0":[null], "k\u0065y":"v\u00e9",
              "":1, "{\"":"2" } "#,
    );
    assert_eq!(raw.kind(), Kind::Object);
    for (key, shape) in [
        ("null", ""),
        ("absent", ""),
        ("t", "s"),
        ("n", "n"),
        ("b", "b"),
        ("o", "{"),
        ("empty", "["),
        ("ls", "[s"),
        ("ln", "[n"),
        ("lb", "[b"),
        ("lo", "[{"),
        ("ll", "[["),
        ("l0", "["),
        ("key", "s"),
        ("", "n"),
        ("{\"", "s"),
    ] {
        assert_eq!(raw.shape(key), shape, "{key:?}");
        assert_eq!(raw.has(key), !shape.is_empty(), "{key:?}");
    }
    assert_eq!(raw.tag("t").as_deref(), Some("x\"{[,:]}"));
    assert_eq!(raw.tag("key").as_deref(), Some("vé"));
    for key in ["n", "null", "o", "ls", "absent"] {
        assert_eq!(raw.tag(key), None, "{key}");
    }
}

#[test]
fn j08_every_kind_has_an_outline() {
    for (text, kind) in [
        ("null", Kind::Null),
        ("true", Kind::Bool),
        ("-1e5", Kind::Number),
        ("\"\"", Kind::Text),
        ("[]", Kind::List),
        ("[{\"a\":1}, {\"a\":2}]", Kind::List),
        ("{}", Kind::Object),
    ] {
        let raw = raw(text);
        assert_eq!(raw.kind(), kind, "{text}");
        assert!(!raw.has("a"), "{text}");
        assert_eq!(raw.shape("a"), "", "{text}");
        let tree: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(
            raw.decode::<Value, serde_json::Error>().expect("any"),
            tree,
            "{text}"
        );
    }
}

#[test]
fn j05_j06_j07_a_union_takes_what_is_new_and_what_is_missing() {
    let cases = [
        (
            r#"{"type":"message","text":"a","new":{"deep":[1]}}"#,
            Item::Message(Message {
                text: Some("a".into()),
                items: vec![],
            }),
        ),
        (
            r#"{"type":"message","text":null}"#,
            Item::Message(Message::default()),
        ),
        (r#"{"type":"message"}"#, Item::Message(Message::default())),
        (
            r#"{"text":"t","name":"f","type":"call"}"#,
            Item::Call(Call {
                name: Some("f".into()),
                text: Some("t".into()),
            }),
        ),
        (
            r#"{"type":"picture","text":1}"#,
            Item::Unknown(json!({"type": "picture", "text": 1})),
        ),
        (r#"{"type":null}"#, Item::Unknown(json!({"type": null}))),
        (r#"{"type":3}"#, Item::Unknown(json!({"type": 3}))),
        ("{}", Item::Unknown(json!({}))),
        ("[1]", Item::Unknown(json!([1]))),
        ("\"message\"", Item::Unknown(json!("message"))),
        ("null", Item::Unknown(Value::Null)),
    ];
    for (text, expected) in cases {
        assert_eq!(
            serde_json::from_str::<Item>(text).expect(text),
            expected,
            "{text}"
        );
        assert_eq!(
            serde_json::from_slice::<Item>(text.as_bytes()).expect(text),
            expected,
            "{text}"
        );
        assert_eq!(
            serde_json::from_reader::<_, Item>(text.as_bytes()).expect(text),
            expected,
            "{text}"
        );
        let tree = serde_json::from_str(text).expect(text);
        assert_eq!(
            serde_json::from_value::<Item>(tree).expect(text),
            expected,
            "{text}"
        );
    }
}

#[test]
fn j10_errors_tell_the_place_and_what_was_expected_and_repeat_nothing() {
    for (text, expected) in [
        (
            format!(r#"{{"type":"message","text":["{CANARY}"]}}"#),
            "expected a string at line 1 column 25 of the value",
        ),
        (
            format!(r#"{{"type":"message","items":"{CANARY}"}}"#),
            "expected a sequence at line 1 column 39 of the value",
        ),
        (
            format!(r#"{{"type":"message","items":"{CANARY}, expected {CANARY}"}}"#),
            "expected a sequence at line 1 column 61 of the value",
        ),
        (
            format!(r#"{{"type":"message","items":[{{"type":"call","name":{{"{CANARY}":1}}}}]}}"#),
            "expected a string at line 1 column 22 of the value",
        ),
        (
            format!(
                r#"{{"type":"message","items":[{{"type":"message","items":[{{"{CANARY}":1,"{CANARY}":2}}]}}]}}"#
            ),
            "expected each key once",
        ),
    ] {
        let error = serde_json::from_str::<Item>(&text).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains(CANARY), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn j10_a_value_that_is_no_alternative_is_not_repeated() {
    let error: serde_json::Error = raw(&format!("[\"{CANARY}\"]")).unfit("Item");
    assert_eq!(
        error.to_string(),
        "expected an alternative of Item, found a list"
    );
}

#[test]
fn j10_any_serde_error_can_be_told_without_content() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors count")]
    struct Strict {
        number: u8,
    }
    #[derive(Debug, Deserialize)]
    enum Closed {
        A,
        B,
    }
    struct Loud;
    impl<'de> Deserialize<'de> for Loud {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            String::deserialize(deserializer).and_then(|text| Err(D::Error::custom(text)))
        }
    }

    fn told<T: for<'de> Deserialize<'de>>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).err().expect("an error");
        without_content(&error)
    }

    let canary = format!("\"{CANARY}\"");
    assert_eq!(told::<u8>(&canary), "expected u8");
    assert_eq!(told::<u8>("300"), "expected u8");
    assert_eq!(told::<Closed>(&canary), "expected `A` or `B`");
    assert_eq!(told::<Strict>("{}"), "missing field `number`");
    assert_eq!(
        told::<Strict>(r#"{"number":1,"number":2}"#),
        "duplicate field `number`"
    );
    assert_eq!(
        told::<Strict>(&format!(r"{{{canary}:1}}")),
        "expected `number`"
    );
    assert_eq!(told::<Loud>(&canary), "the value does not fit its type");
    assert_eq!(told::<Value>("[1,"), "EOF while parsing a value");
    assert_eq!(
        told::<Value>(&format!("[{canary} {canary}]")),
        "expected `,` or `]`"
    );
    assert!(matches!(serde_json::from_str("\"B\""), Ok(Closed::B)));
    assert!(matches!(serde_json::from_str("\"A\""), Ok(Closed::A)));
}

#[test]
fn j11_a_key_that_comes_twice_is_an_error() {
    for text in [
        r#"{"type":"message","type":"call"}"#,
        r#"{"type":"message","text":"a","text":"b"}"#,
        r#"{"type":"message","text":"a","t\u0065xt":"b"}"#,
        r#"{"type":"unheard","a":1,"a":1}"#,
        r#"{"type":"message","items":[{"a":1,"a":2}]}"#,
    ] {
        assert!(serde_json::from_str::<Item>(text).is_err(), "{text}");
    }
    // The same key on two levels, or in two objects of a list, is nothing of the kind.
    raw(r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#);
}

#[test]
fn j12_nesting_is_bounded_however_often_a_union_nests() {
    on_a_small_stack(|| {
        let nested = |levels: usize| {
            let open = r#"{"type":"message","items":["#;
            format!("{}{}", open.repeat(levels), "]}".repeat(levels))
        };
        assert!(serde_json::from_str::<Item>(&nested(63)).is_ok());
        for levels in [64, 1_000, 100_000] {
            let error = serde_json::from_str::<Item>(&nested(levels)).unwrap_err();
            assert!(error.to_string().contains("levels of nesting"), "{error}");
        }
        for text in ["[".repeat(127) + &"]".repeat(127), "{}".to_owned()] {
            raw(&text);
        }
        for text in [
            "[".repeat(128) + &"]".repeat(128),
            "[".repeat(5_000_000) + &"]".repeat(5_000_000),
            "[".repeat(5_000_000),
            r#"{"a":"#.repeat(100_000),
        ] {
            assert!(serde_json::from_str::<Any<'_>>(&text).is_err());
        }
    });
}

#[test]
fn j14_numbers_pass_through_unchanged() {
    #[derive(Deserialize)]
    struct Numbers {
        a: u64,
        b: i64,
        c: f64,
    }
    let raw = raw(r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":0.1}"#);
    let numbers: Numbers = raw.decode::<_, serde_json::Error>().expect("numbers");
    assert_eq!((numbers.a, numbers.b), (u64::MAX, i64::MIN));
    assert_eq!(numbers.c.to_bits(), 0.1_f64.to_bits());
}

#[test]
fn j18_j19_broken_text_is_an_error_never_another_alternative() {
    assert!(serde_json::from_slice::<Item>(b"{\"type\":\"mess\xFFage\"}").is_err());
    for text in [
        r#"{"type":"message","text":"\ud83d"}"#,
        r#"{"type":"\ud83d"}"#,
        r#"{"\ud83d":1}"#,
        r#"{"type":"message","text":"\ud83d \ude00"}"#,
    ] {
        assert!(serde_json::from_str::<Item>(text).is_err(), "{text}");
    }
    let smile = serde_json::from_str::<Item>(r#"{"type":"message","text":"\ud83d\ude00"}"#)
        .expect("a pair");
    assert_eq!(
        smile,
        Item::Message(Message {
            text: Some("😀".into()),
            items: vec![]
        })
    );
}

#[test]
fn j20_odd_characters_are_kept() {
    let text = "{\"type\":\"call\",\"text\":\"\\u0000\u{2028}\u{feff}\"}";
    let item: Item = serde_json::from_str(text).expect("text");
    assert_eq!(
        item,
        Item::Call(Call {
            name: None,
            text: Some("\0\u{2028}\u{feff}".into())
        })
    );
}

#[test]
fn j15_j16_what_is_not_json_is_no_union_either() {
    for text in [
        "",
        " ",
        "NaN",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":1} x",
        "{\"a\" 1}",
        "[1,]",
        "// c\n1",
        "\u{feff}{}",
    ] {
        assert!(serde_json::from_str::<Any<'_>>(text).is_err(), "{text}");
    }
}

#[test]
fn j23_a_million_keys_take_no_quadratic_time() {
    let members: Vec<String> = (0..1_000_000).map(|key| format!("\"{key}\":1")).collect();
    let text = format!("{{{}}}", members.join(","));
    let raw = raw(&text);
    assert!(raw.has("999999"));
}

/// Two answers that both have `usage` and `text`, with other things in them.
#[derive(Debug, PartialEq)]
enum Reply {
    Long(Long),
    Short(Short),
    Unknown(Value),
}

#[derive(Debug, PartialEq, Default)]
struct Long {
    text: Option<Options>,
    usage: Option<LongUsage>,
}

#[derive(Debug, PartialEq, Default)]
struct Options {
    format: Option<String>,
}

#[derive(Debug, PartialEq, Default)]
struct LongUsage {
    input_tokens: Option<u64>,
}

#[derive(Debug, PartialEq, Default)]
struct Short {
    usage: Option<ShortUsage>,
}

#[derive(Debug, PartialEq, Default)]
struct ShortUsage {
    prompt_tokens: Option<u64>,
}

fields! { Long { const "object" = "long", "text" => put text, "usage" => put usage, } }
fields! { Options { "format" => put format, } }
fields! { LongUsage { "input_tokens" => integer input_tokens, } }
fields! { Short { "usage" => put usage, } }
fields! { ShortUsage { "prompt_tokens" => integer prompt_tokens, } }
alternatives! {
    Reply {
        Long {
            const "object" = "long",
            "text": "{", "usage": "{",
            in "text": Options,
            in "usage": LongUsage,
        }
        Short {
            "usage": "{",
            in "usage": ShortUsage,
        }
    } else Unknown
}

#[test]
fn j29_an_object_of_which_nothing_is_known_is_no_sign_of_a_form() {
    let read = |value: &Value| serde_json::from_value::<Reply>(value.clone());
    for (value, form) in [
        (json!({"usage": {"input_tokens": 1}}), "long"),
        (json!({"usage": {"prompt_tokens": 1}}), "short"),
        (json!({"usage": {"prompt_tokens": 1, "new": 2}}), "short"),
        (json!({"text": {"format": "a", "new": 1}}), "long"),
        (json!({"text": {}}), "long"),
        (json!({"text": {"value": "hi"}}), "unknown"),
        (json!({"usage": {"new": 1}}), "unknown"),
        (json!({"object": "long", "text": {"value": "hi"}}), "long"),
        (json!({"object": "new", "text": {"format": "a"}}), "unknown"),
    ] {
        let found = match read(&value).expect("read") {
            Reply::Long(_) => "long",
            Reply::Short(_) => "short",
            Reply::Unknown(kept) => {
                assert_eq!(kept, value, "what is not read is kept");
                "unknown"
            }
        };
        assert_eq!(found, form, "{value}");
    }
}
