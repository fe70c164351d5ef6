//! HTTP/2 servers that say they are leaving, and what becomes of the calls they still have.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use h2::{
    Reason,
    server::{Connection, SendResponse},
};
use http::Response;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use workers_ai::{ClientBuilder, ErrorKind, RetryPolicy};

use crate::support::{HI, builder_at, client_and_waits, fails, phrase};

const EVENT: &str = "data: {\"response\":\"a\"}\n\n";
const LAST: &str = "data: {\"response\":\"b\"}\n\ndata: [DONE]\n\n";

/// A client of a server that does this with its connections, counted from zero, and their number.
async fn start<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(usize, TcpStream) -> F + Send + 'static,
) -> (ClientBuilder, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(number, stream));
        }
    });
    (builder_at(&url).http2_only(true), connections)
}

/// Begins an answer.
fn answer(
    respond: &mut SendResponse<Bytes>,
    content_type: &str,
    body: &'static str,
    is_all: bool,
) -> h2::SendStream<Bytes> {
    let head = Response::builder()
        .header("content-type", content_type)
        .body(())
        .unwrap();
    let mut stream = respond.send_response(head, false).unwrap();
    stream.send_data(body.into(), is_all).unwrap();
    stream
}

/// Answers every call.
async fn stay(stream: TcpStream) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        answer(&mut respond, "application/json", HI, true);
    }
}

/// Lets a connection come to its end.
async fn see_off(mut connection: Connection<TcpStream, Bytes>) {
    while connection.accept().await.is_some() {}
}

#[tokio::test]
async fn t34_a_server_that_leaves_lets_a_stream_come_to_its_end() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let (builder, connections) = start(move |number, stream| {
        let gate = gate.clone();
        async move {
            if number > 0 {
                return stay(stream).await;
            }
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let (_, mut respond) = connection.accept().await.unwrap().unwrap();
            let mut body = answer(&mut respond, "text/event-stream", EVENT, false);
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
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    assert_eq!(client.run(phrase()).await.unwrap().response, "hi");
    assert_eq!(connections.load(Ordering::Relaxed), 2);
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
    let (builder, connections) = start(|number, stream| async move {
        match number {
            0 => leave_before_all(stream).await,
            _ => stay(stream).await,
        }
    })
    .await;
    let client = builder.build().unwrap();
    let response = client.run(phrase()).details().await.unwrap();
    assert_eq!(response.details.attempts(), 2);
    assert_eq!(connections.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn t36_a_server_that_leaves_in_anger_may_have_done_the_work() {
    let (builder, connections) = start(|_, stream| async move {
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
    assert_eq!(connections.load(Ordering::Relaxed), 1);

    let policy = RetryPolicy::new().repeat_in_doubt(true);
    let error = client.run(phrase()).retry(policy).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InDoubt, 3));
    assert_eq!(
        (waits.all().len(), connections.load(Ordering::Relaxed)),
        (2, 4),
        "who connects again has waited"
    );
}
