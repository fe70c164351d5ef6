//! The envelope around a JSON answer, in every form in which it has been seen: with parts missing,
//! with `error` for `errors`, flat, or not there at all.

mod messages;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::{picked, scan};

pub(crate) use messages::messages;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What an envelope holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Envelope<'a> {
    /// A result: the part of the body that is one. Its inside may not have been looked at.
    Result(&'a [u8]),
    /// Success, and nothing else.
    Empty,
    /// A failure, whatever the status said.
    Failure,
}

/// The parts of an envelope, each the text of a value.
#[derive(Default)]
struct Parts<'a> {
    result: Option<&'a [u8]>,
    success: Option<&'a [u8]>,
    errors: Option<&'a [u8]>,
    error: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// Every key is read as it stands; `null` is not the same as absent here.
    fn read(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        let names = ["result", "success", "errors", "error"];
        let [result, success, errors, error] =
            picked::members(body, names)?.map(|value| value.map(str::as_bytes));
        Ok(Self {
            result,
            success,
            errors,
            error,
        })
    }
}

/// Opens the envelope of a body. A body without one is its own result.
pub(crate) fn open(body: &[u8]) -> Result<Envelope<'_>, serde_json::Error> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        let bare: &RawValue = serde_json::from_slice(body)?;
        return Ok(unless_empty(bare.get().as_bytes()));
    }
    let parts = match quickly(body) {
        Some(parts) => parts,
        None => Parts::read(body)?,
    };
    let failed = parts.success == Some(b"false");
    let mut blames = [parts.errors, parts.error].into_iter().flatten();
    let blamed = blames.any(|errors| !is_void(errors));
    if failed || (blamed && parts.result.is_none_or(is_void)) {
        return Ok(Envelope::Failure);
    }
    if let Some(result) = parts.result {
        return Ok(unless_empty(result));
    }
    if parts.success.is_some() || parts.errors.is_some() {
        return Ok(Envelope::Empty);
    }
    let bare: &RawValue = serde_json::from_slice(body)?;
    Ok(unless_empty(bare.get().as_bytes()))
}

/// Finds the result without reading it, since whoever wants it will; everything else is read. `None` if the body is not
/// quite what it is nearly always.
fn quickly(body: &[u8]) -> Option<Parts<'_>> {
    let mut parts = Parts::default();
    scan::members(body, |name, place| {
        let Some(value) = body.get(place) else {
            return false;
        };
        let slot = match name {
            b"result" => return parts.result.replace(value).is_none(),
            b"success" => &mut parts.success,
            b"errors" => &mut parts.errors,
            b"error" => &mut parts.error,
            _ => return is_json(value),
        };
        is_json(value) && slot.replace(value).is_none()
    })?;
    Some(parts)
}

fn is_json(value: &[u8]) -> bool {
    // What the service says nearly always, and then whatever else.
    matches!(value, b"true" | b"false" | b"null" | b"[]" | b"{}")
        || serde_json::from_slice::<IgnoredAny>(value).is_ok() && std::str::from_utf8(value).is_ok()
}

fn unless_empty(result: &[u8]) -> Envelope<'_> {
    if result == b"null" || is_hollow(result, b"{", b"}") {
        Envelope::Empty
    } else {
        Envelope::Result(result)
    }
}

/// Whether a value says nothing at all.
pub(crate) fn is_void(text: &[u8]) -> bool {
    matches!(text, b"null" | b"\"\"" | b"false")
        || is_hollow(text, b"{", b"}")
        || is_hollow(text, b"[", b"]")
}

/// Whether nothing stands between the beginning and the end.
fn is_hollow(text: &[u8], begin: &[u8], end: &[u8]) -> bool {
    let inside = text
        .strip_prefix(begin)
        .and_then(|rest| rest.strip_suffix(end));
    inside.is_some_and(|inside| inside.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(body: &str) -> Envelope<'_> {
        open(body.as_bytes()).unwrap()
    }

    #[test]
    fn j01_parts_may_be_missing() {
        for body in [
            r#"{"result":{"a":1},"success":true,"errors":[],"messages":[]}"#,
            r#"{"messages":[{"code":1}],"errors":null,"success":true,"result":{"a":1}}"#,
            r#"{"result":{"a":1}}"#,
            r#"{"result":{"a":1},"success":true}"#,
            r#"{"a":1}"#,
        ] {
            assert_eq!(opened(body), Envelope::Result(br#"{"a":1}"#), "{body}");
        }
        assert_eq!(opened("[1, 2]"), Envelope::Result(b"[1, 2]"));
        assert_eq!(opened(r#"{"result":[]}"#), Envelope::Result(b"[]"));
    }

    #[test]
    fn j02_success_without_a_result_is_empty() {
        for body in [
            r#"{"success":true,"result":{},"messages":[],"errors":[]}"#,
            r#"{"success":true,"result":null}"#,
            r#"{"success":true}"#,
            r#"{"result":null}"#,
            r#"{"result":{ }}"#,
            r#"{"errors":[]}"#,
            "{}",
            "null",
        ] {
            assert_eq!(opened(body), Envelope::Empty, "{body}");
        }
    }

    #[test]
    fn h26_failure_is_seen_at_any_status() {
        for body in [
            r#"{"success":false,"result":{},"errors":[{"code":3040,"message":"x"}]}"#,
            r#"{"success":false,"result":{"a":1}}"#,
            r#"{"errors":[{"message":"x"}]}"#,
            r#"{"error":{"message":"x"}}"#,
            r#"{"state":"Failed","error":{"code":1,"message":"x"}}"#,
        ] {
            assert_eq!(opened(body), Envelope::Failure, "{body}");
        }
        assert_eq!(
            opened(r#"{"error":null,"a":1}"#),
            Envelope::Result(br#"{"error":null,"a":1}"#)
        );
    }

    #[test]
    fn j11_a_key_twice_is_not_json_we_accept() {
        assert!(open(br#"{"result":1,"result":2}"#).is_err());
    }
}
