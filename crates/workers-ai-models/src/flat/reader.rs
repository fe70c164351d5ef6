//! The parts of a flat object, found in its text: names, and values that have no parts.

use super::Unsure;
use crate::plain::plain_length;

/// A value that has no parts.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'de> {
    Null,
    Bool(bool),
    Integer(u64),
    Text(&'de str),
    EmptyList,
}

/// The name of a member, and its value.
type Member<'de> = (&'de str, Scalar<'de>);

/// What is left to read of an object.
pub(super) struct Reader<'de> {
    rest: &'de str,
    has_ended: bool,
}

impl<'de> Reader<'de> {
    /// Reads the beginning of an object that is not empty.
    #[inline]
    pub(super) fn begin(text: &'de str) -> Result<Self, Unsure> {
        let rest = text.strip_prefix("{").ok_or(Unsure)?;
        Ok(Self {
            rest,
            has_ended: false,
        })
    }

    /// What follows the object, once it has ended.
    #[inline]
    pub(super) fn rest(&self) -> Option<&'de str> {
        self.has_ended.then_some(self.rest)
    }

    /// The next member; nothing at the end.
    #[inline]
    pub(super) fn member(&mut self) -> Result<Option<Member<'de>>, Unsure> {
        if self.has_ended {
            return Ok(None);
        }
        let rest = spaced(self.rest, "\"", " \"")?;
        let (name, rest) = plain(rest)?;
        let (value, rest) = if let Ok(rest) = spaced(rest, "\":\"", "\": \"") {
            let (text, rest) = plain(rest)?;
            (Scalar::Text(text), rest.strip_prefix("\"").ok_or(Unsure)?)
        } else {
            other_value(spaced(rest, "\":", "\": ")?)?
        };
        if let Some(rest) = rest.strip_prefix(",") {
            self.rest = rest;
        } else {
            self.rest = rest.strip_prefix("}").ok_or(Unsure)?;
            self.has_ended = true;
        }
        Ok(Some((name, value)))
    }
}

/// What comes after `tight`, or after `wide`, which is the same with a blank.
#[inline]
fn spaced<'t>(text: &'t str, tight: &str, wide: &str) -> Result<&'t str, Unsure> {
    let rest = text.strip_prefix(tight);
    rest.or_else(|| text.strip_prefix(wide)).ok_or(Unsure)
}

/// Text without escapes, and the rest.
#[inline]
fn plain(text: &str) -> Result<(&str, &str), Unsure> {
    text.split_at_checked(plain_length(text.as_bytes()))
        .ok_or(Unsure)
}

/// A value that is not text, and the rest.
#[inline(never)]
fn other_value(text: &str) -> Result<(Scalar<'static>, &str), Unsure> {
    let words = [
        ("null", Scalar::Null),
        ("true", Scalar::Bool(true)),
        ("false", Scalar::Bool(false)),
        ("[]", Scalar::EmptyList),
    ];
    for (word, value) in words {
        if let Some(rest) = text.strip_prefix(word) {
            return Ok((value, rest));
        }
    }
    integer(text)
}

/// A whole number that is not negative, and the rest.
fn integer(text: &str) -> Result<(Scalar<'static>, &str), Unsure> {
    let rest = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    let is_padded = digits.len() > 1 && digits.starts_with('0');
    if is_padded || rest.starts_with(['.', 'e', 'E']) {
        return Err(Unsure);
    }
    let number = digits.parse().map_err(|_| Unsure)?;
    Ok((Scalar::Integer(number), rest))
}
