//! A schema with its place, and what a definition found there is called after.

use serde_json::Value;

use crate::fault::Place;
use crate::ir::{Naming, Owner};
use crate::name;

/// Keywords that say what kind of value there is. What stands beside `$ref` without one of them adds no type.
const TYPED: &[&str] = &[
    "properties",
    "additionalProperties",
    "items",
    "oneOf",
    "anyOf",
    "allOf",
    "enum",
    "const",
];

/// A schema and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) place: Place,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// The same place, with nothing said there.
    pub(super) fn empty(&self) -> Node<'a> {
        static NOTHING: Value = Value::Null;
        Node {
            place: self.place.clone(),
            value: &NOTHING,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        self.value.get(key).map(|value| Node {
            place: self.place.at(key),
            value,
        })
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    pub(super) fn list(&self, key: &str) -> Vec<Node<'a>> {
        let Some(Value::Array(list)) = self.value.get(key) else {
            return Vec::new();
        };
        let place = self.place.at(key);
        list.iter()
            .enumerate()
            .map(|(index, value)| Node {
                place: place.at(&index.to_string()),
                value,
            })
            .collect()
    }

    /// Everything in `oneOf` and `anyOf`.
    pub(super) fn alternatives(&self) -> Vec<Node<'a>> {
        let mut all = self.list("oneOf");
        all.extend(self.list("anyOf"));
        all
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The words of `type`, `null` left out.
    pub(super) fn types(&self) -> Vec<&'a str> {
        let mut words = self.type_words();
        words.retain(|word| *word != "null");
        words
    }

    fn type_words(&self) -> Vec<&'a str> {
        match self.value.get("type") {
            Some(Value::String(word)) => vec![word.as_str()],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether null is all that may stand here.
    pub(super) fn is_null(&self) -> bool {
        let words = self.type_words();
        let listed = self.value.get("enum").and_then(Value::as_array);
        !words.is_empty() && words.iter().all(|word| *word == "null")
            || self.value.get("const").is_some_and(Value::is_null)
            || listed.is_some_and(|list| list.iter().all(Value::is_null))
    }

    /// Whether this schema itself says that null may stand here.
    pub(super) fn allows_null(&self) -> bool {
        let listed = self.value.get("enum").and_then(Value::as_array);
        self.flag("nullable")
            || self.type_words().contains(&"null")
            || listed.is_some_and(|list| list.iter().any(Value::is_null))
            || self.alternatives().iter().any(Node::is_null)
    }

    pub(crate) fn binding_only(&self) -> bool {
        self.flag("x-binding-only")
    }

    /// Whether it says of which type a value is, in whatever way.
    pub(super) fn is_typed(&self) -> bool {
        self.value.get("$ref").is_some() || self.adds_type()
    }

    /// Whether more than one place may lead here and back: objects, unions and what is laid together.
    pub(super) fn is_structured(&self) -> bool {
        [
            "properties",
            "oneOf",
            "anyOf",
            "allOf",
            "items",
            "additionalProperties",
        ]
        .iter()
        .any(|key| self.value.get(key).is_some_and(|value| !value.is_boolean()))
    }

    /// Whether a reference has something beside it that changes the type.
    pub(super) fn lays_over(&self) -> bool {
        self.value.get("$ref").is_some() && self.adds_type()
    }

    fn adds_type(&self) -> bool {
        let listed = self.value.get("required").is_some_and(Value::is_array);
        let typed = |key: &&str| {
            let value = self.value.get(key);
            value.is_some_and(|value| !value.is_boolean() || *key == "const")
        };
        listed || TYPED.iter().any(typed)
    }
}

/// What a definition found on the way is called after.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) owner: Owner,
    pub(crate) root: String,
    pub(crate) steps: Vec<String>,
    /// The exact name, where the schema says it.
    pub(crate) fixed: Option<String>,
    /// Whether this is a model's input or one of its alternatives.
    pub(crate) input: bool,
}

impl Context {
    pub(crate) fn step(&self, name: &str) -> Self {
        let mut steps = self.steps.clone();
        steps.push(name.to_owned());
        Self {
            owner: self.owner.clone(),
            root: self.root.clone(),
            steps,
            fixed: None,
            input: false,
        }
    }

    pub(super) fn one(&self) -> Self {
        let mut context = self.clone();
        context.fixed = None;
        context.input = false;
        match context.steps.last_mut() {
            Some(last) => *last = name::singular(last),
            None => context.steps.push("item".to_owned()),
        }
        context
    }

    pub(super) fn naming(&self) -> Naming {
        match &self.fixed {
            Some(name) => Naming::Fixed(name.clone()),
            None => Naming::Nested {
                root: self.root.clone(),
                steps: self.steps.clone(),
            },
        }
    }
}
