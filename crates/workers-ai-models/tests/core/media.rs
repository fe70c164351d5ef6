//! Pictures and sound: however they are written, and what they are.

use bytes::Bytes;
use serde::Deserialize;
use workers_ai_models::{Invalid, Media, media::Numbers, members};

use crate::CANARY;

fn base64(text: &str) -> Option<Vec<u8>> {
    Media::from_base64(text)
        .bytes()
        .ok()
        .map(|bytes| bytes.to_vec())
}

#[test]
fn j28_base64_is_read_in_every_dress() {
    for text in [
        "+/+/AA==",
        "+/+/AA",
        "+/+/AA=",
        "-_-_AA",
        "-_-_AA==",
        " +/+/\r\n\tAA== \n",
        "+/-_AA",
        "data:image/png;base64,+/+/AA==",
        "data:;base64,+/+/AA",
        "\ndata:audio/ogg;codecs=opus;base64,\n-_-_AA\n",
        "DATA:image/png;base64,+/+/AA==",
    ] {
        assert_eq!(base64(text), Some(vec![0xFB, 0xFF, 0xBF, 0]), "{text:?}");
    }
    assert_eq!(base64(""), Some(vec![]));
    assert_eq!(base64("data:,"), Some(vec![]));
    assert_eq!(base64(" \n"), Some(vec![]));
}

#[test]
fn j28_what_is_not_base64_is_an_error_and_the_text_is_kept() {
    for text in [
        "A",
        "AAAAA",
        "A*AA",
        "päng",
        "data:image/png;base64",
        "https://example.com/a.png",
        "AA\u{2028}AA",
    ] {
        let media = Media::from_base64(text);
        assert!(media.bytes().is_err(), "{text}");
        assert!(media.clone().into_bytes().is_err(), "{text}");
        assert!(Invalid::unless_fits(&media).is_err(), "{text}");
        assert_eq!(serde_json::to_value(&media).expect("text"), text);
        assert_eq!(media, media.clone(), "{text}");
    }
}

#[test]
fn however_it_is_written_it_is_the_same_text() {
    for length in [0, 1, 2, 3, 3071, 3072, 3073, 100_000] {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        let media = Media::new(bytes.clone());
        let value = serde_json::to_value(&media).expect("a value");
        let text = value.as_str().expect("text");
        assert_eq!(text.len(), bytes.len().div_ceil(3) * 4, "{length}");
        let json = format!("\"{text}\"");
        assert_eq!(serde_json::to_string(&media).expect("JSON"), json);
        assert_eq!(serde_json::to_string_pretty(&media).expect("JSON"), json);
        assert_eq!(serde_json::to_vec(&media).expect("JSON"), json.as_bytes());
        let read: Media = serde_json::from_str(&json).expect("media");
        assert_eq!(read.bytes().expect("bytes"), bytes, "{length}");
    }
}

#[test]
fn the_first_bytes_tell_the_type() {
    let cases: [(&[u8], Option<&str>, &str); 22] = [
        (b"\x89PNG\r\n\x1a\n", Some("image/png"), "png"),
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF", Some("image/jpeg"), "jpg"),
        (b"GIF89a", Some("image/gif"), "gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp"), "webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", Some("audio/wav"), "wav"),
        (b"ID3\x04\0", Some("audio/mpeg"), "mp3"),
        (b"\xFF\xFB\x90\x00", Some("audio/mpeg"), "mp3"),
        (b"\xFF\xF3\x44\xC4", Some("audio/mpeg"), "mp3"),
        (b"\xFF\xF1\x50\x80", Some("audio/aac"), "aac"),
        (b"\xFF\xF9\x50\x80", Some("audio/aac"), "aac"),
        (b"OggS\0\x02", Some("audio/ogg"), "ogg"),
        (b"fLaC\0", Some("audio/flac"), "flac"),
        (b"\0\0\0\x20ftypM4A \0", Some("audio/mp4"), "m4a"),
        (b"\0\0\0\x20ftypisom", Some("video/mp4"), "mp4"),
        (b"\0\0\0\x1cftypavif", Some("image/avif"), "avif"),
        (b"\x1A\x45\xDF\xA3\x01", Some("video/webm"), "webm"),
        (b"%PDF-1.7", Some("application/pdf"), "pdf"),
        // Silence in 8-bit sound, and a frame header with impossible rates.
        (b"\xFF\xFF\xFF\xFF\xFF\xFF", None, "bin"),
        (b"\xFF\xFB\xF0\x00", None, "bin"),
        (b"\xFF\xF5\x50\x80", None, "bin"),
        (b"RIFF\x10\0\0\0AVI ", None, "bin"),
        (b"", None, "bin"),
    ];
    for (bytes, content_type, extension) in cases {
        let raw = Media::new(Bytes::copy_from_slice(bytes));
        assert_eq!(raw.content_type(), content_type, "{bytes:?}");
        assert_eq!(raw.extension(), extension, "{bytes:?}");

        let text = serde_json::to_string(&raw).expect("base64");
        let read: Media = serde_json::from_str(&text).expect("base64");
        assert_eq!(read.content_type(), content_type, "{text}");
        assert_eq!(read, raw, "{text}");
    }
}

#[test]
fn what_another_model_would_have_in_an_object_is_read() {
    let picture = Media::new(&b"GIF89a"[..]);
    for text in [
        r#"{"image":"R0lGODlh"}"#,
        r#"{"seed":[1,{"image":2}],"audio":[71,73,70,56,57,97]}"#,
        r#"{"image":null,"audio":"data:image/gif;base64,R0lGODlh"}"#,
        r#"{"im\u0061ge":{"image":"R0lGODlh"}}"#,
    ] {
        let read: Media = serde_json::from_str(text).expect(text);
        assert_eq!(read, picture, "{text}");
    }
    for text in [
        "{}",
        r#"{"image":null}"#,
        r#"{"picture":"R0lGODlh"}"#,
        r#"{"image":7}"#,
    ] {
        let error = serde_json::from_str::<Media>(text).expect_err(text);
        let told = "expected base64 text or a list of numbers from 0 to 255";
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn a_declared_type_stands_unless_the_bytes_prove_it_wrong() {
    let wav = Media::new(&b"RIFF\x10\0\0\0WAVEfmt "[..]);
    let sound = Media::new(&b"\xFF\xFB\x90\x00"[..]);
    let isom = Media::new(&b"\0\0\0\x20ftypisom"[..]);
    for (media, declared, content_type, extension) in [
        (&wav, "audio/x-wav", "audio/x-wav", "wav"),
        (&wav, "Audio/WAV; codecs=1", "Audio/WAV; codecs=1", "wav"),
        (&wav, "audio/mpeg", "audio/wav", "wav"),
        (&wav, "application/octet-stream", "audio/wav", "wav"),
        (&sound, "audio/mulaw", "audio/mulaw", "bin"),
        (&sound, "audio/aac", "audio/aac", "aac"),
        (&sound, "application/octet-stream", "audio/mpeg", "mp3"),
        (&sound, "Binary/Octet-Stream", "audio/mpeg", "mp3"),
        (&isom, "audio/mp4", "audio/mp4", "m4a"),
    ] {
        let media = media.clone().with_content_type(declared);
        assert_eq!(media.content_type(), Some(content_type), "{declared}");
        assert_eq!(media.extension(), extension, "{declared}");
    }

    let url = Media::from_base64("data:audio/mulaw;rate=8000;base64,AAAA");
    assert_eq!(url.content_type(), Some("audio/mulaw"));
    let url = Media::from_base64("data:image/png;base64,/9j/4AAQ");
    assert_eq!(url.content_type(), Some("image/jpeg"));
}

#[test]
fn equal_means_the_same_bytes_of_the_same_type() {
    let bytes = Media::new(&b"\x89PNG"[..]);
    assert_eq!(bytes, Media::from_base64("iVBORw"));
    assert_eq!(
        bytes,
        Media::from_base64("data:image/png;base64,iVBO\nRw==")
    );
    assert_ne!(bytes, Media::from_base64("iVBORwA="));
    assert_ne!(
        Media::new(vec![1]).with_content_type("audio/mulaw"),
        Media::new(vec![1])
    );
    assert_eq!(Media::default(), Media::from_base64(""));
}

#[test]
fn j10_debug_and_errors_do_not_show_the_content() {
    let text = Media::from_base64(CANARY.repeat(3));
    let bytes = Media::from(CANARY.as_bytes()).with_content_type("audio/mulaw");
    assert_eq!(
        format!("{bytes:?}"),
        format!("Media(audio/mulaw, {} bytes)", CANARY.len())
    );
    for said in [
        format!("{text:?}"),
        text.bytes().map_or_else(
            |error| format!("{error} {error:?}"),
            |bytes| format!("{}", bytes.len()),
        ),
    ] {
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[test]
fn numbers_and_base64_are_both_read() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Input {
        audio: Media,
        image: Option<Media>,
        pages: Vec<Media>,
    }

    members! {
        Input {
            "audio" => numbers audio,
            "image" => opt_numbers image,
            "pages" => put pages,
        }
    }

    let input = Input {
        audio: Media::from_base64("AAn/"),
        image: Some(Media::from(&[1, 20, 200])),
        pages: vec![
            Media::from(vec![0; 4]),
            Media::from_base64("data:image/png;base64,-_8"),
        ],
    };
    let text = r#"{"audio":[0,9,255],"image":[1,20,200],"pages":["AAAAAA==","+/8="]}"#;
    assert_eq!(serde_json::to_string(&input).expect("JSON"), text);
    assert_eq!(
        serde_json::to_value(&input).expect("JSON"),
        serde_json::from_str::<serde_json::Value>(text).expect("JSON")
    );
    let read: Input = serde_json::from_str(text).expect("input");
    assert_eq!(read.audio, input.audio);
    assert_eq!(read.image, input.image);

    assert!(serde_json::to_value(Numbers(&Media::from_base64("*"))).is_err());
    for text in [
        "[256]", "[-1]", "[1.5]", "[null]", "[\"1\"]", "3", "null", "{}",
    ] {
        assert!(serde_json::from_str::<Media>(text).is_err(), "{text}");
    }
}

#[test]
fn j21_a_large_picture() {
    let wire = format!("\"{}\"", "/9j/4AAQ".repeat(6_000_000 / 8));
    let media: Media = serde_json::from_str(&wire).expect("text");
    drop(wire);
    assert_eq!(media.content_type(), Some("image/jpeg"));
    assert_eq!(media.into_bytes().expect("base64").len(), 4_500_000);
}

#[test]
fn j22_a_long_list_of_numbers() {
    let media = Media::new(vec![7; 500_000]);
    let wire = format!("[7{}]", ",7".repeat(499_999));
    let written = serde_json::to_vec(&Numbers(&media)).expect("numbers");
    assert!(written == wire.as_bytes());
    assert_eq!(
        serde_json::from_str::<Media>(&wire).expect("numbers"),
        media
    );
}

#[test]
fn a_data_url_holds_the_bytes_and_what_they_are() {
    let png = "data:image/png;base64,iVBORw0KGgo=";
    let cases = [
        (Media::from_base64("iVBORw0KGgo="), png),
        (Media::from_base64(" iVBORw0KGgo"), png),
        (Media::from_base64(png), png),
        (
            Media::from(b"\xFB\xFF\xBF\0").with_content_type("image/x-own"),
            "data:image/x-own;base64,+/+/AA==",
        ),
        (
            Media::from(b"?"),
            "data:application/octet-stream;base64,Pw==",
        ),
        (Media::default(), "data:application/octet-stream;base64,"),
        (Media::from_base64("no base64!"), "no base64!"),
    ];
    for (media, expected) in cases {
        let url = media.data_url();
        assert_eq!(url, expected);
        assert_eq!(Media::from_base64(url).bytes(), media.bytes());
    }
}
