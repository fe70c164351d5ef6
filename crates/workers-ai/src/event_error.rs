//! Which events of a stream, and which results, report an error, in whichever dialect.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{envelope, sse::Event};

/// The keys of an event that tell whether it is an error.
#[derive(Deserialize)]
struct Probe<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    success: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    choices: Option<&'a RawValue>,
}

/// Where a choice has its text, in whichever dialect.
#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Option<Said<'a>>,
    #[serde(borrow)]
    message: Option<Said<'a>>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

impl Probe<'_> {
    fn is_error(&self) -> bool {
        let is = |value: Option<&RawValue>, words: &[&str]| {
            value.is_some_and(|value| words.contains(&value.get()))
        };
        is(self.kind, &["\"error\"", "\"response.failed\""])
            || is(self.object, &["\"error\""])
            || is(self.success, &["false"])
            || (says(self.error) || says(self.errors)) && !says(self.response) && !self.has_text()
    }

    /// Whether one of the choices has text. One that is unlike any that is known may well have.
    fn has_text(&self) -> bool {
        let Some(choices) = self.choices else {
            return false;
        };
        serde_json::from_str(choices.get()).map_or(true, |choices: Vec<Choice<'_>>| {
            choices.iter().any(|choice| {
                let said = [&choice.delta, &choice.message].into_iter().flatten();
                says(choice.text) || said.into_iter().any(|said| says(said.content))
            })
        })
    }
}

fn says(value: Option<&RawValue>) -> bool {
    value.is_some_and(|value| !envelope::is_void(value.get()))
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
        && serde_json::from_slice(data).is_ok_and(|probe: Probe<'_>| probe.is_error())
}
