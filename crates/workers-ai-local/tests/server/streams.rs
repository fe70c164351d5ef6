//! Events: pace and pieces.

use std::time::{Duration, Instant};

use workers_ai_local::Server;

use crate::wire::{Ended, LLAMA, data, run, start, usual};

const STREAM: &str = r#"{"prompt":"Why do boats float?","stream":true,"max_tokens":12}"#;

#[test]
fn events_as_they_are() {
    let got = run(LLAMA, STREAM).send(&usual());
    assert_eq!(got.header("content-type"), Some("text/event-stream"));
    assert!(got.header("cf-ai-neurons").is_some());
    assert_eq!(got.ended, Ended::Well);
    let text = got.text();
    let events = data(&text);
    assert_eq!(events.last(), Some(&"[DONE]"));
    assert!(events.len() > 5);
}

#[test]
fn pieces_cut_events_wherever_they_fall() {
    let whole = run(LLAMA, STREAM).send(&usual()).text();
    for size in [1, 7, 100] {
        let server = start(Server::builder().chunk(size));
        let got = run(LLAMA, STREAM).send(&server);
        assert_eq!(got.text(), whole);
        let (last, pieces) = got.pieces.split_last().expect("pieces");
        assert!(
            pieces.iter().all(|piece| *piece == size),
            "{size}: {pieces:?}"
        );
        assert!(*last <= size);
        // What is no stream comes in pieces too.
        let got = run(LLAMA, r#"{"prompt":"a"}"#).send(&server);
        assert!(got.pieces.len() > 2 && got.json()["success"] == true);
    }
}

#[test]
fn events_keep_their_pace() {
    let pace = Duration::from_millis(5);
    let server = start(Server::builder().pace(pace));
    let start = Instant::now();
    let got = run(LLAMA, STREAM).send(&server);
    let events = u32::try_from(data(&got.text()).len()).expect("a small number");
    assert_eq!(got.pieces.len(), events as usize, "one piece each");
    assert!(start.elapsed() >= pace * (events - 1));
    assert_eq!(got.text(), run(LLAMA, STREAM).send(&usual()).text());
}
