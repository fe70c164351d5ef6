//! Texts, numbers, lists and choices: what needs no union and no struct.

use serde_json::Value;

use super::Reader;
use super::limits;
use super::node::{Context, Node};
use crate::ir::{Encoding, EnumValue, Shape, Type};
use crate::name;

impl<'a> Reader<'a> {
    pub(super) fn untyped(&mut self, node: &Node<'a>, context: &Context) -> Type {
        if node.value.get("properties").is_some()
            || node.value.get("additionalProperties").is_some()
        {
            self.plain("object", node, context)
        } else if node.value.get("items").is_some() {
            self.plain("array", node, context)
        } else {
            Type::Any
        }
    }

    pub(super) fn plain(&mut self, word: &str, node: &Node<'a>, context: &Context) -> Type {
        match word {
            "string" => text(node),
            "boolean" => Type::Bool,
            "number" => Type::Number,
            "integer" => integer(node),
            "array" => self.list(node, context),
            "object" => self.object(node, context),
            _ => Type::Any,
        }
    }

    /// A list of type words: `integer` beside `number` is a number, text beside anything scalar is text or JSON.
    pub(super) fn several(&mut self, words: &[&str], node: &Node<'a>, context: &Context) -> Type {
        if words
            .iter()
            .all(|word| matches!(*word, "integer" | "number"))
        {
            return Type::Number;
        }
        let structured =
            node.value.get("properties").is_some() || node.value.get("items").is_some();
        if words.contains(&"string") && !structured {
            return Type::TextOrJson;
        }
        if structured {
            let variants = words.iter().map(|word| {
                let ty = self.plain(word, node, &context.step(word));
                (None, ty, node.clone())
            });
            let variants = variants.collect();
            return self.union(node, variants, context);
        }
        self.loosen(
            &node.place,
            format!("a value of type {} is any JSON value", words.join(" or ")),
        );
        Type::Any
    }

    fn list(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let Some(items) = node.get("items") else {
            return Type::List(Box::new(Type::Any));
        };
        if is_byte(&self.follow(&items)) {
            return Type::Media(Encoding::Numbers);
        }
        let ty = self.ty(&items, &context.one());
        match self.or_null(&items, ty) {
            Type::List(inner) if *inner == Type::Number => Type::Matrix,
            inner => Type::List(Box::new(inner)),
        }
    }

    /// The type with null, where it has no place for null itself.
    pub(super) fn or_null(&self, node: &Node<'a>, ty: Type) -> Type {
        let takes_null = matches!(ty, Type::Any | Type::TextOrJson | Type::Nullable(_));
        if !takes_null && self.is_nullable(node) {
            Type::Nullable(Box::new(ty))
        } else {
            ty
        }
    }

    /// The type of a whole answer, with null. A struct reads null as an answer with nothing in it, a union keeps it.
    pub(crate) fn whole_or_null(&self, node: &Node<'a>, ty: Type) -> Type {
        match &ty {
            Type::Named(_) => ty,
            _ => self.or_null(node, ty),
        }
    }

    pub(super) fn enumeration(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let listed = node.value.get("enum").and_then(Value::as_array);
        let values: Vec<&Value> = listed
            .into_iter()
            .flatten()
            .chain(node.value.get("const"))
            .filter(|value| !value.is_null())
            .collect();
        if values.is_empty() {
            return Type::Any;
        }
        if values.iter().all(|value| value.is_string()) {
            let known = described(node, values.iter().filter_map(|value| value.as_str()));
            // One value is a constant, not a choice.
            return if known.len() < 2 {
                Type::Text
            } else {
                self.open_enum(node, known, context)
            };
        }
        if values.iter().all(|value| value.is_boolean()) {
            Type::Bool
        } else if values.iter().all(|value| value.is_i64() || value.is_u64()) {
            integer(node)
        } else if values.iter().all(|value| value.is_number()) {
            Type::Number
        } else {
            self.loosen(
                &node.place.at("enum"),
                "values of several types: any JSON value",
            );
            Type::Any
        }
    }

    pub(super) fn open_enum(
        &mut self,
        node: &Node<'a>,
        values: Vec<(String, String)>,
        context: &Context,
    ) -> Type {
        let mut known: Vec<EnumValue> = Vec::new();
        for (wire, docs) in values {
            if known.iter().any(|value| value.wire == wire) {
                continue;
            }
            let name = name::free(&name::variant(&wire), |name| {
                known.iter().any(|value| value.name == name)
            });
            known.push(EnumValue { wire, name, docs });
        }
        self.define(node, Shape::Enum(known), context)
    }
}

/// Values with the sentence that `x-enum-descriptions` has for each.
pub(super) fn described<'v>(
    node: &Node<'_>,
    values: impl Iterator<Item = &'v str>,
) -> Vec<(String, String)> {
    let described = node.value.get("x-enum-descriptions");
    let sentence = |value: &str| described?.get(value)?.as_str().map(str::to_owned);
    values
        .map(|value| (value.to_owned(), sentence(value).unwrap_or_default()))
        .collect()
}

pub(super) fn text(node: &Node<'_>) -> Type {
    let binary = matches!(node.text("format"), Some("binary" | "byte"));
    if node.text("contentEncoding") == Some("base64") || node.text("format") == Some("byte") {
        Type::Media(Encoding::Base64)
    } else if binary
        || node
            .text("contentMediaType")
            .is_some_and(|kind| !kind.starts_with("text/") && kind != "application/json")
    {
        Type::Media(Encoding::Raw)
    } else if node.text("format") == Some("padding") {
        Type::Padding
    } else {
        Type::Text
    }
}

fn integer(node: &Node<'_>) -> Type {
    let format = node
        .text("format")
        .is_some_and(|format| format.starts_with("uint"));
    let least = |key: &str, value: f64| {
        let limit = limits::number(node, key).and_then(|limit| limit.as_f64());
        limit.is_some_and(|limit| limit >= value)
    };
    Type::Integer {
        unsigned: format || least("minimum", 0.0) || least("exclusiveMinimum", -1.0),
    }
}

fn is_byte(node: &Node<'_>) -> bool {
    let limit = |key: &str| node.value.get(key).and_then(Value::as_f64);
    node.types() == ["integer"]
        && !node.allows_null()
        && limit("minimum") == Some(0.0)
        && limit("maximum") == Some(255.0)
}
