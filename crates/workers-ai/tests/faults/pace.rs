//! The caller's own limit on requests.

use std::{future::IntoFuture, time::Duration};

use workers_ai::{ErrorKind, RetryPolicy, Stop, Timeout};

use crate::{
    server::{Act, Server, answer, failure, result},
    support::{HI, SOON, builder, client_and_waits, phrase},
};

const MINUTE: Duration = Duration::from_secs(60);

/// Whether so long a wait is what is left of a minute.
fn is_rest_of_a_minute(wait: Duration) -> bool {
    wait <= MINUTE && wait > MINUTE / 2
}

#[tokio::test]
async fn r11_clones_share_the_limit_and_retries_count() {
    let server = Server::start(|n, _| match n {
        1 => vec![Act::Write(failure(503, 1))],
        _ => vec![Act::Write(result(HI))],
    })
    .await;
    let (client, waits) = client_and_waits(builder(&server).requests_per_minute(3));
    for _ in 0..4 {
        client.clone().run(phrase()).await.unwrap();
    }
    assert_eq!(server.requests(), 5);
    let long: Vec<Duration> = waits
        .all()
        .into_iter()
        .filter(|wait| *wait > SOON * 100)
        .collect();
    assert_eq!(long.len(), 2, "{:?}", waits.all());
    assert!(long.into_iter().all(is_rest_of_a_minute));
}

#[tokio::test]
async fn r11_who_cannot_wait_for_a_turn_is_told_so() {
    let server = Server::in_turn([result(HI), failure(503, 1)]).await;
    let client = builder(&server)
        .requests_per_minute(2)
        .retry(RetryPolicy::new().backoff(SOON / 60, SOON / 60))
        .sleep_with(std::sync::Arc::new(|wait| {
            Box::pin(tokio::time::sleep(wait / 100))
        }))
        .build()
        .unwrap();
    client.run(phrase()).await.unwrap();
    let call = || client.run(phrase()).total_timeout(SOON * 2).into_future();
    // One was sent and failed, and there is no time to wait for the next turn.
    let error = call().await.unwrap_err();
    assert_eq!(
        (error.status(), error.stop()),
        (Some(503), Some(Stop::Deadline))
    );
    assert_eq!((error.attempts(), error.earlier()), (1, &[][..]));
    let error = call().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total));
    assert_eq!((error.attempts(), server.requests()), (0, 2));
    assert!(!error.is_in_doubt(), "{error}");
    assert!(error.to_string().contains("requests_per_minute"), "{error}");
}

#[tokio::test]
async fn h45_a_told_limit_is_waited_for_where_there_is_one() {
    for (told, expected) in [
        (r#""default";r=0;t=30"#, 30),
        (r#""default";r=1;t=30"#, 0),
        (r#""default";r=0;t=300"#, 0),
        ("r=;;=x", 0),
    ] {
        let headers = [("content-type", "application/json"), ("ratelimit", told)];
        let server = Server::always(answer(200, &headers, HI)).await;
        let (client, waits) = client_and_waits(builder(&server).requests_per_minute(100));
        client.run(phrase()).await.unwrap();
        client.clone().run(phrase()).await.unwrap();
        let waited: Duration = waits.all().iter().sum();
        let expected = Duration::from_secs(expected);
        assert!(waited >= expected.mul_f64(0.9), "{told}: {waited:?}");
        assert!(waited <= expected.mul_f64(1.1), "{told}: {waited:?}");
    }
}

#[test]
fn no_request_at_all_is_no_limit() {
    let error = workers_ai::Client::builder()
        .requests_per_minute(0)
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("requests_per_minute"), "{error}");
}
