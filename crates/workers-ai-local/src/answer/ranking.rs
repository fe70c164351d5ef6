//! How well texts fit a query: scores that grow with the words they share.

use serde_json::{Value, json};

use super::words;

/// How much of the query a text takes up, from 0 to 1.
pub(super) fn likeness(query: &str, text: &str) -> f64 {
    let wanted = words::subjects(query);
    let own = words::subjects(text);
    let found = wanted
        .iter()
        .filter(|word| own.iter().any(|own| is_alike(word, own)))
        .count();
    // Subjects are few.
    let share = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if wanted.is_empty() {
        0.0
    } else {
        share(found) / share(wanted.len())
    }
}

/// The same word, or two forms of one.
fn is_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let is_form = |short: &str, long: &str| short.len() >= 4 && long.starts_with(short);
    one == other || is_form(&one, &other) || is_form(&other, &one)
}

/// Texts by their score, best first.
pub(super) fn scores(query: &str, texts: &[String], most: Option<&Value>) -> Value {
    let mut scores: Vec<(usize, f64)> = texts
        .iter()
        .map(|text| 1.0 / (1.0 + (9.0 - 14.0 * likeness(query, text)).exp()))
        .map(|score| (score * 1e8).round() / 1e8)
        .enumerate()
        .collect();
    scores.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let most = most
        .and_then(Value::as_u64)
        .and_then(|most| usize::try_from(most).ok());
    let entry = |(id, score): (usize, f64)| json!({"id": id, "score": score});
    scores
        .into_iter()
        .take(most.unwrap_or(usize::MAX))
        .map(entry)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_grow_with_shared_words() {
        let texts = [
            "Cats sleep a lot.",
            "The harbour opens at six.",
            "A harbour is a place.",
        ];
        let texts = texts.map(str::to_owned);
        let ranked = scores("When does the harbour open?", &texts, None);
        let order: Vec<u64> = ranked
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["id"].as_u64())
            .collect();
        assert_eq!(order, [1, 2, 0]);
        let best = scores("When does the harbour open?", &texts, Some(&json!(1)));
        assert_eq!(best.as_array().map(Vec::len), Some(1));
        assert_eq!(
            scores("is it", &texts, None).as_array().map(Vec::len),
            Some(3)
        );
    }
}
