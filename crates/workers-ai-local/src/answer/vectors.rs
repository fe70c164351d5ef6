//! Embeddings: words and pieces of words scattered over the dimensions, so that like texts lie close.

use serde_json::{Map, Value, json};

use super::{Answer, Answered, Asked, conversation, dice::Hash, ranking, usage::Used, words};
use crate::documents::{Model, Schema};

/// The length of a vector where the document does not say.
const DIMENSIONS: usize = 1024;

/// The members of an input that hold texts, in the order of their rows.
const TEXTS: [&str; 3] = ["queries", "documents", "text"];

/// Rows of one answer, at most: twenty times what the service takes.
const MOST_ROWS: usize = 2_000;

/// How much all texts have in common.
const COMMON: f64 = 0.5;

/// The shapes an answer can have.
pub(super) struct Shapes<'a>(Vec<Schema<'a>>);

impl<'a> Shapes<'a> {
    /// If the result is vectors or scores of texts.
    pub(super) fn of(result: Schema<'a>) -> Option<Self> {
        let shapes = conversation::flat(result);
        let is_one = |schema: &Schema<'_>| schema.property("shape").is_some() || is_scores(*schema);
        shapes.iter().any(is_one).then_some(Shapes(shapes))
    }

    /// Vectors of texts, scores of contexts against a query, or vectors of contexts.
    pub(super) fn answer(&self, asked: &Asked<'_>, input: &Value) -> Answered {
        let contexts = input.get("contexts").and_then(Value::as_array);
        let context = |context: &'_ Value| {
            context
                .get("text")
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let contexts: Option<Vec<String>> = contexts.map(|all| {
            all.iter()
                .map(|one| context(one).unwrap_or_default())
                .collect()
        });
        let query = input.get("query").and_then(Value::as_str);
        let texts = contexts.unwrap_or_else(|| texts(input));
        let counted = texts.iter().map(String::as_str).chain(query);
        let used = Used {
            input_tokens: counted.map(words::count).sum(),
            ..Used::default()
        };
        let neurons = used.neurons(asked.model);

        let mut result = Map::new();
        let shape = if let Some(query) = query {
            let scores = ranking::scores(query, &texts, input.get("top_k"));
            result.insert("response".to_owned(), scores);
            self.find(|schema| is_scores(*schema))
        } else {
            let is_contexts = input.get("contexts").is_some();
            let name = if is_contexts { "response" } else { "data" };
            let vectors = Vectors::of(asked);
            let texts = texts.iter().take(MOST_ROWS);
            let rows: Vec<Value> = texts.map(|text| vectors.row(text)).collect();
            result.insert("shape".to_owned(), json!([rows.len(), vectors.dimensions]));
            result.insert(name.to_owned(), Value::Array(rows));
            result
                .extend(pooling(asked.model, input).map(|pooling| ("pooling".to_owned(), pooling)));
            self.find(|schema| {
                schema.property("shape").is_some() && schema.property(name).is_some()
            })
        };
        if let Some(shape) = shape {
            result.retain(|name, _| shape.property(name).is_some());
            let usage = shape.property("usage");
            result.extend(usage.map(|usage| ("usage".to_owned(), used.value(usage, neurons))));
        }
        Answered {
            neurons,
            answer: Answer::Result(Value::Object(result)),
        }
    }

    fn find(&self, is_it: impl Fn(&Schema<'a>) -> bool) -> Option<Schema<'a>> {
        self.0.iter().copied().find(|schema| is_it(schema))
    }
}

fn is_scores(schema: Schema<'_>) -> bool {
    let response = schema.property("response");
    let item = response.and_then(|response| response.resolve().child("items"));
    item.is_some_and(|item| item.resolve().property("score").is_some())
}

fn texts(input: &Value) -> Vec<String> {
    let members = TEXTS.iter().filter_map(|name| input.get(name));
    members
        .flat_map(|texts| match texts {
            Value::Array(several) => several.as_slice(),
            one => std::slice::from_ref(one),
        })
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// The pooling that was asked for, or what the document says is usual.
fn pooling(model: &Model, input: &Value) -> Option<Value> {
    let declared = model.input("application/json").and_then(|input| {
        let shapes = conversation::flat(input);
        shapes
            .iter()
            .find_map(|shape| shape.property("pooling")?.get("default"))
    });
    input.get("pooling").or(declared).cloned()
}

/// Makes vectors for one model.
struct Vectors {
    hash: Hash,
    dimensions: usize,
}

impl Vectors {
    fn of(asked: &Asked<'_>) -> Self {
        let dimensions = asked
            .model
            .facts()
            .get("dimensions")
            .and_then(Value::as_u64);
        let dimensions = dimensions.and_then(|dimensions| usize::try_from(dimensions).ok());
        Vectors {
            hash: Hash::new(asked.seed).text(asked.model.id),
            dimensions: dimensions.filter(|some| *some > 0).unwrap_or(DIMENSIONS),
        }
    }

    /// The vector of a text, of length 1.
    fn row(&self, text: &str) -> Value {
        let mut dice = self.hash.dice();
        let common: Vec<f64> = (0..self.dimensions).map(|_| dice.unit() - 0.5).collect();
        let mut row = vec![0.0; self.dimensions];
        for word in words::words(text) {
            let word = word.to_lowercase();
            let weight = if words::subjects(&word).is_empty() {
                0.3
            } else {
                1.0
            };
            self.scatter(&word, weight, &mut row);
            let letters: Vec<char> = format!("^{word}$").chars().collect();
            for piece in letters.windows(3) {
                let piece: String = piece.iter().collect();
                self.scatter(&piece, weight * 0.3, &mut row);
            }
        }
        let (own, shared) = (length(&row), length(&common));
        let own = if own > 0.0 { 1.0 / own } else { 0.0 };
        let sum = row.iter().zip(&common);
        let sum: Vec<f64> = sum
            .map(|(one, common)| one * own + common * COMMON / shared)
            .collect();
        let whole = length(&sum);
        sum.into_iter()
            .map(|one| Value::from((one / whole * 1e8).round() / 1e8))
            .collect()
    }

    /// Adds to eight dimensions that belong to this piece of text.
    fn scatter(&self, piece: &str, weight: f64, row: &mut [f64]) {
        let mut dice = self.hash.text(piece).dice();
        for _ in 0..8 {
            let at = dice.index(row.len());
            let sign = if dice.below(2) == 0 { weight } else { -weight };
            if let Some(one) = row.get_mut(at) {
                *one += sign;
            }
        }
    }
}

fn length(row: &[f64]) -> f64 {
    row.iter().map(|one| one * one).sum::<f64>().sqrt()
}
