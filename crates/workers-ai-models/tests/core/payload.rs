//! Bodies: JSON, raw bytes with a query, and forms.

use serde::Serialize;
use serde_json::json;
use workers_ai_models::{EncodeError, Form, Media, PartValue, Payload};

use crate::CANARY;

#[derive(Serialize)]
struct Options {
    language: &'static str,
    smart_format: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    diarize: Option<bool>,
    utterances: Option<bool>,
    keyterm: Vec<&'static str>,
    utt_split: f64,
    channels: u64,
}

const OPTIONS: Options = Options {
    language: "en & more",
    smart_format: true,
    diarize: None,
    utterances: None,
    keyterm: vec![],
    utt_split: 0.1,
    channels: 2,
};

fn wav() -> Media {
    Media::new(&b"RIFF\x10\0\0\0WAVEfmt "[..])
}

#[test]
fn j25_json_is_written_as_given() {
    #[derive(Serialize)]
    struct Input {
        temperature: f64,
        seed: u64,
        prompt: &'static str,
    }
    let input = Input {
        temperature: 0.1,
        seed: u64::MAX,
        prompt: "\0\u{2028}é😀\"",
    };
    let wire =
        "{\"temperature\":0.1,\"seed\":18446744073709551615,\"prompt\":\"\\u0000\u{2028}é😀\\\"\"}";
    assert_eq!(Payload::json(&input), Ok(Payload::Json(wire.into())));
    let tree = serde_json::to_value(&input).expect("JSON");
    assert_eq!(tree["temperature"].to_string(), "0.1");
}

#[test]
fn a_raw_body_goes_as_what_it_is() {
    let unknown = Media::from(&[1, 2, 3]);
    for (media, content_type) in [
        (wav(), "audio/wav"),
        (unknown.clone(), "audio/mpeg"),
        (
            unknown.clone().with_content_type("audio/mulaw"),
            "audio/mulaw",
        ),
        (
            Media::from_base64("data:audio/mulaw;base64,AQID"),
            "audio/mulaw",
        ),
    ] {
        let bytes = media.bytes().expect("bytes");
        let Ok(Payload::Raw(body)) = Payload::raw("audio/mpeg", &media) else {
            panic!("a raw body");
        };
        assert_eq!(body.content_type, content_type);
        assert_eq!(body.bytes, bytes);
        assert!(body.query.is_empty());
    }
    assert!(Payload::raw("audio/mpeg", &Media::from_base64("*")).is_err());
}

#[test]
fn options_of_a_raw_body_go_into_the_query() {
    let query = |options: &Options| match Payload::raw("audio/mpeg", &wav())
        .and_then(|raw| raw.with_query(options))
    {
        Ok(Payload::Raw(body)) => body.query,
        other => panic!("a raw body, not {other:?}"),
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    };
    let mut sorted = query(&OPTIONS);
    sorted.sort();
    assert_eq!(
        sorted,
        pairs(&[
            ("channels", "2"),
            ("language", "en & more"),
            ("smart_format", "true"),
            ("utt_split", "0.1")
        ])
    );
    let terms = query(&Options {
        keyterm: vec!["a", "b"],
        ..OPTIONS
    });
    let terms: Vec<_> = terms
        .into_iter()
        .filter(|(name, _)| name == "keyterm")
        .collect();
    assert_eq!(terms, pairs(&[("keyterm", "a"), ("keyterm", "b")]));
}

#[test]
fn a_query_is_flat_and_belongs_to_a_raw_body() {
    #[derive(Serialize)]
    struct Nested {
        options: Options,
    }
    let raw = || Payload::raw("audio/mpeg", &wav()).expect("raw");
    assert!(raw().with_query(&Nested { options: OPTIONS }).is_err());
    assert!(raw().with_query(&vec![1]).is_err());
    assert!(
        Payload::json(&1)
            .and_then(|json| json.with_query(&OPTIONS))
            .is_err()
    );
}

#[test]
fn a_form_has_a_part_for_what_is_there() {
    let picture = Media::from_base64("iVBORw0KGgo=");
    let nothing: Option<&Media> = None;
    let Ok(Payload::Multipart(parts)) = Form::new()
        .text("prompt", "a \"quoted\" cat")
        .text_opt("steps", Some(&20_u64))
        .text_opt("guidance", Some(0.1))
        .text_opt("seed", None::<u64>)
        .file("input_image_0", &picture)
        .file("raw", &Media::from(&[0]))
        .file_opt("input_image_1", nothing)
        .into_payload()
    else {
        panic!("a form");
    };
    let shown: Vec<_> = parts
        .iter()
        .map(|part| match &part.value {
            PartValue::Text(text) => format!("{}={text}", part.name),
            PartValue::File {
                file_name,
                content_type,
                bytes,
                ..
            } => {
                format!("{}={file_name} {content_type} {}", part.name, bytes.len())
            }
            other => panic!("unknown part {other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "prompt=a \"quoted\" cat",
            "steps=20",
            "guidance=0.1",
            "input_image_0=input_image_0.png image/png 8",
            "raw=raw.bin application/octet-stream 1",
        ]
    );
    let broken = Form::new()
        .file("image", &Media::from_base64("*"))
        .text("prompt", "x")
        .into_payload();
    assert!(broken.is_err());
}

#[test]
fn j10_nothing_of_the_input_is_shown() {
    struct Loud;
    impl Serialize for Loud {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom(CANARY))
        }
    }
    #[derive(Serialize)]
    struct Secret {
        term: &'static str,
    }

    let error: EncodeError = Payload::json(&Loud).unwrap_err();
    let raw = Payload::raw("audio/mpeg", &Media::from(CANARY.as_bytes())).expect("raw");
    for said in [
        format!("{error} {error:?}"),
        format!("{:?}", Payload::json(CANARY).expect("JSON")),
        format!(
            "{:?}",
            raw.with_query(&Secret { term: CANARY }).expect("raw")
        ),
        format!(
            "{:?}",
            Form::new()
                .text("prompt", CANARY)
                .file("f", &Media::from(CANARY.as_bytes()))
        ),
    ] {
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[test]
fn a_form_has_the_members_of_an_object_and_of_nothing_else() {
    let object = json!({"a": "text", "b": 0.5, "c": {"d": [true]}, "e": null});
    let Ok(Payload::Multipart(parts)) = Form::new().members(&object).into_payload() else {
        panic!("no form")
    };
    let shown: Vec<String> = parts
        .iter()
        .map(|part| match &part.value {
            PartValue::Text(text) => format!("{}={text}", part.name),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["a=text", "b=0.5", r#"c={"d":[true]}"#]);
    for other in [json!([1]), json!("text"), json!(1), json!(null)] {
        let error = Form::new().members(&other).into_payload().unwrap_err();
        assert!(error.to_string().contains("expected an object"), "{error}");
    }
}
