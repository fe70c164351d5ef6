//! Servers that are not who they say, and names that lead nowhere.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use reqwest::dns::{Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};
use workers_ai::{ErrorKind, Stop, Unexpected};

use crate::{
    listen::listen,
    support::{builder_at, fails, http},
};

/// A server with a certificate of its own making for `name`: its address, its certificate, and how
/// many bytes it was told in confidence.
async fn start(name: &str) -> (String, reqwest::Certificate, Arc<AtomicUsize>) {
    start_with(name, String::new()).await
}

/// The same, and it gives an answer.
async fn start_with(
    name: &str,
    answer: String,
) -> (String, reqwest::Certificate, Arc<AtomicUsize>) {
    let certificate = CertificateParams::new([name.to_owned()]).unwrap();
    start_certified(certificate, answer).await
}

async fn start_certified(
    certificate: CertificateParams,
    answer: String,
) -> (String, reqwest::Certificate, Arc<AtomicUsize>) {
    let key = KeyPair::generate().unwrap();
    let made = certificate.self_signed(&key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let certificate = reqwest::Certificate::from_der(made.der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let told = Arc::new(AtomicUsize::new(0));
    let count = told.clone();
    let place = listen(move |_, stream| {
        let (acceptor, answer, count) = (acceptor.clone(), answer.clone(), count.clone());
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            if let Ok(length) = stream.read(&mut [0; 1_000]).await {
                count.fetch_add(length, Ordering::Relaxed);
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.flush().await;
            }
        }
    })
    .await;
    (place.tls_url(), certificate, told)
}

#[tokio::test]
async fn t04_a_certificate_nobody_vouches_for_is_never_tried_again() {
    let (url, _, told) = start("localhost").await;
    let error = fails(&builder_at(&url).build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 1));
    assert!(!error.is_retryable());
    assert_eq!(told.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn h23_a_redirect_away_from_tls_is_not_followed() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    plain.set_nonblocking(true).unwrap();
    let to = format!("http://localhost:{}", plain.local_addr().unwrap().port());
    let redirect = format!("HTTP/1.1 307 Away\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let (url, certificate, told) = start_with("localhost", redirect).await;
    let http = http()
        .tls_certs_only([certificate])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let error = fails(&builder_at(&url).http_client(http).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Redirect));
    assert_eq!(error.attempts(), 1);
    assert!(told.load(Ordering::Relaxed) > 0);
    assert!(plain.accept().is_err(), "nobody knocked");
}

#[tokio::test]
async fn t05_a_certificate_for_another_name_is_never_tried_again() {
    let (url, certificate, told) = start("other.example").await;
    let http = http().tls_certs_only([certificate]).build().unwrap();
    let error = fails(&builder_at(&url).http_client(http).build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 1));
    assert_eq!(told.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn t04_a_certificate_that_is_trusted_will_do() {
    let (url, certificate, told) = start("localhost").await;
    let http = http().tls_certs_only([certificate]).build().unwrap();
    let error = fails(&builder_at(&url).http_client(http).build().unwrap()).await;
    assert_eq!(
        error.kind(),
        ErrorKind::InDoubt,
        "the server reads and closes"
    );
    assert!(told.load(Ordering::Relaxed) > 0);
}

#[tokio::test]
async fn t06_a_certificate_that_is_not_valid_now_is_never_tried_again() {
    for (from, until) in [(1975, 2000), (4000, 4096)] {
        let mut certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        certificate.not_before = date_time_ymd(from, 1, 1);
        certificate.not_after = date_time_ymd(until, 1, 1);
        let (url, certificate, told) = start_certified(certificate, String::new()).await;
        let http = http().tls_certs_only([certificate]).build().unwrap();
        let error = fails(&builder_at(&url).http_client(http).build().unwrap()).await;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 1));
        assert!(!error.is_retryable());
        assert_eq!(told.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn t07_t09_a_server_that_speaks_another_protocol_is_never_tried_again() {
    // TLS 1.1 that refuses later ones, TLS 1.1 that thinks it is agreed on, and no TLS at all.
    let refused = b"\x15\x03\x02\0\x02\x02\x46".to_vec();
    let hello = b"\x16\x03\x02\0\x2a\x02\0\0\x26\x03\x02";
    let agreed = [&hello[..], &[7; 32], b"\0\xc0\x13\0"].concat();
    let plain = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_vec();
    for answer in [refused, agreed, plain] {
        let place = listen(move |_, mut stream| {
            let answer = answer.clone();
            async move {
                let _ = stream.read(&mut [0; 10_000]).await;
                let _ = stream.write_all(&answer).await;
            }
        })
        .await;
        let error = fails(&builder_at(&place.tls_url()).build().unwrap()).await;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 1));
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn t08_a_server_that_leaves_during_the_handshake_is_tried_again() {
    let place = listen(|_, stream| async move { drop(stream) }).await;
    let error = fails(&builder_at(&place.tls_url()).build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
}

/// Knows no name.
struct Nowhere;

impl Resolve for Nowhere {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

#[tokio::test]
async fn t01_a_name_that_leads_nowhere_is_tried_again() {
    let http = http()
        .dns_resolver(Arc::new(Nowhere))
        .no_proxy()
        .build()
        .unwrap();
    let client = builder_at("https://ai.example")
        .http_client(http)
        .build()
        .unwrap();
    let error = fails(&client).await;
    assert_eq!(
        (error.kind(), error.stop()),
        (ErrorKind::Connect, Some(Stop::Attempts))
    );
}
