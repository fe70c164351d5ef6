//! Streams that stall, flood or are left: nothing is waited for too long, and nothing is held that nobody reads.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_core::Stream;
use tokio::sync::Notify;
use workers_ai::{Cap, ErrorKind, Timeout};

use super::{collect, kinds, texts};
use crate::{
    server::{Act, Server, chunk, open_events},
    support::{SOON, builder, client, phrase},
};

#[tokio::test]
async fn s23_an_event_above_the_cap_ends_the_stream() {
    let server = Server::each([
        Act::Write(open_events("data: ")),
        Act::Drip(b"8\r\nxxxxxxxx\r\n", Duration::ZERO),
    ])
    .await;
    let client = builder(&server).max_event_bytes(10_000).build().unwrap();
    let items = collect(client.stream(phrase()).await.unwrap()).await;
    assert_eq!(kinds(&items), [Some(ErrorKind::LimitExceeded(Cap::Event))]);
    server.connection_ended().await;
}

#[tokio::test]
async fn s27_a_slow_consumer_holds_the_server_back() {
    const PIECE: &[u8] = b"1a\r\ndata: {\"response\":\"abc\"}\n\n\r\n";
    let written = Arc::new(AtomicUsize::new(0));
    let count = written.clone();
    let server = Server::each([Act::Write(open_events(":\n")), Act::Flood(PIECE, count)]).await;
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
async fn s28_what_has_come_is_delivered_before_a_clock_is_looked_at() {
    let (gate, written) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let rest = chunk("data: {\"response\":\"b\"}\n\ndata: [DONE]\n\n");
    let server = Server::each([
        Act::Write(open_events("data: {\"response\":\"a\"}\n\n")),
        Act::Gate(gate.clone()),
        Act::Write([rest, chunk("")].concat()),
        Act::Tell(written.clone()),
    ])
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
    written.notified().await;
    tokio::time::sleep(SOON * 2).await;
    assert_eq!(texts(&collect(stream).await), ["b"]);
}

#[tokio::test]
async fn s29_silence_before_any_event_is_the_first_item() {
    for (beginning, kind) in [
        (": hi\n\n", Timeout::Idle),
        ("data: {\"resp", Timeout::Idle),
        (": hi\n\n", Timeout::Total),
    ] {
        let server = Server::each([Act::Write(open_events(beginning)), Act::Hang]).await;
        let call = client(&server).stream(phrase());
        let call = match kind {
            Timeout::Total => call.total_timeout(SOON * 5),
            _ => call.idle_timeout(SOON),
        };
        let items = collect(call.await.unwrap()).await;
        assert_eq!(kinds(&items), [Some(ErrorKind::Timeout(kind))]);
        server.connection_ended().await;
        assert_eq!(server.requests(), 1, "what has begun is not repeated");
    }
}

#[tokio::test]
async fn s29_silence_ends_the_stream() {
    let server = Server::each([
        Act::Write(open_events("data: {\"response\":\"a\"}\n\n")),
        Act::Hang,
    ])
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
    let server = Server::each([
        Act::Write(open_events(":\n")),
        Act::Drip(b"2\r\n:\n\r\n", Duration::from_millis(5)),
    ])
    .await;
    let stream = client(&server)
        .stream(phrase())
        .idle_timeout(SOON * 5)
        .event_gap_timeout(SOON * 10)
        .await
        .unwrap();
    let items = collect(stream).await;
    assert_eq!(kinds(&items), [Some(ErrorKind::Timeout(Timeout::EventGap))]);
}

#[tokio::test]
async fn s31_a_dropped_stream_closes_its_connection() {
    let server = Server::each([
        Act::Write(open_events("data: {\"response\":\"a\"}\n\n".repeat(3))),
        Act::Hang,
    ])
    .await;
    let mut stream = client(&server).stream(phrase()).await.unwrap();
    for _ in 0..3 {
        stream.next().await.unwrap().unwrap();
    }
    drop(stream);
    server.connection_ended().await;
}
