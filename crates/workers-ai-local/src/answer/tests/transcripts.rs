//! Transcripts: words with their times, and what the query asks for beside them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{ask, ask_bytes, text};
use crate::answer::{Answer, Input};

/// A WAV file of silence, this long.
fn recording(seconds: usize) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend(8000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.resize(16_000 * seconds, 0);
    file
}

#[test]
fn transcripts_have_words_with_times() {
    let audio = recording(10);
    let raw = |id: &str, audio: &[u8]| {
        let input = Input::Bytes {
            content_type: "audio/wav",
            body: audio,
            options: &Map::new(),
        };
        match ask_bytes(id, input, false) {
            Answer::Result(value) => value,
            other => panic!("{other:?}"),
        }
    };
    let whisper = raw("@cf/openai/whisper", &audio);
    let turbo = ask(
        "@cf/openai/whisper-large-v3-turbo",
        &json!({"audio": STANDARD.encode(&audio)}),
    );
    let nova = raw("@cf/deepgram/nova-3", &audio);
    let nova = &nova["results"]["channels"][0]["alternatives"][0];
    for (words, text) in [
        (&whisper["words"], &whisper["text"]),
        (
            &turbo["segments"][0]["words"],
            &turbo["segments"][0]["text"],
        ),
        (&nova["words"], &nova["transcript"]),
    ] {
        let words = words.as_array().unwrap();
        let said: Vec<&str> = words
            .iter()
            .filter_map(|word| word["word"].as_str())
            .collect();
        assert_eq!(said.join(" "), text.as_str().unwrap());
        let mut time = 0.0;
        for word in words {
            let (start, end) = (
                word["start"].as_f64().unwrap(),
                word["end"].as_f64().unwrap(),
            );
            assert!(time <= start && start < end && end <= 10.0, "{word}");
            time = end;
        }
    }
    assert_eq!(
        whisper["word_count"].as_u64(),
        whisper["words"].as_array().map(|words| words.len() as u64)
    );
    assert_eq!(turbo["transcription_info"]["duration"], 10.0);
    assert!(turbo["segments"].as_array().unwrap().len() > 1);
    assert!(nova["confidence"].as_f64().unwrap() <= 1.0);
    let vtt = whisper["vtt"].as_str().unwrap();
    assert!(vtt.starts_with("WEBVTT\n\n00.000 --> "), "{vtt}");
    assert_ne!(
        whisper["text"],
        raw("@cf/openai/whisper", b"something else")["text"]
    );
    let numbers: Vec<Value> = audio.iter().map(|byte| (*byte).into()).collect();
    let by_numbers = ask("@cf/openai/whisper", &json!({"audio": numbers}));
    assert_eq!(by_numbers["word_count"], whisper["word_count"]);
}

#[test]
fn what_the_query_asks_for_stands_beside_the_transcript() {
    let audio = recording(10);
    let nova = |options: Value| {
        let options = options.as_object().unwrap();
        let input = Input::Bytes {
            content_type: "audio/wav",
            body: &audio,
            options,
        };
        match ask_bytes("@cf/deepgram/nova-3", input, false) {
            Answer::Result(value) => value,
            other => panic!("{other:?}"),
        }
    };
    let channel = "/results/channels/0";
    let best = "/results/channels/0/alternatives/0";
    let places = [
        ("diarize", format!("{best}/words/0/speaker"), json!(0)),
        (
            "detect_language",
            format!("{channel}/detected_language"),
            json!("en"),
        ),
        (
            "paragraphs",
            format!("{best}/paragraphs/paragraphs/0/start"),
            json!(0.0),
        ),
        (
            "utterances",
            "/results/utterances/0/channel".into(),
            json!(0),
        ),
        (
            "sentiment",
            "/results/sentiments/average/sentiment".into(),
            json!("neutral"),
        ),
    ];
    let plain = nova(json!({}));
    for (option, pointer, value) in &places {
        assert_eq!(plain.pointer(pointer), None, "{option}");
        let asked = nova(json!({ *option: true }));
        assert_eq!(asked.pointer(pointer), Some(value), "{option}");
        assert_eq!(nova(json!({ *option: false })), plain, "{option}");
        let transcript = format!("{best}/transcript");
        assert_eq!(asked.pointer(&transcript), plain.pointer(&transcript));
    }
    let smart = nova(json!({"smart_format": true, "language": "multi"}));
    let word = smart.pointer(&format!("{best}/words/0")).unwrap();
    assert_eq!(word["word"], word["punctuated_word"]);
    assert_eq!(word["language"], "en");
    // Sentences are all of the paragraph, and utterances all of the speech.
    let asked = nova(json!({"paragraphs": true, "utterances": true}));
    let transcript = text(&plain, &format!("{best}/transcript"));
    for pointer in [
        format!("{best}/paragraphs/paragraphs/0/sentences"),
        "/results/utterances".to_owned(),
    ] {
        let parts = asked.pointer(&pointer).and_then(Value::as_array).unwrap();
        let said = parts
            .iter()
            .filter_map(|part| part.get("text").or(part.get("transcript"))?.as_str());
        assert_eq!(said.collect::<Vec<_>>().join(" "), transcript, "{pointer}");
    }
    let facts = &plain["metadata"];
    assert_eq!(facts["duration"], 10.0);
    assert_eq!(
        (&facts["channels"], text(facts, "/sha256").len()),
        (&json!(1), 64)
    );
}
