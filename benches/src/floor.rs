//! The floor: hyper alone on one connection, and decoding made for exactly these answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;

use crate::{
    Done,
    by_hand::{Envelope, Transcript},
    work::Work,
};

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    response: std::borrow::Cow<'a, str>,
}

#[derive(Deserialize)]
struct Picture<'a> {
    image: &'a str,
}

/// One connection.
pub(crate) struct Connection {
    send: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    pub(crate) async fn open(base: &str) -> Result<Self, Fault> {
        let host = base.trim_start_matches("http://").to_owned();
        let stream = tokio::net::TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (send, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { send, host })
    }

    /// Does it once.
    pub(crate) async fn run(&mut self, work: Work, sound: &Bytes) -> Result<Done, Fault> {
        let body: Bytes = match work {
            Work::Chat => br#"{"prompt":"Why is the sky blue?","max_tokens":64}"#[..].into(),
            _ if work.is_stream() => br#"{"prompt":"Tell me a story","stream":true}"#[..].into(),
            Work::Vectors => br#"{"text":["When does the harbour open?"]}"#[..].into(),
            Work::Numbers => numbers(sound).into(),
            Work::Base64 => format!(r#"{{"audio":"{}"}}"#, STANDARD.encode(sound)).into(),
            _ => br#"{"prompt":"A lighthouse"}"#[..].into(),
        };
        let request = Request::post(format!("/run?work={}", work.name()))
            .header("host", &self.host)
            .header("authorization", "Bearer any-token")
            .header("content-type", "application/json")
            .body(Full::new(body))?;
        self.send.ready().await?;
        let mut body = self.send.send_request(request).await?.into_body();
        if work.is_stream() {
            let (mut rest, mut length) = (Vec::new(), 0);
            while let Some(frame) = body.frame().await {
                let Ok(chunk) = frame?.into_data() else {
                    continue;
                };
                let mut chunk = &chunk[..];
                if !rest.is_empty() {
                    let Some(end) = memchr::memchr(b'\n', chunk) else {
                        rest.extend_from_slice(chunk);
                        continue;
                    };
                    rest.extend_from_slice(&chunk[..end]);
                    length += said(&rest)?;
                    rest.clear();
                    chunk = &chunk[end + 1..];
                }
                while let Some(end) = memchr::memchr(b'\n', chunk) {
                    length += said(&chunk[..end])?;
                    chunk = &chunk[end + 1..];
                }
                rest.extend_from_slice(chunk);
            }
            return Ok(Done(length));
        }
        let body = body.collect().await?.to_bytes();
        Ok(Done(match work {
            Work::Chat => {
                let said: Envelope<Said<'_>> = serde_json::from_slice(&body)?;
                said.result.map_or(0, |said| said.response.len())
            }
            Work::Vectors => flat(&body),
            Work::Numbers | Work::Base64 => {
                let text: Envelope<Transcript> = serde_json::from_slice(&body)?;
                text.result.map_or(0, |said| said.text.len())
            }
            Work::Picture => {
                let picture: Envelope<Picture<'_>> = serde_json::from_slice(&body)?;
                let image = picture.result.map(|picture| STANDARD.decode(picture.image));
                image.transpose()?.map_or(0, |image| image.len())
            }
            _ => body.len(),
        }))
    }
}

/// How long the text of an event is, by its line. What is not as usual takes the long way.
fn said(line: &[u8]) -> Result<usize, Fault> {
    let Some(data) = line.strip_prefix(b"data: ") else {
        return Ok(0);
    };
    if let Some(text) = data.strip_prefix(br#"{"response":""#) {
        if let Some(end) = memchr::memchr2(b'"', b'\\', text) {
            if text[end] == b'"' {
                return Ok(std::str::from_utf8(&text[..end])?.len());
            }
        }
    }
    if data == b"[DONE]" {
        return Ok(0);
    }
    let said: Said<'_> = serde_json::from_slice(data)?;
    Ok(said.response.len())
}

fn numbers(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() * 4 + 16);
    text.extend_from_slice(b"{\"audio\":[");
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        if *byte >= 100 {
            text.push(b'0' + byte / 100);
        }
        if *byte >= 10 {
            text.push(b'0' + byte / 10 % 10);
        }
        text.push(b'0' + byte % 10);
    }
    text.extend_from_slice(b"]}");
    text
}

/// How many numbers there are, each read, none kept in a row of its own.
fn flat(body: &[u8]) -> usize {
    let Some(start) = body.windows(9).position(|window| window == b"\"data\":[[") else {
        return 0;
    };
    let mut numbers = Vec::with_capacity(body.len() / 20);
    for word in body[start + 8..].split(|byte| matches!(byte, b',' | b'[' | b']')) {
        match std::str::from_utf8(word)
            .ok()
            .and_then(|word| word.parse::<f64>().ok())
        {
            Some(number) => numbers.push(number),
            None if word.is_empty() => {}
            None => break,
        }
    }
    numbers.len()
}
