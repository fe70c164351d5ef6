//! Answers that are passed on as they come.

use std::{future::poll_fn, pin::Pin, time::Duration};

use futures_core::Stream as _;
use workers_ai::{ErrorKind, Timeout};

use crate::{
    server::{Act, Server, answer, chunk, failure, head},
    support::{CONTENT, assert_clean, builder, client, phrase},
};

#[tokio::test]
async fn bytes_come_in_order_and_end() {
    let server = Server::start(|_, _| {
        let head = head(
            200,
            &[
                ("content-type", "image/png"),
                ("transfer-encoding", "chunked"),
            ],
        );
        let mut acts = vec![Act::Write(head.into())];
        acts.extend(["a", "bc", "d"].map(|piece| Act::Write(chunk(piece))));
        acts.push(Act::Write(chunk("")));
        acts
    })
    .await;
    let mut download = client(&server).run(phrase()).download().await.unwrap();
    assert_eq!(download.content_type().as_deref(), Some("image/png"));
    assert_eq!(download.length(), None);
    let mut all = Vec::new();
    while let Some(chunk) = download.next().await {
        all.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(all, b"abcd");
    assert!(download.next().await.is_none());
}

#[tokio::test]
async fn a_download_is_a_stream_too() {
    let head = head(200, &[("transfer-encoding", "chunked")]);
    let acts = [Act::Write(head.into()), Act::Write(chunk("ab")), Act::Close];
    let server = Server::each(acts).await;
    let mut download = client(&server).run(phrase()).download().await.unwrap();
    let mut items = Vec::new();
    while let Some(item) = poll_fn(|cx| Pin::new(&mut download).poll_next(cx)).await {
        items.push(item.map_err(|error| error.kind()));
    }
    assert_eq!(items, [Ok("ab".into()), Err(ErrorKind::BodyInterrupted)]);
}

#[tokio::test]
async fn what_is_json_is_passed_on_too_and_nothing_is_printed() {
    let body = format!(r#"{{"result":{{"response":"{CONTENT}"}}}}"#);
    let server = Server::always(answer(200, &[("content-type", "application/json")], &body)).await;
    let mut download = client(&server).run(phrase()).download().await.unwrap();
    assert_eq!(download.length(), u64::try_from(body.len()).ok());
    assert_eq!(download.next().await.unwrap().unwrap(), body);
    assert_clean(&format!("{download:?}"));
}

#[tokio::test]
async fn an_error_is_an_error_and_tried_again_before_anything_came() {
    let server = Server::start(|at, _| {
        vec![Act::Write(match at {
            0 => failure(429, 3040),
            _ => answer(200, &[("content-type", "image/png")], "png"),
        })]
    })
    .await;
    let mut download = client(&server).run(phrase()).download().await.unwrap();
    assert_eq!(download.next().await.unwrap().unwrap(), "png");
    assert_eq!(server.requests(), 2);
    let server = Server::always(failure(403, 10_000)).await;
    let error = client(&server).run(phrase()).download().await.unwrap_err();
    assert!(error.is_auth());
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_stalls_ends_with_an_error() {
    let begun = || {
        let head = head(
            200,
            &[("content-type", "image/png"), ("content-length", "10")],
        );
        Act::Write([head.as_bytes(), b"abc"].concat())
    };
    for (last, kind) in [
        (Act::Reset, ErrorKind::BodyInterrupted),
        (Act::Close, ErrorKind::BodyInterrupted),
        (Act::Hang, ErrorKind::Timeout(Timeout::Idle)),
    ] {
        let server = Server::each([begun(), last.clone()]).await;
        let client = builder(&server).build().unwrap();
        let run = client.run(phrase()).download();
        let mut download = run.idle_timeout(Duration::from_millis(100)).await.unwrap();
        let mut end = None;
        while let Some(item) = download.next().await {
            end = item.err();
        }
        assert_eq!(end.unwrap().kind(), kind);
        assert!(download.next().await.is_none());
        assert_eq!(server.requests(), 1);
    }
}
