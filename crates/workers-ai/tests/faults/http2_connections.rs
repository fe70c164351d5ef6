//! HTTP/2 connections that go silent or are given up by their server, and what becomes of their calls.

use std::sync::Arc;

use bytes::Bytes;
use h2::{Reason, server::Connection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};
use workers_ai::{ClientBuilder, ErrorKind, RetryPolicy};

use crate::{
    http2::begin,
    listen::{Place, listen},
    support::{HI, SOON, builder_at, client_and_waits, fails, phrase},
};

const EVENT: &str = "data: {\"response\":\"a\"}\n\n";
const LAST: &str = "data: {\"response\":\"b\"}\n\ndata: [DONE]\n\n";

/// A client of a server that does this with its connections, counted from zero.
async fn start<F: Future<Output = ()> + Send + 'static>(
    serve: impl FnMut(usize, TcpStream) -> F + Send + 'static,
) -> (ClientBuilder, Place) {
    let place = listen(serve).await;
    (builder_at(&place.url()).http2_only(true), place)
}

/// Answers every call.
async fn stay(stream: TcpStream) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        begin(&mut respond, "application/json", HI, true);
    }
}

/// Lets a connection come to its end.
async fn see_off(mut connection: Connection<TcpStream, Bytes>) {
    while connection.accept().await.is_some() {}
}

#[tokio::test]
async fn t37_a_connection_that_went_silent_is_left() {
    let (builder, place) = start(|number, stream| async move {
        if number > 0 {
            return stay(stream).await;
        }
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let call = connection.accept().await.unwrap().unwrap();
        // Held, and never looked at again.
        std::future::pending::<()>().await;
        drop((connection, call));
    })
    .await;
    let client = builder.http2_pings(SOON, SOON).build().unwrap();
    let error = fails(&client).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InDoubt, 1));
    for _ in 0..3 {
        client.run(phrase()).await.unwrap();
    }
    assert_eq!(place.connections(), 2);
}

#[tokio::test]
async fn t34_a_server_that_leaves_lets_a_stream_come_to_its_end() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let (builder, place) = start(move |number, stream| {
        let gate = gate.clone();
        async move {
            if number > 0 {
                return stay(stream).await;
            }
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let (_, mut respond) = connection.accept().await.unwrap().unwrap();
            let mut body = begin(&mut respond, "text/event-stream", EVENT, false);
            connection.graceful_shutdown();
            tokio::spawn(async move {
                gate.notified().await;
                body.send_data(LAST.into(), true).unwrap();
            });
            see_off(connection).await;
        }
    })
    .await;
    let client = builder.build().unwrap();
    let mut stream = client.stream(phrase()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    opened.notify_one();
    let last = stream.next().await.unwrap().unwrap();
    assert_eq!(last.response.as_deref(), Some("b"));
    assert!(stream.next().await.is_none());
    assert_eq!(place.connections(), 1);
    assert_eq!(client.run(phrase()).await.unwrap().response, "hi");
    assert_eq!(place.connections(), 2);
}

/// Reads a call and says that none was looked at.
async fn leave_before_all(mut stream: TcpStream) {
    const HEADERS: u8 = 1;
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    stream.write_all(&SETTINGS).await.unwrap();
    loop {
        let mut frame = [0; 9];
        stream.read_exact(&mut frame).await.unwrap();
        let length = u32::from_be_bytes([0, frame[0], frame[1], frame[2]]);
        let mut payload = vec![0; length.try_into().unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        if frame[3] == HEADERS {
            break;
        }
    }
    stream.write_all(&GOAWAY).await.unwrap();
    while stream.read(&mut [0; 100]).await.is_ok_and(|read| read > 0) {}
}

#[tokio::test]
async fn t35_a_call_that_a_leaving_server_did_not_look_at_is_made_again() {
    let (builder, place) = start(|number, stream| async move {
        match number {
            0 => leave_before_all(stream).await,
            _ => stay(stream).await,
        }
    })
    .await;
    let client = builder.build().unwrap();
    let response = client.run(phrase()).details().await.unwrap();
    assert_eq!(response.details.attempts(), 2);
    assert_eq!(place.connections(), 2);
}

#[tokio::test]
async fn t36_a_server_that_leaves_in_anger_may_have_done_the_work() {
    let (builder, place) = start(|_, stream| async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let call = connection.accept().await.unwrap().unwrap();
        connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
        see_off(connection).await;
        drop(call);
    })
    .await;
    let (client, waits) = client_and_waits(builder);
    let error = fails(&client).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InDoubt, 1));
    assert_eq!(place.connections(), 1);

    let policy = RetryPolicy::new().repeat_in_doubt(true);
    let error = client.run(phrase()).retry(policy).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InDoubt, 3));
    assert_eq!(
        (waits.all().len(), place.connections()),
        (2, 4),
        "who connects again has waited"
    );
}
