//! Tokens that are asked for: when, how often, and what if there is none.

use std::{
    future::IntoFuture,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use tokio::task::JoinSet;
use workers_ai::{
    ApiErrorKind, Client, ClientBuilder, Error, ErrorKind, RetryPolicy, Stop, Timeout,
};

use crate::{
    server::{Act, Server, failure, result, within},
    support::{ACCOUNT, HI, SECRET, SOON, assert_clean, phrase, printed},
};

fn nobody(server: &Server) -> ClientBuilder {
    Client::builder()
        .account_id(ACCOUNT)
        .base_url(&server.url)
        .allow_loopback(true)
        .sleep_with(Arc::new(|_| Box::pin(std::future::ready(()))))
}

/// A client that is given these tokens in turn, after which there are none, and how often it asked.
fn client(server: &Server, tokens: &'static [&str], attempts: u32) -> (Client, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let next = move || {
        let token = tokens.get(count.fetch_add(1, SeqCst)).copied();
        let token = token.map(|token| format!("{SECRET}-{token}\n"));
        async { token.ok_or("the vault is empty") }
    };
    let builder = nobody(server).api_token_from(next);
    let retry = RetryPolicy::new().attempts(attempts);
    let client = builder.retry(retry).build().unwrap();
    assert_clean(&format!("{client:?}"));
    (client, asked)
}

/// A server that is busy at first if told so, and takes only this token.
async fn server(accepted: &'static str, is_busy: bool) -> Server {
    Server::start(move |n, request| {
        let token = format!("Bearer {SECRET}-{accepted}");
        let answer = match request.header("authorization") {
            _ if is_busy && n == 0 => failure(503, 1),
            Some(given) if given == token => result(HI),
            _ => failure(401, 10_000),
        };
        vec![Act::Write(answer)]
    })
    .await
}

/// The tokens there are, the one that is taken, whether the service is busy at first, and the attempts.
type Case = (&'static [&'static str], &'static str, bool, u32);

/// How a call ended, and how many requests and questions there have been.
type Ended = (Option<ErrorKind>, usize, usize);

#[tokio::test]
async fn a17_a18_a_refused_token_is_asked_for_again_once() {
    let good = None;
    let refused = Some(ErrorKind::Api(ApiErrorKind::Auth));
    let none = Some(ErrorKind::Config);
    let cases: [(Case, &[Ended]); 8] = [
        ((&["a"], "a", false, 3), &[(good, 1, 1), (good, 2, 1)]),
        ((&["a", "b"], "b", false, 3), &[(good, 2, 2), (good, 3, 2)]),
        ((&["a"], "a", true, 3), &[(good, 2, 1)]),
        ((&["a", "b"], "b", true, 3), &[(good, 3, 2)]),
        (
            (&["a", "a", "b"], "b", false, 3),
            &[(refused, 1, 2), (good, 3, 3)],
        ),
        (
            (&["a", "b", "c"], "c", false, 9),
            &[(refused, 2, 2), (good, 3, 3)],
        ),
        (
            (&["a", "b"], "b", false, 1),
            &[(refused, 1, 1), (good, 2, 2)],
        ),
        ((&["a"], "b", false, 3), &[(refused, 1, 2), (none, 1, 3)]),
    ];
    for ((tokens, accepted, is_busy, attempts), calls) in cases {
        let server = server(accepted, is_busy).await;
        let (client, asked) = client(&server, tokens, attempts);
        for expected in calls {
            let error = client.clone().run(phrase()).await.err();
            if let Some(error) = &error {
                printed(error);
            }
            let ended = (
                error.map(|error| error.kind()),
                server.requests(),
                asked.load(SeqCst),
            );
            assert_eq!(
                ended, *expected,
                "{tokens:?} {accepted} {is_busy} {attempts}"
            );
        }
    }
}

#[tokio::test]
async fn a18_a_body_that_is_gone_is_not_sent_with_another_token() {
    let server = server("b", false).await;
    let (client, asked) = client(&server, &["a", "b"], 3);
    let upload = || workers_ai::Upload::reader("audio/wav", &b"x"[..]);
    let error = client
        .upload::<crate::support::Echo>(upload())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::Auth));
    assert_eq!((server.requests(), asked.load(SeqCst)), (1, 1));
    client
        .upload::<crate::support::Echo>(upload())
        .await
        .unwrap();
}

async fn fails(client: &Client) -> Error {
    let error = client.run(phrase()).await.unwrap_err();
    printed(&error);
    assert_eq!(
        (error.attempts(), error.is_retryable(), error.stop()),
        (0, false, None::<Stop>)
    );
    error
}

#[tokio::test]
async fn a19_without_a_token_nothing_is_sent() {
    let server = server("a", false).await;
    let (client, _) = client(&server, &[], 3);
    let error = fails(&client).await;
    assert_eq!(error.kind(), ErrorKind::Config);
    let shown = format!("{error}{error:?}");
    assert!(
        shown.contains("api_token_from") && shown.contains("the vault is empty"),
        "{shown}"
    );

    let bad = || async { Ok::<_, io::Error>(format!("{SECRET} x")) };
    let error = fails(&nobody(&server).api_token_from(bad).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Config);

    let hangs = || std::future::pending::<io::Result<String>>();
    let hanging = nobody(&server).api_token_from(hangs);
    let error = fails(&hanging.head_timeout(SOON).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Token));
    let hanging = nobody(&server).api_token_from(hangs);
    let error = fails(&hanging.total_timeout(SOON).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total));
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a03_a19_a_panic_of_the_caller_harms_no_other_call() {
    let server = server("a", false).await;
    let asked = AtomicUsize::new(0);
    let ask = move || {
        assert!(asked.fetch_add(1, SeqCst) > 0, "the first time");
        async { Ok::<_, io::Error>(format!("{SECRET}-a")) }
    };
    let client = nobody(&server).api_token_from(ask).build().unwrap();
    let call = || client.run(phrase()).into_future();
    assert!(tokio::spawn(call()).await.unwrap_err().is_panic());
    call().await.unwrap();
}

#[tokio::test]
async fn a19_a_thousand_callers_ask_one_at_a_time() {
    for is_there in [false, true] {
        let server = server("a", false).await;
        let (asking, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let count = asked.clone();
        let ask = move || {
            let asking = asking.clone();
            count.fetch_add(1, SeqCst);
            async move {
                assert_eq!(asking.fetch_add(1, SeqCst), 0);
                tokio::task::yield_now().await;
                asking.fetch_sub(1, SeqCst);
                let token = is_there.then(|| format!("{SECRET}-a"));
                token.ok_or("the vault is empty")
            }
        };
        let client = nobody(&server).api_token_from(ask).build().unwrap();
        let callers = if is_there { 50 } else { 1_000 };
        let mut calls = JoinSet::new();
        for _ in 0..callers {
            calls.spawn(client.run(phrase()).into_future());
        }
        while let Some(call) = calls.join_next().await {
            assert_eq!(call.unwrap().is_ok(), is_there);
        }
        assert_eq!(asked.load(SeqCst), if is_there { 1 } else { callers });
    }
}

#[tokio::test]
async fn a18_a_call_ends_in_time_while_another_one_asks() {
    let server = server("b", false).await;
    let asked = AtomicUsize::new(0);
    let ask = move || {
        let is_first = asked.fetch_add(1, SeqCst) == 0;
        async move {
            if !is_first {
                std::future::pending::<()>().await;
            }
            Ok::<_, io::Error>(format!("{SECRET}-a"))
        }
    };
    let client = nobody(&server).api_token_from(ask).build().unwrap();
    let never = || client.run(phrase()).retry(RetryPolicy::never());
    let asking = client.run(phrase()).into_future();
    let refused = async {
        server.asked(1).await;
        never().total_timeout(SOON).await.unwrap_err()
    };
    let error = tokio::select! {
        _ = asking => unreachable!("it asks for ever"),
        error = within(refused, "it ends") => error,
    };
    assert!(
        matches!(error.kind(), ErrorKind::Api(_) | ErrorKind::Timeout(_)),
        "{error}"
    );
}

#[test]
fn what_is_asked_for_beats_the_environment() {
    let client = Client::builder()
        .account_id(ACCOUNT)
        .api_token_from(|| async { Ok::<_, io::Error>(String::new()) })
        .env_from(|name| {
            name.starts_with("CLOUDFLARE_A")
                .then(|| "no good at all".into())
        });
    assert!(format!("{:?}", client.build().unwrap()).contains("Asked"));
}
