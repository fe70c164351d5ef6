//! Where the members of an object are, found in one walk that reads none of them.

use std::{borrow::Cow, collections::BTreeSet, ops::Range};

use crate::plain::plain_length;

/// As deep as `serde_json` goes. Whoever reads a part of a value with a parser of its own starts counting anew.
const MAX_DEPTH: usize = 127;

/// A member of an object.
pub(crate) struct Found {
    name: Name,
    /// Where its value is.
    pub(crate) value: Range<usize>,
}

impl Found {
    pub(crate) fn name<'n>(&'n self, text: &'n str) -> &'n str {
        match &self.name {
            Name::Plain(place) => text.get(place.clone()).unwrap_or_default(),
            Name::Escaped(name) => name,
        }
    }

    fn bytes<'n>(&'n self, text: &'n str) -> &'n [u8] {
        match &self.name {
            Name::Plain(place) => text.as_bytes().get(place.clone()).unwrap_or_default(),
            Name::Escaped(name) => name.as_bytes(),
        }
    }
}

/// The name of a member.
enum Name {
    /// It stands in the text as it is.
    Plain(Range<usize>),
    Escaped(String),
}

/// Finds the members of the object that `text` begins with, in one walk. What is not JSON is told by whoever reads it.
pub(crate) fn members(text: &str) -> Result<Vec<Found>, &'static str> {
    let bytes = text.as_bytes();
    let mut members = Vec::new();
    let mut depth = 0_usize;
    // Where a string begins and ends, and whether it is plain text.
    let mut last_string = (0, 0, true);
    let mut last_name = last_string;
    let mut value_at = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let (end, is_plain) = string_end(bytes, at);
                last_string = (at, end, is_plain);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                if depth == MAX_DEPTH {
                    return Err("expected at most 127 levels of nesting");
                }
                depth += 1;
            }
            b':' if depth == 1 => {
                last_name = last_string;
                value_at = Some(at + 1);
            }
            b',' | b'}' | b']' => {
                if depth == 1 {
                    if let Some(start) = value_at.take() {
                        if members.is_empty() {
                            members.reserve(USUAL);
                        }
                        members.push(Found {
                            name: name(text, last_name)?,
                            value: trimmed(bytes, start..at),
                        });
                    }
                }
                if *byte != b',' {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    if have_twice(text, &members) {
        return Err("expected each key once");
    }
    Ok(members)
}

/// The name that a string says.
fn name(text: &str, (start, end, is_plain): (usize, usize, bool)) -> Result<Name, &'static str> {
    if is_plain {
        return Ok(Name::Plain(start + 1..end.saturating_sub(1)));
    }
    let name = text.get(start..end).and_then(string);
    let name = name.ok_or("expected text as a key")?;
    Ok(Name::Escaped(name.into_owned()))
}

/// Few objects have more members than these.
const USUAL: usize = 8;

/// More members than these are compared in order of their names.
const FEW: usize = 24;

/// Whether two members have the same name.
fn have_twice(text: &str, members: &[Found]) -> bool {
    if members.len() > FEW {
        let mut seen = BTreeSet::new();
        return !members.iter().all(|found| seen.insert(found.bytes(text)));
    }
    let mut rest = members;
    while let Some((first, others)) = rest.split_first() {
        let name = first.bytes(text);
        if others.iter().any(|other| other.bytes(text) == name) {
            return true;
        }
        rest = others;
    }
    false
}

/// Where the string ends that starts at `start`, and whether all in it stands for itself.
fn string_end(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut at = start + 1;
    let mut is_plain = true;
    loop {
        at += plain_length(bytes.get(at..).unwrap_or_default());
        match bytes.get(at) {
            Some(b'"') => return (at + 1, is_plain),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return (bytes.len(), false),
        }
        is_plain = false;
    }
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let value = bytes.get(range.clone()).unwrap_or_default();
    let start = range.start + (value.len() - value.trim_ascii_start().len());
    start..start + value.trim_ascii().len()
}

/// The text a JSON string stands for.
pub(crate) fn string(text: &str) -> Option<Cow<'_, str>> {
    match text.strip_prefix('"')?.strip_suffix('"')? {
        plain if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        _ => serde_json::from_str(text).ok().map(Cow::Owned),
    }
}
