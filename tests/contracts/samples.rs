//! Invented values that a schema allows, and the places in them that a test may want to change.

mod shapes;

use std::fmt::{self, Display};

use regex_lite::Regex;
use serde_json::{Map, Number, Value, json};
use shapes::{Meaning, Property, Shape, meaning, shape};

/// No schema of ours is nested deeper; from here on only what is required is filled in.
const DEEP: usize = 12;

/// A value that a schema allows.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) value: Value,
    pub(crate) spots: Vec<Spot>,
}

/// How much of an object a sample fills in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fill<'a> {
    /// What is required.
    Required,
    /// What is required, and this property with all that is in it.
    With(&'a str),
    /// All of it.
    All,
}

/// A place in a sample.
#[derive(Debug)]
pub(crate) struct Spot {
    pub(crate) path: Path,
    pub(crate) what: What,
    /// Where the limits are.
    pub(crate) schema: &'static Value,
}

/// What stands at a [`Spot`].
#[derive(Debug)]
pub(crate) enum What {
    /// A member of an object whose members are listed; not one that only has one value.
    Member,
    /// An object whose members are listed.
    Object,
    /// An object with names of the caller's own.
    Map,
    /// A list.
    List,
    /// Text.
    Text,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A text that can only be this one.
    Fixed,
    /// A text that can only be this one, and tells what the alternative around it is.
    Kind,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Bytes as a list of numbers.
    Bytes,
}

/// The way from the root of a value to a place in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Member(&'static str),
    Item(usize),
}

impl Sample {
    /// A value for `schema`. Where there are alternatives, `round` decides; the rounds below
    /// [`rounds`] show all of them.
    pub(crate) fn new(schema: &'static Value, fill: Fill<'_>, round: usize) -> Self {
        let mut sampler = Sampler::default();
        let value = sampler.value(schema, fill, round, &Path::default());
        Self {
            value,
            spots: sampler.spots,
        }
    }

    /// The value with another in this place.
    pub(crate) fn with(&self, path: &Path, value: Value) -> Value {
        let mut changed = self.value.clone();
        *path.find(&mut changed).expect("a place in the sample") = value;
        changed
    }

    /// The value without what is in this place.
    pub(crate) fn without(&self, path: &Path) -> Value {
        let mut changed = self.value.clone();
        let (Step::Member(name), parent) = path.0.split_last().expect("a place below the root")
        else {
            panic!("{path} is a member of an object");
        };
        let parent = Path(parent.to_vec());
        let parent = parent.find(&mut changed).and_then(Value::as_object_mut);
        parent.expect("an object").remove(*name);
        changed
    }

    /// What is in this place.
    pub(crate) fn at(&self, path: &Path) -> &Value {
        let found = path
            .0
            .iter()
            .try_fold(&self.value, |value, step| match step {
                Step::Member(name) => value.get(name),
                Step::Item(index) => value.get(index),
            });
        found.expect("a place in the sample")
    }
}

impl Path {
    fn member(&self, name: &'static str) -> Self {
        self.step(Step::Member(name))
    }

    fn item(&self, index: usize) -> Self {
        self.step(Step::Item(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut path = self.clone();
        path.0.push(step);
        path
    }

    /// The object around a member, and the member's name.
    pub(crate) fn split(&self) -> Option<(Self, &'static str)> {
        let (Step::Member(name), parent) = self.0.split_last()? else {
            return None;
        };
        Some((Self(parent.to_vec()), name))
    }

    /// Whether this is the root, or a member of it.
    pub(crate) fn is_high(&self) -> bool {
        self.0.len() <= 1
    }

    /// Whether this lies in, or is, this member of the root.
    pub(crate) fn is_in(&self, name: &str) -> bool {
        matches!(self.0.first(), Some(Step::Member(first)) if *first == name)
    }

    /// The value with another in this place, if it has the place.
    pub(crate) fn replaced(&self, mut value: Value, other: Value) -> Value {
        if let Some(place) = self.find(&mut value) {
            *place = other;
        }
        value
    }

    fn find<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Member(name) => value.get_mut(name),
            Step::Item(index) => value.get_mut(index),
        })
    }
}

/// As violations write it: `messages[2].content`.
impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if index == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The names of an object's properties; none if the schema is no object.
pub(crate) fn properties(schema: &'static Value) -> Vec<&'static str> {
    match shape(schema) {
        Shape::Object(properties) => properties.iter().map(|property| property.name).collect(),
        _ => Vec::new(),
    }
}

/// The schema of one property.
pub(crate) fn property(schema: &'static Value, name: &str) -> &'static Value {
    let Shape::Object(properties) = shape(schema) else {
        panic!("an object has {name}");
    };
    let found = properties.iter().find(|property| property.name == name);
    found.unwrap_or_else(|| panic!("a property {name}")).schema
}

/// How many rounds show every alternative within every other.
pub(crate) fn rounds(schema: &'static Value) -> usize {
    fn count(shape: &Shape, depth: usize) -> usize {
        let inner = |schema| count(self::shape(schema), depth + 1);
        match shape {
            _ if depth > DEEP => 1,
            Shape::List(Some(items)) | Shape::Map(items) => inner(items),
            Shape::Object(properties) => {
                let counts = properties.iter().map(|property| inner(property.schema));
                counts.max().unwrap_or(1)
            }
            Shape::Union(arms) => {
                let counts = arms.iter().map(|(arm, _)| count(arm, depth + 1));
                arms.len() * counts.max().unwrap_or(1)
            }
            _ => 1,
        }
    }
    count(shape(schema), 0)
}

#[derive(Default)]
struct Sampler {
    spots: Vec<Spot>,
    /// Whether the object that comes next is one of several alternatives.
    alternative: bool,
}

impl Sampler {
    fn value(
        &mut self,
        schema: &'static Value,
        fill: Fill<'_>,
        round: usize,
        path: &Path,
    ) -> Value {
        let Meaning { shape, limits } = meaning(schema);
        self.shaped(shape, limits, fill, round, path)
    }

    fn shaped(
        &mut self,
        shape: &'static Shape,
        schema: &'static Value,
        fill: Fill<'_>,
        round: usize,
        path: &Path,
    ) -> Value {
        let mut note = |what| {
            let path = path.clone();
            self.spots.push(Spot { path, what, schema });
        };
        match shape {
            Shape::Any => json!({"any": [1, "two", null]}),
            Shape::Free => json!({"free": {"as": "air"}}),
            Shape::Fixed(value) => (*value).clone(),
            Shape::Choice(values) => {
                note(What::Choice(values));
                values[round % values.len()].into()
            }
            Shape::Text => {
                note(What::Text);
                text_of(schema)
            }
            Shape::Base64 => "aGVsbG8=".into(),
            Shape::Bytes => {
                note(What::Bytes);
                json!([104, 105, 255])
            }
            Shape::Integer => {
                note(What::Integer);
                integer_of(schema)
            }
            Shape::Number => {
                note(What::Number);
                number_of(schema)
            }
            Shape::Bool => round.is_multiple_of(2).into(),
            Shape::List(items) => {
                note(What::List);
                let most = count(schema, "maxItems").unwrap_or(2).min(2);
                let least = count(schema, "minItems").unwrap_or(0);
                let item = |index| match items {
                    Some(items) => {
                        self.value(items, fill.inner(), round + index, &path.item(index))
                    }
                    None => json!({"free": index}),
                };
                (0..least.max(most)).map(item).collect()
            }
            Shape::Map(items) => {
                note(What::Map);
                let member = |(index, name): (usize, &'static str)| {
                    let path = path.member(name);
                    (
                        name.to_owned(),
                        self.value(items, fill.inner(), round + index, &path),
                    )
                };
                ["first", "second"]
                    .into_iter()
                    .enumerate()
                    .map(member)
                    .collect()
            }
            Shape::Object(properties) => {
                note(What::Object);
                self.object(properties, fill, round, path)
            }
            Shape::Union(arms) => {
                let (arm, schema) = &arms[round % arms.len()];
                self.alternative = true;
                self.shaped(arm, schema, fill, round / arms.len(), path)
            }
        }
    }

    fn object(
        &mut self,
        properties: &'static [Property],
        fill: Fill<'_>,
        round: usize,
        path: &Path,
    ) -> Value {
        let mut members = Map::new();
        let alternative = std::mem::take(&mut self.alternative);
        for &Property {
            name,
            schema,
            required,
        } in properties
        {
            let fill = match fill {
                Fill::With(one) if one == name => Fill::All,
                Fill::With(_) => Fill::Required,
                fill => fill,
            };
            if !required && (fill == Fill::Required || path.0.len() > DEEP) {
                continue;
            }
            let path = path.member(name);
            let what = match shape(schema) {
                Shape::Fixed(_) if alternative => What::Kind,
                Shape::Fixed(_) => What::Fixed,
                _ => What::Member,
            };
            self.spots.push(Spot {
                path: path.clone(),
                what,
                schema,
            });
            members.insert(name.to_owned(), self.value(schema, fill, round, &path));
        }
        members.into()
    }
}

impl Fill<'_> {
    /// How much of what is inside a list or a map is filled in.
    fn inner(self) -> Self {
        match self {
            Self::With(_) => Self::Required,
            fill => fill,
        }
    }
}

/// Texts that match the patterns there are.
const MATCHES: &[&str] = &[
    "16000",
    "a1b2c3d4e",
    "clef",
    "clef-omni",
    "data:image/png;base64,aGVsbG8=",
    "data:audio/wav;base64,aGVsbG8=",
    "data:video/mp4;base64,aGVsbG8=",
];

fn text_of(schema: &Value) -> Value {
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        let pattern = Regex::new(pattern).expect("a pattern");
        let matching = MATCHES.iter().find(|text| pattern.is_match(text));
        return json!(matching.expect("a text that matches"));
    }
    let least = count(schema, "minLength").unwrap_or(0);
    let most = count(schema, "maxLength").unwrap_or(usize::MAX);
    let text: String = "größe "
        .chars()
        .cycle()
        .take(least.max(6).min(most))
        .collect();
    text.into()
}

fn integer_of(schema: &Value) -> Value {
    let limit = |key| schema.get(key).and_then(Value::as_i64);
    let least = limit("minimum").unwrap_or(3);
    (least + 1).min(limit("maximum").unwrap_or(i64::MAX)).into()
}

fn number_of(schema: &Value) -> Value {
    let limit = |key| schema.get(key).and_then(Value::as_f64);
    let number = match (limit("minimum"), limit("maximum")) {
        (Some(least), Some(most)) => least + (most - least) * 0.375,
        (Some(least), None) => least + 0.375,
        (None, Some(most)) => most - 0.375,
        (None, None) => 0.375,
    };
    Number::from_f64(number).expect("a finite number").into()
}

/// A limit that counts something.
pub(crate) fn count(schema: &Value, key: &str) -> Option<usize> {
    schema
        .get(key)
        .and_then(Value::as_u64)
        .and_then(|count| usize::try_from(count).ok())
}
