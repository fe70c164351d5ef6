//! What the caller gives: refused before anything is sent, and never quoted if it may be secret.

use std::{ffi::OsString, future::IntoFuture, time::Duration};

use serde_json::json;
use workers_ai::{
    Client, ClientBuilder, Collected, ConvertedFile, Detailed, Details, Download, Error, ErrorKind,
    EventStream, FileToConvert, Gateway, Headers, ListedModel, ModelSchema, ModelSearch, Response,
    RetryPolicy, Run, Running, ServiceMessage, Upload,
};

use crate::{
    server::{Server, result},
    support::{ACCOUNT, SECRET, builder, builder_at, client, phrase, printed},
};

#[tokio::test]
async fn u02_u03_u04_u05_u06_u07_u08_bad_model_ids_are_not_sent() {
    let server = Server::always(result("1")).await;
    let client = client(&server);
    let long = "a".repeat(257);
    for id in [
        "..",
        ".",
        "../../user/tokens",
        "@cf/../x",
        "%2e%2e",
        ".%2E",
        "@cf/%2e%2E/x",
        "@cf/a%b",
        "a?b",
        "?a=1",
        "a#b",
        ";x",
        "a\\b",
        "\\",
        "//host/x",
        "https://host/x",
        "a\tb",
        "a\rb",
        "a\nb",
        "a\0b",
        "a\u{7f}b",
        "a b",
        " a",
        "",
        "/a",
        "a/",
        "a//b",
        &long,
        "é",
        "@cf/\u{202e}x",
    ] {
        let calls = [
            client.run_any(id, json!({})).await.unwrap_err(),
            client.run_any(id, json!({})).raw().await.unwrap_err(),
            client.stream_any(id, json!({})).await.unwrap_err(),
        ];
        for error in calls {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id:?}");
            assert!(printed(&error).contains("is not a model id"), "{error}");
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn u10_u11_u12_a14_bad_options_are_not_sent() {
    let server = Server::always(result("{\"response\":\"hi\"}")).await;
    let client = client(&server);
    let metadata = (0..6).fold(Gateway::new("g"), |gateway, n| {
        gateway.metadata(format!("k{n}"), n)
    });
    let calls = vec![
        (
            "gateway id",
            client.run(phrase()).gateway(Gateway::new("a/b")),
        ),
        ("five entries", client.run(phrase()).gateway(metadata)),
        (
            "metadata",
            client
                .run(phrase())
                .gateway(Gateway::new("g").metadata("nested", json!({ "a": 1 }))),
        ),
        (
            "metadata",
            client
                .run(phrase())
                .gateway(Gateway::new("g").metadata("large", "x".repeat(10_000))),
        ),
        (
            "cf-aig-cache-key",
            client
                .run(phrase())
                .gateway(Gateway::new("g").cache_key("a\r\nb: c")),
        ),
        (
            "gateway id",
            client.run(phrase()).gateway(Gateway::new("a\r\nb: c")),
        ),
        (
            "gateway id",
            client.run(phrase()).gateway(Gateway::new(" ")),
        ),
        (
            "gateway id",
            client.run(phrase()).gateway(Gateway::new("g".repeat(200))),
        ),
        ("`seed`", client.run(phrase()).field("seed", f64::NAN)),
        ("x-mine", client.run(phrase()).header("x-mine", "a\nb")),
        ("x-mine", client.run(phrase()).header("x-mine", "a\rb")),
        ("x-mine", client.run(phrase()).header("x-mine", "a\0b")),
        ("not the name", client.run(phrase()).header("x:\r\ny", "a")),
        ("not the name", client.run(phrase()).header("", "a")),
        (
            "X-Auth-Key",
            client.run(phrase()).header("X-Auth-Key", SECRET),
        ),
        ("x-mine", client.run(phrase()).header("x-mine", "a\r\nb: c")),
        ("not the name", client.run(phrase()).header("x mine", "a")),
        (
            "authorization",
            client.run(phrase()).header("authorization", SECRET),
        ),
        ("host", client.run(phrase()).header("host", "a")),
        (
            "content-length",
            client.run(phrase()).header("content-length", "1"),
        ),
        (
            "transfer-encoding",
            client.run(phrase()).header("transfer-encoding", "a"),
        ),
        (
            "cf-aig-authorization",
            client.run(phrase()).header("cf-aig-authorization", SECRET),
        ),
        ("tag", client.run(phrase()).tags(["a b"])),
        (
            "five tags",
            client.run(phrase()).tags(["a", "b", "c", "d", "e", "f"]),
        ),
        (
            "x-session-affinity",
            client.run(phrase()).session_affinity("a\nb"),
        ),
        ("account id", client.run(phrase()).account_id("../x")),
        ("zero", client.run(phrase()).total_timeout(Duration::ZERO)),
        (
            "no attempt",
            client.run(phrase()).retry(RetryPolicy::new().attempts(0)),
        ),
    ];
    for (what, call) in calls {
        let error = call.await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Config),
            "{what}"
        );
        let text = printed(&error);
        assert!(text.contains(what), "{what}: {text}");
    }
    assert_eq!(server.connections(), 0);
}

type Setter = fn(ClientBuilder, Duration) -> ClientBuilder;

#[tokio::test]
async fn u19_extreme_settings() {
    let server = Server::always(result("{\"response\":\"hi\"}")).await;
    let setters: [Setter; 6] = [
        ClientBuilder::connect_timeout,
        ClientBuilder::head_timeout,
        ClientBuilder::attempt_timeout,
        ClientBuilder::total_timeout,
        ClientBuilder::idle_timeout,
        ClientBuilder::event_gap_timeout,
    ];
    for set in setters {
        let error = set(builder(&server), Duration::ZERO).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        for long in [Duration::MAX, Duration::from_secs(u64::MAX)] {
            let client = set(builder(&server), long).build().unwrap();
            client.run(phrase()).await.unwrap();
        }
    }
    let policy = RetryPolicy::new()
        .attempts(u32::MAX)
        .backoff(Duration::MAX, Duration::MAX);
    builder(&server)
        .retry(policy)
        .build()
        .unwrap()
        .run(phrase())
        .await
        .unwrap();
}

fn from(variables: &'static [(&str, &str)]) -> Result<Client, Error> {
    Client::builder()
        .env_from(|name| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        })
        .build()
}

const ID: (&str, &str) = ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
const TOKEN: (&str, &str) = ("CLOUDFLARE_API_TOKEN", SECRET);
const EMAIL: (&str, &str) = ("CLOUDFLARE_EMAIL", "me@example.com");
const KEY: (&str, &str) = ("CLOUDFLARE_API_KEY", SECRET);
const HERE: (&str, &str) = ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:8787");

#[test]
fn a15_a16_the_environment_is_read_as_documented() {
    for good in [
        &[ID, TOKEN][..],
        &[ID, EMAIL, KEY],
        &[ID, TOKEN, EMAIL],
        &[ID, TOKEN, ("CLOUDFLARE_BASE_URL", " ")],
        &[ID, TOKEN, HERE, ("WORKERS_AI_ALLOW_LOOPBACK", "1")],
    ] {
        from(good).unwrap();
    }
    for (bad, named) in [
        (&[][..], "CLOUDFLARE_ACCOUNT_ID"),
        (&[ID], "CLOUDFLARE_API_TOKEN"),
        (&[ID, ("CLOUDFLARE_API_TOKEN", " ")], "CLOUDFLARE_API_TOKEN"),
        (
            &[("CLOUDFLARE_ACCOUNT_ID", ""), TOKEN],
            "CLOUDFLARE_ACCOUNT_ID",
        ),
        (&[ID, EMAIL], "CLOUDFLARE_API_KEY"),
        (&[ID, KEY], "CLOUDFLARE_EMAIL"),
        (
            &[ID, TOKEN, ("CLOUDFLARE_BASE_URL", "http://example.com")],
            "base URL",
        ),
        (&[ID, TOKEN, HERE], "base URL"),
        (
            &[
                ID,
                TOKEN,
                ("CLOUDFLARE_BASE_URL", "http://example.com"),
                ("WORKERS_AI_ALLOW_LOOPBACK", "1"),
            ],
            "base URL",
        ),
        (
            &[ID, TOKEN, ("WORKERS_AI_ALLOW_LOOPBACK", "yes")],
            "WORKERS_AI_ALLOW_LOOPBACK",
        ),
    ] {
        let error = from(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = printed(&error);
        assert!(text.contains(named), "{named}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn a15_a_variable_that_is_not_text_is_named() {
    let odd = |name: &str| {
        (name == "CLOUDFLARE_API_TOKEN")
            .then(|| std::os::unix::ffi::OsStringExt::from_vec(vec![b'x', 0xFF]))
    };
    let error = Client::builder()
        .account_id(ACCOUNT)
        .env_from(odd)
        .build()
        .unwrap_err();
    assert!(
        error.to_string().contains("CLOUDFLARE_API_TOKEN"),
        "{error}"
    );
}

#[test]
fn what_is_set_beats_the_environment() {
    let client = Client::builder()
        .account_id(ACCOUNT)
        .api_token(SECRET)
        .allow_loopback(false)
        .env_from(|_| Some(OsString::from("no good at all")))
        .base_url("https://example.com")
        .build();
    client.unwrap();
}

#[test]
fn a11_plain_http_needs_leave_and_loopback() {
    let error = builder_at("http://127.0.0.1:1")
        .allow_loopback(false)
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("allow_loopback"), "{error}");
    for url in [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "",
    ] {
        let error = builder_at(url).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{url}");
        assert!(printed(&error).contains("base URL"), "{error}");
    }
}

#[test]
fn a12_a_base_url_holds_no_credentials_query_or_fragment() {
    for url in [
        format!("https://me:{SECRET}@example.com"),
        format!("https://{SECRET}@example.com"),
        format!("https://example.com?token={SECRET}"),
        format!("https://example.com#{SECRET}"),
    ] {
        let error = builder_at(&url).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(printed(&error).contains("base URL"), "{error}");
    }
}

#[test]
fn p22_everything_may_be_sent_and_what_is_no_future_may_be_shared() {
    fn sent<T: Send + 'static>() {}
    fn shared<T: Send + Sync + 'static>() {}
    fn cloned<T: Clone + Send + Sync + 'static>() {}
    macro_rules! all {
        ($check:ident: $($name:ty),* $(,)?) => { $($check::<$name>();)* };
    }
    all!(cloned: Client, Collected, ConvertedFile, Details, FileToConvert, Gateway, Headers);
    all!(cloned: ListedModel, ModelSchema, ModelSearch, Response<String>, RetryPolicy);
    all!(cloned: ErrorKind, ServiceMessage);
    all!(shared: ClientBuilder, Error, Upload, Run<String>, Detailed<String>);
    all!(sent: Running<String>, EventStream<String>, Download);
    all!(sent: <Detailed<String> as IntoFuture>::IntoFuture);
}
