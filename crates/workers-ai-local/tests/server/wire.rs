//! A small HTTP client that shows how an answer ended.

use std::{
    fmt::Write as _,
    future::Future,
    io::{Read, Write as _},
    net::{SocketAddr, TcpStream},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use serde_json::Value;
use workers_ai_local::{Server, ServerBuilder};

pub(crate) const LLAMA: &str = "@cf/meta/llama-3.1-8b-instruct-fp8";

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Well,
    Closed,
    Reset,
    Never,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The pieces of a chunked body.
    pub(crate) pieces: Vec<usize>,
    pub(crate) ended: Ended,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of the first error, under `errors` or `error`.
    pub(crate) fn code(&self) -> u64 {
        let body = self.json();
        let errors = body.get("errors").or_else(|| body.get("error"));
        errors
            .and_then(|errors| errors[0]["code"].as_u64())
            .unwrap_or(0)
    }
}

/// A server that is ready at once.
pub(crate) fn start(builder: ServerBuilder) -> Server {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(builder.start()).poll(&mut context) {
        Poll::Ready(server) => server.expect("a free port"),
        Poll::Pending => panic!("starting waits for nothing"),
    }
}

/// The usual server.
pub(crate) fn usual() -> Server {
    start(Server::builder())
}

/// A path below the account.
pub(crate) fn path(rest: &str) -> String {
    format!("/client/v4/accounts/local/ai/{rest}")
}

/// One request to be sent.
pub(crate) struct Ask<'a> {
    method: &'a str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    authorized: bool,
}

pub(crate) fn post(rest: &str, body: impl AsRef<[u8]>) -> Ask<'static> {
    Ask {
        method: "POST",
        path: path(rest),
        headers: Vec::new(),
        body: body.as_ref().to_vec(),
        authorized: true,
    }
}

pub(crate) fn get(rest: &str) -> Ask<'static> {
    Ask {
        method: "GET",
        ..post(rest, "")
    }
}

/// Runs a model with a JSON input.
pub(crate) fn run(model: &str, body: impl AsRef<[u8]>) -> Ask<'static> {
    post(&format!("run/{model}"), body)
}

impl<'a> Ask<'a> {
    pub(crate) fn method(mut self, method: &'a str) -> Self {
        self.method = method;
        self
    }

    /// Another path, from the root.
    pub(crate) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without_token(mut self) -> Self {
        self.authorized = false;
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: local\r\nconnection: close\r\n",
            self.method, self.path
        );
        let has = |name: &str| self.headers.iter().any(|(known, _)| known == name);
        if self.authorized {
            head.push_str("authorization: Bearer secret\r\n");
        }
        if !has("content-type") {
            head.push_str("content-type: application/json\r\n");
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", self.body.len());
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    pub(crate) fn send(&self, server: &Server) -> Got {
        raw(server.address(), &self.bytes())
    }
}

/// Sends bytes and reads until the server has no more to say.
pub(crate) fn raw(address: SocketAddr, bytes: &[u8]) -> Got {
    raw_within(address, bytes, Duration::from_secs(20))
}

/// The same, with how long silence is borne.
pub(crate) fn raw_within(address: SocketAddr, bytes: &[u8], silence: Duration) -> Got {
    let mut stream = TcpStream::connect(address).expect("a server that listens");
    stream.set_read_timeout(Some(silence)).expect("a socket");
    // A server that has seen enough may close before all is written.
    let _ = stream.write_all(bytes);
    let mut whole = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let ended = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break Ended::Closed,
            Ok(length) => whole.extend_from_slice(&buffer[..length]),
            Err(error) => match error.kind() {
                std::io::ErrorKind::ConnectionReset => break Ended::Reset,
                _ => break Ended::Never,
            },
        }
    };
    parse(&whole, ended)
}

fn parse(whole: &[u8], ended: Ended) -> Got {
    let nothing = Got {
        status: 0,
        headers: Vec::new(),
        body: Vec::new(),
        pieces: Vec::new(),
        ended,
    };
    let Some(end) = find(whole, b"\r\n\r\n") else {
        return nothing;
    };
    let head = String::from_utf8_lossy(&whole[..end]);
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut got = Got {
        status: status.expect("a status"),
        headers,
        ..nothing
    };
    let rest = &whole[end + 4..];
    let length = got
        .header("content-length")
        .map(|text| text.parse::<usize>().expect("a number"));
    let is_whole = match length {
        Some(length) => {
            got.body = rest.to_vec();
            rest.len() == length
        }
        None => dechunk(rest, &mut got),
    };
    if is_whole {
        got.ended = Ended::Well;
    }
    got
}

/// Whether the last chunk is there.
fn dechunk(mut rest: &[u8], got: &mut Got) -> bool {
    while let Some(line) = find(rest, b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).expect("a chunk's size");
        let size = usize::from_str_radix(size, 16).expect("a chunk's size");
        if size == 0 {
            return true;
        }
        let data = &rest[line + 2..];
        got.body.extend_from_slice(&data[..size.min(data.len())]);
        got.pieces.push(size.min(data.len()));
        rest = data.get(size + 2..).unwrap_or_default();
    }
    false
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// What stands behind `data: ` in a body of events.
pub(crate) fn data(body: &str) -> Vec<&str> {
    body.split("\n\n")
        .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")))
        .collect()
}
