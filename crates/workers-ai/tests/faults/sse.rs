//! Event streams.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::sync::Notify;
use workers_ai::{
    ApiErrorKind, Cap, Collected, Error, ErrorKind, EventStream, Timeout, Unexpected,
};

use crate::{
    server::{Act, Server, answer, chunk, events, failure, open_events, result},
    support::{CONTENT, Piece, builder, client, phrase, printed},
};

const SOON: Duration = Duration::from_millis(60);

/// Everything a stream gives: texts, and the errors among them.
async fn collect(mut stream: EventStream<Piece>) -> Vec<Result<String, Error>> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        if let Err(error) = &item {
            printed(error);
        }
        items.push(item.map(|piece| piece.response.unwrap_or_default()));
    }
    for _ in 0..1_000 {
        assert!(
            stream.next().await.is_none(),
            "s33: an ended stream stays ended"
        );
    }
    items
}

async fn stream(answer: Vec<u8>) -> Vec<Result<String, Error>> {
    let server = Server::start(move |_, _| vec![Act::Write(answer.clone()), Act::Close]).await;
    let items = collect(client(&server).stream(phrase()).await.unwrap()).await;
    assert_eq!(
        server.requests(),
        1,
        "r17: a stream that began is never asked for again"
    );
    items
}

fn texts(items: &[Result<String, Error>]) -> Vec<&str> {
    items
        .iter()
        .filter_map(|item| item.as_deref().ok())
        .collect()
}

fn kinds(items: &[Result<String, Error>]) -> Vec<Option<ErrorKind>> {
    items
        .iter()
        .map(|item| item.as_ref().err().map(Error::kind))
        .collect()
}

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
async fn s14_a_stream_without_its_end_is_truncated() {
    let items = stream(events(
        "data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\n",
    ))
    .await;
    assert_eq!(texts(&items), ["a", "b"]);
    assert_eq!(
        kinds(&items),
        [None, None, Some(ErrorKind::StreamTruncated)]
    );
}

#[tokio::test]
async fn s15_an_end_within_an_event_keeps_what_was_left() {
    let items = stream(events("data: {\"response\":\"a\"}\n\ndata: {\"resp")).await;
    assert_eq!(texts(&items), ["a"]);
    let error = items.last().unwrap().as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamTruncated);
    assert_eq!(&error.body()[..], b"{\"resp");
    assert_eq!((error.status(), error.attempts()), (Some(200), 1));
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
async fn s17_s18_the_marker_ends_the_stream_at_once() {
    let text =
        open_events("data: {\"response\":\"a\"}\n\ndata: [DONE]\n\ndata: {\"response\":\"b\"}\n\n");
    let server = Server::start(move |_, _| vec![Act::Write(text.clone()), Act::Hang]).await;
    let items = collect(client(&server).stream(phrase()).await.unwrap()).await;
    assert_eq!(texts(&items), ["a"]);
    server.connection_ended().await;
}

#[tokio::test]
async fn s19_an_error_before_any_event_fails_the_call_and_is_retried_by_its_code() {
    let first = |event: &str| events(format!(": hi\n\n{event}\n\ndata: [DONE]\n\n"));
    let coded = |code: u64| {
        [
            format!("data: {{\"errors\":[{{\"code\":{code}}}],\"success\":false}}"),
            format!("event: error\ndata: {{\"code\":{code}}}"),
        ]
    };
    let good = events("data: {\"response\":\"a\"}\n\ndata: [DONE]\n\n");
    for event in coded(3040) {
        let bad = first(&event);
        let good = good.clone();
        let server = Server::start(move |number, _| {
            vec![Act::Write(if number < 2 {
                bad.clone()
            } else {
                good.clone()
            })]
        })
        .await;
        let response = client(&server).stream(phrase()).details().await.unwrap();
        assert_eq!((response.details.attempts(), server.requests()), (3, 3));
        assert_eq!(texts(&collect(response.output).await), ["a"]);
    }
    let never = [
        (coded(3036), ApiErrorKind::Quota),
        (coded(5007), ApiErrorKind::UnknownModel),
        (coded(999_999), ApiErrorKind::Server),
        (
            [
                "event: error\ndata:".into(),
                "data: {\"error\":\"odd\"}".into(),
            ],
            ApiErrorKind::Server,
        ),
    ];
    for (event, kind) in never
        .iter()
        .flat_map(|(events, kind)| events.iter().map(move |event| (event, kind)))
    {
        let server = Server::always(first(event)).await;
        let error = client(&server).stream(phrase()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api(*kind), "{event}");
        assert_eq!(
            (error.status(), server.requests()),
            (Some(200), 1),
            "{event}"
        );
    }
}

#[tokio::test]
async fn s29_silence_before_any_event_is_the_first_item() {
    for (beginning, kind) in [
        (": hi\n\n", Timeout::Idle),
        ("data: {\"resp", Timeout::Idle),
        (": hi\n\n", Timeout::Total),
    ] {
        let server =
            Server::start(move |_, _| vec![Act::Write(open_events(beginning)), Act::Hang]).await;
        let call = client(&server).stream(phrase());
        let call = match kind {
            Timeout::Total => call.total_timeout(SOON),
            _ => call.idle_timeout(SOON),
        };
        let items = collect(call.await.unwrap()).await;
        assert_eq!(kinds(&items), [Some(ErrorKind::Timeout(kind))]);
        server.connection_ended().await;
        assert_eq!(server.requests(), 1, "what has begun is not repeated");
    }
}

#[tokio::test]
async fn s20_r17_an_error_in_the_stream_ends_it() {
    let ten = "data: {\"response\":\"t\"}\n\n".repeat(10);
    for error in [
        "data: {\"errors\":[{\"code\":3040,\"message\":\"full\"}],\"success\":false}\n\n",
        "data: {\"error\":{\"code\":3040,\"message\":\"full\"}}\n\n",
        "event: error\ndata: {\"code\":3040,\"message\":\"full\"}\n\n",
    ] {
        let items = stream(events(format!(
            "{ten}{error}data: {{\"response\":\"no\"}}\n\n"
        )))
        .await;
        assert_eq!(texts(&items), ["t"; 10]);
        let error = items.last().unwrap().as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StreamApi(ApiErrorKind::Capacity));
        assert!(error.is_capacity());
        assert_eq!(error.codes().collect::<Vec<_>>(), [3040]);
    }
    let items = stream(events(
        "data: {\"response\":\"an \\\"error\\\"\",\"errors\":[]}\n\ndata: [DONE]\n\n",
    ))
    .await;
    assert_eq!(texts(&items), ["an \"error\""]);
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
async fn s33_a_stream_that_ended_stays_ended() {
    for (text, last) in [
        ("data: [DONE]\n\n", None),
        ("data: {}\n\n", Some(ErrorKind::StreamTruncated)),
    ] {
        let server = Server::always(events(text)).await;
        let mut stream = client(&server).stream(phrase()).await.unwrap();
        let mut end = None;
        while let Some(item) = stream.next().await {
            end = item.err().map(|error| error.kind());
        }
        assert_eq!(end, last);
        for _ in 0..1000 {
            assert!(stream.next().await.is_none());
        }
    }
}

#[tokio::test]
async fn s23_an_event_above_the_cap_ends_the_stream() {
    let server = Server::start(|_, _| {
        vec![
            Act::Write(open_events("data: ")),
            Act::Drip(b"8\r\nxxxxxxxx\r\n", Duration::ZERO),
        ]
    })
    .await;
    let client = builder(&server).max_event_bytes(10_000).build().unwrap();
    let items = collect(client.stream(phrase()).await.unwrap()).await;
    assert_eq!(kinds(&items), [Some(ErrorKind::LimitExceeded(Cap::Event))]);
    server.connection_ended().await;
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
async fn s28_what_has_come_is_delivered_before_a_clock_is_looked_at() {
    let gate = Arc::new(Notify::new());
    let open = gate.clone();
    let server = Server::start(move |_, _| {
        let rest = [
            &chunk("data: {\"response\":\"b\"}\n\ndata: [DONE]\n\n")[..],
            b"0\r\n\r\n",
        ]
        .concat();
        vec![
            Act::Write(open_events("data: {\"response\":\"a\"}\n\n")),
            Act::Gate(open.clone()),
            Act::Write(rest),
        ]
    })
    .await;
    let mut stream = client(&server)
        .stream(phrase())
        .idle_timeout(SOON)
        .event_gap_timeout(SOON)
        .await
        .unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    std::future::poll_fn(|cx| {
        assert!(Pin::new(&mut stream).poll_next(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    gate.notify_one();
    tokio::time::sleep(SOON * 2).await;
    assert_eq!(texts(&collect(stream).await), ["b"]);
}

#[tokio::test]
async fn s29_silence_ends_the_stream() {
    let server = Server::start(|_, _| {
        vec![
            Act::Write(open_events("data: {\"response\":\"a\"}\n\n")),
            Act::Hang,
        ]
    })
    .await;
    let stream = client(&server)
        .stream(phrase())
        .idle_timeout(SOON)
        .await
        .unwrap();
    let items = collect(stream).await;
    assert_eq!(
        kinds(&items),
        [None, Some(ErrorKind::Timeout(Timeout::Idle))]
    );
    server.connection_ended().await;
}

#[tokio::test]
async fn s30_comments_alone_end_the_stream() {
    let server = Server::start(|_, _| {
        vec![
            Act::Write(open_events(":\n")),
            Act::Drip(b"2\r\n:\n\r\n", Duration::from_millis(5)),
        ]
    })
    .await;
    let stream = client(&server)
        .stream(phrase())
        .idle_timeout(SOON)
        .event_gap_timeout(SOON * 2)
        .await
        .unwrap();
    let items = collect(stream).await;
    assert_eq!(kinds(&items), [Some(ErrorKind::Timeout(Timeout::EventGap))]);
}

#[tokio::test]
async fn s31_a_dropped_stream_closes_its_connection() {
    let server = Server::start(|_, _| {
        vec![
            Act::Write(open_events("data: {\"response\":\"a\"}\n\n".repeat(3))),
            Act::Hang,
        ]
    })
    .await;
    let mut stream = client(&server).stream(phrase()).await.unwrap();
    for _ in 0..3 {
        stream.next().await.unwrap().unwrap();
    }
    drop(stream);
    server.connection_ended().await;
}

#[tokio::test]
async fn t15_a_stream_that_breaks_off_keeps_its_items() {
    let text = open_events("data: {\"response\":\"a\"}\n\n");
    let items = stream(text).await;
    assert_eq!(kinds(&items), [None, Some(ErrorKind::BodyInterrupted)]);
}

#[tokio::test]
async fn h31_a_whole_answer_in_place_of_a_stream_is_kept() {
    let server = Server::always(result("{\"response\":\"hi\"}")).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
    assert_eq!(
        error
            .decode_body::<crate::support::Echo>()
            .unwrap()
            .response,
        "hi"
    );
    printed(&error);

    let server = Server::always(result("{}")).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::EmptyResult));

    let server = Server::always(failure(429, 3036)).await;
    assert!(
        client(&server)
            .stream(phrase())
            .await
            .unwrap_err()
            .is_quota()
    );
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
async fn the_raw_answer_of_a_stream_is_its_text() {
    let server = Server::always(events("data: [DONE]\n\n")).await;
    let body: Bytes = client(&server).stream(phrase()).raw().await.unwrap();
    assert_eq!(body, "data: [DONE]\n\n");
    assert_eq!(server.seen()[0].json()["stream"], true);
}

#[tokio::test]
async fn s27_a_slow_consumer_holds_the_server_back() {
    const PIECE: &[u8] = b"1a\r\ndata: {\"response\":\"abc\"}\n\n\r\n";
    let written = Arc::new(AtomicUsize::new(0));
    let count = written.clone();
    let server = Server::start(move |_, _| {
        vec![
            Act::Write(open_events(":\n")),
            Act::Flood(PIECE, count.clone()),
        ]
    })
    .await;
    let mut stream = client(&server).stream(phrase()).await.unwrap();
    for _ in 0..3 {
        assert!(stream.next().await.unwrap().is_ok());
        tokio::time::sleep(SOON).await;
    }
    let written = written.load(Ordering::Relaxed);
    assert!(
        written < 16 << 20,
        "{written} bytes were taken that nobody asked for"
    );
}

#[tokio::test]
async fn s38_collecting_keeps_what_came_before_an_error() {
    let cut = events("data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\n");
    let server = Server::always(cut).await;
    let client = client(&server);
    let mut collected = Collected::new();
    let mut stream = client.stream(phrase()).await.unwrap();
    let error = stream.collect_into(&mut collected).await.unwrap_err();
    assert_eq!(
        (error.kind(), collected.text()),
        (ErrorKind::StreamTruncated, "ab")
    );
    let stream = client.stream(phrase()).await.unwrap();
    assert_eq!(
        stream.collect().await.unwrap_err().kind(),
        ErrorKind::StreamTruncated
    );
}

#[tokio::test]
async fn collecting_gives_the_whole_text_or_an_error() {
    let server = Server::start(|n, _| {
        let text = [
            "data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\ndata: [DONE]\n\n",
            "data: [DONE]\n\n",
        ];
        vec![Act::Write(events(text[n]))]
    })
    .await;
    let client = client(&server);
    let stream = client.stream(phrase()).await.unwrap();
    assert_eq!(stream.collect().await.unwrap().text(), "ab");
    let stream = client.stream(phrase()).await.unwrap();
    let error = stream.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::EmptyResult));
}
