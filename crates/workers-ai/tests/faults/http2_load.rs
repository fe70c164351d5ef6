//! HTTP/2 connections under load: streams that nobody reads, windows that stay shut, many calls at once.

use std::future::IntoFuture;

use bytes::Bytes;
use tokio::task::JoinSet;
use workers_ai::{Client, ErrorKind, Timeout};

use crate::{
    http2::{self, Act, begin},
    listen::{Place, listen},
    server::within,
    support::{CONTENT, HI, Phrase, SOON, builder_at, phrase},
};

const EVENT: &str = "data: {\"response\":\"a\"}\n\n";

/// A client of a server with a window of this size, which answers the first call with events that are more than the
/// client takes unread, and every other one with JSON.
async fn start(window: u32) -> (Client, Place) {
    let events = Bytes::from(EVENT.repeat((8 << 20) / EVENT.len()));
    let place = listen(move |_, stream| {
        let events = events.clone();
        async move {
            let mut server = h2::server::Builder::new();
            let server = server.initial_window_size(window).handshake(stream);
            let mut connection = server.await.unwrap();
            let (mut kept, mut waiting) = (Vec::new(), Vec::new());
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let accepted = request.headers()["accept"].clone();
                if accepted == "text/event-stream" {
                    let mut unread = begin(&mut respond, "text/event-stream", EVENT, false);
                    unread.send_data(events.clone(), false).unwrap();
                    kept.push(unread);
                } else if window > 0 {
                    begin(&mut respond, "application/json", HI, true);
                } else {
                    waiting.push((request, respond));
                }
            }
        }
    })
    .await;
    let client = builder_at(&place.url()).http2_only(true).build().unwrap();
    (client, place)
}

#[tokio::test]
async fn s37_a_stream_that_nobody_reads_keeps_no_other_call_waiting() {
    let (client, place) = start(1 << 16).await;
    let mut unread = client.stream(phrase()).await.unwrap();
    for _ in 0..20 {
        let call = client.run(phrase()).into_future();
        within(call, "the others go on").await.unwrap();
    }
    for _ in 0..1_000 {
        unread.next().await.unwrap().unwrap();
    }
    assert_eq!(place.connections(), 1);
}

#[tokio::test]
async fn t39_a_window_that_stays_shut_is_a_timeout() {
    let (client, _place) = start(0).await;
    let large = Phrase {
        prompt: CONTENT.repeat(10_000),
        ..phrase()
    };
    let call = client.run(large).attempt_timeout(SOON);
    let error = within(call.into_future(), "it ends").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Attempt));
    assert_eq!((error.attempts(), error.is_in_doubt()), (1, true));
}

#[tokio::test]
async fn u21_thousands_of_calls_at_once_all_end() {
    let (client, log) = http2::start(|_| Act::Answer("application/json", HI)).await;
    // After one answer the client knows how wide the connection is.
    client.run(phrase()).await.unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..3_000 {
        calls.spawn(client.clone().run(phrase()).into_future());
    }
    for answer in calls.join_all().await {
        assert_eq!(answer.unwrap().response, "hi");
    }
    assert_eq!((log.count("connection"), log.count("request")), (1, 3_001));
}
