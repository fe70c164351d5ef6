//! Proxies, which a caller's own HTTP client brings along.

use reqwest::{NoProxy, Proxy};
use workers_ai::{ApiErrorKind, Client, ErrorKind};

use crate::{
    server::{Server, answer, result},
    support::{HI, SECRET, builder_at, fails, http, phrase},
};

/// A client of `url` that goes through a proxy with a password.
fn through(proxy: &Server, url: &str, except: &str) -> Client {
    let proxy = Proxy::all(&proxy.url)
        .unwrap()
        .basic_auth("me", SECRET)
        .no_proxy(NoProxy::from_string(except));
    let http = http().proxy(proxy).build().unwrap();
    builder_at(url).http_client(http).build().unwrap()
}

#[tokio::test]
async fn t41_a_proxy_passes_calls_on_except_where_it_is_told_not_to() {
    let proxy = Server::always(result(HI)).await;
    let service = Server::always(result(HI)).await;
    for (except, expected) in [("other.example", (1, 0)), ("127.0.0.1", (1, 1))] {
        let client = through(&proxy, &service.url, except);
        assert_eq!(client.run(phrase()).await.unwrap().response, "hi");
        assert_eq!((proxy.requests(), service.requests()), expected);
    }
    let seen = &proxy.seen()[0];
    assert!(seen.line().starts_with(&format!("POST {}/", service.url)));
    assert!(seen.header("proxy-authorization").is_some());
    assert_eq!(service.seen()[0].header("proxy-authorization"), None);
}

#[tokio::test]
async fn t41_a_proxy_that_wants_another_password_is_never_asked_again() {
    let proxy = Server::always(answer(407, &[("proxy-authenticate", "Basic")], "")).await;
    let error = fails(&through(&proxy, "https://ai.example", "")).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 1));
    assert!(!error.is_retryable());
    assert_eq!(proxy.seen()[0].line(), "CONNECT ai.example:443 HTTP/1.1");

    let error = fails(&through(&proxy, "http://127.0.0.1:1", "")).await;
    let refused = ErrorKind::Api(ApiErrorKind::BadRequest);
    assert_eq!((error.kind(), error.attempts()), (refused, 1));
    assert_eq!(proxy.requests(), 2);
}
