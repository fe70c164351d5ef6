//! The parts of a flat object, found in its text: names, and values that have no parts.

use super::Unsure;

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

/// How many bytes stand before the first that ends plain text.
#[inline]
fn plain_length(bytes: &[u8]) -> usize {
    let mut start = 0;
    // Names and tokens are short.
    while let Some(word) = bytes.get(start..).and_then(<[u8]>::first_chunk) {
        let ends = text_ends(u64::from_le_bytes(*word));
        if ends != 0 {
            return start + ends.trailing_zeros() as usize / 8;
        }
        start += 8;
        if start > SHORT {
            break;
        }
    }
    start + long_plain_length(bytes.get(start..).unwrap_or_default())
}

/// From here on a text is looked at in blocks.
const SHORT: usize = 32;

#[inline(never)]
fn long_plain_length(bytes: &[u8]) -> usize {
    let ends =
        |byte: &u8| u8::from(*byte == b'"') | u8::from(*byte == b'\\') | u8::from(*byte < 0x20);
    // Looking at a block to its end lets it be looked at all at once.
    let is_plain = |block: &&[u8]| block.iter().fold(0, |any, byte| any | ends(byte)) == 0;
    let start = 32 * bytes.chunks_exact(32).take_while(is_plain).count();
    let rest = bytes.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .position(|byte| ends(byte) != 0)
            .unwrap_or(rest.len())
}

/// One in each byte of a word.
const ONES: u64 = u64::MAX / 255;

/// The highest bit of each byte.
const HIGHS: u64 = ONES << 7;

/// Marks the first byte that ends plain text: a quote, a backslash or a control character. Bytes after it may be marked too.
#[inline]
fn text_ends(word: u64) -> u64 {
    // Less than a limit is what borrows from its highest bit. Turned so, a quote stands right above the control characters.
    let quotes_and_controls = (word ^ (ONES * 2)).wrapping_sub(ONES * u64::from(b'"' - 1));
    let backslashes = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & HIGHS
}
