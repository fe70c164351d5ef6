//! How long the service asks to wait, and that it is heard.

use std::time::Duration;

use workers_ai::{ApiErrorKind as Api, ErrorKind, Stop};

use crate::{
    server::{Server, answer, result},
    support::{HI, builder, call, client_and_waits, fails, phrase},
};

#[tokio::test]
async fn h10_retry_after_is_a_lower_bound() {
    let server = Server::in_turn([answer(429, &[("retry-after", "2")], ""), result(HI)]).await;
    let (client, waits) = client_and_waits(builder(&server));
    let response = client.run(phrase()).details().await.unwrap();
    assert_eq!(response.details.attempts(), 2);
    let waits = waits.all();
    assert_eq!(waits.len(), 1);
    assert!(
        waits[0] >= Duration::from_secs(2) && waits[0] < Duration::from_secs(4),
        "{waits:?}"
    );
}

#[tokio::test]
async fn h11_a_long_retry_after_is_handed_to_the_caller() {
    let (error, requests) = call(answer(429, &[("retry-after", "300")], "")).await;
    assert_eq!(
        (error.kind(), requests),
        (ErrorKind::Api(Api::RateLimited), 1)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    assert_eq!(error.stop(), Some(Stop::RetryAfter));
}

#[tokio::test]
async fn h43_only_plain_seconds_make_a_call_wait() {
    for odd in [
        "-10", "nan", "inf", "1e20", "0x10", "+5", "1.5", "", "soon", "5 s",
    ] {
        let (error, requests) = call(answer(429, &[("retry-after", odd)], "")).await;
        assert_eq!((error.retry_after(), requests), (None, 3), "{odd}");
    }
    let digits = "9".repeat(35);
    let (error, requests) = call(answer(429, &[("retry-after", &digits)], "")).await;
    assert_eq!((error.stop(), requests), (Some(Stop::RetryAfter), 1));
    let (error, requests) = call(answer(429, &[("retry-after", "  5  ")], "")).await;
    let five = Some(Duration::from_secs(5));
    assert_eq!((error.retry_after(), requests), (five, 3));
}

#[tokio::test]
async fn h18_h44_a_date_is_measured_by_the_services_clock() {
    let headers = [
        ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"),
    ];
    let server = Server::always(answer(503, &headers, "")).await;
    let (client, waits) = client_and_waits(builder(&server));
    let error = fails(&client).await;
    let three = Duration::from_secs(3);
    assert_eq!(error.retry_after(), Some(three));
    let waits = waits.all();
    assert_eq!((server.requests(), waits.len()), (3, 2));
    assert!(waits.iter().all(|wait| *wait >= three), "{waits:?}");
}
