//! Busy services, budgets and deadlines.

use std::{
    future::IntoFuture,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use workers_ai::{ErrorKind, Gateway, RetryPolicy, Stop, Timeout};

use crate::{
    server::{Act, Server, answer, failure, result},
    support::{HI, builder, client, client_and_waits, fails, phrase},
};

#[tokio::test]
async fn r01_r02_retries_stop_while_everything_fails() {
    let server = Server::always(failure(503, 1)).await;
    let one = client(&server);
    let calls = 500;
    for _ in 0..calls {
        let error = one.clone().run(phrase()).await.unwrap_err();
        assert!(matches!(error.stop(), Some(Stop::Attempts | Stop::Budget)));
    }
    assert_eq!(server.requests(), calls + 100);
    let other = client(&server);
    other.run(phrase()).await.unwrap_err();
    assert_eq!(server.requests(), calls + 100 + 3);
}

#[tokio::test]
async fn r05_the_deadline_wins_over_the_wait() {
    let server = Server::always(answer(503, &[("retry-after", "5")], "")).await;
    let error = client(&server)
        .run(phrase())
        .total_timeout(Duration::from_secs(3))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!((error.stop(), server.requests()), (Some(Stop::Deadline), 1));
    assert!(error.to_string().contains("deadline"), "{error}");
    assert!(error.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn r10_the_gateway_retries_or_the_client_does() {
    let server = Server::always(failure(503, 1)).await;
    let gateway = Gateway::new("g").max_attempts(5);
    let error = client(&server)
        .run(phrase())
        .gateway(gateway.clone())
        .await
        .unwrap_err();
    assert_eq!((error.stop(), server.requests()), (Some(Stop::Gateway), 1));
    let call = client(&server)
        .run(phrase())
        .gateway(gateway)
        .retry(RetryPolicy::new().attempts(2));
    call.await.unwrap_err();
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn r12_one_retry_after_pauses_the_whole_client() {
    let server = Server::in_turn([answer(429, &[("retry-after", "10")], ""), result(HI)]).await;
    let (client, waits) = client_and_waits(builder(&server));
    client.run(phrase()).await.unwrap();
    for _ in 0..50 {
        client.clone().run(phrase()).await.unwrap();
    }
    let waits = waits.all();
    assert_eq!(waits.len(), 51);
    assert!(
        waits.iter().all(|wait| *wait > Duration::from_secs(8)),
        "{waits:?}"
    );
    let (least, most) = (
        waits[1..].iter().min().unwrap(),
        waits[1..].iter().max().unwrap(),
    );
    assert!(
        most.abs_diff(*least) > Duration::from_millis(200),
        "the release is spread: {waits:?}"
    );

    let error = client
        .run(phrase())
        .total_timeout(Duration::from_secs(2))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total));
    assert_eq!(error.attempts(), 0);
}

#[tokio::test]
async fn r14_r16_the_second_attempt_is_like_the_first() {
    let server = Server::in_turn([failure(503, 1), result(HI)]).await;
    let response = client(&server)
        .run(phrase())
        .tags(["a"])
        .details()
        .await
        .unwrap();
    assert_eq!(response.details.attempts(), 2);
    let seen = server.seen();
    assert_eq!(
        (&seen[0].head, &seen[0].body),
        (&seen[1].head, &seen[1].body)
    );
}

#[tokio::test]
async fn r15_order_matters() {
    let server = Server::start(|n, _| match n {
        0 => vec![Act::Write(failure(503, 1))],
        1 => vec![Act::Close],
        _ => vec![Act::Write(result(HI))],
    })
    .await;
    let error = fails(&client(&server)).await;
    assert_eq!((error.kind(), server.requests()), (ErrorKind::InDoubt, 2));
    assert_eq!(error.earlier().len(), 1);
}

#[tokio::test]
async fn r18_one_attempt_is_one_request() {
    for answer in [
        failure(503, 1),
        failure(429, 3040),
        failure(408, 3007),
        answer(500, &[], ""),
    ] {
        let server = Server::always(answer).await;
        let client = builder(&server)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        assert_eq!(fails(&client).await.attempts(), 1);
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn waits_grow_and_stay_within_bounds() {
    let server = Server::always(failure(500, 1)).await;
    let (client, waits) = client_and_waits(builder(&server));
    let policy = RetryPolicy::new().attempts(8);
    client.run(phrase()).retry(policy).await.unwrap_err();
    let waits = waits.all();
    assert_eq!(waits.len(), 7);
    for (wait, most) in waits
        .iter()
        .zip([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
    {
        assert!(*wait < Duration::from_millis(most), "{waits:?}");
    }
}

#[tokio::test]
async fn r06_a_call_dropped_while_it_waits_gives_its_budget_back() {
    let server = Server::always(failure(503, 1)).await;
    let (waiting, go_on) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (told, ready) = (waiting.clone(), go_on.clone());
    let client = builder(&server)
        .sleep_with(Arc::new(move |_| {
            told.notify_one();
            let ready = ready.load(Ordering::Relaxed);
            Box::pin(async move {
                if !ready {
                    std::future::pending::<()>().await;
                }
            })
        }))
        .build()
        .unwrap();
    for _ in 0..120 {
        tokio::select! {
            _ = client.run(phrase()).into_future() => unreachable!("it waits"),
            () = waiting.notified() => {}
        }
    }
    go_on.store(true, Ordering::Relaxed);
    let before = server.requests();
    for _ in 0..60 {
        client.run(phrase()).await.unwrap_err();
    }
    assert_eq!(server.requests() - before, 60 + 100);
}
