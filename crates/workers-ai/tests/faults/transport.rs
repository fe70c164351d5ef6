//! Connections that fail, break and stall.

use std::{future::IntoFuture, sync::Arc, time::Duration};

use tokio::sync::Notify;
use workers_ai::{ApiErrorKind, ErrorKind, RetryPolicy, Stop, Unexpected, models::Batch};

use crate::{
    listen::{listen, nobody},
    server::{Act, Server, answer, chunk, failure, head, json_head, result},
    support::{Echo, HI, builder, builder_at, client, fails, phrase},
};

fn short_body() -> Vec<u8> {
    [&json_head("content-length", "100")[..], b"{\"res"].concat()
}

#[tokio::test]
async fn t02_refused_connection_is_retried_and_told() {
    let error = fails(&builder_at(&nobody()).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!((error.attempts(), error.earlier().len()), (3, 2));
    assert_eq!(error.stop(), Some(Stop::Attempts));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn t10_a_reset_right_after_the_connection_is_in_doubt() {
    let place = listen(|_, stream| async move { stream.set_zero_linger().unwrap() }).await;
    let error = fails(&builder_at(&place.url()).build().unwrap()).await;
    assert_eq!(
        (error.kind(), error.stop()),
        (ErrorKind::InDoubt, Some(Stop::InDoubt))
    );
    assert_eq!((error.attempts(), place.connections()), (1, 1));
}

#[tokio::test]
async fn t11_reset_after_request_is_in_doubt() {
    let server = Server::each([Act::Reset]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::InDoubt);
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn t12_close_after_request_is_in_doubt() {
    let server = Server::each([Act::Close]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::InDoubt);
    assert_eq!(error.stop(), Some(Stop::InDoubt));
    assert!(error.is_in_doubt() && !error.is_retryable());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn t12_in_doubt_is_repeated_only_by_leave() {
    let server = Server::start(|n, _| match n {
        0 => vec![Act::Close],
        _ => vec![Act::Write(result(HI))],
    })
    .await;
    let policy = RetryPolicy::new().repeat_in_doubt(true);
    let said = client(&server).run(phrase()).retry(policy).await.unwrap();
    assert_eq!(said.response, "hi");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn t13_a_pooled_connection_that_was_closed_is_not_used() {
    let server = Server::each([Act::Write(result(HI)), Act::Close]).await;
    let client = client(&server);
    client.run(phrase()).await.unwrap();
    server.closed(1).await;
    client.run(phrase()).await.unwrap();
    assert_eq!((server.requests(), server.connections()), (2, 2));
}

#[tokio::test]
async fn t29_many_pooled_connections_that_were_closed_are_not_used() {
    const POOLED: usize = 50;
    let gates: Vec<_> = (0..POOLED).map(|_| Arc::new(Notify::new())).collect();
    let opened = gates.clone();
    let server = Server::start(move |n, _| match gates.get(n) {
        Some(gate) => vec![Act::Gate(gate.clone()), Act::Write(result(HI)), Act::Close],
        None => vec![Act::Write(result(HI))],
    })
    .await;
    let client = client(&server);
    let calls: Vec<_> = (0..POOLED)
        .map(|_| tokio::spawn(client.run(phrase()).into_future()))
        .collect();
    server.asked(POOLED).await;
    for gate in opened {
        gate.notify_one();
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    server.closed(POOLED).await;
    for _ in 0..100 {
        client.run(phrase()).await.unwrap();
    }
    assert_eq!(
        (server.requests(), server.connections()),
        (POOLED + 100, POOLED + 1)
    );
}

#[tokio::test]
async fn t15_reset_in_the_body_is_an_interruption() {
    let pause = Act::Pause(Duration::from_millis(20));
    let server = Server::each([Act::Write(short_body()), pause, Act::Reset]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::BodyInterrupted);
    assert!(error.to_string().contains("after 5 bytes"), "{error}");
    assert_eq!(&error.body()[..], b"{\"res");
    assert_eq!((error.status(), server.requests()), (Some(200), 1));
}

#[tokio::test]
async fn t16_a_body_shorter_than_announced_is_an_interruption() {
    let server = Server::each([Act::Write(short_body()), Act::Close]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::BodyInterrupted);
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn t17_chunks_without_the_last_one_are_an_interruption() {
    let body = [json_head("transfer-encoding", "chunked"), chunk(HI)].concat();
    let server = Server::each([Act::Write(body), Act::Close]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::BodyInterrupted);
}

#[tokio::test]
async fn t18_broken_chunks_are_an_interruption() {
    let extension = format!("4;{}\r\n{{\"re\r\n", "x".repeat(64 << 10));
    for (rest, come) in [("11\r\n{\"re", 4), ("zz\r\n{\"re", 0), (&extension, 0)] {
        let body = [json_head("transfer-encoding", "chunked"), rest.into()].concat();
        let server = Server::each([Act::Write(body), Act::Close]).await;
        let error = fails(&client(&server)).await;
        assert_eq!(error.kind(), ErrorKind::BodyInterrupted);
        assert_eq!((error.body().len(), server.requests()), (come, 1));
    }
}

#[tokio::test]
async fn t20_a_cut_document_without_framing_does_not_decode() {
    let body = [&json_head("connection", "close")[..], b"{\"res"].concat();
    let server = Server::each([Act::Write(body), Act::Close]).await;
    assert_eq!(fails(&client(&server)).await.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn t40_an_answer_during_the_upload_is_heard() {
    let server = Server::each([Act::Write(failure(413, 3006)), Act::Hang]).await;
    let mut large = phrase();
    large.prompt = "x".repeat(20 << 20);
    let error = client(&server).run(large).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::TooLarge));
    assert!(error.is_too_long());
}

#[tokio::test]
async fn u16_a_request_above_the_cap_is_not_sent() {
    let server = Server::always(answer(200, &[], "")).await;
    let client = builder(&server).max_request_bytes(10).build().unwrap();
    let error = fails(&client).await;
    assert_eq!(
        error.kind(),
        ErrorKind::LimitExceeded(workers_ai::Cap::Request)
    );
    let batch = Batch::<Echo>::new([phrase()]);
    assert!(client.submit(&batch).await.is_err());
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn t27_what_is_not_http_is_told_so() {
    for bytes in [
        &b"\x16\x03\x01\x02\0\x01"[..],
        b"hello\r\n\r\n",
        b"HTTP/9.9 200\r\n\r\n",
    ] {
        let server = Server::each([Act::Write(bytes.to_vec()), Act::Close]).await;
        let error = fails(&client(&server)).await;
        assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Head));
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn t14_a_server_that_closes_after_each_answer_is_asked_once_per_call() {
    let server = Server::each([Act::Write(result(HI)), Act::Close]).await;
    let client = client(&server);
    let calls = 200;
    for _ in 0..calls {
        if let Err(error) = client.run(phrase()).await {
            assert_eq!(error.kind(), ErrorKind::InDoubt);
        }
    }
    assert!(server.requests() <= calls);
}

#[tokio::test]
async fn t19_chunks_win_over_a_length() {
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "3"),
        ("transfer-encoding", "chunked"),
    ];
    let body = [head(200, &headers).as_bytes(), &chunk(HI), b"0\r\n\r\n"].concat();
    let server = Server::always(body).await;
    assert_eq!(client(&server).run(phrase()).await.unwrap().response, "hi");
}

#[tokio::test]
async fn t25_t26_t28_heads_that_are_none() {
    let answers = [
        (head(101, &[]), Unexpected::Status),
        (
            head(200, &[("content-length", "1"), ("content-length", "2")]),
            Unexpected::Head,
        ),
        (
            format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(2 << 20)),
            Unexpected::Head,
        ),
    ];
    for (answer, expected) in answers {
        let server = Server::each([Act::Write(answer.into()), Act::Hang]).await;
        let error = fails(&client(&server)).await;
        assert_eq!(
            (error.kind(), server.requests()),
            (ErrorKind::Unexpected(expected), 1)
        );
    }
}

#[tokio::test]
async fn h47_a_head_in_many_small_pieces() {
    let answer = result(HI);
    let server =
        Server::start(move |_, _| answer.iter().map(|byte| Act::Write(vec![*byte])).collect())
            .await;
    assert_eq!(client(&server).run(phrase()).await.unwrap().response, "hi");
}
