//! Answers that do not come, or not to an end: given up in time, and not asked for again.

use std::{future::IntoFuture, time::Duration};

use tokio::net::{TcpSocket, TcpStream};
use workers_ai::{ErrorKind, Stop, Timeout};

use crate::{
    server::{Act, Server, json_head},
    support::{SOON, builder, builder_at, client, fails, phrase},
};

/// A queue that is full drops those who knock, on Linux.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn t03_a_server_that_does_not_take_connections_is_tried_again() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(0).unwrap();
    let address = full.local_addr().unwrap();
    let _first = TcpStream::connect(address).await.unwrap();
    let client = builder_at(&format!("http://{address}"))
        .connect_timeout(SOON)
        .build()
        .unwrap();
    let error = fails(&client).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Connect));
    assert_eq!((error.attempts(), error.stop()), (3, Some(Stop::Attempts)));
}

#[tokio::test]
async fn t21_no_answer_ends_in_time_and_is_not_repeated() {
    let server = Server::each([Act::Hang]).await;
    let error = fails(&builder(&server).head_timeout(SOON).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Head));
    assert!(error.is_timeout() && !error.is_retryable());
    assert_eq!(server.requests(), 1);
    server.connection_ended().await;
}

#[tokio::test]
async fn t22_a_dripping_body_ends_in_time() {
    let server = Server::each([
        Act::Write(json_head("content-length", "100000")),
        Act::Drip(b" ", Duration::from_millis(5)),
    ])
    .await;
    let error = fails(&builder(&server).attempt_timeout(SOON * 5).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Attempt));
    assert_eq!((error.status(), server.requests()), (Some(200), 1));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn t22_the_total_timeout_covers_the_body() {
    let server = Server::each([Act::Write(json_head("content-length", "100000")), Act::Hang]).await;
    let error = client(&server)
        .run(phrase())
        .total_timeout(SOON)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total));
}

#[tokio::test]
async fn t23_t24_a_head_that_never_ends_is_not_waited_for() {
    for (start, piece) in [
        ("HTTP/1.1 200 OK\r\nx: ", &b"y"[..]),
        ("", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ] {
        let server = Server::each([
            Act::Write(start.into()),
            Act::Drip(piece, Duration::from_millis(2)),
        ])
        .await;
        let error = fails(&builder(&server).head_timeout(SOON).build().unwrap()).await;
        assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Head), "{start}");
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn s32_a_dropped_call_closes_its_connection() {
    let server = Server::each([Act::Hang]).await;
    let client = client(&server);
    let call = tokio::spawn(client.run(phrase()).into_future());
    server.asked(1).await;
    call.abort();
    server.connection_ended().await;
}
