//! Answers that are not quite what their documents say: read, and told.

use std::{
    future::IntoFuture,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use workers_ai::{
    ErrorKind,
    models::{Drift, Llama31_8bInstructFp8, Media, Model, Nova3, Whisper},
};

use crate::{
    server::{Act, Server, events, result},
    support::{assert_clean, builder, printed},
};

/// What was told: model and drift.
type Told = Arc<Mutex<Vec<(String, Drift)>>>;

fn telling(server: &Server, told: &Told) -> workers_ai::ClientBuilder {
    let told = told.clone();
    builder(server).on_drift(move |report| {
        let mut told = told.lock().unwrap();
        let drifts = report.drifts.iter().cloned();
        told.extend(drifts.map(|drift| (report.model.to_owned(), drift)));
    })
}

fn prompt() -> impl workers_ai::models::ModelInput<Model = Llama31_8bInstructFp8> {
    Llama31_8bInstructFp8::prompt("Hello")
}

#[tokio::test]
async fn j05_new_members_are_told_and_do_not_harm() {
    let server = Server::always(result(
        r#"{"response":"hi","mood":"calm","usage":{"total_tokens":3,"joules":4}}"#,
    ))
    .await;
    let told = Told::default();
    let client = telling(&server, &told).build().unwrap();
    let answer = client.run(prompt()).await.unwrap();
    assert_eq!(answer.text(), "hi");
    let names: Vec<String> = told
        .lock()
        .unwrap()
        .iter()
        .map(|(model, drift)| match drift {
            Drift::UnknownMember { name, .. } => format!("{model} {name}"),
            drift => panic!("{drift}"),
        })
        .collect();
    assert_eq!(
        names,
        [
            "@cf/meta/llama-3.1-8b-instruct-fp8 mood",
            "@cf/meta/llama-3.1-8b-instruct-fp8 joules"
        ]
    );
}

#[tokio::test]
async fn j05_a_strict_client_refuses_them() {
    let server = Server::always(result(r#"{"response":"cAnArY","mood":"calm"}"#)).await;
    let client = builder(&server).strict(true).build().unwrap();
    let error = client.run(prompt()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Drift);
    let text = printed(&error);
    assert!(text.contains("unknown member `mood`"), "{text}");
    assert!(!text.contains("cAnArY"), "{text}");
    assert!(!error.body().is_empty());

    let server = Server::always(result(r#"{"response":"hi"}"#)).await;
    let client = builder(&server).strict(true).build().unwrap();
    client.run(prompt()).await.unwrap();
}

#[tokio::test]
async fn events_are_watched_one_by_one() {
    let server = Server::always(events(
        "data: {\"response\":\"a\",\"p\":\"abc\"}\n\ndata: {\"response\":\"b\",\"new\":1}\n\ndata: [DONE]\n\n",
    ))
    .await;
    let told = Told::default();
    let client = telling(&server, &told).strict(true).build().unwrap();
    let mut stream = client.stream(prompt()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Drift);
    assert!(stream.next().await.is_none());
    assert_eq!(told.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_drift_is_not_told() {
    let body =
        r#"{"results":{"channels":[{"alternatives":[{"transcript":"hi","confidence":0.9}]}]}}"#;
    let server = Server::always(result(body)).await;
    let told = Told::default();
    let client = telling(&server, &told).build().unwrap();
    let audio = Media::new(&b"RIFF"[..]).with_content_type("audio/wav");
    client.run(Nova3::audio(audio)).await.unwrap();
    assert_eq!(*told.lock().unwrap(), []);
}

#[tokio::test]
async fn members_that_documents_require_are_missed() {
    let server = Server::always(result(r#"{"word_count":1}"#)).await;
    let told = Told::default();
    let client = telling(&server, &told).build().unwrap();
    let audio = Media::new(&b"RIFF"[..]);
    let answer = client.run(Whisper::audio(audio)).await.unwrap();
    assert_eq!(answer.text, None);
    let told = told.lock().unwrap();
    let [(model, Drift::MissingMember { name: "text", .. })] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(model, Whisper::ID);
}

#[tokio::test]
async fn a03_a_callback_that_panics_harms_no_other_call() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let drifting = result(r#"{"response":"hi","mood":"calm"}"#);
    let server = Server::start(move |n, _| match n {
        0 => vec![Act::Gate(gate.clone()), Act::Write(drifting.clone())],
        _ => vec![Act::Write(drifting.clone())],
    })
    .await;
    let told = AtomicUsize::new(0);
    let client = builder(&server)
        .on_drift(move |_| {
            let before = told.fetch_add(1, Ordering::Relaxed);
            assert_ne!(before, 0, "the callback does not like the first");
        })
        .build()
        .unwrap();
    let held = tokio::spawn(client.run(prompt()).into_future());
    server.asked(1).await;
    let panicked = tokio::spawn(client.run(prompt()).into_future()).await;
    let panic = panicked.unwrap_err().into_panic();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("does not like"), "{text}");
    assert_clean(text);
    opened.notify_one();
    assert_eq!(held.await.unwrap().unwrap().text(), "hi");
    assert_eq!(client.run(prompt()).await.unwrap().text(), "hi");
}
