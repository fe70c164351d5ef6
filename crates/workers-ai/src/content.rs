//! What an answer holds: what its content type says, then what its envelope says.

use bytes::Bytes;
use workers_ai_models::Media;

use crate::{
    codes,
    decode::misfit,
    envelope::{self, BYTE_ORDER_MARK, Envelope},
    error::{Error, ErrorKind, Unexpected},
    events::Events,
    headers::Head,
};

/// What an answer holds.
pub(crate) enum Content {
    /// A JSON value: the part of the body that is the result.
    Json(Bytes),
    /// Bytes that are not JSON.
    Bytes,
    /// Whatever it is: nobody looked.
    Unread,
    /// Events, of which the first is there.
    Events(Box<Events>),
    /// Whatever it is, still to come.
    Passed(reqwest::Body),
}

/// What the content type says an answer is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Json,
    Events,
    Page,
    Text,
    Bytes,
    Unsaid,
}

impl Sort {
    pub(crate) fn of(head: &Head) -> Self {
        let Some(content_type) = head.headers.content_type() else {
            return Self::Unsaid;
        };
        match &*content_type {
            "application/json" | "text/json" => Self::Json,
            "text/event-stream" => Self::Events,
            "text/html" => Self::Page,
            name if name.ends_with("+json") => Self::Json,
            name if name.starts_with("text/") => Self::Text,
            _ => Self::Bytes,
        }
    }
}

/// Finds the content of a body.
pub(crate) fn interpret(head: &Head, body: &Bytes) -> Result<Content, Error> {
    let unexpected = |what| Err(unexpected(what, head.clone(), body.clone()));
    let text = without_mark(body);
    let start = text.trim_ascii_start().first();
    // Where the header lies: no file and no page is an object of JSON.
    let is_object = || start == Some(&b'{') && envelope::open(&text).is_ok();
    match Sort::of(head) {
        _ if start.is_none() => unexpected(Unexpected::Empty),
        Sort::Json => json(head, body),
        Sort::Unsaid if matches!(start, Some(b'{' | b'[')) => json(head, body),
        Sort::Bytes | Sort::Text | Sort::Page if is_object() => json(head, body),
        Sort::Bytes | Sort::Unsaid => Ok(Content::Bytes),
        Sort::Text | Sort::Page if is_file(body) => Ok(Content::Bytes),
        Sort::Events | Sort::Text | Sort::Page => unexpected(Unexpected::ContentType),
    }
}

fn json(head: &Head, body: &Bytes) -> Result<Content, Error> {
    let text = without_mark(body);
    match envelope::open(&text) {
        Ok(Envelope::Result(result)) => Ok(Content::Json(text.slice_ref(result))),
        Ok(Envelope::Empty) => Err(unexpected(
            Unexpected::EmptyResult,
            head.clone(),
            body.clone(),
        )),
        Ok(Envelope::Failure) => Err(reported(head.status, &text)
            .with_head(head.clone())
            .with_body(body.clone())),
        // The header lies: a picture called JSON.
        Err(_) if is_file(body) => Ok(Content::Bytes),
        Err(error) => Err(misfit(&error, &text, "")
            .with_head(head.clone())
            .with_body(body.clone())),
    }
}

/// Whether the first bytes are those of a picture, sound or another file.
fn is_file(body: &Bytes) -> bool {
    Media::new(body.clone()).content_type().is_some()
}

/// The error that the text of a body, or of a result in it, reports.
pub(crate) fn reported(status: u16, text: &[u8]) -> Error {
    let messages = envelope::messages(text);
    Error::new(ErrorKind::Api(codes::classify(status, &messages)), "").with_messages(messages)
}

pub(crate) fn unexpected(what: Unexpected, head: Head, body: Bytes) -> Error {
    let detail = match (what, head.headers.content_type()) {
        (Unexpected::ContentType, Some(found)) => {
            let found: String = found.chars().take(80).collect();
            format!(
                "the answer is of another content type: {}",
                found.escape_debug()
            )
        }
        _ => String::new(),
    };
    Error::new(ErrorKind::Unexpected(what), detail)
        .with_head(head)
        .with_body(body)
}

/// The body less the byte order mark that may stand before it.
pub(crate) fn without_mark(body: &Bytes) -> Bytes {
    if body.starts_with(BYTE_ORDER_MARK) {
        body.slice(BYTE_ORDER_MARK.len()..)
    } else {
        body.clone()
    }
}
