//! Pictures and sound: files that open, of the size and length that were asked for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{ask, ask_bytes};
use crate::{
    answer::{Answer, Input, picture},
    documents::Documents,
};

fn file(id: &str, input: &Value) -> (&'static str, Vec<u8>) {
    match ask_bytes(id, Input::Json(input), false) {
        Answer::Bytes { content_type, body } => (content_type, body.to_vec()),
        Answer::Result(value) => {
            let text = value
                .get("image")
                .or(value.get("audio"))
                .and_then(Value::as_str);
            (
                "base64",
                STANDARD
                    .decode(text.unwrap_or_default())
                    .expect("it is base64"),
            )
        }
        other => panic!("{id} answers {other:?}"),
    }
}

#[test]
fn every_picture_has_the_size_that_was_asked_for() {
    let models = Documents::embedded().models();
    let models = models.filter(|model| model.fact("task") == Some("Text-to-Image"));
    let mut count = 0;
    for model in models {
        count += 1;
        let (content_type, _) = model.inputs().next().expect("it takes something");
        let schema = model.input(content_type);
        let takes_size = schema.is_some_and(|schema| schema.property("width").is_some());
        let input = json!({"prompt": "A lighthouse at dawn", "width": 320, "height": "256"});
        let (content_type, file) = file(model.id, &input);
        if takes_size {
            assert_eq!(picture::size(&file), Some((320, 256)), "{}", model.id);
        }
        if content_type == "image/png" {
            let decoder = png::Decoder::new(std::io::Cursor::new(&file));
            let mut reader = decoder.read_info().expect("a PNG");
            let mut pixels = vec![0; reader.output_buffer_size().expect("it fits")];
            reader.next_frame(&mut pixels).expect("it opens");
        } else {
            assert!(
                file.starts_with(&[0xff, 0xd8, 0xff]) && file.ends_with(&[0xff, 0xd9]),
                "{}",
                model.id
            );
        }
    }
    assert_eq!(count, 11);
}

#[test]
fn another_prompt_gives_another_picture() {
    let of = |prompt: &str| {
        let input = json!({"prompt": prompt, "width": 256, "height": 256});
        file("@cf/bytedance/stable-diffusion-xl-lightning", &input).1
    };
    assert_eq!(of("a cat"), of("a cat"));
    assert_ne!(of("a cat"), of("a dog"));
}

/// How many frames an MP3 file has, if it has nothing else.
fn mp3_frames(file: &[u8]) -> usize {
    let mut at = 0;
    let mut frames = 0;
    while at < file.len() {
        // MPEG 2, layer III, 32 kbit/s at 24 kHz.
        assert_eq!(
            file.get(at..at + 3),
            Some(&[0xff, 0xf3, 0x44][..]),
            "frame {frames}"
        );
        at += 72 * 32_000 / 24_000;
        frames += 1;
    }
    assert_eq!(at, file.len());
    frames
}

#[test]
fn speech_is_mp3_unless_something_else_is_asked_for() {
    for id in [
        "@cf/deepgram/aura-1",
        "@cf/deepgram/aura-2-en",
        "@cf/deepgram/aura-2-es",
    ] {
        let ask = |more: Value| {
            let mut input = json!({"text": "Good morning, how can I help you?"});
            input
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().cloned().unwrap());
            file(id, &input)
        };
        let (content_type, mp3) = ask(json!({}));
        assert_eq!(content_type, "audio/mpeg");
        assert!(mp3_frames(&mp3) > 50);
        let (content_type, wav) =
            ask(json!({"encoding": "linear16", "container": "wav", "sample_rate": 16000}));
        assert_eq!((content_type, &wav[..4]), ("audio/wav", &b"RIFF"[..]));
        assert_eq!(wav[24..28], 16_000_u32.to_le_bytes());
    }
    let (_, audio) = file(
        "@cf/myshell-ai/melotts",
        &json!({"prompt": "The train leaves from platform two."}),
    );
    assert_eq!((&audio[..4], &audio[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
}

#[test]
fn cost_follows_the_price() {
    let documents = Documents::embedded();
    let cost = |id: &str, input: Value| {
        let model = documents.model(id).unwrap();
        let input = Input::Json(&input);
        let asked = crate::answer::Asked::new(model, input, 7);
        crate::answer::answer(&asked).neurons
    };
    let aura = |text: String| cost("@cf/deepgram/aura-1", json!({"text": text}));
    let long = aura("a".repeat(1000));
    // 0.015 dollars for a thousand characters, 0.011 for a thousand neurons.
    assert!((long - 1363.6364).abs() < 0.001, "{long}");
    let picture = json!({"prompt": "a", "width": 1024, "height": 512, "num_steps": 10});
    let picture = cost("@cf/leonardo/phoenix-1.0", picture);
    assert!(
        (picture - (2.0 * 0.00583 + 10.0 * 0.00011) / 0.011 * 1000.0).abs() < 0.001,
        "{picture}"
    );
    assert!(
        cost("@cf/microsoft/phi-2", json!({"prompt": "a"})).abs() < f64::EPSILON,
        "it has no price"
    );
    assert!(
        ask(
            "@cf/black-forest-labs/flux-1-schnell",
            &json!({"prompt": "a"})
        )["image"]
            .is_string()
    );
}
