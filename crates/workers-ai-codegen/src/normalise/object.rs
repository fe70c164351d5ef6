//! Objects: their properties → fields of a struct, or a map.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Reader;
use super::node::{Context, Node};
use crate::check;
use crate::ir::{Encoding, Field, Limits, Shape, Tag, Type};
use crate::name;

/// A property as the parts of an object give it.
pub(super) struct Property<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node<'a>,
}

/// The properties of an object, and the names of those that have to be there.
pub(super) struct Properties<'a> {
    pub(super) found: Vec<Property<'a>>,
    pub(super) required: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    pub(super) fn object(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let properties = node.value.get("properties").and_then(Value::as_object);
        if properties.is_some_and(|properties| !properties.is_empty()) {
            let properties = self.properties(std::slice::from_ref(node));
            return self.structure(node, properties, context);
        }
        match node.get("additionalProperties") {
            Some(inner) if inner.value.as_object().is_some_and(|map| !map.is_empty()) => {
                let ty = self.ty(&inner, &context.one());
                Type::Map(Box::new(self.or_null(&inner, ty)))
            }
            _ => Type::Object,
        }
    }

    /// All properties of several objects laid together; a name that stands twice must mean the same.
    pub(super) fn properties(&mut self, objects: &[Node<'a>]) -> Properties<'a> {
        let mut found: Vec<Property<'a>> = Vec::new();
        let mut required = BTreeSet::new();
        for object in objects {
            required.extend(
                object
                    .value
                    .get("required")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str),
            );
            let Some(properties) = object.value.get("properties").and_then(Value::as_object) else {
                continue;
            };
            if let Some(further) = object
                .get("additionalProperties")
                .filter(|extra| extra.value.is_object())
            {
                self.loosen(
                    &further.place,
                    "further properties of this object are not typed",
                );
            }
            let place = object.place.at("properties");
            for (name, value) in properties {
                let node = Node {
                    place: place.at(name),
                    value,
                };
                if node.binding_only() {
                    self.left_out(&node);
                    continue;
                }
                match found.iter_mut().find(|property| property.name == name) {
                    None => found.push(Property { name, node }),
                    Some(earlier) => {
                        let said = earlier.node.place.to_string();
                        let same = earlier.node.value == value;
                        let place = node.place.clone();
                        earlier.node = node;
                        if !same {
                            let message = format!("laid over `{said}`, which says something else");
                            self.loosen(&place, message);
                        }
                    }
                }
            }
        }
        Properties { found, required }
    }

    /// Says that something exists in the Workers binding only.
    pub(crate) fn left_out(&mut self, node: &Node<'a>) {
        self.loosen(
            &node.place,
            "left out: exists in the Workers binding only, not over HTTP",
        );
    }

    pub(super) fn structure(
        &mut self,
        node: &Node<'a>,
        properties: Properties<'a>,
        context: &Context,
    ) -> Type {
        let Properties { found, required } = properties;
        let mut tag: Option<Tag> = None;
        let mut taken: Vec<String> = Vec::new();
        let mut kept = Vec::new();
        for property in found {
            let ident = free_ident(property.name, &mut taken);
            let required = required.contains(property.name);
            let value = self
                .single_text(&property.node)
                .filter(|_| required && tag.is_none());
            match value {
                Some(value) => {
                    tag = Some(Tag {
                        wire: property.name.to_owned(),
                        ident,
                        value: value.to_owned(),
                    });
                }
                None => kept.push((property, required, ident)),
            }
        }
        let mut fields = Vec::new();
        for (property, required, ident) in kept {
            fields.push(self.field(&property, required, ident, context));
        }
        fields.sort_by_key(|field| !field.required);
        self.define(node, Shape::Struct { fields, tag }, context)
    }

    pub(super) fn field(
        &mut self,
        property: &Property<'a>,
        required: bool,
        ident: String,
        context: &Context,
    ) -> Field {
        let node = &property.node;
        let ty = self.ty(node, &context.step(property.name));
        let (limits, notes) = self.limits(node, &ty);
        let item_limits = self.item_limits(node, &ty);
        let mut docs = self.docs(node);
        docs.notes.extend(notes);
        if matches!(ty, Type::Integer { .. } | Type::Number) {
            docs.default = docs
                .default
                .map(|value| check::number_written(&value).unwrap_or(value));
        }
        let text = self.single_text(node).filter(|_| ty == Type::Text);
        if let Some(text) = text {
            docs.notes
                .push(format!("Value: `{}`.", text.replace('`', "'")));
        }
        let number = self.constant(node).filter(|value| fits(&ty, value));
        let constant = text.map(Value::from).or_else(|| number.cloned());
        Field {
            wire: property.name.to_owned(),
            ident,
            required,
            docs,
            limits,
            item_limits,
            deprecated: node.flag("deprecated"),
            says: self.says(node),
            constant,
            ty,
        }
    }

    /// An input made of a raw body and of query parameters.
    pub(crate) fn raw_input(
        &mut self,
        media: &Node<'a>,
        field: &str,
        parameters: Vec<Node<'a>>,
        context: &Context,
    ) -> Type {
        let body = media.get("schema").unwrap_or_else(|| media.clone());
        let mut taken = Vec::new();
        let mut fields = vec![Field {
            wire: field.to_owned(),
            ident: free_ident(field, &mut taken),
            ty: Type::Media(Encoding::Raw),
            required: true,
            docs: self.docs(&body),
            limits: Limits::default(),
            item_limits: Limits::default(),
            deprecated: false,
            constant: None,
            says: None,
        }];
        for parameter in parameters {
            let (Some(name), Some(schema)) = (parameter.text("name"), parameter.get("schema"))
            else {
                continue;
            };
            let property = Property { name, node: schema };
            let ident = free_ident(name, &mut taken);
            let mut one = self.field(&property, parameter.flag("required"), ident, context);
            if let Some(description) = parameter.text("description") {
                description.clone_into(&mut one.docs.text);
            }
            fields.push(one);
        }
        fields.sort_by_key(|field| !field.required);
        self.define(media, Shape::Struct { fields, tag: None }, context)
    }
}

/// The field of a property, by a name that no other field of its struct has.
fn free_ident(property: &str, taken: &mut Vec<String>) -> String {
    let ident = name::free(&name::snake_case(property), |name| {
        taken.iter().any(|known| known == name)
    });
    taken.push(ident.clone());
    ident
}

/// Whether a constant can be written as a value of this type.
fn fits(ty: &Type, value: &Value) -> bool {
    match ty {
        Type::Bool => value.is_boolean(),
        Type::Integer { unsigned: true } => value.is_u64(),
        Type::Integer { unsigned: false } => value.is_i64(),
        Type::Number => value.is_number(),
        _ => false,
    }
}
