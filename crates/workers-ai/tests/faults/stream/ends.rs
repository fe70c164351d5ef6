//! How a stream ends: as it should, with an error, or as a call that failed before it began.

use bytes::Bytes;
use workers_ai::{ApiErrorKind, Collected, ErrorKind, Unexpected};

use super::{collect, kinds, stream, texts};
use crate::{
    server::{Act, Server, events, failure, open_events, result},
    support::{client, phrase, printed},
};

#[tokio::test]
async fn s14_a_stream_without_its_end_is_truncated() {
    let items = stream(events(
        "data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\n",
    ))
    .await;
    assert_eq!(texts(&items), ["a", "b"]);
    assert_eq!(
        kinds(&items),
        [None, None, Some(ErrorKind::StreamTruncated)]
    );
}

#[tokio::test]
async fn s15_an_end_within_an_event_keeps_what_was_left() {
    let items = stream(events("data: {\"response\":\"a\"}\n\ndata: {\"resp")).await;
    assert_eq!(texts(&items), ["a"]);
    let error = items.last().unwrap().as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamTruncated);
    assert_eq!(&error.body()[..], b"{\"resp");
    assert_eq!((error.status(), error.attempts()), (Some(200), 1));
}

#[tokio::test]
async fn s17_s18_the_marker_ends_the_stream_at_once() {
    let text =
        open_events("data: {\"response\":\"a\"}\n\ndata: [DONE]\n\ndata: {\"response\":\"b\"}\n\n");
    let server = Server::each([Act::Write(text), Act::Hang]).await;
    let items = collect(client(&server).stream(phrase()).await.unwrap()).await;
    assert_eq!(texts(&items), ["a"]);
    server.connection_ended().await;
}

#[tokio::test]
async fn s19_an_error_before_any_event_fails_the_call_and_is_retried_by_its_code() {
    let first = |event: &str| events(format!(": hi\n\n{event}\n\ndata: [DONE]\n\n"));
    let coded = |code: u64| {
        [
            format!("data: {{\"errors\":[{{\"code\":{code}}}],\"success\":false}}"),
            format!("event: error\ndata: {{\"code\":{code}}}"),
        ]
    };
    let good = events("data: {\"response\":\"a\"}\n\ndata: [DONE]\n\n");
    for event in coded(3040) {
        let bad = first(&event);
        let server = Server::in_turn([bad.clone(), bad, good.clone()]).await;
        let response = client(&server).stream(phrase()).details().await.unwrap();
        assert_eq!((response.details.attempts(), server.requests()), (3, 3));
        assert_eq!(texts(&collect(response.output).await), ["a"]);
    }
    let never = [
        (coded(3036), ApiErrorKind::Quota),
        (coded(5007), ApiErrorKind::UnknownModel),
        (coded(999_999), ApiErrorKind::Server),
        (
            [
                "event: error\ndata:".into(),
                "data: {\"error\":\"odd\"}".into(),
            ],
            ApiErrorKind::Server,
        ),
    ];
    for (event, kind) in never
        .iter()
        .flat_map(|(events, kind)| events.iter().map(move |event| (event, kind)))
    {
        let server = Server::always(first(event)).await;
        let error = client(&server).stream(phrase()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api(*kind), "{event}");
        assert_eq!(
            (error.status(), server.requests()),
            (Some(200), 1),
            "{event}"
        );
    }
}

#[tokio::test]
async fn s20_r17_an_error_in_the_stream_ends_it() {
    let ten = "data: {\"response\":\"t\"}\n\n".repeat(10);
    for error in [
        "data: {\"errors\":[{\"code\":3040,\"message\":\"full\"}],\"success\":false}\n\n",
        "data: {\"error\":{\"code\":3040,\"message\":\"full\"}}\n\n",
        "event: error\ndata: {\"code\":3040,\"message\":\"full\"}\n\n",
    ] {
        let items = stream(events(format!(
            "{ten}{error}data: {{\"response\":\"no\"}}\n\n"
        )))
        .await;
        assert_eq!(texts(&items), ["t"; 10]);
        let error = items.last().unwrap().as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StreamApi(ApiErrorKind::Capacity));
        assert!(error.is_capacity());
        assert_eq!(error.codes().collect::<Vec<_>>(), [3040]);
    }
    let items = stream(events(
        "data: {\"response\":\"an \\\"error\\\"\",\"errors\":[]}\n\ndata: [DONE]\n\n",
    ))
    .await;
    assert_eq!(texts(&items), ["an \"error\""]);
}

#[tokio::test]
async fn s33_a_stream_that_ended_stays_ended() {
    for (text, last) in [
        ("data: [DONE]\n\n", &[][..]),
        ("data: {}\n\n", &[None, Some(ErrorKind::StreamTruncated)]),
    ] {
        // After the end this asks a thousand times more.
        let items = stream(events(text)).await;
        assert_eq!(kinds(&items), last);
    }
}

#[tokio::test]
async fn an_end_marker_may_stand_alone_but_not_in_place_of_an_event() {
    let a = "data: {\"response\":\"a\"}\n";
    let cut = Some(ErrorKind::StreamTruncated);
    for (text, outcome) in [
        (format!("{a}\n[DONE]"), &[None][..]),
        (format!("{a}\n[DONE]\n"), &[None]),
        (format!("{a}\r\n[DONE]\r\n\r\n"), &[None]),
        (format!("{a}\n[DONE"), &[None, cut]),
        (format!("{a}\n[DONE]]"), &[None, cut]),
        (format!("{a}\n[DONE]: no"), &[None, cut]),
        (format!("{a}\n[DONE] at last"), &[None, cut]),
        // The event did not end, so it was never one.
        (format!("{a}[DONE]\n"), &[cut]),
    ] {
        assert_eq!(kinds(&stream(events(&text)).await), outcome, "{text:?}");
    }
}

#[tokio::test]
async fn t15_a_stream_that_breaks_off_keeps_its_items() {
    let text = open_events("data: {\"response\":\"a\"}\n\n");
    let items = stream(text).await;
    assert_eq!(kinds(&items), [None, Some(ErrorKind::BodyInterrupted)]);
}

#[tokio::test]
async fn h31_a_whole_answer_in_place_of_a_stream_is_kept() {
    let server = Server::always(result("{\"response\":\"hi\"}")).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
    assert_eq!(
        error
            .decode_body::<crate::support::Echo>()
            .unwrap()
            .response,
        "hi"
    );
    printed(&error);

    let server = Server::always(result("{}")).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::EmptyResult));

    let server = Server::always(failure(429, 3036)).await;
    assert!(
        client(&server)
            .stream(phrase())
            .await
            .unwrap_err()
            .is_quota()
    );
}

#[tokio::test]
async fn the_raw_answer_of_a_stream_is_its_text() {
    let server = Server::always(events("data: [DONE]\n\n")).await;
    let body: Bytes = client(&server).stream(phrase()).raw().await.unwrap();
    assert_eq!(body, "data: [DONE]\n\n");
    assert_eq!(server.seen()[0].json()["stream"], true);
}

#[tokio::test]
async fn s38_collecting_keeps_what_came_before_an_error() {
    let cut = events("data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\n");
    let server = Server::always(cut).await;
    let client = client(&server);
    let mut collected = Collected::new();
    let mut stream = client.stream(phrase()).await.unwrap();
    let error = stream.collect_into(&mut collected).await.unwrap_err();
    assert_eq!(
        (error.kind(), collected.text()),
        (ErrorKind::StreamTruncated, "ab")
    );
    let stream = client.stream(phrase()).await.unwrap();
    assert_eq!(
        stream.collect().await.unwrap_err().kind(),
        ErrorKind::StreamTruncated
    );
}

#[tokio::test]
async fn collecting_gives_the_whole_text_or_an_error() {
    let server = Server::start(|n, _| {
        let text = [
            "data: {\"response\":\"a\"}\n\ndata: {\"response\":\"b\"}\n\ndata: [DONE]\n\n",
            "data: [DONE]\n\n",
        ];
        vec![Act::Write(events(text[n]))]
    })
    .await;
    let client = client(&server);
    let stream = client.stream(phrase()).await.unwrap();
    assert_eq!(stream.collect().await.unwrap().text(), "ab");
    let stream = client.stream(phrase()).await.unwrap();
    let error = stream.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::EmptyResult));
}
