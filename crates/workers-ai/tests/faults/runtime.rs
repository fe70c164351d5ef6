//! Clients and runtimes that end before their calls do.

use std::{
    future::{Future, IntoFuture},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::Notify,
};
use workers_ai::ErrorKind;

use crate::{
    server::{Act, Server, chunk, open_events, result},
    support::{HI, assert_clean, builder_at, client, fails, phrase},
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

#[test]
fn u22_a_call_outside_of_a_runtime_says_what_it_needs() {
    let client = builder_at("http://127.0.0.1:1").build().unwrap();
    let mut call = pin!(client.run(phrase()).into_future());
    let poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let panic = catch_unwind(AssertUnwindSafe(poll))
        .map(|_| ())
        .unwrap_err();
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref().cloned()).unwrap();
    assert!(text.contains("Tokio"), "{text}");
    assert_clean(&text);
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
