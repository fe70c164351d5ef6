//! The work done with `reqwest`: into structs that a careful user writes, or into `serde_json::Value`.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Done, work::Work};

#[derive(Serialize)]
struct Ask<'a> {
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct Texts<'a> {
    text: &'a [&'a str],
}

#[derive(Serialize)]
struct Sound<T> {
    audio: T,
}

#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) result: Option<T>,
    success: bool,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as a user would")]
#[expect(clippy::struct_field_names, reason = "the service's names")]
pub(crate) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as a user would")]
pub(crate) struct Said {
    pub(crate) response: String,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as a user would")]
struct Chunk {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as a user would")]
pub(crate) struct Vectors {
    shape: Vec<u64>,
    pub(crate) data: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
pub(crate) struct Transcript {
    pub(crate) text: String,
}

#[derive(Deserialize)]
pub(crate) struct Picture {
    pub(crate) image: String,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A client with the limits of time that `workers-ai` has unless told otherwise.
pub(crate) fn limited() -> Result<Client, reqwest::Error> {
    Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(120))
        .timeout(Duration::from_secs(300))
        .build()
}

fn url(base: &str, work: Work) -> String {
    let account = "0123456789abcdef0123456789abcdef";
    let query = match work {
        Work::Chat => String::new(),
        _ => format!("?work={}", work.name()),
    };
    format!("{base}/accounts/{account}/ai/run/{}{query}", work.model())
}

async fn ask<T: for<'a> Deserialize<'a>>(
    http: &Client,
    url: &str,
    body: &impl Serialize,
) -> Result<T, Fault> {
    let answer = http
        .post(url)
        .bearer_auth("any-token")
        .json(body)
        .send()
        .await?;
    let envelope: Envelope<T> = answer.error_for_status()?.json().await?;
    if !envelope.success {
        return Err("no success".into());
    }
    envelope.result.ok_or_else(|| "no result".into())
}

/// Does it once, into structs.
pub(crate) async fn run(
    http: &Client,
    base: &str,
    work: Work,
    sound: &Bytes,
) -> Result<Done, Fault> {
    let url = url(base, work);
    let prompt = |prompt, max_tokens, stream| Ask {
        prompt,
        max_tokens,
        stream,
    };
    Ok(match work {
        Work::Chat => {
            let said: Said =
                ask(http, &url, &prompt("Why is the sky blue?", Some(64), false)).await?;
            Done(said.response.len())
        }
        _ if work.is_stream() => {
            let body = prompt("Tell me a story", None, true);
            let answer = http
                .post(&url)
                .bearer_auth("any-token")
                .json(&body)
                .send()
                .await?;
            let mut answer = answer.error_for_status()?;
            let (mut rest, mut length) = (Vec::new(), 0);
            while let Some(chunk) = answer.chunk().await? {
                rest.extend_from_slice(&chunk);
                let mut from = 0;
                while let Some(end) = rest[from..].iter().position(|byte| *byte == b'\n') {
                    let line = &rest[from..from + end];
                    from += end + 1;
                    let Some(data) = line.strip_prefix(b"data: ") else {
                        continue;
                    };
                    if data == b"[DONE]" {
                        return Ok(Done(length));
                    }
                    if work == Work::Chunks {
                        let chunk: Chunk = serde_json::from_slice(data)?;
                        let first = chunk.choices.into_iter().next();
                        length += first
                            .and_then(|choice| choice.delta.content)
                            .map_or(0, |text| text.len());
                    } else {
                        let said: Said = serde_json::from_slice(data)?;
                        length += said.response.len();
                    }
                }
                rest.drain(..from);
            }
            return Err("the stream broke off".into());
        }
        Work::Vectors => {
            let texts = Texts {
                text: &["When does the harbour open?"],
            };
            let vectors: Vectors = ask(http, &url, &texts).await?;
            Done(vectors.data.iter().map(Vec::len).sum())
        }
        Work::Numbers => {
            let transcript: Transcript = ask(http, &url, &Sound { audio: &sound[..] }).await?;
            Done(transcript.text.len())
        }
        Work::Base64 => {
            let body = Sound {
                audio: STANDARD.encode(sound),
            };
            let transcript: Transcript = ask(http, &url, &body).await?;
            Done(transcript.text.len())
        }
        Work::Picture => {
            let picture: Picture = ask(http, &url, &prompt("A lighthouse", None, false)).await?;
            Done(STANDARD.decode(picture.image)?.len())
        }
        _ => {
            let body = prompt("A lighthouse", None, false);
            let answer = http
                .post(&url)
                .bearer_auth("any-token")
                .json(&body)
                .send()
                .await?;
            Done(answer.error_for_status()?.bytes().await?.len())
        }
    })
}

/// Does it once, into values. Nothing for what has no JSON answer.
pub(crate) async fn run_untyped(
    http: &Client,
    base: &str,
    work: Work,
) -> Result<Option<Done>, Fault> {
    let url = url(base, work);
    let (body, path) = match work {
        Work::Chat => (
            json!({ "prompt": "Why is the sky blue?", "max_tokens": 64 }),
            "/response",
        ),
        Work::Vectors => (json!({ "text": ["When does the harbour open?"] }), "/data"),
        Work::Picture => (json!({ "prompt": "A lighthouse" }), "/image"),
        _ => return Ok(None),
    };
    let result: Value = ask(http, &url, &body).await?;
    Ok(Some(match result.pointer(path) {
        Some(Value::String(text)) if work == Work::Picture => Done(STANDARD.decode(text)?.len()),
        Some(Value::String(text)) => Done(text.len()),
        Some(Value::Array(rows)) => {
            Done(rows.iter().filter_map(Value::as_array).map(Vec::len).sum())
        }
        _ => return Err("another answer".into()),
    }))
}
