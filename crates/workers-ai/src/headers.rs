//! The head of an answer: its status and its headers, and what this crate reads from them.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
};

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};

/// The headers of an answer. `Debug` shows their names only.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

/// Where an answer begins.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
}

impl Headers {
    pub(crate) fn new(map: HeaderMap) -> Self {
        Self(map)
    }

    /// The first header of this name, in any case. Bytes that are not text are replaced.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.0.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()))
    }

    /// Every header, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
    }

    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    pub(crate) fn request_id(&self) -> Option<Cow<'_, str>> {
        self.get("cf-ai-req-id").or_else(|| self.get("cf-ray"))
    }

    /// Whether the body is compressed or the like, which nobody asked for.
    pub(crate) fn are_of_coded_body(&self) -> bool {
        self.0.get(CONTENT_ENCODING).is_some_and(|coding| {
            !coding
                .as_bytes()
                .trim_ascii()
                .eq_ignore_ascii_case(b"identity")
        })
    }

    /// The content type without its parameters, in lower case.
    pub(crate) fn content_type(&self) -> Option<Cow<'_, str>> {
        let value = self.0.get(CONTENT_TYPE)?.as_bytes();
        let essence = value.split(|byte| *byte == b';').next()?.trim_ascii();
        let text = String::from_utf8_lossy(essence);
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        (!text.is_empty()).then(|| {
            if is_lower {
                text
            } else {
                Cow::Owned(text.to_ascii_lowercase())
            }
        })
    }
}

impl Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
