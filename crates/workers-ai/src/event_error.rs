//! Which events of a stream, and which results, report an error, in whichever dialect.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::{Error, value::RawValue};

use crate::{envelope, picked, sse::Event};

/// Whether the keys of an event tell that it is an error.
fn tells_error(data: &[u8]) -> Result<bool, Error> {
    let names = [
        "type", "object", "success", "error", "errors", "response", "choices",
    ];
    let [kind, object, success, error, errors, response, choices] = picked::members(data, names)?;
    let is =
        |value: Option<&str>, words: &[&str]| value.is_some_and(|value| words.contains(&value));
    // Choices that are unlike any that is known may well have text.
    let choices_say = || choices.is_some_and(|choices| any_says(choices).unwrap_or(true));
    Ok(is(kind, &["\"error\"", "\"response.failed\""])
        || is(object, &["\"error\""])
        || is(success, &["false"])
        || (says(error) || says(errors)) && !says(response) && !choices_say())
}

/// Whether one of the choices has text, wherever the dialects have it.
fn any_says(choices: &str) -> Result<bool, Error> {
    if choices == "null" {
        return Ok(false);
    }
    let mut any = false;
    for choice in serde_json::from_slice::<Vec<&RawValue>>(choices.as_bytes())? {
        let names = ["text", "delta", "message"];
        let [text, delta, message] = picked::members(choice.get().as_bytes(), names)?;
        any |= says(text);
        for message in [delta, message].into_iter().flatten() {
            if message != "null" {
                let [content] = picked::members(message.as_bytes(), ["content"])?;
                any |= says(content);
            }
        }
    }
    Ok(any)
}

fn says(value: Option<&str>) -> bool {
    value.is_some_and(|value| !envelope::is_void(value.as_bytes()))
}

/// A result that is longer has more to say than what went wrong.
const LONGEST: usize = 64 << 10;

/// An event that begins like this and goes on has text, and is no error.
const TEXT: &[u8] = b"{\"response\":\"";

/// Every event that reports an error has this in it.
static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"error"));

/// An event is an error if it says so, or if it reports errors and no text.
#[inline]
pub(crate) fn is_error(event: &Event<'_>) -> bool {
    event.name == b"error" || (!has_text(event.data) && reports(event.data))
}

/// A result is an error where an event of the same data would be.
pub(crate) fn is_error_result(result: &[u8]) -> bool {
    result.len() <= LONGEST && !has_text(result) && reports(result)
}

#[inline]
fn has_text(data: &[u8]) -> bool {
    let text = data.strip_prefix(TEXT);
    text.is_some_and(|text| !text.starts_with(b"\""))
}

fn reports(data: &[u8]) -> bool {
    ERROR.find(data).is_some()
        && data.trim_ascii_start().starts_with(b"{")
        && tells_error(data).unwrap_or(false)
}
