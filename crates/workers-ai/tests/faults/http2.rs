//! The same over HTTP/2, where streams can end in ways that connections cannot.

use std::{
    collections::HashMap,
    future::IntoFuture,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream, server::SendResponse};
use http::{Request, Response};
use tokio::sync::Notify;
use workers_ai::{Client, ErrorKind};

use crate::{
    listen::listen,
    server::{until, within},
    support::{HI, builder_at, fails, phrase},
};

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Act {
    Answer(&'static str, &'static str),
    /// The beginning of an answer, then a reset.
    Begin(&'static str, &'static str, Reason),
    /// The beginning of an answer, then nothing until the client leaves.
    Hold(&'static str, &'static str),
    Reset(Reason),
}

#[derive(Clone, Default)]
pub(crate) struct Log {
    requests: Arc<Mutex<HashMap<&'static str, usize>>>,
    cancelled: Arc<Notify>,
}

impl Log {
    pub(crate) fn count(&self, what: &'static str) -> usize {
        self.requests
            .lock()
            .unwrap()
            .get(what)
            .copied()
            .unwrap_or_default()
    }

    fn add(&self, what: &'static str) -> usize {
        let mut requests = self.requests.lock().unwrap();
        let count = requests.entry(what).or_default();
        *count += 1;
        *count - 1
    }
}

pub(crate) async fn start(script: impl Fn(usize) -> Act + Send + Sync + 'static) -> (Client, Log) {
    start_with(100, script).await
}

/// `streams` is how many calls the server serves at a time.
async fn start_with(
    streams: u32,
    script: impl Fn(usize) -> Act + Send + Sync + 'static,
) -> (Client, Log) {
    let log = Log::default();
    let (noted, script) = (log.clone(), Arc::new(script));
    let place = listen(move |_, stream| {
        let (log, script) = (noted.clone(), script.clone());
        async move {
            log.add("connection");
            let mut connection = h2::server::Builder::new()
                .max_concurrent_streams(streams)
                .handshake(stream)
                .await
                .unwrap();
            while let Some(Ok((request, respond))) = connection.accept().await {
                let act = script(log.add("request"));
                tokio::spawn(serve(request, respond, act, log.clone()));
            }
        }
    })
    .await;
    let client = builder_at(&place.url()).http2_only(true).build().unwrap();
    (client, log)
}

async fn serve(
    mut request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    act: Act,
    log: Log,
) {
    while let Some(Ok(data)) = request.body_mut().data().await {
        let _ = request
            .body_mut()
            .flow_control()
            .release_capacity(data.len());
    }
    match act {
        Act::Answer(content_type, body) => drop(begin(&mut respond, content_type, body, true)),
        Act::Reset(reason) => respond.send_reset(reason),
        Act::Begin(content_type, body, reason) => {
            let mut stream = begin(&mut respond, content_type, body, false);
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.send_reset(reason);
        }
        Act::Hold(content_type, body) => {
            let mut stream = begin(&mut respond, content_type, body, false);
            let reason = std::future::poll_fn(|cx| stream.poll_reset(cx)).await;
            if reason.is_ok_and(|reason| reason == Reason::CANCEL) {
                log.cancelled.notify_one();
            }
        }
    }
}

/// Gives the head of an answer.
fn head(respond: &mut SendResponse<Bytes>, content_type: &str) -> SendStream<Bytes> {
    let head = Response::builder()
        .header("content-type", content_type)
        .body(())
        .unwrap();
    respond.send_response(head, false).unwrap()
}

/// Begins an answer, or gives all of it.
pub(crate) fn begin(
    respond: &mut SendResponse<Bytes>,
    content_type: &str,
    body: &'static str,
    is_all: bool,
) -> SendStream<Bytes> {
    let mut stream = head(respond, content_type);
    stream.send_data(body.into(), is_all).unwrap();
    stream
}

/// A client of a server whose events come in pieces of its choice, each in a frame of its own.
pub(crate) async fn start_pieces(
    script: impl Fn(&str) -> Vec<&'static [u8]> + Send + Sync + 'static,
) -> Client {
    let script = Arc::new(script);
    let place = listen(move |_, stream| {
        let script = script.clone();
        async move {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let mut body = head(&mut respond, EVENTS);
                for piece in script(request.uri().path()) {
                    body.send_data(Bytes::from_static(piece), false).unwrap();
                }
                body.send_data(Bytes::new(), true).unwrap();
            }
        }
    })
    .await;
    builder_at(&place.url()).http2_only(true).build().unwrap()
}

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
const EVENT: &str = "data: {\"response\":\"a\"}\n\n";

#[tokio::test]
async fn calls_and_streams_share_one_connection() {
    let (client, log) = start(|n| match n % 2 {
        0 => Act::Answer(JSON, HI),
        _ => Act::Answer(EVENTS, "data: {\"response\":\"a\"}\n\ndata: [DONE]\n\n"),
    })
    .await;
    for _ in 0..10 {
        assert_eq!(client.run(phrase()).await.unwrap().response, "hi");
        let mut stream = client.stream(phrase()).await.unwrap();
        assert_eq!(
            stream.next().await.unwrap().unwrap().response.as_deref(),
            Some("a")
        );
        assert!(stream.next().await.is_none());
    }
    assert_eq!((log.count("connection"), log.count("request")), (1, 20));
}

#[tokio::test]
async fn t30_r19_refused_streams_are_tried_again_and_counted() {
    let (client, log) = start(|_| Act::Reset(Reason::REFUSED_STREAM)).await;
    let error = fails(&client).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!((error.attempts(), log.count("request")), (3, 3));

    let (client, log) = start(|n| match n {
        0 => Act::Reset(Reason::REFUSED_STREAM),
        _ => Act::Answer(JSON, HI),
    })
    .await;
    let response = client.run(phrase()).details().await.unwrap();
    assert_eq!((response.details.attempts(), log.count("request")), (2, 2));
}

#[tokio::test]
async fn t31_a_reset_before_the_head_is_in_doubt() {
    let (client, log) = start(|n| match n {
        0 => Act::Reset(Reason::INTERNAL_ERROR),
        _ => Act::Answer(JSON, HI),
    })
    .await;
    assert_eq!(fails(&client).await.kind(), ErrorKind::InDoubt);
    client.run(phrase()).await.unwrap();
    assert_eq!((log.count("connection"), log.count("request")), (1, 2));
}

#[tokio::test]
async fn t32_a_reset_in_the_body_is_an_interruption() {
    let (client, log) = start(|_| Act::Begin(JSON, "{\"res", Reason::INTERNAL_ERROR)).await;
    let error = fails(&client).await;
    assert_eq!(
        (error.kind(), log.count("request")),
        (ErrorKind::BodyInterrupted, 1)
    );
    assert_eq!(&error.body()[..], b"{\"res");
}

#[tokio::test]
async fn t33_a_reset_without_error_is_no_clean_end() {
    let (client, _) = start(|_| Act::Begin(JSON, "{\"res", Reason::NO_ERROR)).await;
    assert_eq!(fails(&client).await.kind(), ErrorKind::Decode);

    let (client, _) = start(|_| Act::Begin(EVENTS, EVENT, Reason::NO_ERROR)).await;
    let mut stream = client.stream(phrase()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamTruncated);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn s31_a_dropped_stream_is_cancelled() {
    let (client, log) = start(|_| Act::Hold(EVENTS, EVENT)).await;
    let mut stream = client.stream(phrase()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    within(log.cancelled.notified(), "the stream is cancelled").await;
}

#[tokio::test]
async fn s32_a_dropped_call_is_cancelled() {
    let (client, log) = start(|_| Act::Hold(JSON, "{")).await;
    let call = tokio::spawn(client.run(phrase()).into_future());
    until(|| log.count("request") > 0, "the request comes").await;
    call.abort();
    within(log.cancelled.notified(), "the call is cancelled").await;
}

#[tokio::test]
async fn t38_calls_wait_for_their_turn_on_a_narrow_connection() {
    let (client, log) = start_with(1, |_| Act::Answer(JSON, HI)).await;
    // After one answer the client knows how wide the connection is; before, it would be refused.
    client.run(phrase()).await.unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| tokio::spawn(client.run(phrase()).into_future()))
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().response, "hi");
    }
    assert_eq!(log.count("request"), 51);
}
