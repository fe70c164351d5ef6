//! One request to the other server, in plain HTTP.

use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use hyper::{
    Request, StatusCode,
    body::{Body, Incoming},
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::Forward;
use crate::{
    delivery::{Delivery, End},
    refusal::Refusal,
};

/// The largest answer that is read as a whole.
const MOST: usize = 64 * 1024 * 1024;

/// Where to connect, and what stands before every path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    host: &'a str,
    address: String,
    path: &'a str,
}

impl<'a> Target<'a> {
    /// Reads an address such as `http://127.0.0.1:11434/v1`.
    pub(super) fn read(url: &'a str) -> Result<Self, String> {
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| format!("cannot forward to `{url}`: it has to begin with http://"))?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_host = !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'@');
        if !is_host
            || path.contains(['?', '#'])
            || !path.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(format!(
                "cannot forward to `{url}`: no host, or more than a path after it"
            ));
        }
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        Ok(Target {
            host,
            address: if has_port {
                host.to_owned()
            } else {
                format!("{host}:80")
            },
            path: path.trim_end_matches('/'),
        })
    }
}

/// An answer whose body has not been read.
pub(super) struct Answer {
    content_type: String,
    body: Incoming,
}

/// Sends a request.
///
/// # Errors
///
/// Nobody is there, or it is refused.
pub(super) async fn post(forward: &Forward, path: &str, body: &Value) -> Result<Answer, Refusal> {
    let target = Target::read(&forward.url).map_err(|message| failed(&message))?;
    let unreachable =
        |error: &dyn std::fmt::Display| failed(&format!("cannot reach {}: {error}", forward.url));
    let stream = TcpStream::connect(&target.address)
        .await
        .map_err(|error| unreachable(&error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(&error))?;
    tokio::spawn(connection);
    let mut request = Request::post(format!("{}{path}", target.path))
        .header(HOST, target.host)
        .header(CONTENT_TYPE, "application/json");
    if let Some(token) = &forward.token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = Delivery::whole(Bytes::from(body.to_string()), End::Good);
    let request = request
        .body(body)
        .map_err(|error| failed(&error.to_string()))?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| unreachable(&error))?;
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let answer = Answer {
        content_type: content_type.unwrap_or_default().to_ascii_lowercase(),
        body: response.into_body(),
    };
    if status.is_success() {
        Ok(answer)
    } else {
        Err(answer.refusal(status).await)
    }
}

impl Answer {
    pub(super) fn is_stream(&self) -> bool {
        self.content_type.starts_with("text/event-stream")
    }

    /// The next piece of the body.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let body = &mut self.body;
            let frame =
                std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
            if let Ok(data) = frame?.ok()?.into_data() {
                return Some(data);
            }
        }
    }

    async fn whole(&mut self) -> Option<BytesMut> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await {
            whole.extend_from_slice(&piece);
            if whole.len() > MOST {
                return None;
            }
        }
        Some(whole)
    }

    /// The whole body as JSON.
    pub(super) async fn json(mut self) -> Result<Value, Refusal> {
        let body = self
            .whole()
            .await
            .ok_or_else(|| strange("its answer is too large"))?;
        serde_json::from_slice(&body).map_err(|_| strange("its answer is not JSON"))
    }

    /// What the other server's refusal becomes here.
    async fn refusal(mut self, status: StatusCode) -> Refusal {
        let body = self.whole().await.unwrap_or_default();
        let said: Option<Value> = serde_json::from_slice(&body).ok();
        let message = said.as_ref().and_then(|said| {
            let error = said.get("error")?;
            error.get("message").unwrap_or(error).as_str()
        });
        let message: String = message
            .unwrap_or("no reason given")
            .chars()
            .take(300)
            .collect();
        let text = format!("The server that this is forwarded to says {status}: {message}");
        if status.is_client_error() {
            Refusal::says(8001, text)
        } else {
            failed(&text)
        }
    }
}

fn failed(message: &str) -> Refusal {
    Refusal::says(8005, message).with_status(502)
}

/// An answer that makes no sense.
pub(super) fn strange(what: &str) -> Refusal {
    failed(&format!(
        "The server that this is forwarded to is no OpenAI server: {what}"
    ))
}
