//! Small calls per second over 64 connections, and events per second over 8, client included.

use std::{
    future::Future,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use workers_ai_local::Server;

/// How long each measurement takes.
const TIME: Duration = Duration::from_secs(3);

const MODEL: &str = "@cf/meta/llama-3.1-8b-instruct-fp8";

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let server = Server::builder()
            .keep(0)
            .start()
            .await
            .expect("a free port");
        let small = request(r#"{"prompt":"Say hello to the harbour.","max_tokens":16}"#);
        let calls = measure(64, |end| call_until(server.address(), small.clone(), end)).await;
        println!("calls/s  with 64 connections: {calls:>12.0}");
        let long = request(
            r#"{"prompt":"Write 4000 words about the sea.","max_tokens":8000,"stream":true}"#,
        );
        let events = measure(8, |end| read_until(server.address(), long.clone(), end)).await;
        println!("events/s with  8 connections: {events:>12.0}");
    });
}

fn request(body: &str) -> Vec<u8> {
    format!(
        "POST /client/v4/accounts/local/ai/run/{MODEL} HTTP/1.1\r\n\
         host: local\r\nauthorization: Bearer local\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What all tasks together get done, per second.
async fn measure<F>(tasks: usize, task: impl Fn(Instant) -> F) -> f64
where
    F: Future<Output = u32> + Send + 'static,
{
    let start = Instant::now();
    let handles: Vec<_> = (0..tasks)
        .map(|_| tokio::spawn(task(start + TIME)))
        .collect();
    let mut done = 0.0;
    for handle in handles {
        done += f64::from(handle.await.expect("a task that ends"));
    }
    done / start.elapsed().as_secs_f64()
}

/// One call after the other on one connection.
async fn call_until(address: SocketAddr, request: Vec<u8>, end: Instant) -> u32 {
    let mut stream = connect(address).await;
    let mut buffer = vec![0; 16 * 1024];
    let mut calls = 0;
    while Instant::now() < end {
        stream
            .write_all(&request)
            .await
            .expect("a server that reads");
        let mut length = 0;
        loop {
            length += stream.read(&mut buffer[length..]).await.expect("an answer");
            if is_whole(&buffer[..length]) {
                break;
            }
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "a good answer");
        calls += 1;
    }
    calls
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = find(answer, b"\r\n\r\n") else {
        return false;
    };
    let text = std::str::from_utf8(&answer[..head]).expect("a head of plain characters");
    let length = text.split("content-length: ").nth(1).and_then(|rest| {
        let line = rest.lines().next()?;
        line.parse::<usize>().ok()
    });
    answer.len() >= head + 4 + length.expect("a length")
}

/// One stream after the other on one connection; counts events.
async fn read_until(address: SocketAddr, request: Vec<u8>, end: Instant) -> u32 {
    let mut stream = connect(address).await;
    let mut buffer = vec![0; 256 * 1024];
    let mut events = 0;
    while Instant::now() < end {
        stream
            .write_all(&request)
            .await
            .expect("a server that reads");
        let mut kept = 0;
        loop {
            let length = kept + stream.read(&mut buffer[kept..]).await.expect("an answer");
            assert!(length > kept, "an answer that ends well");
            events += u32::try_from(count(&buffer[..length])).expect("a small number");
            if buffer[..length].ends_with(b"\r\n0\r\n\r\n") {
                break;
            }
            // The beginning of an event, or of the end, may be in this piece already.
            kept = length.min(6);
            buffer.copy_within(length - kept..length, 0);
        }
    }
    events
}

fn count(bytes: &[u8]) -> usize {
    memchr::memmem::find_iter(bytes, b"\ndata: ").count()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a server");
    stream.set_nodelay(true).expect("a socket");
    stream
}
