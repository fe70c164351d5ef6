//! What an answer is taken for by its headers and its body, and how much of it is read.

use std::time::Duration;

use bytes::Bytes;
use workers_ai::{ApiErrorKind as Api, Cap, ErrorKind, Unexpected};

use crate::{
    server::{
        Act, Server, answer, chunk, events, failure, failure_body, head, json, json_head, result,
    },
    support::{HI, builder, call, client, client_and_waits, fails, phrase, picture, printed},
};

#[tokio::test]
async fn h25_h28_empty_answers() {
    for answer in [head(204, &[]).into(), head(304, &[]).into(), json(200, "")] {
        let (error, requests) = call(answer).await;
        assert_eq!(
            (error.kind(), requests),
            (ErrorKind::Unexpected(Unexpected::Empty), 1)
        );
    }
}

#[tokio::test]
async fn h27_a_page_with_a_good_status() {
    let (error, _) = call(answer(
        200,
        &[("content-type", "text/html; charset=utf-8")],
        "<html>",
    ))
    .await;
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
    assert_eq!(&error.body()[..], b"<html>");
    assert!(error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn h29_pictures_come_as_bytes_or_as_json() {
    let png = b"\x89PNG\r\n\x1a\nrest";
    for content_type in [
        "image/png",
        "image/jpeg",
        "application/octet-stream",
        "application/json",
    ] {
        let image = picture(answer(200, &[("content-type", content_type)], png))
            .await
            .unwrap();
        assert_eq!(image.content_type(), Some("image/png"), "{content_type}");
        assert_eq!(&image.bytes().unwrap()[..], png);
    }
    let image = picture(result(r#"{"image":"iVBORw0KGgo="}"#))
        .await
        .unwrap();
    assert_eq!(image.content_type(), Some("image/png"));
    let image = picture(answer(200, &[], png)).await.unwrap();
    assert_eq!(&image.bytes().unwrap()[..], png);
}

#[tokio::test]
async fn h30_a_picture_where_text_was_expected_is_kept() {
    let (error, _) = call(answer(200, &[("content-type", "image/png")], "\u{1}png")).await;
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
    assert_eq!(&error.body()[..], b"\x01png");
}

#[tokio::test]
async fn h32_events_where_json_was_expected() {
    let (error, _) = call(events("data: {}\n\n")).await;
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
}

const GZIP: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    ("content-encoding", "gzip"),
];

#[tokio::test]
async fn h35_h36_h37_compression_that_nobody_asked_for() {
    // A beginning that has no end, and what is not compressed at all.
    for body in [&b"\x1f\x8b\x08\0rest"[..], HI.as_bytes()] {
        let (error, requests) = call(answer(200, &GZIP, body)).await;
        assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Encoding));
        assert_eq!((&error.body()[..], requests), (body, 1));
    }

    // However much comes out of it, no more is read than the cap allows.
    let server = Server::always(answer(200, &GZIP, vec![7; 20_000])).await;
    let error = fails(&builder(&server).max_response_bytes(10_000).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Response));

    let mut cut = answer(200, &GZIP, "\x1f rest");
    cut.pop();
    let server = Server::each([Act::Write(cut), Act::Close]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::BodyInterrupted);
}

#[tokio::test]
async fn s35_a_compressed_stream_is_not_asked_for_and_not_read() {
    for coding in ["gzip", "br", "gzip, gzip"] {
        let headers = [
            ("content-type", "text/event-stream"),
            ("content-encoding", coding),
        ];
        let server = Server::always(answer(200, &headers, "\x1f rest")).await;
        let error = client(&server).stream(phrase()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Encoding));
        assert_eq!(server.requests(), 1);
        assert_eq!(server.seen()[0].header("accept-encoding"), None);
    }
}

#[tokio::test]
async fn h38_a_body_announced_too_large_is_not_read() {
    let start = json_head("content-length", "10737418240");
    let server = Server::each([Act::Write(start), Act::Hang]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Response));
    assert!(error.to_string().contains("max_response_bytes"), "{error}");
    server.connection_ended().await;
}

#[tokio::test]
async fn h39_an_endless_body_is_cut() {
    let start = json_head("transfer-encoding", "chunked");
    let server = Server::each([
        Act::Write(start),
        Act::Drip(b"4\r\n    \r\n", Duration::ZERO),
    ])
    .await;
    let error = fails(&builder(&server).max_response_bytes(10_000).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Response));
    assert_eq!(error.status(), Some(200));
    server.connection_ended().await;
}

#[tokio::test]
async fn h40_an_endless_error_body_is_kept_in_part() {
    let start = head(500, &[("transfer-encoding", "chunked")]);
    let server = Server::each([
        Act::Write(start.into()),
        Act::Drip(b"4\r\n    \r\n", Duration::ZERO),
    ])
    .await;
    let error = fails(&builder(&server).max_error_bytes(1_000).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Api(Api::Server));
    assert_eq!((error.body().len(), server.requests()), (1_000, 3));
}

#[tokio::test]
async fn h41_details_of_a_success() {
    let mut text = answer(
        200,
        &[
            ("content-type", "application/json"),
            ("cf-ray", "r?y"),
            ("cf-ai-req-id", "req-1"),
            ("cf-ai-neurons", "1.98"),
            ("cf-aig-log-id", "log-1"),
            ("cf-aig-cache-status", "HIT"),
        ],
        HI,
    );
    let mark = text.iter().position(|byte| *byte == b'?').unwrap();
    text[mark] = 0xFF;
    let server = Server::always(text).await;
    let response = client(&server).run(phrase()).details().await.unwrap();
    let details = &response.details;
    assert_eq!((details.status(), details.attempts()), (200, 1));
    assert_eq!(details.request_id().as_deref(), Some("req-1"));
    assert_eq!(
        details.headers().get("CF-Ray").as_deref(),
        Some("r\u{FFFD}y")
    );
    assert_eq!(details.neurons(), Some(1.98));
    assert_eq!(details.gateway_log_id().as_deref(), Some("log-1"));
    assert_eq!(details.is_cached(), Some(true));
    assert_eq!(details.body(), HI);
    assert!(!format!("{response:?}").contains("hi\""));
}

#[tokio::test]
async fn the_raw_answer_is_the_answer_as_it_came() {
    let server = Server::always(json(200, &failure_body(1))).await;
    let body: Bytes = client(&server).run(phrase()).raw().await.unwrap();
    assert_eq!(body, failure_body(1));
    let server = Server::always(failure(400, 5007)).await;
    let error = client(&server).run(phrase()).raw().await.unwrap_err();
    assert!(error.is_unknown_model());
    printed(&error);
}

#[tokio::test]
async fn h45_a_told_rate_limit_can_be_read_and_is_not_waited_for() {
    for told in [r#""default";r=0;t=30"#, "r=;;=x", "\u{e9}"] {
        let headers = [("content-type", "application/json"), ("ratelimit", told)];
        let server = Server::always(answer(200, &headers, HI)).await;
        let (client, waits) = client_and_waits(builder(&server));
        for _ in 0..2 {
            let response = client.run(phrase()).details().await.unwrap();
            let headers = response.details.headers();
            assert_eq!(headers.get("Ratelimit").as_deref(), Some(told));
        }
        assert!(waits.all().is_empty());
    }
}

#[tokio::test]
async fn h46_cookies_trailers_and_unknown_headers_are_passed_over() {
    let headers = [
        ("content-type", "application/json"),
        ("transfer-encoding", "chunked"),
        ("trailer", "set-cookie"),
        ("set-cookie", "one=1; Path=/"),
        ("x-new", "new"),
    ];
    let trailers = b"0\r\nset-cookie: two=2\r\ncf-ray: late\r\n\r\n";
    let answer = [head(200, &headers).as_bytes(), &chunk(HI), trailers].concat();
    let server = Server::always(answer).await;
    let client = client(&server);
    for _ in 0..2 {
        let response = client.run(phrase()).details().await.unwrap();
        assert_eq!(response.output.response, "hi");
        assert_eq!(response.details.request_id(), None);
    }
    assert_eq!((server.requests(), server.connections()), (2, 1));
    assert_eq!(server.seen()[1].header("cookie"), None);
}
