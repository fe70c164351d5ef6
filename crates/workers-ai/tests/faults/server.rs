//! A server that does exactly what a test tells it, right or wrong, and remembers what it was asked.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, mpsc},
};

use crate::listen::{Place, listen};

/// One thing the server does with a connection after it read a request.
#[derive(Clone)]
pub(crate) enum Act {
    Write(Vec<u8>),
    /// Waits until the test says so.
    Gate(Arc<Notify>),
    /// Tells the test that it has come so far.
    Tell(Arc<Notify>),
    Pause(Duration),
    /// Writes one part after the other, for ever.
    Drip(&'static [u8], Duration),
    /// Writes the same for ever, as fast as it is taken, and counts the bytes.
    Flood(&'static [u8], Arc<AtomicUsize>),
    Close,
    Reset,
    /// Keeps the connection and does nothing, until the client leaves.
    Hang,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Request line and headers, as they came.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

type Script = dyn Fn(usize, &Seen) -> Vec<Act> + Send + Sync;

pub(crate) struct Server {
    pub(crate) url: String,
    place: Place,
    seen: Arc<Mutex<Vec<Seen>>>,
    left: tokio::sync::Mutex<mpsc::UnboundedReceiver<()>>,
}

impl Server {
    /// `script` is asked what to do with each request; they are counted from zero.
    pub(crate) async fn start(
        script: impl Fn(usize, &Seen) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let (leave, left) = mpsc::unbounded_channel();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let noted = seen.clone();
        let script: Arc<Script> = Arc::new(script);
        let place = listen(move |_, stream| {
            let (script, seen, leave) = (script.clone(), noted.clone(), leave.clone());
            async move {
                serve(stream, &*script, &seen).await;
                let _ = leave.send(());
            }
        })
        .await;
        Self {
            url: place.url(),
            place,
            seen,
            left: tokio::sync::Mutex::new(left),
        }
    }

    /// Does the same with every request.
    pub(crate) async fn each<const N: usize>(acts: [Act; N]) -> Self {
        Self::start(move |_, _| acts.to_vec()).await
    }

    /// Gives the same answer every time.
    pub(crate) async fn always(answer: Vec<u8>) -> Self {
        Self::each([Act::Write(answer)]).await
    }

    /// Gives these answers in turn, and the last one from then on.
    pub(crate) async fn in_turn<const N: usize>(answers: [Vec<u8>; N]) -> Self {
        Self::start(move |n, _| vec![Act::Write(answers[n.min(N - 1)].clone())]).await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.place.connections()
    }

    /// Waits until there have been so many requests.
    pub(crate) async fn asked(&self, requests: usize) {
        until(|| self.requests() >= requests, "the requests come in time").await;
    }

    /// Waits until a connection has ended, from whichever side.
    pub(crate) async fn connection_ended(&self) {
        let mut left = self.left.lock().await;
        within(left.recv(), "the connection ends in time").await;
    }

    /// Waits until the server has closed so many connections and the client had time to see it.
    pub(crate) async fn closed(&self, connections: usize) {
        for _ in 0..connections {
            self.connection_ended().await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for what should take no time, but not for ever.
pub(crate) async fn within<T>(future: impl Future<Output = T>, what: &str) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(5), future).await;
    waited.unwrap_or_else(|_| panic!("{what}"))
}

/// Waits until something is so, but not for ever.
pub(crate) async fn until(is_so: impl Fn() -> bool, what: &str) {
    let wait = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    within(wait, what).await;
}

async fn serve(mut stream: TcpStream, script: &Script, seen: &Mutex<Vec<Seen>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        for act in script(number, &request) {
            match act {
                Act::Write(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Act::Gate(gate) => gate.notified().await,
                Act::Tell(told) => told.notify_one(),
                Act::Pause(time) => tokio::time::sleep(time).await,
                Act::Drip(bytes, every) => loop {
                    if stream.write_all(bytes).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(every).await;
                },
                Act::Flood(bytes, written) => loop {
                    if stream.write_all(bytes).await.is_err() {
                        return;
                    }
                    written.fetch_add(bytes.len(), Ordering::Relaxed);
                },
                Act::Close => return,
                Act::Reset => {
                    stream.set_zero_linger().unwrap();
                    return;
                }
                Act::Hang => {
                    let mut byte = [0];
                    let _ = stream.read(&mut byte).await;
                    return;
                }
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let head_end = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    buffer.drain(..head_end);
    let mut seen = Seen {
        head,
        body: Vec::new(),
    };
    if seen.header("transfer-encoding").is_some() {
        loop {
            let line = loop {
                if let Some(at) = find(buffer, b"\r\n") {
                    break at;
                }
                more(stream, buffer).await?;
            };
            let size =
                usize::from_str_radix(std::str::from_utf8(&buffer[..line]).unwrap(), 16).unwrap();
            while buffer.len() < line + 2 + size + 2 {
                more(stream, buffer).await?;
            }
            seen.body
                .extend_from_slice(&buffer[line + 2..line + 2 + size]);
            buffer.drain(..line + 2 + size + 2);
            if size == 0 {
                return Some(seen);
            }
        }
    }
    let length = seen
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    // A body this large is meant to be answered before it is read.
    if length > 10 << 20 {
        return Some(seen);
    }
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    seen.body = buffer.drain(..length).collect();
    Some(seen)
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(()),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// An answer of known length.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut text = head(status, headers);
    text.truncate(text.len() - 2);
    text.extend(["content-length: ", &body.len().to_string(), "\r\n\r\n"]);
    [text.as_bytes(), body].concat()
}

/// The head of an answer.
pub(crate) fn head(status: u16, headers: &[(&str, &str)]) -> String {
    let mut text = format!("HTTP/1.1 {status} Whatever\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text + "\r\n"
}

/// The head of a JSON answer whose body has this framing.
pub(crate) fn json_head(name: &str, value: &str) -> Vec<u8> {
    head(200, &[("content-type", "application/json"), (name, value)]).into()
}

pub(crate) fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, &[("content-type", "application/json")], body)
}

/// The result in an envelope.
pub(crate) fn result(result: &str) -> Vec<u8> {
    json(
        200,
        &format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#),
    )
}

pub(crate) fn failure(status: u16, code: u64) -> Vec<u8> {
    json(status, &failure_body(code))
}

pub(crate) fn failure_body(code: u64) -> String {
    format!(
        r#"{{"errors":[{{"message":"AiError: it failed","code":{code}}}],"success":false,"result":{{}},"messages":[]}}"#
    )
}

/// An event stream in chunks, with its proper end.
pub(crate) fn events(text: impl AsRef<[u8]>) -> Vec<u8> {
    [&open_events(text)[..], b"0\r\n\r\n"].concat()
}

/// An event stream that goes on.
pub(crate) fn open_events(text: impl AsRef<[u8]>) -> Vec<u8> {
    let head = head(
        200,
        &[
            ("content-type", "text/event-stream"),
            ("transfer-encoding", "chunked"),
        ],
    );
    [head.as_bytes(), &chunk(text)].concat()
}

pub(crate) fn chunk(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
