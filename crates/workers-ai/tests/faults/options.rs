//! What a client and a call are told arrives where it should, and a call's word counts more.

use std::time::Duration;

use serde_json::json as value;
use workers_ai::{Gateway, GatewayBackoff};

use crate::{
    server::{Act, Seen, Server, answer, events, result},
    support::{ACCOUNT, CONTENT, HI, SECRET, builder, client, phrase},
};

fn gateway_headers(seen: &Seen) -> Vec<(String, &str)> {
    let lines = seen.head.lines().skip(1);
    let headers = lines.filter_map(|line| line.split_once(": "));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| name.starts_with("cf-aig-"))
        .collect();
    headers.sort();
    headers
}

#[tokio::test]
async fn a_gateway_is_told_everything() {
    let server = Server::always(result(HI)).await;
    let gateway = Gateway::new("mine")
        .authorization("any-token")
        .skip_cache(false)
        .cache_ttl(Duration::from_secs(3600))
        .cache_key("key")
        .metadata("team", "search")
        .metadata("paid", true)
        .collect_log(true)
        .collect_log_payload(false)
        .event_id("event-1")
        .request_timeout(Duration::from_millis(1500))
        .max_attempts(3)
        .retry_delay(Duration::from_millis(250))
        .backoff(GatewayBackoff::Exponential)
        .zero_data_retention(true)
        .byok_alias("alias");
    client(&server)
        .run(phrase())
        .gateway(gateway)
        .await
        .unwrap();
    let expected = [
        ("cf-aig-authorization", "Bearer any-token"),
        ("cf-aig-backoff", "exponential"),
        ("cf-aig-byok-alias", "alias"),
        ("cf-aig-cache-key", "key"),
        ("cf-aig-cache-ttl", "3600"),
        ("cf-aig-collect-log", "true"),
        ("cf-aig-collect-log-payload", "false"),
        ("cf-aig-event-id", "event-1"),
        ("cf-aig-gateway-id", "mine"),
        ("cf-aig-max-attempts", "3"),
        ("cf-aig-metadata", r#"{"paid":true,"team":"search"}"#),
        ("cf-aig-request-timeout", "1500"),
        ("cf-aig-retry-delay", "250"),
        ("cf-aig-skip-cache", "false"),
        ("cf-aig-zdr", "true"),
    ];
    let expected: Vec<_> = expected
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    let seen = &server.seen()[0];
    let mut headers = gateway_headers(seen);
    for (name, value) in &mut headers {
        // Other crates of a program may keep the order in which entries were made.
        if name == "cf-aig-metadata" && *value == r#"{"team":"search","paid":true}"# {
            *value = r#"{"paid":true,"team":"search"}"#;
        }
    }
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn a_clients_gateway_is_used_until_a_call_has_its_own() {
    let server = Server::always(result(HI)).await;
    let usual = Gateway::new("usual").skip_cache(true);
    let client = builder(&server).gateway(usual).build().unwrap();
    client.run(phrase()).await.unwrap();
    let own = Gateway::new("own");
    client.run(phrase()).gateway(own).await.unwrap();
    let seen = server.seen();
    let text = |name: &str, value| (name.to_owned(), value);
    assert_eq!(
        gateway_headers(&seen[0]),
        [
            text("cf-aig-gateway-id", "usual"),
            text("cf-aig-skip-cache", "true")
        ]
    );
    assert_eq!(
        gateway_headers(&seen[1]),
        [text("cf-aig-gateway-id", "own")]
    );
}

#[tokio::test]
async fn a_client_says_its_name() {
    let server = Server::always(result(HI)).await;
    let client = builder(&server).user_agent("harbour/1").build().unwrap();
    client.run(phrase()).await.unwrap();
    assert_eq!(server.seen()[0].header("user-agent"), Some("harbour/1"));
    let error = builder(&server).user_agent("a\nb").build().unwrap_err();
    assert!(error.to_string().contains("user agent"), "{error}");
}

#[tokio::test]
async fn the_ray_names_a_request_that_has_no_id() {
    let headers = [("content-type", "application/json"), ("cf-ray", "ray-1")];
    let server = Server::always(answer(200, &headers, HI)).await;
    let call = client(&server).run(phrase()).details();
    let details = call.await.unwrap().details;
    assert_eq!(details.request_id().as_deref(), Some("ray-1"));
    assert!(details.elapsed() > Duration::ZERO);
    assert_eq!((details.neurons(), details.gateway_log_id()), (None, None));

    let server = Server::always(answer(400, &headers, "{}")).await;
    let error = client(&server).run(phrase()).await.unwrap_err();
    assert_eq!(error.request_id().as_deref(), Some("ray-1"));
    assert!(error.to_string().contains("ray-1"), "{error}");
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
