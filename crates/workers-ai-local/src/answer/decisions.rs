//! Decisions: a likelihood, a choice or a place on a scale for each question that is asked.

use serde_json::{Map, Value, json};

use super::{
    dice::{Dice, Hash},
    made::rounded,
    ranking,
};

/// An answer to each question about `state`, by the question's id.
pub(super) fn answers(state: &str, questions: Option<&Value>, hash: Hash) -> Value {
    let questions = questions.and_then(Value::as_object);
    let answer = |(id, question): (&String, &Value)| {
        let dice = hash.text("question").text(id).dice();
        (id.clone(), decide(state, question, dice))
    };
    Value::Object(questions.into_iter().flatten().map(answer).collect())
}

fn decide(state: &str, question: &Value, mut dice: Dice) -> Value {
    let criteria = question.get("criteria").unwrap_or(&Value::Null);
    match (question.get("type").and_then(Value::as_str), criteria) {
        (Some("choice"), Value::Object(choices)) => {
            let meanings = choices
                .iter()
                .map(|(name, meaning)| format!("{name} {meaning}"));
            let chances = chances(state, meanings, &mut dice);
            let named: Vec<(&String, f64)> = choices.keys().zip(chances).collect();
            let best = named
                .iter()
                .max_by(|(_, one), (_, other)| one.total_cmp(other));
            let (choice, confidence) = best.map_or((String::new(), 0.0), |(name, chance)| {
                ((*name).clone(), *chance)
            });
            let named = named
                .into_iter()
                .map(|(name, chance)| (name.clone(), chance.into()));
            json!({
                "type": "choice",
                "choice": choice,
                "probabilities": Value::Object(named.collect()),
                "confidence": confidence,
            })
        }
        (Some("score"), Value::Array(steps)) => {
            let chances = chances(state, steps.iter().map(Value::to_string), &mut dice);
            let number = |at: usize| f64::from(u32::try_from(at).unwrap_or_default());
            let score: f64 = chances
                .iter()
                .enumerate()
                .map(|(at, chance)| number(at) * chance)
                .sum();
            let by_number = |(at, value): (usize, Value)| (at.to_string(), value);
            let legend: Map<String, Value> =
                steps.iter().cloned().enumerate().map(by_number).collect();
            let confidence = chances.iter().copied().fold(0.0, f64::max);
            let chances = chances
                .into_iter()
                .map(Value::from)
                .enumerate()
                .map(by_number);
            json!({
                "type": "score",
                "score": rounded(score),
                "legend": legend,
                "probabilities": Value::Object(chances.collect()),
                "confidence": confidence,
            })
        }
        _ => json!({"type": "noul", "noul": rounded(dice.unit())}),
    }
}

/// How likely each of these is: more if it shares words with the state.
fn chances(state: &str, meanings: impl Iterator<Item = String>, dice: &mut Dice) -> Vec<f64> {
    let weight =
        |meaning: String| (2.0 * dice.unit() + 4.0 * ranking::likeness(&meaning, state)).exp();
    let weights: Vec<f64> = meanings.map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights
        .into_iter()
        .map(|weight| rounded(weight / sum))
        .collect()
}
