//! What statuses and codes mean: which error, and whether the call is tried again.

use workers_ai::{ApiErrorKind as Api, Error, ErrorKind, Gateway, Stop, Unexpected};

use crate::{
    server::{Act, Seen, Server, answer, failure, result},
    support::{ACCOUNT, HI, SECRET, call, client, phrase, picture, printed},
};

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
        (429, 2041),
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
async fn h16_an_error_with_a_name_for_a_number_is_told_by_its_text() {
    for (text, kind, requests) in [
        (
            "AiError: AiError: Bad input: Error: (1f)",
            Api::BadRequest,
            1,
        ),
        (
            "AiError: AiError: a model's context window is 10 (1f)",
            Api::BadRequest,
            1,
        ),
        (
            "AiError: AiError: Request timeout (1f)",
            Api::ServerTimeout,
            3,
        ),
        ("4006: nothing is left", Api::Quota, 1),
        (
            "AiError: you have used up your daily free allocation of 10",
            Api::Quota,
            1,
        ),
    ] {
        let body = format!(r#"{{"error":{{"code":"invalid_prompt","message":"{text}"}}}}"#);
        let (error, made) = call(answer(400, &[("content-type", "application/json")], body)).await;
        assert_eq!(
            (error.kind(), made),
            (ErrorKind::Api(kind), requests),
            "{text}"
        );
        assert_eq!(error.messages()[0].name.as_deref(), Some("invalid_prompt"));
        assert_eq!(error.is_validation(), text.contains("Bad input"), "{text}");
        assert_eq!(error.is_too_long(), text.contains("window"), "{text}");
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
async fn h21_h22_h24_redirects_are_not_followed() {
    let other = Server::always(result(HI)).await;
    let target = other.url.clone();
    for status in [301, 302, 303, 307, 308] {
        let own = format!("/accounts/{ACCOUNT}/ai/run/@cf/example/echo");
        let places = [&target, "/elsewhere", &own, "", "http://[", "\u{e9}"];
        let locations = places.map(|to| vec![("location", to)]);
        for location in locations.iter().chain([&vec![]]) {
            let (error, requests) = call(answer(status, location, "")).await;
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
async fn h26_failure_with_a_good_status() {
    let (error, requests) = call(failure(200, 3040)).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Api(Api::Capacity), 3));
    let (error, requests) = call(failure(200, 424_242)).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Api(Api::Server), 1));
    assert_eq!(error.status(), Some(200));
    let error = picture(failure(200, 5007)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(Api::UnknownModel));
}

#[tokio::test]
async fn h34_the_service_may_forbid_another_attempt() {
    let (error, requests) = call(answer(503, &[("x-should-retry", "false")], "")).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Api(Api::Server), 1));
    assert_eq!(error.stop(), Some(Stop::Service));
    let (_, requests) = call(answer(400, &[("x-should-retry", "true")], "")).await;
    assert_eq!(requests, 1);
}
