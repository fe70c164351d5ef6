//! What nobody should send. The server says no, and goes on.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use workers_ai_local::Server;

use crate::wire::{LLAMA, post, raw, raw_within, run, start, usual};

const PROMPT: &str = r#"{"prompt":"Hello"}"#;

fn goes_on(server: &Server) {
    assert_eq!(run(LLAMA, PROMPT).send(server).status, 200);
}

#[test]
fn deep_and_wide_bodies() {
    let server = usual();
    let deep = "[".repeat(200_000);
    let deep_value = format!(r#"{{"prompt":{}1{}}}"#, "[".repeat(100), "]".repeat(100));
    let deep_schema = format!(
        r#"{{"prompt":"a","response_format":{{"type":"json_schema","json_schema":{}{{}}{}}}}}"#,
        r#"{"properties":{"a":"#.repeat(50),
        "}}".repeat(50)
    );
    let wide = format!(r#"{{"messages":[{}{{}}]}}"#, "{},".repeat(200_000));
    let names: Vec<String> = (0..50_000)
        .map(|number| format!(r#""k{number}":1"#))
        .collect();
    let many = format!(r#"{{"prompt":"a",{}}}"#, names.join(","));
    let long_name = format!(r#"{{"prompt":"a","{}":1}}"#, "k".repeat(1_000_000));
    for (what, body, status) in [
        ("deep", deep, 400),
        ("a deep value", deep_value, 400),
        ("a deep schema", deep_schema, 200),
        ("wide", wide, 400),
        ("many members", many, 400),
        ("a long name", long_name, 400),
        (
            "half a character",
            "{\"prompt\":\"\u{fffd}\\ud800\"}".to_owned(),
            400,
        ),
        (
            "a huge number",
            r#"{"prompt":"a","seed":1e999}"#.to_owned(),
            400,
        ),
        (
            "control characters",
            "{\"prompt\":\"a\\u0000\\u001b[0m\"}".to_owned(),
            200,
        ),
    ] {
        let got = run(LLAMA, body).send(&server);
        assert_eq!(got.status, status, "{what}: {:.300}", got.text());
        assert!(got.body.len() < 20_000, "{what}: {} bytes", got.body.len());
    }
    let binary: Vec<u8> = (0..=255).collect();
    assert_eq!(run(LLAMA, binary).send(&server).code(), 5006);
    goes_on(&server);
}

#[test]
fn bodies_that_are_too_large() {
    let server = start(Server::builder().max_body(1_000));
    let large = format!(r#"{{"prompt":"{}"}}"#, "a".repeat(5_000_000));
    let got = run(LLAMA, large).send(&server);
    assert_eq!((got.status, got.code()), (413, 3006));
    assert!(server.requests()[0].body.is_empty());
    let fits = format!(r#"{{"prompt":"{}"}}"#, "a".repeat(900));
    assert_eq!(run(LLAMA, fits).send(&server).status, 200);
    goes_on(&server);
}

#[test]
fn what_is_no_http() {
    let server = usual();
    let long_head = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(2_000_000));
    for bytes in [
        b"\r\n\r\n".to_vec(),
        b"hello\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello".to_vec(),
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        long_head.into_bytes(),
    ] {
        let mut stream = TcpStream::connect(server.address()).expect("a server");
        // It may be closed before all is written.
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(Shutdown::Write);
    }
    goes_on(&server);
}

#[test]
fn callers_who_go_away() {
    let server = usual();
    let ask = run(LLAMA, PROMPT).bytes();
    for cut in [1, 20, ask.len() - 3] {
        let mut stream = TcpStream::connect(server.address()).expect("a server");
        stream.write_all(&ask[..cut]).expect("a socket");
        drop(stream);
    }
    let stream = r#"{"prompt":"Write 4000 words.","max_tokens":8000,"stream":true}"#;
    for _ in 0..20 {
        let mut socket = TcpStream::connect(server.address()).expect("a server");
        socket
            .write_all(&run(LLAMA, stream).bytes())
            .expect("a socket");
        drop(socket);
    }
    goes_on(&server);
}

#[test]
fn callers_who_never_finish() {
    let server = usual();
    let ask = run(LLAMA, PROMPT).bytes();
    let slow: Vec<TcpStream> = (0..60)
        .map(|number| {
            let mut stream = TcpStream::connect(server.address()).expect("a server");
            let cut = [0, 1, 30, ask.len() - 1][number % 4];
            stream.write_all(&ask[..cut]).expect("a socket");
            stream
        })
        .collect();
    goes_on(&server);
    // Those who do finish are answered, however long it took them.
    for (number, mut stream) in slow.into_iter().enumerate() {
        let cut = [0, 1, 30, ask.len() - 1][number % 4];
        stream.write_all(&ask[cut..]).expect("a socket");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer:.100}");
    }
}

#[test]
fn readers_who_never_read() {
    let server = usual();
    let long = r#"{"prompt":"Write 20000 words.","max_tokens":60000,"stream":true}"#;
    let silent: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address()).expect("a server");
            stream
                .write_all(&run(LLAMA, long).bytes())
                .expect("a socket");
            stream
        })
        .collect();
    goes_on(&server);
    drop(silent);
    goes_on(&server);
}

#[test]
fn bodies_that_are_not_as_long_as_they_say() {
    let server = usual();
    let ask = |head: &str, body: &str| {
        let path = crate::wire::path(&format!("run/{LLAMA}"));
        let text = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer t\r\nconnection: close\r\n{head}\r\n\r\n{body}"
        );
        raw_within(
            server.address(),
            text.as_bytes(),
            Duration::from_millis(200),
        )
    };
    for (what, head, body, status) in [
        (
            "chunks",
            "transfer-encoding: chunked",
            "11\r\n{\"prompt\":\"Hello\"\r\n1\r\n}\r\n0\r\n\r\n",
            200,
        ),
        (
            "a trailer",
            "transfer-encoding: chunked",
            "12\r\n{\"prompt\":\"Hello\"}\r\n0\r\nx: y\r\n\r\n",
            200,
        ),
        ("nothing", "content-length: 0", "", 400),
        ("no length", "x: y", "", 400),
        (
            "a length beyond all",
            "content-length: 99999999999999999999",
            "{}",
            400,
        ),
        (
            "a huge chunk",
            "transfer-encoding: chunked",
            "ffffffffffffffff\r\n{}",
            0,
        ),
        ("less than promised", "content-length: 50", "{}", 0),
        (
            "two lengths",
            "content-length: 2\r\ncontent-length: 3",
            "{}",
            400,
        ),
        (
            "two ways",
            "content-length: 2\r\ntransfer-encoding: chunked",
            "2\r\n{}\r\n0\r\n\r\n",
            400,
        ),
    ] {
        let got = ask(head, body);
        assert_eq!(got.status, status, "{what}: {}", got.text());
    }
    goes_on(&server);
}

#[test]
fn odd_paths_and_queries() {
    let server = usual();
    for path in [
        "/client/v4/accounts/%zz/ai/run/x",
        "/client/v4/accounts/%ff/ai/run/x",
        "/client/v4/accounts/a/ai/run/%2e%2e/%2e%2e/etc",
        "/client/v4/accounts/a/ai/run/../../x",
        "/client/v4/accounts/a/ai/finetunes//finetune-assets",
        "//client/v4",
        "*",
    ] {
        let got = post("", PROMPT).at(path).send(&server);
        assert!((400..500).contains(&got.status), "{path}: {}", got.status);
    }
    let got = post(&format!("run/{LLAMA}?%=%&&==&queueRequest"), PROMPT).send(&server);
    assert_eq!(got.status, 200, "{}", got.text());
}

#[test]
fn forms_that_are_none() {
    let server = usual();
    let flux = "@cf/black-forest-labs/flux-2-dev";
    let many = "--b\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\na\r\n".repeat(5_000);
    let head = format!(
        "--b\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\na\r\n--b--",
        "n".repeat(100_000)
    );
    for body in [
        "--b",
        "--b\r\n",
        "--b\r\n\r\n",
        "--b\r\n\r\n\r\n--b--",
        "--b\r\ncontent-disposition: form-data; name=\r\n\r\n\r\n--b--",
        "--b\r\ncontent-disposition: form-data; name=\"prompt\r\n\r\na\r\n--b--",
        "--bx\r\n--b--",
        many.as_str(),
        head.as_str(),
    ] {
        let got = run(flux, body)
            .header("content-type", "multipart/form-data; boundary=b")
            .send(&server);
        assert_eq!((got.status, got.code()), (400, 5006), "{body:.60}");
    }
    goes_on(&server);
}

#[test]
fn a_connection_serves_one_call_after_the_other() {
    let server = usual();
    let ask = String::from_utf8(run(LLAMA, PROMPT).bytes()).expect("text");
    let kept = ask.replace("connection: close\r\n", "");
    let got = raw(server.address(), format!("{kept}{kept}{ask}").as_bytes());
    assert_eq!(
        got.text().matches("HTTP/1.1 200 OK").count(),
        2,
        "and one before them"
    );
    assert_eq!(server.requests().len(), 3);
}
