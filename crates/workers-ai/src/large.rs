//! Finds what is most of an answer, so that it need not be read letter by letter.

use std::ops::Range;

use workers_ai_models::cut;

use crate::scan;

/// Where the members of an answer are that are most of it: text, and rows of numbers.
pub(crate) fn members(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.len() < cut::LEAST {
        return found;
    }
    let whole = scan::members(text, |_, place| {
        let is_large = place.len() >= cut::LEAST;
        let is_it = match text.get(place.clone()) {
            Some([b'"', ..]) => true,
            Some([b'[', rest @ ..]) => rest.trim_ascii_start().starts_with(b"["),
            _ => false,
        };
        if is_large && is_it {
            found.push(place);
        }
        true
    });
    let most: usize = found.iter().map(ExactSizeIterator::len).sum();
    if whole.is_none() || most < text.len() / 2 {
        found.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_rows_are_found_if_they_are_most_of_an_answer() {
        let image = "AbC0".repeat(20_000);
        let rows = format!("[{}]", vec!["[0.5,-0.25]"; 3_000].join(","));
        let long = image.len() / 2 + 10;
        for (result, found) in [
            (format!(r#"{{"a":1,"image":"{image}"}}"#), 1),
            (format!(r#"{{"image":"{image}","data":{rows}}}"#), 2),
            (format!(r#"{{"data":{rows}}}"#), 1),
            (format!(r#"{{"data":[1{rows}]}}"#), 0),
            (format!(r#"{{"image":"{image}","a":{:long$}}}"#, 1), 1),
            (
                format!(r#"{{"image":"{image}","a":[{:long$},{:long$}]}}"#, 1, 2),
                0,
            ),
            (format!(r#"{{"image":"{image}""#), 0),
            (format!(r#"["{image}"]"#), 0),
            (r#"{"image":"AbC0"}"#.to_owned(), 0),
        ] {
            assert_eq!(members(result.as_bytes()).len(), found);
        }
    }
}
