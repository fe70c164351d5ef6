//! Calls that go through AI Gateway: which one, and what it is to do.

use std::{
    fmt::{self, Debug, Write as _},
    time::Duration,
};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::{error::Error, secret};

/// More entries than this are dropped by the service without a word.
const MOST_METADATA: usize = 5;
const METADATA_LENGTH: usize = 4_096;
const ID_LENGTH: usize = 64;

/// An AI Gateway, and what it does with a call.
///
/// ```
/// use std::time::Duration;
/// use workers_ai::Gateway;
///
/// let gateway = Gateway::new("my-gateway")
///     .cache_ttl(Duration::from_secs(3600))
///     .metadata("team", "search")
///     .metadata("paid", true);
/// # let _ = gateway;
/// ```
///
/// What is not acceptable, such as a sixth entry of metadata, is told when the call is made.
#[derive(Clone)]
#[must_use]
pub struct Gateway {
    headers: HeaderMap,
    metadata: Map<String, Value>,
    retries: bool,
    fault: Option<String>,
}

/// How a gateway waits between its own attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GatewayBackoff {
    /// The same wait each time.
    Constant,
    /// One wait more each time.
    Linear,
    /// Twice the wait each time.
    Exponential,
}

impl Gateway {
    /// The gateway with this id. `default` is the one that every account has.
    pub fn new(id: impl AsRef<str>) -> Self {
        let id = id.as_ref();
        let gateway = Self {
            headers: HeaderMap::new(),
            metadata: Map::new(),
            retries: false,
            fault: None,
        };
        let is_id = (1..=ID_LENGTH).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_id {
            gateway.set("cf-aig-gateway-id", id)
        } else {
            gateway.refuse("the gateway id is not 1 to 64 letters, digits, `-` and `_`")
        }
    }

    /// Proves the call to a gateway that asks for a token of its own.
    pub fn authorization(mut self, token: impl AsRef<str>) -> Self {
        match secret::bearer(token.as_ref(), "the gateway's token") {
            Ok(value) => {
                self.headers.insert("cf-aig-authorization", value);
                self
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    /// Neither reads nor fills the cache.
    pub fn skip_cache(self, skip: bool) -> Self {
        self.set("cf-aig-skip-cache", flag(skip))
    }

    /// Keeps the answer in the cache for so long, in whole seconds.
    pub fn cache_ttl(self, ttl: Duration) -> Self {
        self.set("cf-aig-cache-ttl", &ttl.as_secs().to_string())
    }

    /// The key under which the answer is cached.
    pub fn cache_key(self, key: impl AsRef<str>) -> Self {
        self.set("cf-aig-cache-key", key.as_ref())
    }

    /// Adds an entry to the log's metadata: text, a number, a boolean or `null`; five at most.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let value = value.into();
        if value.is_array() || value.is_object() {
            return self.refuse("metadata holds text, numbers and booleans only");
        }
        self.metadata.insert(name.into(), value);
        if self.metadata.len() > MOST_METADATA {
            return self.refuse("metadata has more than five entries");
        }
        self
    }

    /// Whether the gateway logs the call.
    pub fn collect_log(self, collect: bool) -> Self {
        self.set("cf-aig-collect-log", flag(collect))
    }

    /// Whether the log has the request and the answer in it.
    pub fn collect_log_payload(self, collect: bool) -> Self {
        self.set("cf-aig-collect-log-payload", flag(collect))
    }

    /// An id of yours for the log's entry.
    pub fn event_id(self, id: impl AsRef<str>) -> Self {
        self.set("cf-aig-event-id", id.as_ref())
    }

    /// How long the gateway waits for the first byte.
    pub fn request_timeout(self, timeout: Duration) -> Self {
        self.set("cf-aig-request-timeout", &timeout.as_millis().to_string())
    }

    /// How often the gateway tries, up to five times. The client then makes one attempt only, unless
    /// the call is given a [`RetryPolicy`](crate::RetryPolicy) of its own.
    pub fn max_attempts(mut self, attempts: u8) -> Self {
        if !(1..=5).contains(&attempts) {
            return self.refuse("a gateway makes one to five attempts");
        }
        self.retries = attempts > 1;
        self.set("cf-aig-max-attempts", &attempts.to_string())
    }

    /// How long the gateway waits between its attempts, up to five seconds.
    pub fn retry_delay(self, delay: Duration) -> Self {
        if delay > Duration::from_secs(5) {
            return self.refuse("a gateway waits at most five seconds between attempts");
        }
        self.set("cf-aig-retry-delay", &delay.as_millis().to_string())
    }

    /// How that wait grows.
    pub fn backoff(self, backoff: GatewayBackoff) -> Self {
        self.set(
            "cf-aig-backoff",
            match backoff {
                GatewayBackoff::Constant => "constant",
                GatewayBackoff::Linear => "linear",
                GatewayBackoff::Exponential => "exponential",
            },
        )
    }

    /// Asks the provider to keep nothing of the call.
    pub fn zero_data_retention(self, on: bool) -> Self {
        self.set("cf-aig-zdr", flag(on))
    }

    /// The stored provider key to use.
    pub fn byok_alias(self, alias: impl AsRef<str>) -> Self {
        self.set("cf-aig-byok-alias", alias.as_ref())
    }

    /// Whether the gateway makes attempts of its own.
    pub(crate) fn retries(&self) -> bool {
        self.retries
    }

    /// The headers that say all this.
    pub(crate) fn headers(&self) -> Result<HeaderMap, Error> {
        if let Some(fault) = &self.fault {
            return Err(Error::input(fault.clone()));
        }
        let mut headers = self.headers.clone();
        if !self.metadata.is_empty() {
            let json = ascii(&Value::Object(self.metadata.clone()).to_string());
            if json.len() > METADATA_LENGTH {
                return Err(Error::input("metadata is larger than 4096 bytes"));
            }
            let value = HeaderValue::try_from(json)
                .map_err(|_| Error::input("metadata cannot be sent in a header"))?;
            headers.insert(HeaderName::from_static("cf-aig-metadata"), value);
        }
        Ok(headers)
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) if value.to_str().is_ok() => {
                self.headers.insert(HeaderName::from_static(name), value);
                self
            }
            _ => self.refuse(format!("the value of `{name}` cannot be sent in a header")),
        }
    }

    fn refuse(mut self, fault: impl Into<String>) -> Self {
        self.fault.get_or_insert(fault.into());
        self
    }
}

/// Names only: the values may be secrets.
impl Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("metadata", &self.metadata.len())
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

/// The gateway with this id, see [`Gateway::new`].
impl From<&str> for Gateway {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

/// The gateway with this id, see [`Gateway::new`].
impl From<String> for Gateway {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

fn flag(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

/// JSON in which everything outside ASCII is escaped, as a header has to be.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn refused(gateway: &Gateway) -> String {
        let error = gateway.headers().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.to_string()
    }

    #[test]
    fn u10_gateway_ids_are_checked() {
        for id in ["", " ", "a b", "a/b", "a\r\nb", &"a".repeat(200)] {
            assert!(refused(&Gateway::new(id)).contains("gateway id"), "{id:?}");
        }
        for gateway in [Gateway::from("g"), String::from("g").into()] {
            assert_eq!(gateway.headers().unwrap()["cf-aig-gateway-id"], "g");
        }
    }

    #[test]
    fn u11_metadata_is_escaped_bounded_and_flat() {
        let gateway = Gateway::new("g")
            .metadata("a\r\n\"", "😀")
            .metadata("n", 1)
            .metadata("z", Value::Null);
        let headers = gateway.headers().unwrap();
        let sent = headers["cf-aig-metadata"].to_str().unwrap();
        assert_eq!(sent, r#"{"a\r\n\"":"\ud83d\ude00","n":1,"z":null}"#);

        let six = (0..6).fold(Gateway::new("g"), |gateway, n| {
            gateway.metadata(n.to_string(), n)
        });
        assert!(refused(&six).contains("five"));
        assert!(refused(&Gateway::new("g").metadata("a", "x".repeat(10_000))).contains("4096"));
        assert!(refused(&Gateway::new("g").metadata("a", vec![1])).contains("text"));
    }

    #[test]
    fn values_with_line_ends_are_refused_and_tokens_hidden() {
        assert!(refused(&Gateway::new("g").cache_key("a\r\nb: c")).contains("cf-aig-cache-key"));
        let gateway = Gateway::new("g").authorization("sEcret");
        assert!(!format!("{gateway:?}").contains("sEcret"));
        assert!(gateway.headers().unwrap()["cf-aig-authorization"].is_sensitive());
    }
}
