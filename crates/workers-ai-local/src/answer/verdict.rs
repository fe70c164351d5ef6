//! Verdicts on texts: harmless or not, and friendly or not, told by their words.

use serde_json::{Value, json};

use super::{dice::Hash, made::rounded, words};

/// Words of harmful requests, and the hazard they stand for.
const HAZARDS: [(&str, &str); 10] = [
    ("kill", "S1"),
    ("murder", "S1"),
    ("bomb", "S9"),
    ("weapon", "S9"),
    ("steal", "S2"),
    ("rob", "S2"),
    ("hack", "S2"),
    ("malware", "S2"),
    ("suicide", "S11"),
    ("poison", "S1"),
];

/// Friendly words, and unfriendly ones.
const GOOD: [&str; 10] = [
    "lovely",
    "good",
    "great",
    "love",
    "best",
    "happy",
    "nice",
    "wonderful",
    "excellent",
    "like",
];
const BAD: [&str; 10] = [
    "bad", "awful", "terrible", "hate", "worst", "sad", "boring", "horrible", "poor", "broken",
];

/// A verdict on what was said: text, or an object if that is wanted.
pub(super) fn safety(said: &str, as_object: bool) -> Value {
    let mut found: Vec<&str> = Vec::new();
    for word in words::words(said) {
        let hazard = HAZARDS
            .iter()
            .find(|(hazard, _)| hazard.eq_ignore_ascii_case(word));
        found.extend(
            hazard
                .map(|(_, code)| *code)
                .filter(|code| !found.contains(code)),
        );
    }
    match (as_object, found.is_empty()) {
        (true, safe) => json!({"safe": safe, "categories": found}),
        (false, true) => json!("\n\nsafe"),
        (false, false) => json!(format!("\n\nunsafe\n{}", found.join(","))),
    }
}

/// How friendly a text is; the two scores are 1 together, in no particular order.
pub(super) fn sentiment(text: &str, hash: Hash) -> Value {
    let mut balance = hash.text("sentiment").dice().unit() - 0.5;
    for word in words::words(text) {
        let is_in = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
        balance += if is_in(&GOOD) {
            3.0
        } else if is_in(&BAD) {
            -3.0
        } else {
            0.0
        };
    }
    let positive = rounded(1.0 / (1.0 + (-balance).exp()));
    json!([
        {"label": "NEGATIVE", "score": rounded(1.0 - positive)},
        {"label": "POSITIVE", "score": positive},
    ])
}
