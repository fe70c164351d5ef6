//! What has arrived, kept for assertions.

use std::collections::VecDeque;

use bytes::Bytes;
use hyper::header::HeaderMap;
use serde_json::Value;

/// What is kept of requests, all together, at most.
const BYTES: usize = 64 * 1024 * 1024;

/// Headers whose value nobody gets to see.
const SECRET: [&str; 4] = [
    "authorization",
    "cf-aig-authorization",
    "x-auth-key",
    "proxy-authorization",
];

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method, such as `POST`.
    pub method: String,
    /// The path as it was sent, escapes included.
    pub path: String,
    /// What stood after the `?`.
    pub query: Option<String>,
    /// The model in the path or in the body.
    pub model: Option<String>,
    /// Names in lower case, in the order of arrival. Credentials read `[redacted]`.
    pub headers: Vec<(String, String)>,
    /// The body, empty if it was refused for its size.
    pub body: Bytes,
}

impl Request {
    /// The first header of this name, in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// How much memory it takes up, nearly.
    fn size(&self) -> usize {
        let headers = self.headers.iter();
        let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
        self.path.len() + self.query.as_ref().map_or(0, String::len) + headers + self.body.len()
    }

    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// The last requests.
#[derive(Debug)]
pub(crate) struct Record {
    requests: VecDeque<Request>,
    most: usize,
    bytes: usize,
}

impl Record {
    pub(crate) fn new(most: usize) -> Self {
        Record {
            requests: VecDeque::new(),
            most,
            bytes: 0,
        }
    }

    pub(crate) fn add(&mut self, request: Request) {
        self.bytes += request.size();
        self.requests.push_back(request);
        while self.requests.len() > self.most || (self.bytes > BYTES && self.requests.len() > 1) {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.bytes -= oldest.size();
        }
    }

    pub(crate) fn all(&self) -> Vec<Request> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.requests.clear();
        self.bytes = 0;
    }
}

/// Headers as they are recorded.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = if SECRET.contains(&name.as_str()) {
                "[redacted]".to_owned()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}
