//! Where the members of an object are, found without looking into their values. What is inside of them is not checked.

use std::ops::Range;

use memchr::{memchr2, memchr3};

/// Calls `each` with the name and the place of every member of the object that `text` is, until it says no.
/// `None` if `text` is not one object, or a name is not plain.
pub(crate) fn members<'a>(
    text: &'a [u8],
    mut each: impl FnMut(&'a [u8], Range<usize>) -> bool,
) -> Option<()> {
    let mut at = past_blank(text, 0);
    at = past(text, at, b'{')?;
    if text.get(at) == Some(&b'}') {
        return (past_blank(text, at + 1) == text.len()).then_some(());
    }
    loop {
        let end = past_text(text, at)?;
        let name = text.get(at + 1..end - 1)?;
        if name.contains(&b'\\') {
            return None;
        }
        at = past(text, past_blank(text, end), b':')?;
        let end = past_value(text, at)?;
        if !each(name, at..end) {
            return None;
        }
        at = past_blank(text, end);
        match text.get(at)? {
            b',' => at = past_blank(text, at + 1),
            b'}' => return (past_blank(text, at + 1) == text.len()).then_some(()),
            _ => return None,
        }
    }
}

fn past_blank(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + (rest.len() - rest.trim_ascii_start().len())
}

/// Past a byte that has to be there, and the blanks after it.
fn past(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    (text.get(at) == Some(&byte)).then(|| past_blank(text, at + 1))
}

fn past_text(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn past_value(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => past_text(text, at),
        b'{' => past_nest(text, at, b'{', b'}'),
        b'[' => past_nest(text, at, b'[', b']'),
        _ => {
            let rest = text.get(at..)?;
            let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
            let length = rest.iter().position(ends)?;
            (length > 0).then_some(at + length)
        }
    }
}

/// Past the bracket that closes the one at `at`. Other brackets in between have to match too, or whoever reads the value
/// will say so.
fn past_nest(text: &[u8], at: usize, open: u8, close: u8) -> Option<usize> {
    let (mut at, mut depth) = (at + 1, 1_usize);
    while depth > 0 {
        at += memchr3(b'"', open, close, text.get(at..)?)?;
        match text.get(at)? {
            b'"' => at = past_text(text, at)?,
            byte if *byte == open => (at, depth) = (at + 1, depth + 1),
            _ => (at, depth) = (at + 1, depth - 1),
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Vec<(&str, &str)>> {
        let mut found = Vec::new();
        let whole = members(text.as_bytes(), |name, place| {
            found.push((std::str::from_utf8(name).unwrap(), &text[place]));
            true
        });
        whole.map(|()| found)
    }

    #[test]
    fn members_are_found_with_what_they_hold() {
        let text =
            " { \"a\" : [1, \"]\\\"\", {}] , \"b\":{\"c\":\"}\"},\"d\":null , \"e\":-1.5 }\n";
        let expected = [
            ("a", r#"[1, "]\"", {}]"#),
            ("b", r#"{"c":"}"}"#),
            ("d", "null"),
            ("e", "-1.5"),
        ];
        assert_eq!(found(text).unwrap(), expected);
        assert_eq!(found("{}"), Some(Vec::new()));
    }

    #[test]
    fn what_is_far_away_is_found_all_the_same() {
        for length in 0..100 {
            let long = "x".repeat(length);
            let text = format!(r#"{{"a":"{long}\"{long}","b":[{{"c":"{long}]"}},"{long}"]}}"#);
            let text_of_a = format!(r#""{long}\"{long}""#);
            let list = format!(r#"[{{"c":"{long}]"}},"{long}"]"#);
            let expected = [("a", text_of_a.as_str()), ("b", list.as_str())];
            assert_eq!(found(&text).unwrap(), expected, "{length}");
            assert_eq!(found(&text[..text.len() - 2]), None, "{length}");
        }
    }

    #[test]
    fn what_is_not_one_whole_object_is_none() {
        for text in [
            "",
            "{",
            "[]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1",
            "{\"a\":1,}",
            "{\"a\":[1}",
            "{\"a\":\"b}",
            "{\"a\":\"\\",
            "{} x",
            "{\"a\":1}{}",
            "{a:1}",
            "{\"\\u0061\":1}",
            "{\"a\":1 2}",
            "{,}",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn it_stops_when_it_is_told_to() {
        assert_eq!(members(b"{\"a\":1,\"b\":2}", |_, _| false), None);
    }
}
