//! The floor: hyper alone on one connection, and decoding made for exactly these answers.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use base64_simd::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Request,
    body::{Body, Frame, Incoming, SizeHint},
    client::conn::http1::SendRequest,
};
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

/// So many bytes become base64 at once.
const PIECE: usize = 48 << 10;

/// What is sent: text, and bytes that are sent as base64.
struct Asked {
    pieces: VecDeque<(Bytes, bool)>,
}

impl Asked {
    fn text(text: impl Into<Bytes>) -> Self {
        Self {
            pieces: [(text.into(), false)].into(),
        }
    }
}

impl Body for Asked {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some((bytes, is_encoded)) = self.pieces.front_mut() else {
            return Poll::Ready(None);
        };
        let data = if *is_encoded {
            let piece = bytes.split_to(bytes.len().min(PIECE));
            STANDARD.encode_type::<Vec<u8>>(&piece).into()
        } else {
            std::mem::take(bytes)
        };
        if bytes.is_empty() {
            self.pieces.pop_front();
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let lengths = self.pieces.iter().map(|(bytes, is_encoded)| {
            if *is_encoded {
                bytes.len().div_ceil(3) * 4
            } else {
                bytes.len()
            }
        });
        SizeHint::with_exact(lengths.sum::<usize>() as u64)
    }
}

/// One connection.
pub(crate) struct Connection {
    send: SendRequest<Asked>,
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
        let body = match work {
            Work::Chat => Asked::text(&br#"{"prompt":"Why is the sky blue?","max_tokens":64}"#[..]),
            _ if work.is_stream() => {
                Asked::text(&br#"{"prompt":"Tell me a story","stream":true}"#[..])
            }
            Work::Vectors => Asked::text(&br#"{"text":["When does the harbour open?"]}"#[..]),
            Work::Numbers => Asked::text(numbers(sound)),
            Work::Base64 => Asked {
                pieces: [
                    (Bytes::from_static(br#"{"audio":""#), false),
                    (sound.clone(), true),
                    (Bytes::from_static(br#""}"#), false),
                ]
                .into(),
            },
            _ => Asked::text(&br#"{"prompt":"A lighthouse"}"#[..]),
        };
        let request = Request::post(format!("/run?work={}", work.name()))
            .header("host", &self.host)
            .header("authorization", "Bearer any-token")
            .header("content-type", "application/json")
            .body(body)?;
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
        let body = whole(body).await?;
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
            Work::Picture => picture(&body)?.len(),
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

/// A body put together in as much room as it says it needs.
async fn whole(mut body: Incoming) -> Result<Vec<u8>, Fault> {
    let length = body.size_hint().exact().unwrap_or_default();
    let mut all = Vec::with_capacity(usize::try_from(length)?);
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame?.into_data() {
            all.extend_from_slice(&chunk);
        }
    }
    Ok(all)
}

/// What the base64 text of the picture says; the answer around it is known.
fn picture(body: &[u8]) -> Result<Vec<u8>, Fault> {
    let before = br#"{"result":{"image":""#;
    let text = body.strip_prefix(before).ok_or("another answer")?;
    let end = memchr::memchr(b'"', text).ok_or("no end")?;
    Ok(STANDARD.decode_to_vec(&text[..end])?)
}

/// How many numbers there are, each read, none kept in a row of its own. They are short enough to be read exactly.
fn flat(body: &[u8]) -> usize {
    let Some(start) = body.windows(9).position(|window| window == b"\"data\":[[") else {
        return 0;
    };
    let mut numbers = Vec::with_capacity(body.len() / 20);
    let scales: Vec<f64> = (0..23).map(|places| 10_f64.powi(places)).collect();
    let (mut number, mut is_negative, mut digits, mut whole) = (0_u64, false, 0, None);
    for byte in &body[start + 8..] {
        match byte {
            b'0'..=b'9' => {
                number = number * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'.' => whole = Some(digits),
            b'-' => is_negative = true,
            b',' | b'[' | b']' => {
                if digits > 0 {
                    let scale = scales[whole.map_or(0, |whole| digits - whole)];
                    #[expect(clippy::cast_precision_loss, reason = "they are short")]
                    let read = number as f64 / scale;
                    numbers.push(if is_negative { -read } else { read });
                }
                (number, is_negative, digits, whole) = (0, false, 0, None);
            }
            _ => break,
        }
    }
    numbers.len()
}
