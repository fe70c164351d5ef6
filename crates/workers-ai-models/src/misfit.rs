//! What an error of `serde_json` says and where that is, without repeating what stands there.

use std::fmt::Write as _;

use serde_json::error::Category;

/// What a JSON error says, less what it repeats of the document and where it was.
#[must_use]
pub fn without_content(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if error.classify() != Category::Data {
        return text.to_owned();
    }
    // serde writes "invalid type: <content>, expected <type>"; what follows the last "expected" is
    // ours.
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if ["expected ", "missing field `", "duplicate field `"]
            .iter()
            .any(|safe| text.starts_with(safe)) =>
        {
            text.to_owned()
        }
        None => "the value does not fit its type".to_owned(),
    }
}

/// A key longer than this is not a name any more.
const KEY_LENGTH: usize = 40;

/// One level of nesting.
enum Level<'a> {
    Object(Option<&'a [u8]>),
    Array(usize),
}

/// The path of the value that an error is about, below `root`.
#[must_use]
pub fn place(error: &serde_json::Error, text: &[u8], root: &str) -> String {
    at(text, error.line(), error.column(), root)
}

/// Lines and columns count from one, columns in bytes.
fn at(text: &[u8], line: usize, column: usize, root: &str) -> String {
    let before: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    // One less: the closing bracket at which a missing field is noticed is not yet passed.
    let end = before
        .saturating_add(column)
        .saturating_sub(1)
        .min(text.len());
    render(&walk(text.get(..end).unwrap_or_default()), root)
}

fn walk(text: &[u8]) -> Vec<Level<'_>> {
    let mut levels = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'{' => levels.push(Level::Object(None)),
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' => drop(levels.pop()),
            b',' => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(key)) => *key = None,
                None => {}
            },
            b'"' => {
                let end = string_end(text, at);
                if let Some(Level::Object(key @ None)) = levels.last_mut() {
                    *key = text.get(at..end);
                }
                at = end + 1;
            }
            _ => {}
        }
    }
    levels
}

/// The position of the closing quote, or the end of the text.
fn string_end(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

fn render(levels: &[Level<'_>], root: &str) -> String {
    let mut path = root.to_owned();
    for level in levels {
        match level {
            Level::Array(index) => {
                let _ = write!(path, "[{index}]");
            }
            Level::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                let key = String::from_utf8_lossy(key);
                path.extend(key.chars().take(KEY_LENGTH).flat_map(char::escape_debug));
            }
            Level::Object(None) => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_and_items_over_lines_and_escapes() {
        let text = b"{\"a\\\"\": [1,\n {\"b\": \"}],\\\"\", \"c\": 7}]}";
        let column = 1 + text
            .rsplit(|byte| *byte == b'\n')
            .next()
            .unwrap()
            .iter()
            .position(|b| *b == b'7')
            .unwrap();
        assert_eq!(at(text, 2, column, "result"), "result.a\\\\\\\"[1].c");
    }

    #[test]
    fn a_key_at_which_the_position_is_counts() {
        let text = br#"{"one": {"again": 1, "again": 2}}"#;
        for column in 28..=30 {
            assert_eq!(at(text, 1, column, ""), "one.again", "{column}");
        }
    }

    #[test]
    fn positions_outside_the_text_do_no_harm() {
        assert_eq!(at(b"{}", 9, 9, ""), "");
        assert_eq!(at(b"", 0, 0, "result"), "result");
        assert_eq!(at(b"]]]}", 1, 4, ""), "");
    }
}
