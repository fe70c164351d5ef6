//! Nothing that is printed holds a secret, a prompt or an account id.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use workers_ai::{Client, ClientBuilder, ErrorKind, Gateway, Run, models::Llama31_8bInstructFp8};

use crate::{
    listen::nobody,
    server::{Act, Server, answer, events, failure, result},
    support::{
        ACCOUNT, CONTENT, SECRET, assert_clean, builder, builder_at, client, has_not, phrase,
        printed,
    },
};

#[test]
fn a05_what_holds_a_secret_is_not_written_shown_or_compared() {
    has_not!(serde::Serialize: Client, ClientBuilder, Gateway, Run<String>);
    has_not!(std::fmt::Display: Client, ClientBuilder, Gateway, Run<String>);
    has_not!(PartialEq: Client, ClientBuilder, Gateway, Run<String>);
    has_not!(std::hash::Hash: Client, ClientBuilder, Gateway, Run<String>);
}

#[tokio::test]
async fn a23_every_chain_of_causes_is_clean() {
    let nobody = format!("{}/{}", nobody(), CONTENT.replace(' ', "-"));
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    let scripts: [(Vec<Act>, ErrorKind); 4] = [
        (vec![Act::Close], ErrorKind::InDoubt),
        (vec![Act::Reset], ErrorKind::InDoubt),
        (
            vec![Act::Write(cut.into()), Act::Close],
            ErrorKind::BodyInterrupted,
        ),
        (
            vec![Act::Write(format!("{CONTENT}\r\n\r\n").into())],
            ErrorKind::Unexpected(workers_ai::Unexpected::Head),
        ),
    ];
    let mut errors = vec![(
        builder_at(&nobody).build().unwrap().run(phrase()),
        ErrorKind::Connect,
    )];
    let mut servers = Vec::new();
    for (acts, kind) in scripts {
        let server = Server::start(move |_, _| acts.clone()).await;
        errors.push((client(&server).run(phrase()), kind));
        servers.push(server);
    }
    for (call, kind) in errors {
        let error = call
            .query("q", CONTENT)
            .gateway(Gateway::new("g").authorization(SECRET))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(std::error::Error::source(&error).is_some(), "{kind:?}");
        let text = printed(&error);
        for place in ["127.0.0.1", "localhost", ACCOUNT, "accounts", "http:/"] {
            assert!(!text.contains(place), "{place} in {text}");
        }
    }
}

#[tokio::test]
async fn a01_nothing_public_prints_a_canary() {
    let server = Server::always(result(&format!(r#"{{"response":"{CONTENT}"}}"#))).await;
    let gateway = Gateway::new("g")
        .authorization(SECRET)
        .metadata("m", CONTENT)
        .cache_key(CONTENT);
    let builder = builder(&server).gateway(gateway.clone());
    assert_clean(&format!("{builder:?}{gateway:?}"));
    let client = builder.build().unwrap();
    let call = client
        .run(phrase())
        .header("x-mine", CONTENT)
        .field("x", CONTENT)
        .query("q", CONTENT);
    assert_clean(&format!("{client:?}{client:#?}{call:?}"));
    let call = call.details();
    assert_clean(&format!("{call:?}"));
    let response = call.await.unwrap();
    assert_clean(&format!("{response:?}{:?}", response.details));
    let upload = workers_ai::Upload::reader("audio/wav", CONTENT.as_bytes());
    assert_clean(&format!("{upload:?}"));

    let server = Server::always(events(format!("data: {{\"response\":\"{CONTENT}\"}}\n\n"))).await;
    let stream = crate::support::client(&server)
        .stream(phrase())
        .await
        .unwrap();
    assert_clean(&format!("{stream:?}"));
}

#[tokio::test]
async fn the_services_messages_can_be_kept_out() {
    let body =
        format!(r#"{{"success":false,"errors":[{{"code":5006,"message":"bad: {CONTENT}"}}]}}"#);
    let server = Server::always(answer(400, &[("content-type", "application/json")], body)).await;
    let quiet = builder(&server).service_messages(false).build().unwrap();
    let error = quiet.run(phrase()).await.unwrap_err();
    assert!(printed(&error).contains("5006"));
    assert!(
        error.messages()[0].message.contains(CONTENT),
        "the message itself is kept"
    );
}

#[tokio::test]
async fn a04_transport_errors_hold_no_address() {
    let server = Server::each([Act::Close]).await;
    let error = client(&server)
        .run(phrase())
        .query("q", CONTENT)
        .await
        .unwrap_err();
    let text = printed(&error);
    assert!(
        !text.contains("127.0.0.1") && !text.contains("accounts"),
        "{text}"
    );
}

/// Notes every span and event, whoever makes it.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<String>>);

impl Capture {
    fn note(&self, record: impl FnOnce(&mut Self)) {
        record(&mut self.clone());
    }
}

impl Visit for Capture {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0.lock().unwrap(), " {}={value:?}", field.name());
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let _ = write!(self.0.lock().unwrap(), "\nspan {}", span.metadata().name());
        self.note(|this| span.record(this));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.note(|this| values.record(this));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let _ = write!(self.0.lock().unwrap(), "\n{}", event.metadata().target());
        self.note(|this| event.record(this));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a02_a21_spans_tell_what_happened_and_no_content() {
    let capture = Capture::default();
    // For every thread: a record made by another test may not hold a canary either.
    tracing::subscriber::set_global_default(capture.clone()).unwrap();
    let server = Server::start(|n, _| {
        vec![Act::Write(match n {
            0 => failure(503, 3050),
            1 => result(&format!(
                r#"{{"response":"{CONTENT}","usage":{{"prompt_tokens":5,"completion_tokens":7}}}}"#
            )),
            2 => answer(
                400,
                &[("cf-ai-req-id", "req-1")],
                crate::server::failure_body(5007),
            ),
            3 => result(&format!(r#"{{"response":"{CONTENT}","tone":"{CONTENT}"}}"#)),
            _ => events(format!(
                "data: {{\"response\":\"{CONTENT}\",\"usage\":{{\"completion_tokens\":11}}}}\n\n\
                 data: {{\"usage\":{{\"completion_tokens\":0,\"prompt_tokens\":\"{CONTENT}\"}}}}\n\ndata: {CONTENT}\n\n"
            )),
        })]
    })
    .await;
    let client = client(&server);
    client.run(phrase()).await.unwrap();
    client.run(phrase()).await.unwrap_err();
    let drifting = Llama31_8bInstructFp8::prompt(CONTENT);
    client.run(drifting).await.unwrap();
    let mut stream = client.stream(phrase()).await.unwrap();
    while stream.next().await.is_some() {}

    let text = capture.0.lock().unwrap().clone();
    assert_clean(&text);
    for expected in [
        "span workers_ai.call",
        "gen_ai.operation.name=\"chat\"",
        "gen_ai.request.model=\"@cf/example/echo\"",
        "http.response.status_code=200",
        "http.request.resend_count=1",
        "error.type=Api(UnknownModel)",
        "code=3050",
        "gen_ai.usage.input_tokens=5",
        "gen_ai.usage.output_tokens=7",
        "gen_ai.usage.output_tokens=11",
        "error.type=StreamTruncated",
        "gen_ai.response.id=\"req-1\"",
        "workers_ai::drift",
        "tone",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("output_tokens=0"), "{text}");
}
