//! A service that says what a test wants it to say, one connection for each request.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::Value;

/// An answer with status 200.
pub(crate) struct Reply {
    kind: &'static str,
    body: String,
}

impl Reply {
    pub(crate) fn text(kind: &'static str, body: &str) -> Self {
        Self {
            kind,
            body: body.to_owned(),
        }
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::text("application/json", &value.to_string())
    }
}

/// What runs until the test ends.
pub(crate) struct Service {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Service {
    /// Answers every request by its path and query.
    pub(crate) fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let service = Self {
            address: listener.local_addr().expect("an address"),
            asked: Arc::default(),
            most: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let (asked, most) = (service.asked.clone(), service.most.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(path) = head(&stream) else { continue };
                if asked.fetch_add(1, Ordering::SeqCst) < most.load(Ordering::SeqCst) {
                    write(stream, &answer(&path));
                }
            }
        });
        service
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have come.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Closes connections without an answer once so many requests have come.
    pub(crate) fn hang_up_after(&self, requests: usize) {
        self.most.store(requests, Ordering::SeqCst);
    }

    /// Answers again.
    pub(crate) fn answer(&self) {
        self.hang_up_after(usize::MAX);
    }
}

/// The path of a request that has come whole.
fn head(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    lines
        .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
        .for_each(drop);
    first.split(' ').nth(1).map(str::to_owned)
}

fn write(mut stream: TcpStream, reply: &Reply) {
    let (kind, body, length) = (reply.kind, &reply.body, reply.body.len());
    // Who does not wait for the answer does not get it.
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}
