//! Every limit that a document states is watched, and nothing within it is refused.

use std::{
    collections::HashSet,
    fmt::{Debug, Display},
    ops::{Add, Sub},
};

use serde_json::{Value, json};
use workers_ai_models::Limit;

use super::with_each_property;
use crate::{
    Faults,
    models::Entry,
    same,
    samples::{Sample, Spot, What, count},
};

/// A value on the edge of a limit, and one beyond it with what is said of it.
struct Edge {
    inside: Option<Value>,
    outside: Value,
    value: String,
    limit: Said,
}

/// What is said of a limit.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// These words.
    Exactly(String),
    /// These choices, perhaps among others: two kinds of message may look alike.
    OneOf(&'static [&'static str]),
    /// These numbers, in whatever words.
    Numbers(String),
}

impl Said {
    pub(super) fn by(&self, limit: &str) -> bool {
        match self {
            Self::Exactly(words) => limit == words,
            Self::Numbers(words) => words
                .split(' ')
                .filter(|word| word.parse::<u64>().is_ok())
                .all(|number| limit.split(' ').any(|word| word == number)),
            Self::OneOf(values) => limit.strip_prefix("one of ").is_some_and(|listed| {
                values
                    .iter()
                    .all(|value| listed.split(", ").any(|listed| listed == *value))
            }),
        }
    }
}

impl Spot {
    fn edges(&self, sample: &Sample) -> Vec<Edge> {
        match &self.what {
            What::Integer => self.ranged(Value::as_i64, 1),
            What::Number => self.ranged(Value::as_f64, 0.5),
            What::Text => self.counted("Length", "characters", |length| {
                (
                    json!("ß".repeat(length)),
                    format!("text of {length} characters"),
                )
            }),
            What::List => self.counted("Items", "items", |length| {
                let item = sample.at(&self.path)[0].clone();
                (vec![item; length].into(), format!("a list of {length}"))
            }),
            What::Map => {
                let object = |length| {
                    let item = &sample.at(&self.path)["first"];
                    let member = |index| (format!("name{index}"), item.clone());
                    let members = (0..length).map(member).collect();
                    (Value::Object(members), length.to_string())
                };
                let mut edges = self.counted("Properties", "properties", object);
                for edge in &mut edges {
                    if let Said::Exactly(words) = &edge.limit {
                        edge.limit = Said::Numbers(words.clone());
                    }
                }
                edges
            }
            What::Choice(values) => vec![Edge {
                inside: values.last().map(|value| json!(value)),
                outside: json!("not-in-the-list"),
                value: "text of 15 characters".to_owned(),
                limit: Said::OneOf(values),
            }],
            What::Member | What::Object | What::Fixed | What::Kind | What::Bytes => Vec::new(),
        }
    }

    fn ranged<T>(&self, read: fn(&Value) -> Option<T>, step: T) -> Vec<Edge>
    where
        T: Copy + Debug + Display + Into<Value> + Add<Output = T> + Sub<Output = T>,
    {
        let [min, max] = ["minimum", "maximum"].map(|edge| self.schema.get(edge).and_then(read));
        let limit = Limit { min, max };
        edges(
            min.map(|min| (min, min - step)),
            max.map(|max| (max, max + step)),
            |number| (number.into(), format!("{number:?}")),
            &limit.to_string(),
        )
    }

    fn counted(&self, what: &str, unit: &str, of: impl Fn(usize) -> (Value, String)) -> Vec<Edge> {
        let [min, max] = ["min", "max"].map(|edge| count(self.schema, &format!("{edge}{what}")));
        let limit = Limit { min, max };
        let below = min.filter(|min| *min > 0).map(|min| (min, min - 1));
        edges(
            below,
            max.map(|max| (max, max + 1)),
            of,
            &format!("{limit} {unit}"),
        )
    }
}

fn edges<T: Copy>(
    below: Option<(T, T)>,
    above: Option<(T, T)>,
    of: impl Fn(T) -> (Value, String),
    limit: &str,
) -> Vec<Edge> {
    let edge = |(inside, outside)| {
        let (outside, value) = of(outside);
        Edge {
            inside: Some(of(inside).0),
            outside,
            value,
            limit: Said::Exactly(limit.to_owned()),
        }
    };
    below.into_iter().chain(above).map(edge).collect()
}

/// A body beyond each limit of each document, if its type can say it, and the place.
pub(crate) fn beyond_each_limit() -> Vec<(&'static Entry, String, Value)> {
    let mut bodies = Vec::new();
    let mut tried = HashSet::new();
    for (entry, name, sample) in with_each_property() {
        for spot in sample.spots.iter().filter(|spot| spot.path.is_in(name)) {
            let edges = spot.edges(&sample);
            let place = (spot.path.to_string(), std::ptr::from_ref(spot.schema));
            if edges.is_empty() || !tried.insert(place) {
                continue;
            }
            let outside = edges.into_iter().map(|edge| edge.outside);
            for value in outside.filter(|value| !spot.what.is_unsigned_below_zero(value)) {
                let place = format!("{}: {} is {value}", entry.id, spot.path);
                bodies.push((entry, place, sample.with(&spot.path, value)));
            }
        }
    }
    bodies
}

#[test]
fn every_limit_of_a_document_is_watched_and_nothing_within_it_is_refused() {
    let mut faults = Faults::default();
    let mut tried = HashSet::new();
    let mut limits = 0;
    for (entry, name, sample) in with_each_property() {
        for spot in sample.spots.iter().filter(|spot| spot.path.is_in(name)) {
            let edges = spot.edges(&sample);
            // What several models share is of one type.
            let place = (spot.path.to_string(), std::ptr::from_ref(spot.schema));
            if edges.is_empty() || !tried.insert(place) {
                continue;
            }
            limits += edges.len();
            for edge in edges {
                expect_edge(&mut faults, entry, &sample, spot, edge);
            }
        }
    }
    faults.settle();
    assert!(limits > 400, "only {limits} limits");
}

fn expect_edge(faults: &mut Faults, entry: &Entry, sample: &Sample, spot: &Spot, edge: Edge) {
    let Edge {
        inside,
        outside,
        value,
        limit,
    } = edge;
    let place = format!("{}: {}", entry.id, spot.path);
    if let Some(inside) = inside {
        match (entry.request)(&sample.with(&spot.path, inside)) {
            Ok(request) => faults.unless(request.violations.is_empty(), || {
                format!(
                    "{place}, on the edge of {limit:?}: {:?}",
                    request.violations
                )
            }),
            Err(error) => faults.add(format!("{place}, on the edge of {limit:?}: {error}")),
        }
    }
    let cannot_be_said = spot.what.is_unsigned_below_zero(&outside);
    let body = sample.with(&spot.path, outside);
    let request = match (entry.request)(&body) {
        Ok(request) => request,
        Err(error) => {
            return faults.unless(cannot_be_said, || format!("{place}, {value}: {error}"));
        }
    };
    faults.unless(same(&request.json, &body), || {
        format!("{place}: {body} becomes {}", request.json)
    });
    let path = spot.path.to_string();
    let found = request.violations.as_slice();
    let expected = match found {
        [one] => {
            let worded = matches!(limit, Said::Numbers(_)) || one.value == value;
            one.path == path && worded && limit.by(&one.limit)
        }
        _ => false,
    };
    faults.unless(expected, || {
        format!("{place} is {value}, allowed is {limit:?}, found {found:?}")
    });
}

impl What {
    /// Whether this is a number that a type without a sign cannot hold.
    fn is_unsigned_below_zero(&self, value: &Value) -> bool {
        matches!(self, Self::Integer) && value == -1
    }
}
