//! Invented values that a schema allows, and the places in them that a test may want to change.

use std::{
    collections::HashMap,
    fmt::{self, Display},
    sync::{LazyLock, Mutex},
};

use regex_lite::Regex;
use serde_json::{Map, Number, Value, json};

use crate::documents::{alternatives, follow, members};

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

/// What a schema means, and where it states the limits.
struct Meaning {
    shape: Shape,
    limits: &'static Value,
}

enum Shape {
    Any,
    Free,
    Fixed(&'static Value),
    Choice(Vec<&'static str>),
    Text,
    /// Bytes, written as base64 text.
    Base64,
    /// Bytes, written as a list of numbers.
    Bytes,
    Integer,
    Number,
    Bool,
    List(Option<&'static Value>),
    Object(Vec<Property>),
    Map(&'static Value),
    Union(Vec<(Shape, &'static Value)>),
}

struct Property {
    name: &'static str,
    schema: &'static Value,
    required: bool,
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

/// The schema that states the limits: behind references and the one alternative that is not null.
fn limits(schema: &'static Value) -> &'static Value {
    match alternatives(schema).as_slice() {
        [only] if follow(only) != follow(schema) => limits(only),
        _ => follow(schema),
    }
}

/// What a schema means, found out once.
fn meaning(schema: &'static Value) -> &'static Meaning {
    static KNOWN: LazyLock<Mutex<HashMap<usize, &Meaning>>> = LazyLock::new(Mutex::default);
    let place = std::ptr::from_ref(schema).addr();
    let known = || KNOWN.lock().expect("no panic while it is held");
    if let Some(known) = known().get(&place) {
        return known;
    }
    let meaning: &Meaning = Box::leak(Box::new(Meaning {
        shape: understand(schema),
        limits: limits(schema),
    }));
    known().insert(place, meaning);
    meaning
}

fn shape(schema: &'static Value) -> &'static Shape {
    &meaning(schema).shape
}

fn understand(schema: &'static Value) -> Shape {
    let inner = follow(schema);
    if let Some(parts) = inner.get("allOf").and_then(Value::as_array) {
        return match parts.as_slice() {
            [only] if inner.get("properties").is_none() => understand(only),
            _ => object(&[inner]),
        };
    }
    let unions = ["oneOf", "anyOf"].map(|key| inner.get(key).and_then(Value::as_array));
    let mut arms = unions.into_iter().flatten().flatten().peekable();
    if arms.peek().is_some() {
        return if inner.get("properties").is_some() {
            union(
                arms.map(|arm| (object(&[inner, follow(arm)]), inner))
                    .collect(),
            )
        } else {
            let arms = alternatives(schema).into_iter();
            union(arms.map(|arm| (understand(arm), limits(arm))).collect())
        };
    }
    if let Some(only) = inner.get("const") {
        return Shape::Fixed(only);
    }
    if let Some(values) = inner.get("enum").and_then(Value::as_array) {
        let texts: Option<Vec<&str>> = values
            .iter()
            .filter(|value| !value.is_null())
            .map(Value::as_str)
            .collect();
        return match (texts, values.as_slice()) {
            (Some(texts), [_, _, ..]) => Shape::Choice(texts),
            _ => Shape::Fixed(&values[0]),
        };
    }
    let words: Vec<&str> = match inner.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ if inner.get("properties").is_some() => vec!["object"],
        _ if inner.get("items").is_some() => vec!["array"],
        _ => vec!["any"],
    };
    let words = words.into_iter().filter(|word| *word != "null");
    union(words.map(|word| (plain(word, inner), inner)).collect())
}

/// Several shapes as one, where the types cannot or need not tell them apart.
fn union(mut arms: Vec<(Shape, &'static Value)>) -> Shape {
    if arms.len() == 1 {
        return arms.remove(0).0;
    }
    if arms
        .iter()
        .all(|(arm, _)| matches!(arm, Shape::Integer | Shape::Number))
    {
        return Shape::Number;
    }
    if arms.iter().all(|(arm, _)| {
        matches!(
            arm,
            Shape::Text | Shape::Choice(_) | Shape::Fixed(Value::String(_))
        )
    }) {
        return Shape::Text;
    }
    if arms
        .iter()
        .all(|(arm, _)| matches!(arm, Shape::Base64 | Shape::Bytes))
    {
        return Shape::Bytes;
    }
    Shape::Union(arms)
}

fn plain(word: &str, schema: &'static Value) -> Shape {
    let says = |key: &str, value: &str| schema.get(key).and_then(Value::as_str) == Some(value);
    match word {
        "string" if says("contentEncoding", "base64") || says("format", "binary") => Shape::Base64,
        "string" if schema.get("contentMediaType").is_some() => Shape::Base64,
        "string" => Shape::Text,
        "boolean" => Shape::Bool,
        "number" => Shape::Number,
        "integer" => Shape::Integer,
        "array" => {
            let items = schema.get("items");
            let byte = |items: &'static Value| {
                let items = follow(items);
                items["type"] == "integer" && items["minimum"] == 0 && items["maximum"] == 255
            };
            if items.is_some_and(byte) {
                Shape::Bytes
            } else {
                Shape::List(items)
            }
        }
        "object" if schema.get("properties").is_some() => object(&[schema]),
        "object" => match schema.get("additionalProperties") {
            Some(items @ Value::Object(_)) => Shape::Map(items),
            _ => Shape::Free,
        },
        _ => Shape::Any,
    }
}

/// One object of several that hold at the same time.
fn object(parts: &[&'static Value]) -> Shape {
    fn collect(
        part: &'static Value,
        properties: &mut Vec<Property>,
        required: &mut Vec<&'static str>,
    ) {
        let inner = follow(part);
        for part in inner
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            collect(part, properties, required);
        }
        let names = inner.get("required").and_then(Value::as_array);
        required.extend(names.into_iter().flatten().filter_map(Value::as_str));
        for (name, schema) in members(inner, "properties") {
            properties.retain(|known| known.name != name);
            properties.push(Property {
                name,
                schema,
                required: false,
            });
        }
    }
    let (mut properties, mut required) = (Vec::new(), Vec::new());
    for part in parts {
        collect(part, &mut properties, &mut required);
    }
    for property in &mut properties {
        property.required = required.contains(&property.name);
    }
    Shape::Object(properties)
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
