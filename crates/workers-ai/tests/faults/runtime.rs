//! Clients and runtimes that end before their calls do, and calls where there is no runtime.

use std::{
    future::{Future, IntoFuture},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use serde_json::json;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Notify,
};
use workers_ai::{Error, ErrorKind, FileToConvert, ModelSearch, Upload, models::Batch};

use crate::{
    server::{Act, Server, chunk, open_events, result},
    support::{Echo, HI, builder_at, client, fails, phrase, printed},
};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn u22_a_runtime_that_ends_takes_its_calls_along_and_leaves_the_client() {
    let first = runtime();
    let (client, call) = first.block_on(async {
        let server = Server::each([Act::Hang]).await;
        let client = client(&server);
        let call = tokio::spawn(client.run(phrase()).into_future());
        server.asked(1).await;
        (client, call)
    });
    drop(first);
    runtime().block_on(async {
        assert!(call.await.unwrap_err().is_cancelled());
        // The server is gone too.
        assert_eq!(fails(&client).await.kind(), ErrorKind::Connect);
    });
}

/// What a future says where there is no runtime.
fn outside<T>(future: impl Future<Output = T>) -> T {
    assert!(Handle::try_current().is_err());
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(said) => said,
        Poll::Pending => panic!("it waits where nobody wakes it"),
    }
}

/// It says what to do, in one line.
fn assert_asks_for_a_runtime(error: &Error, attempts: u32) {
    assert_eq!(error.kind(), ErrorKind::NoRuntime);
    assert_eq!((error.attempts(), error.is_retryable()), (attempts, false));
    assert_eq!(error.is_in_doubt(), attempts > 0);
    assert!(printed(error).contains("inside of one"), "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
}

#[test]
fn u22_a_call_outside_of_a_runtime_is_an_error() {
    let client = builder_at("http://127.0.0.1:1").build().unwrap();
    let batch = Batch::<Echo>::new([phrase()]);
    let file = Upload::reader("audio/wav", tokio::io::empty());
    let document = FileToConvert::new("a.txt", "a");
    for error in [
        outside(client.run(phrase()).into_future()).err(),
        outside(client.run(phrase()).raw().into_future()).err(),
        outside(client.run(phrase()).details().into_future()).err(),
        outside(client.run(phrase()).download().into_future()).err(),
        outside(client.stream(phrase()).into_future()).err(),
        outside(client.run_any("m", json!({})).into_future()).err(),
        outside(client.stream_any("m", json!({})).into_future()).err(),
        outside(client.upload::<Echo>(file).into_future()).err(),
        outside(client.submit(&batch).into_future()).err(),
        outside(client.poll::<Echo>("id").into_future()).err(),
        outside(client.search_models(&ModelSearch::new()).into_future()).err(),
        outside(client.all_models(&ModelSearch::new())).err(),
        outside(client.model_schema("m").into_future()).err(),
        outside(client.tasks().into_future()).err(),
        outside(client.to_markdown([document]).into_future()).err(),
        outside(client.get_any("authors/search").into_future()).err(),
        outside(client.post_any("finetunes", json!({})).into_future()).err(),
    ] {
        assert_asks_for_a_runtime(&error.unwrap(), 0);
    }
}

#[test]
fn u22_a_call_that_leaves_its_runtime_is_an_error() {
    let runtime = runtime();
    let server = runtime.block_on(Server::each([Act::Hang]));
    let client = client(&server);
    let mut call = client.run(phrase()).into_future();
    runtime.block_on(async {
        tokio::select! {
            _ = &mut call => unreachable!("nobody answers"),
            () = server.asked(1) => {}
        }
    });
    assert_asks_for_a_runtime(&outside(call).unwrap_err(), 1);
}

#[test]
fn u22_a_call_that_changes_its_runtime_ends() {
    for asked in [0, 1] {
        let first = runtime();
        let server = first.block_on(Server::each([Act::Hang]));
        let mut call = client(&server).run(phrase()).into_future();
        first.block_on(async {
            tokio::select! {
                biased;
                _ = &mut call => unreachable!("nobody answers"),
                () = server.asked(asked) => {}
            }
        });
        drop(first);
        let error = runtime().block_on(call).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::InDoubt),
            "{error}"
        );
    }
}

#[test]
fn u22_what_has_come_is_given_outside_of_a_runtime_and_then_an_error() {
    let runtime = runtime();
    let said = "data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\n";
    let acts = [Act::Write(open_events(said)), Act::Hang];
    let server = runtime.block_on(Server::each(acts));
    let client = client(&server);
    let mut stream = runtime
        .block_on(client.stream(phrase()).into_future())
        .unwrap();
    for piece in ["a", "b"] {
        let event = outside(stream.next()).unwrap().unwrap();
        assert_eq!(event.response.as_deref(), Some(piece));
    }
    assert_asks_for_a_runtime(&outside(stream.next()).unwrap().unwrap_err(), 1);
    assert!(outside(stream.next()).is_none());

    let call = client.run(phrase()).download();
    let mut chunks = runtime.block_on(call.into_future()).unwrap();
    let error = loop {
        match outside(chunks.next()).unwrap() {
            Ok(chunk) => assert!(said.as_bytes().ends_with(&chunk)),
            Err(error) => break error,
        }
    };
    assert_asks_for_a_runtime(&error, 1);
    assert!(outside(chunks.next()).is_none());
}

#[tokio::test]
async fn u23_calls_go_on_when_their_client_is_dropped() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let server = Server::start(move |n, _| {
        let gate = Act::Gate(gate.clone());
        if n == 0 {
            return vec![gate, Act::Write(result(HI))];
        }
        let rest = "data: {\"response\":\"b\"}\n\ndata: [DONE]\n\n";
        vec![
            Act::Write(open_events("data: {\"response\":\"a\"}\n\n")),
            gate,
            Act::Write([chunk(rest), chunk("")].concat()),
        ]
    })
    .await;
    let client = client(&server);
    let call = tokio::spawn(client.run(phrase()).into_future());
    server.asked(1).await;
    let mut stream = client.stream(phrase()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(client);
    opened.notify_one();
    opened.notify_one();
    assert_eq!(call.await.unwrap().unwrap().response, "hi");
    let last = stream.next().await.unwrap().unwrap();
    assert_eq!(last.response.as_deref(), Some("b"));
    assert!(stream.next().await.is_none());
}
