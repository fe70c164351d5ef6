//! An answer before it goes out: status, headers and pieces of a body, which faults may still change.

use std::{fmt::Display, time::Duration};

use bytes::{Bytes, BytesMut};
use hyper::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::delivery::{Delivery, End};

/// Events that need not wait for each other go out together, up to this size.
const TOGETHER: usize = 64 * 1024;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
}

/// What an answer holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// All at once, with its length in the head.
    Whole(Bytes),
    /// One event each.
    Events(Vec<Bytes>),
    /// As it comes from elsewhere.
    Live(mpsc::Receiver<Bytes>),
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, content: Content) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        if let Ok(value) = HeaderValue::from_str(content_type) {
            headers.insert(CONTENT_TYPE, value);
        }
        Reply {
            status,
            headers,
            content,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let body = Bytes::from(body.to_string());
        Self::new(status, "application/json", Content::Whole(body))
    }

    /// A result in the envelope: a value, or its text.
    pub(crate) fn result(result: &impl Display) -> Self {
        Self::enveloped(result, None)
    }

    /// A page of results in the envelope.
    pub(crate) fn page(result: &Value, info: &Value) -> Self {
        Self::enveloped(result, Some(info))
    }

    /// Results can be large, so they are written where they belong and not copied before.
    fn enveloped(result: &impl Display, info: Option<&Value>) -> Self {
        let info = info.map_or_else(String::new, |info| format!(",\"result_info\":{info}"));
        let body =
            format!("{{\"result\":{result},\"success\":true,\"errors\":[],\"messages\":[]{info}}}");
        Self::new(200, "application/json", Content::Whole(Bytes::from(body)))
    }

    pub(crate) fn events(events: Vec<Bytes>) -> Self {
        Self::new(200, "text/event-stream", Content::Events(events))
    }

    /// Adds a header. One that cannot be written is left out.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Ends with an answer to be sent, with `pace` between events and pieces of at most `chunk`.
    pub(crate) fn response(
        self,
        pace: Duration,
        chunk: Option<usize>,
        end: End,
    ) -> Response<Delivery> {
        let delivery = match (self.content, chunk) {
            (Content::Whole(body), None) => Delivery::whole(body, end),
            (Content::Whole(body), Some(size)) => {
                Delivery::pieces(cut(&[body], size), Duration::ZERO, end).apart()
            }
            (Content::Events(events), Some(size)) => {
                Delivery::pieces(cut(&events, size), pace, end).apart()
            }
            (Content::Events(events), None) if pace.is_zero() => {
                Delivery::pieces(join(events), pace, end)
            }
            (Content::Events(events), None) => Delivery::pieces(events, pace, end),
            (Content::Live(receiver), _) => Delivery::live(receiver, end),
        };
        let mut response = Response::new(delivery);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response
    }
}

/// Pieces of `size` bytes, whatever the borders were.
fn cut(parts: &[Bytes], size: usize) -> Vec<Bytes> {
    let mut all = Bytes::from(parts.concat());
    let size = size.max(1);
    let mut pieces = Vec::with_capacity(all.len() / size + 1);
    while all.len() > size {
        pieces.push(all.split_to(size));
    }
    pieces.push(all);
    pieces
}

/// As few pieces as are worth it.
fn join(events: Vec<Bytes>) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut piece = BytesMut::new();
    for event in events {
        if piece.len() + event.len() > TOGETHER && !piece.is_empty() {
            pieces.push(piece.split().freeze());
        }
        piece.extend_from_slice(&event);
    }
    if !piece.is_empty() {
        pieces.push(piece.freeze());
    }
    pieces
}
