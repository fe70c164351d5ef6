//! Statuses, headers and content types.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json as value;
use workers_ai::{ApiErrorKind as Api, Cap, Error, ErrorKind, Gateway, Stop, Unexpected};

use crate::{
    server::{Act, Seen, Server, answer, events, failure, failure_body, head, json, result},
    support::{ACCOUNT, CONTENT, Painter, SECRET, Scene, builder, client, fails, phrase, printed},
};

const HI: &str = r#"{"response":"hi"}"#;

/// Calls a server that always gives this answer; counts the requests.
pub(crate) async fn call(answer: Vec<u8>) -> (Error, usize) {
    let server = Server::always(answer).await;
    let error = fails(&client(&server)).await;
    assert_eq!(
        usize::try_from(error.attempts()).unwrap(),
        server.requests()
    );
    (error, server.requests())
}

async fn scene(answer: Vec<u8>) -> Result<workers_ai::models::Media, Error> {
    let server = Server::always(answer).await;
    let scene = Scene {
        prompt: CONTENT.into(),
    };
    client(&server)
        .run(scene)
        .await
        .map(|picture| picture.image)
}

#[tokio::test]
async fn h01_h02_h03_h04_h05_h06_h07_h09_refusals_are_told_apart_and_not_repeated() {
    for (status, code, kind) in [
        (400, 5004, Api::BadRequest),
        (400, 5007, Api::UnknownModel),
        (404, 3042, Api::UnknownModel),
        (401, 10000, Api::Auth),
        (403, 10000, Api::Auth),
        (403, 5016, Api::Permission),
        (403, 5018, Api::Permission),
        (403, 3041, Api::Permission),
        (403, 3023, Api::Permission),
        (400, 7000, Api::BadRequest),
        (400, 7003, Api::BadRequest),
        (404, 7003, Api::BadRequest),
        (405, 5005, Api::BadRequest),
        (405, 5019, Api::BadRequest),
        (422, 5012, Api::BadRequest),
        (413, 3006, Api::TooLarge),
        (409, 1, Api::BadRequest),
        (410, 5028, Api::BadRequest),
    ] {
        let (error, requests) = call(failure(status, code)).await;
        assert_eq!(error.kind(), ErrorKind::Api(kind), "{status} {code}");
        assert_eq!(
            (requests, error.status()),
            (1, Some(status)),
            "{status} {code}"
        );
        assert_eq!(error.codes().collect::<Vec<_>>(), [code]);
        assert!(error.to_string().contains(&code.to_string()), "{error}");
        assert!(!error.body().is_empty());
        let remedy = match code {
            7000 | 7003 => "account id",
            5016 => "accept the model's terms",
            _ => "",
        };
        assert!(error.to_string().contains(remedy), "{error}");
    }
}

#[tokio::test]
async fn predicates_see_every_code_of_their_meaning() {
    let is = |error: &Error| {
        [
            error.is_auth(),
            error.is_permission(),
            error.is_rate_limited(),
            error.is_capacity(),
            error.is_quota(),
            error.is_too_long(),
            error.is_unknown_model(),
            error.is_retired(),
            error.needs_agreement(),
            error.is_validation(),
        ]
        .iter()
        .position(|yes| *yes)
    };
    for (status, code, expected) in [
        (401, 10000, 0),
        (403, 9109, 1),
        (429, 7505, 2),
        (429, 3040, 3),
        (402, 2021, 4),
        (400, 8007, 5),
        (400, 7506, 5),
        (413, 5021, 5),
        (401, 2009, 0),
        (400, 2008, 6),
        (422, 5012, 9),
        (404, 7502, 6),
        (404, 7001, 6),
        (410, 5028, 7),
        (403, 5016, 1),
        (400, 7504, 9),
        (400, 8001, 9),
    ] {
        let (error, _) = call(failure(status, code)).await;
        assert_eq!(is(&error), Some(expected), "{status} {code}");
        assert_eq!(error.needs_agreement(), code == 5016);
    }
}

#[tokio::test]
async fn h08_h12_h15_h16_h17_failures_of_the_service_are_tried_again() {
    for (status, code, kind) in [
        (408, 3007, Api::ServerTimeout),
        (408, 3008, Api::ServerTimeout),
        (429, 3040, Api::Capacity),
        (429, 3021, Api::RateLimited),
        (429, 424_242, Api::RateLimited),
        (500, 1, Api::Server),
        (502, 1, Api::Server),
        (503, 3050, Api::Server),
        (504, 1, Api::Server),
        (524, 1, Api::Server),
        (529, 5012, Api::Server),
    ] {
        let (error, requests) = call(failure(status, code)).await;
        assert_eq!(
            (error.kind(), requests),
            (ErrorKind::Api(kind), 3),
            "{status} {code}"
        );
        assert_eq!(error.stop(), Some(Stop::Attempts));
        assert!(error.is_retryable());
    }
    let statuses = [500, 502, 503, 504].into_iter();
    for status in statuses.chain(520..=527).chain([530]) {
        for (content_type, body) in [
            ("text/html", ""),
            ("text/html", "<html>no</html>"),
            ("text/plain", "error code: 1031"),
            ("application/json", "{}"),
        ] {
            let page = answer(status, &[("content-type", content_type)], body);
            let (error, requests) = call(page).await;
            assert_eq!(
                (error.kind(), requests),
                (ErrorKind::Api(Api::Server), 3),
                "{status} {body}"
            );
            assert_eq!(&error.body()[..], body.as_bytes());
        }
    }
}

#[tokio::test]
async fn h13_a_used_up_quota_is_never_tried_again() {
    for (status, code) in [
        (429, 3036),
        (429, 4006),
        (400, 4006),
        (200, 4006),
        (429, 2045),
    ] {
        let (error, requests) = call(failure(status, code)).await;
        assert_eq!(
            (error.kind(), requests),
            (ErrorKind::Api(Api::Quota), 1),
            "{status} {code}"
        );
        assert!(!error.is_retryable() && error.is_quota());
    }
}

#[tokio::test]
async fn h14_a_page_of_the_edge_is_a_rate_limit() {
    let page = answer(
        429,
        &[("content-type", "text/html"), ("retry-after", "30")],
        "<html>1015</html>",
    );
    let (error, requests) = call(page).await;
    assert_eq!(
        (error.kind(), requests),
        (ErrorKind::Api(Api::RateLimited), 3)
    );
}

#[tokio::test]
async fn h19_odd_statuses() {
    for status in [501, 505, 599] {
        let (error, requests) = call(failure(status, 1)).await;
        assert_eq!(
            (error.kind(), requests),
            (ErrorKind::Api(Api::Server), 1),
            "{status}"
        );
    }
    let (error, _) = call(failure(999, 1)).await;
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Status));
    let server = Server::always(answer(299, &[("content-type", "application/json")], HI)).await;
    assert_eq!(client(&server).run(phrase()).await.unwrap().response, "hi");
}

#[tokio::test]
async fn h20_requests_say_what_they_want() {
    let server = Server::start(|_, seen| {
        let streams = seen.header("accept") == Some("text/event-stream");
        vec![Act::Write(if streams {
            events("data: [DONE]\n\n")
        } else {
            result(HI)
        })]
    })
    .await;
    let client = client(&server);
    client.run(phrase()).await.unwrap();
    assert!(
        client
            .stream(phrase())
            .await
            .unwrap()
            .next()
            .await
            .is_none()
    );
    let seen = server.seen();
    assert_eq!(
        seen[0].line(),
        format!("POST /accounts/{ACCOUNT}/ai/run/@cf/example/echo HTTP/1.1")
    );
    assert!(
        seen[0]
            .header("accept")
            .unwrap()
            .starts_with("application/json")
    );
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!(
        seen[0].header("authorization"),
        Some(format!("Bearer {SECRET}").as_str())
    );
    assert!(
        seen[0]
            .header("user-agent")
            .unwrap()
            .starts_with("workers-ai-rust/")
    );
    assert_eq!(seen[0].json(), value!({ "prompt": CONTENT }));
    assert_eq!(
        seen[1].json(),
        value!({ "prompt": CONTENT, "stream": true })
    );
}

#[tokio::test]
async fn h21_h22_redirects_are_not_followed() {
    let other = Server::always(result(HI)).await;
    let target = other.url.clone();
    for status in [301, 302, 303, 307, 308] {
        for to in [target.as_str(), "/elsewhere", ""] {
            let (error, requests) = call(answer(status, &[("location", to)], "")).await;
            assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Redirect));
            assert_eq!(requests, 1);
        }
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a13_a_redirect_takes_no_token_of_a_gateway_along() {
    let other = Server::always(result(HI)).await;
    let target = other.url.clone();
    let server = Server::start(move |n, _| {
        let status = [301, 302, 303, 307, 308][n / 2];
        vec![Act::Write(answer(status, &[("location", &target)], ""))]
    })
    .await;
    let client = client(&server);
    let gateway = Gateway::new("g").authorization(SECRET);
    for _ in 0..5 {
        let called = client.run(phrase()).gateway(gateway.clone()).await.err();
        let streamed = client.stream(phrase()).gateway(gateway.clone()).await.err();
        for error in [called, streamed] {
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Redirect));
            printed(&error);
        }
    }
    assert_eq!((server.requests(), other.connections()), (10, 0));
    let sent = server.seen();
    let told = |seen: &Seen| seen.header("cf-aig-authorization").is_some();
    assert!(sent.iter().all(told));
}

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
async fn h26_failure_with_a_good_status() {
    let (error, requests) = call(failure(200, 3040)).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Api(Api::Capacity), 3));
    let (error, requests) = call(failure(200, 424_242)).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Api(Api::Server), 1));
    assert_eq!(error.status(), Some(200));
    let error = scene(failure(200, 5007)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(Api::UnknownModel));
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
        let image = scene(answer(200, &[("content-type", content_type)], png))
            .await
            .unwrap();
        assert_eq!(image.content_type(), Some("image/png"), "{content_type}");
        assert_eq!(&image.bytes().unwrap()[..], png);
    }
    let image = scene(result(r#"{"image":"iVBORw0KGgo="}"#)).await.unwrap();
    assert_eq!(image.content_type(), Some("image/png"));
    let image = scene(answer(200, &[], png)).await.unwrap();
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

#[tokio::test]
async fn h34_the_service_may_forbid_another_attempt() {
    let (error, requests) = call(answer(503, &[("x-should-retry", "false")], "")).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Api(Api::Server), 1));
    assert_eq!(error.stop(), Some(Stop::Service));
    let (_, requests) = call(answer(400, &[("x-should-retry", "true")], "")).await;
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn h35_h37_compression_that_nobody_asked_for() {
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let body = b"\x1f\x8brest";
    let (error, requests) = call(answer(200, &headers, body)).await;
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Encoding));
    assert_eq!((&error.body()[..], requests), (&body[..], 1));

    // However much comes out of it, no more is read than the cap allows.
    let server = Server::always(answer(200, &headers, vec![7; 20_000])).await;
    let error = fails(&builder(&server).max_response_bytes(10_000).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Response));

    let headers = [
        ("content-type", "text/event-stream"),
        ("content-encoding", "br"),
    ];
    let server = Server::always(answer(200, &headers, body)).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Encoding));
}

#[tokio::test]
async fn h38_a_body_announced_too_large_is_not_read() {
    let start = head(
        200,
        &[
            ("content-type", "application/json"),
            ("content-length", "10737418240"),
        ],
    );
    let server = Server::start(move |_, _| vec![Act::Write(start.clone().into()), Act::Hang]).await;
    let error = fails(&client(&server)).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Response));
    assert!(error.to_string().contains("max_response_bytes"), "{error}");
    server.connection_ended().await;
}

#[tokio::test]
async fn h39_an_endless_body_is_cut() {
    let start = head(
        200,
        &[
            ("content-type", "application/json"),
            ("transfer-encoding", "chunked"),
        ],
    );
    let server = Server::start(move |_, _| {
        vec![
            Act::Write(start.clone().into()),
            Act::Drip(b"4\r\n    \r\n", Duration::ZERO),
        ]
    })
    .await;
    let error = fails(&builder(&server).max_response_bytes(10_000).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Response));
    assert_eq!(error.status(), Some(200));
    server.connection_ended().await;
}

#[tokio::test]
async fn h40_an_endless_error_body_is_kept_in_part() {
    let start = head(500, &[("transfer-encoding", "chunked")]);
    let server = Server::start(move |_, _| {
        vec![
            Act::Write(start.clone().into()),
            Act::Drip(b"4\r\n    \r\n", Duration::ZERO),
        ]
    })
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
async fn any_model_takes_and_gives_json() {
    let server = Server::always(result(r#"[{"label":"A","score":1.5e-6}]"#)).await;
    let input = value!({ "text": "x", "seed": 9_999_999_999_u64 });
    let output = client(&server)
        .run_any("google/gemini-2.5", input.clone())
        .await
        .unwrap();
    assert_eq!(output[0]["label"], "A");
    let seen = server.seen();
    assert_eq!(seen[0].json(), input);
    assert!(seen[0].line().contains("/ai/run/google/gemini-2.5 "));
}

#[tokio::test]
async fn options_arrive_at_the_service() {
    let server = Server::always(result(HI)).await;
    let other = "ffffffffffffffffffffffffffffffff";
    let gateway = Gateway::new("mine")
        .skip_cache(true)
        .cache_ttl(Duration::from_secs(60))
        .collect_log(false)
        .metadata("team", "x")
        .authorization("gateway-token");
    client(&server)
        .run(phrase())
        .gateway(gateway)
        .account_id(other)
        .tags(["a", "b:c", "a"])
        .session_affinity("s-1")
        .header("x-mine", "yes")
        .query("lang", "de & en")
        .field("seed", 7)
        .reject_if_busy()
        .await
        .unwrap();
    let seen = &server.seen()[0];
    assert!(
        seen.line()
            .contains(&format!("/accounts/{other}/ai/run/@cf/example/echo?")),
        "{}",
        seen.line()
    );
    assert!(
        seen.line().contains("tags=a%2Cb%3Ac") && seen.line().contains("lang=de+%26+en"),
        "{}",
        seen.line()
    );
    for (name, expected) in [
        ("cf-aig-gateway-id", "mine"),
        ("cf-aig-skip-cache", "true"),
        ("cf-aig-cache-ttl", "60"),
        ("cf-aig-collect-log", "false"),
        ("cf-aig-metadata", r#"{"team":"x"}"#),
        ("cf-aig-authorization", "Bearer gateway-token"),
        ("x-session-affinity", "s-1"),
        ("x-mine", "yes"),
    ] {
        assert_eq!(seen.header(name), Some(expected));
    }
    assert_eq!(
        seen.json(),
        value!({ "prompt": CONTENT, "seed": 7, "options": { "rejectIfBusy": true } })
    );
}

#[tokio::test]
async fn uploads_are_sent_while_they_are_read() {
    let server = Server::always(result(r#"{"image":"iVBORw0KGgo="}"#)).await;
    let file = vec![7; 200_000];
    let upload = workers_ai::Upload::reader("audio/wav", std::io::Cursor::new(file.clone()));
    client(&server)
        .upload::<Painter>(upload)
        .query("language", "de")
        .await
        .unwrap();
    let upload =
        workers_ai::Upload::reader("audio/wav", std::io::Cursor::new(file.clone())).length(200_000);
    client(&server).upload::<Painter>(upload).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].body, file);
    assert_eq!(seen[0].header("content-type"), Some("audio/wav"));
    assert!(seen[0].line().ends_with("?language=de HTTP/1.1"));
    assert_eq!(
        (
            seen[0].header("content-length"),
            seen[1].header("content-length")
        ),
        (None, Some("200000"))
    );
}

#[tokio::test]
async fn an_upload_is_sent_once() {
    let server = Server::always(failure(503, 1)).await;
    let upload = workers_ai::Upload::reader("audio/wav", &b"RIFF"[..]);
    let error = client(&server).upload::<Painter>(upload).await.unwrap_err();
    assert_eq!((error.stop(), server.requests()), (Some(Stop::Body), 1));
}

#[tokio::test]
async fn an_email_with_a_key_takes_the_place_of_a_token() {
    let server = Server::always(result(HI)).await;
    let client = workers_ai::Client::builder()
        .account_id(ACCOUNT)
        .api_key("me@example.com", SECRET)
        .base_url(&server.url)
        .allow_loopback(true)
        .build()
        .unwrap();
    client.run(phrase()).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("x-auth-email"), Some("me@example.com"));
    assert_eq!(seen.header("x-auth-key"), Some(SECRET));
    assert_eq!(seen.header("authorization"), None);
}
