//! What an answer costs: tokens in the members a document has for them, and neurons by its price.

use serde_json::{Map, Value, json};

use crate::documents::{Model, Schema};

/// Neurons of one US dollar.
const PER_DOLLAR: f64 = 1000.0 / 0.011;

/// How much of each thing a call used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Used {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) reasoning_tokens: u64,
    pub(super) characters: u64,
    pub(super) audio_seconds: f64,
    pub(super) tiles: u64,
    pub(super) steps: u64,
}

impl Used {
    /// The cost in neurons, if the document has a price; rounded to a ten-thousandth.
    pub(super) fn neurons(&self, model: &Model) -> f64 {
        let prices = model.facts().get("price").and_then(Value::as_array);
        let dollars: f64 = prices
            .into_iter()
            .flatten()
            .map(|price| {
                let dollars = price.get("usd").and_then(Value::as_f64).unwrap_or_default();
                let unit = price
                    .get("unit")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                dollars * self.of(unit)
            })
            .sum();
        (dollars * PER_DOLLAR * 1e4).round() / 1e4
    }

    /// How many of a unit of price were used.
    fn of(&self, unit: &str) -> f64 {
        match unit {
            "per M input tokens" => float(self.input_tokens) / 1e6,
            "per M output tokens" => float(self.output_tokens) / 1e6,
            "per 1k characters" => float(self.characters) / 1e3,
            "per audio minute" => self.audio_seconds / 60.0,
            "per 512 by 512 tile" => float(self.tiles),
            "per step" => float(self.steps),
            "per inference request" => 1.0,
            _ => 0.0,
        }
    }

    /// Tokens under the names everybody has for them.
    pub(super) fn plain(&self, is_responses: bool) -> Value {
        let total = self.input_tokens + self.output_tokens;
        if is_responses {
            return json!({"input_tokens": self.input_tokens, "output_tokens": self.output_tokens, "total_tokens": total});
        }
        json!({"prompt_tokens": self.input_tokens, "completion_tokens": self.output_tokens, "total_tokens": total})
    }

    /// Tokens under the names this schema has for them.
    pub(super) fn value(&self, schema: Schema<'_>, neurons: f64) -> Value {
        let mut usage = Map::new();
        let total = self.input_tokens + self.output_tokens;
        for (name, part) in schema.resolve().properties() {
            let value = match name {
                "prompt_tokens" | "input_tokens" => self.input_tokens.into(),
                "completion_tokens" | "output_tokens" => self.output_tokens.into(),
                "total_tokens" => total.into(),
                "prompt_tokens_details" | "input_tokens_details" => only(part, "cached_tokens", 0),
                "completion_tokens_details" | "output_tokens_details"
                    if self.reasoning_tokens > 0 =>
                {
                    only(part, "reasoning_tokens", self.reasoning_tokens)
                }
                "neurons" if neurons > 0.0 => neurons.into(),
                _ => continue,
            };
            usage.insert(name.to_owned(), value);
        }
        Value::Object(usage)
    }
}

/// An object with this one member, if the schema has it.
fn only(schema: Schema<'_>, name: &str, count: u64) -> Value {
    let member = schema.resolve().property(name);
    let members = member.map(|_| (name.to_owned(), Value::from(count)));
    Value::Object(members.into_iter().collect())
}

/// A count as a factor.
pub(super) fn float(count: u64) -> f64 {
    // Counts are far below 2^32; larger ones would cost the same.
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
