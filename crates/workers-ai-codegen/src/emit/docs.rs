//! Description text → lines of rustdoc that can do no harm: one sentence first, links and tags made inert, wrapped.

use serde_json::Value;

use crate::ir::{Docs, Field, Limits};

const WIDTH: usize = 96;

/// The first sentence and the rest.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    let text = inert(text);
    let (first, rest) = first_sentence(&text);
    [first, rest]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What a reader is told of a field: description, default, limits, marks.
pub(crate) fn field(field: &Field) -> Vec<String> {
    let mut out = described(&field.docs, &field.wire);
    let mut facts = Vec::new();
    if let Some(default) = &field.docs.default {
        facts.push(format!("Default: `{}`.", inert_code(&default.to_string())));
    }
    facts.extend(limits(&field.limits, &field.item_limits));
    facts.extend(field.docs.notes.iter().map(|note| clean(note)));
    if !facts.is_empty() {
        out.push(facts.join(" "));
    }
    out
}

/// A description, or the name where there is none, and what is uncertain of it.
pub(crate) fn described(docs: &Docs, name: &str) -> Vec<String> {
    let mut out = paragraphs(&docs.text);
    if out.is_empty() {
        out.push(format!("`{}`.", inert_code(name)));
    }
    if let Some(uncertain) = &docs.uncertain {
        out.push(format!("Uncertain: {}", inert(uncertain)));
    }
    out
}

fn limits(own: &Limits, items: &Limits) -> Vec<String> {
    let span = |min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    };
    let text = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    let count = |value: &Option<u64>| value.as_ref().map(ToString::to_string);
    let mut out = Vec::new();
    if own.has_range() {
        out.push(format!(
            "Limits: {}.",
            span(text(&own.minimum), text(&own.maximum))
        ));
    }
    if own.has_length() {
        out.push(format!(
            "Characters: {}.",
            span(count(&own.min_length), count(&own.max_length))
        ));
    }
    if own.has_items() {
        out.push(format!(
            "Items: {}.",
            span(count(&own.min_items), count(&own.max_items))
        ));
    }
    if items.has_items() {
        out.push(format!(
            "Items of each: {}.",
            span(count(&items.min_items), count(&items.max_items))
        ));
    }
    if items.has_length() {
        out.push(format!(
            "Characters of each: {}.",
            span(count(&items.min_length), count(&items.max_length))
        ));
    }
    if items.has_range() {
        out.push(format!(
            "Each: {}.",
            span(text(&items.minimum), text(&items.maximum))
        ));
    }
    out
}

/// Lines for `#[doc]`, paragraphs apart by an empty one.
pub(crate) fn lines(paragraphs: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for paragraph in paragraphs {
        if !out.is_empty() {
            out.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            // A word that would begin a list, heading or quote at the start of a line stays on the line before.
            let block = word
                .chars()
                .all(|c| matches!(c, '-' | '+' | '*' | '#' | '>' | '=' | '~' | '|'))
                || word.strip_suffix(['.', ')']).is_some_and(|number| {
                    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
                });
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH && !block
            {
                out.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        out.push(line);
    }
    out
}

fn first_sentence(text: &str) -> (&str, &str) {
    let end = text.match_indices(". ").map(|(at, _)| at + 1).find(|at| {
        let before = &text[..at - 1];
        !before.bytes().all(|b| b.is_ascii_digit() || b == b'\\')
            && !before.ends_with("e.g")
            && !before.ends_with("i.e")
            && !before.ends_with("etc")
            && !before.ends_with("vs")
    });
    end.map_or((text, ""), |at| (text[..at].trim(), text[at..].trim()))
}

/// White space folded, control and direction marks taken out.
fn clean(text: &str) -> String {
    let visible = |c: char| match c {
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if is_invisible(c) => None,
        c if c.is_control() => Some(' '),
        c => Some(c),
    };
    let text: String = text.chars().filter_map(visible).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn inert_code(text: &str) -> String {
    clean(text).replace('`', "'")
}

/// A value for a code span, with what cannot be seen spelled out.
pub(crate) fn visible(text: &str) -> String {
    let spelled = |c: char| -> String {
        if c == '`' {
            "'".to_owned()
        } else if c.is_control() || is_invisible(c) {
            c.escape_unicode().to_string()
        } else {
            c.to_string()
        }
    };
    if text.is_empty() {
        "\"\"".to_owned()
    } else {
        text.chars().map(spelled).collect()
    }
}

/// A text in a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    inert(text)
}

/// A text in a code span in a cell of a table.
pub(crate) fn code_cell(text: &str) -> String {
    format!("`{}`", inert_code(text).replace('|', "\\|"))
}

/// An address as a link, whatever signs are in it.
pub(crate) fn link(url: &str) -> String {
    let escaped: String = url
        .chars()
        .map(|c| match c {
            '<' => "%3C".to_owned(),
            '>' => "%3E".to_owned(),
            '|' => "%7C".to_owned(),
            c if c.is_whitespace() || c.is_control() || is_invisible(c) => "%20".to_owned(),
            c => c.to_string(),
        })
        .collect();
    format!("<{escaped}>")
}

/// Marks that turn or join the text around them and show nothing themselves.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Text outside of code spans loses everything that rustdoc would act on.
fn inert(text: &str) -> String {
    let text = clean(text).replace("```", "'''");
    let mut out = String::with_capacity(text.len() + 16);
    let balanced = text.matches('`').count().is_multiple_of(2);
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push(if balanced { '`' } else { '\'' });
        }
        if balanced && index % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let words = part.split(' ').map(inert_word);
        out.push_str(&words.collect::<Vec<_>>().join(" "));
    }
    let digits = out.len() - out.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let numbered = digits > 0 && out[digits..].starts_with(['.', ')']);
    if out.starts_with(['#', '-', '+', '>', '=', '~']) {
        out.insert(0, '\\');
    } else if numbered {
        out.insert(digits, '\\');
    }
    out
}

/// A word with its addresses as links and its signs without a meaning.
fn inert_word(word: &str) -> String {
    let start = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| word.find(scheme))
        .min();
    let Some(start) = start else {
        return escaped(word);
    };
    let (before, rest) = word.split_at(start);
    let open = rest.find('(');
    let ends = |(at, c): &(usize, char)| match c {
        '<' | '>' | '"' | '\'' | '[' | ']' | '{' | '}' | '|' | '\\' => true,
        ')' => open.is_none_or(|open| open > *at),
        _ => false,
    };
    let end = rest
        .char_indices()
        .find(ends)
        .map_or(rest.len(), |(at, _)| at);
    let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
    let url = if url.contains('(') {
        url
    } else {
        url.trim_end_matches(')')
    };
    let after = &rest[url.len()..];
    // It may stand in angle brackets already.
    let (before, after) = match (before.strip_suffix('<'), after.strip_prefix('>')) {
        (Some(before), Some(after)) => (before, after),
        _ => (before, after),
    };
    if url.ends_with("//") {
        return escaped(before) + "`" + url + "`" + &inert_word(after);
    }
    format!("{}<{url}>{}", escaped(before), inert_word(after))
}

fn escaped(word: &str) -> String {
    let mut safe = String::with_capacity(word.len());
    for character in word.chars() {
        if matches!(character, '[' | ']' | '<' | '>' | '*' | '_' | '\\' | '|') {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_sentence_stands_alone() {
        assert_eq!(
            paragraphs("One. Two, e.g. three. Four."),
            ["One.", "Two, e.g. three. Four."]
        );
        assert_eq!(paragraphs("Only one"), ["Only one"]);
        assert!(paragraphs("  ").is_empty());
    }

    #[test]
    fn nothing_in_a_description_is_acted_upon() {
        for (text, safe) in [
            ("see [0] and <b>", "see \\[0\\] and \\<b\\>"),
            ("a `Vec<u8>` stays", "a `Vec<u8>` stays"),
            ("an odd ` tick", "an odd ' tick"),
            ("at https://example.com/x.", "at <https://example.com/x>."),
            ("```rust\nfn main() {}\n```", "'''rust fn main() {} '''"),
            ("#![allow(x)] */ text", "\\#!\\[allow(x)\\] \\*/ text"),
            ("bidi \u{202e}mark", "bidi mark"),
            ("    four spaces", "four spaces"),
            ("1. first", "1\\. first"),
            (
                "[a page](https://example.com/a_b).",
                "\\[a page\\](<https://example.com/a_b>).",
            ),
            (
                "(https://example.com/x), then",
                "(<https://example.com/x>), then",
            ),
            ("https://example.com/a_(b)?", "<https://example.com/a_(b)>?"),
            ("<https://example.com>.", "<https://example.com>."),
            (
                "https://example.com/x?y=<z>",
                "<https://example.com/x?y=>\\<z\\>",
            ),
        ] {
            assert_eq!(inert(text), safe, "{text}");
        }
    }

    #[test]
    fn cells_and_code_show_what_is_there() {
        assert_eq!(cell("a | b <c>"), "a \\| b \\<c\\>");
        assert_eq!(code_cell("a|b`c"), "`a\\|b'c`");
        assert_eq!(
            link("https://example.com/a b<c>|d"),
            "<https://example.com/a%20b%3Cc%3E%7Cd>"
        );
        assert_eq!(visible("a\u{202e}b\nc`"), "a\\u{202e}b\\u{a}c'");
        assert_eq!(visible(""), "\"\"");
    }

    #[test]
    fn long_text_is_wrapped_without_starting_a_list() {
        let text = format!("{} - {}", "word ".repeat(18).trim(), "end ".repeat(10));
        let lines = lines(&[text]);
        assert!(
            lines.iter().all(|line| !line.starts_with("- ")),
            "{lines:?}"
        );
        assert!(lines.len() > 1);
    }
}
