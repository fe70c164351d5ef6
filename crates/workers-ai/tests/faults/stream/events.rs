//! What the events of a stream are taken for.

use workers_ai::{ErrorKind, Unexpected};

use super::{collect, kinds, stream, texts};
use crate::{
    server::{Act, Server, answer, chunk, events, open_events},
    support::{CONTENT, client, phrase},
};

#[tokio::test]
async fn s05_characters_cut_anywhere_stay_whole() {
    // Of one, two, three and four bytes, and one that takes several of them.
    const TEXT: &str = "a\u{e9}\u{20ac}\u{1F600}\u{65}\u{301}\u{1F468}\u{200D}\u{1F469}";
    let whole = format!("data: {{\"response\":\"{TEXT}\"}}\n\n");
    let length = whole.len();
    let server = Server::start(move |n, _| {
        let (first, second) = whole.as_bytes().split_at(n + 1);
        let mut parts = vec![Act::Write(open_events(first))];
        if !second.is_empty() {
            parts.push(Act::Write(chunk(second)));
        }
        parts.push(Act::Write(chunk("data: [DONE]\n\n")));
        parts.push(Act::Write(b"0\r\n\r\n".to_vec()));
        parts
    })
    .await;
    let client = client(&server);
    for at in 1..=length {
        let items = collect(client.stream(phrase()).await.unwrap()).await;
        assert_eq!(texts(&items), [TEXT], "{at}");
    }
}

#[tokio::test]
async fn j19_s11_half_a_character_and_events_of_another_sort() {
    let text = "data: {\"response\":\"a\"}\n\n\
        data: {\"response\":\"\\ud83d\"}\n\ndata: {\"response\":\"\\ude00\"}\n\n\
        event: weather\ndata: {\"rain\":[1],\"response\":null}\n\n\
        data: {\"response\":\"b\",\"new\":{}}\n\ndata: [DONE]\n\n";
    let items = stream(events(text)).await;
    let decode = Some(ErrorKind::StreamDecode);
    assert_eq!(kinds(&items), [None, decode, decode, None, None]);
    assert_eq!(texts(&items), ["a", "", "b"]);
    assert!(!items[1].as_ref().unwrap_err().body().is_empty());
}

#[tokio::test]
async fn s16_only_the_exact_marker_ends_a_stream() {
    for marker in ["data: [DONE]\n\n", "data:  [DONE] \r\n\r\n", "data:[DONE]"] {
        assert!(stream(events(marker)).await.is_empty(), "{marker:?}");
    }
    let items = stream(events(
        "data: [DONE]x\n\ndata: [DONE]\ndata: y\n\ndata: [DONE]\n\n",
    ))
    .await;
    assert_eq!(kinds(&items), [Some(ErrorKind::StreamDecode); 2]);
}

#[tokio::test]
async fn s21_one_broken_event_does_not_spoil_the_others() {
    let broken = format!("data: {{\"response\":\"{CONTENT}\n\n");
    let odd = format!("data: {{\"response\":{{\"x\":\"{CONTENT}\"}}}}\n\n");
    let text = format!(
        "data: {{\"response\":\"a\"}}\n\n{broken}{odd}data: {{\"response\":\"b\"}}\n\ndata: [DONE]\n\n"
    );
    let items = stream(events(text)).await;
    assert_eq!(texts(&items), ["a", "b"]);
    let decode = Some(ErrorKind::StreamDecode);
    assert_eq!(kinds(&items), [None, decode, decode, None]);
    assert!(
        items[2]
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("`response`")
    );
}

#[tokio::test]
async fn s24_a_large_event_is_delivered() {
    let large = "x".repeat(25 << 20);
    let items = stream(events(format!(
        "data: {{\"response\":\"{large}\"}}\n\ndata: [DONE]\n\n"
    )))
    .await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].as_ref().unwrap().len(), large.len());
}

#[tokio::test]
async fn events_called_plain_text_are_events() {
    let text = "data: {\"response\":\"a\"}\n\ndata: [DONE]\n\n";
    for headers in [&[("content-type", "text/plain")][..], &[]] {
        assert_eq!(texts(&stream(answer(200, headers, text)).await), ["a"]);
    }
    let server = Server::always(answer(200, &[("content-type", "text/html")], "<html>")).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
}

#[tokio::test]
async fn s25_a_chunk_full_of_tiny_events_is_delivered_event_by_event() {
    const EVENTS: usize = 250_000;
    let server = Server::always(events("data: {}\n\n".repeat(EVENTS) + "data: [DONE]\n\n")).await;
    let mut stream = client(&server).stream(phrase()).await.unwrap();
    let mut items = 0;
    while let Some(item) = stream.next().await {
        assert_eq!(item.unwrap().response, None);
        items += 1;
    }
    assert_eq!((items, server.requests()), (EVENTS, 1));
}
