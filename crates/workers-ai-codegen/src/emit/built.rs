//! The expression that builds a definition of given properties, if they are all that it asks for.

use crate::emit::items::required;
use crate::ir::{Api, DefId, Field, Options, Shape, Type};

/// The expression for one property, and what the property has to take for that.
#[derive(Clone)]
pub(crate) struct Given<'a> {
    wire: &'a str,
    value: String,
    takes: Takes<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Takes<'a> {
    Text,
    /// Text, or something else in its place.
    TextOrOther,
    /// This text, of which the document need not know.
    Word(&'a str),
    /// This text, as one of those that the document lists.
    Choice(&'a str),
    /// A JSON object, or something else in its place.
    Object,
    /// Any JSON value.
    Json,
    /// This definition.
    Named(DefId),
    /// A list of this definition.
    ListOf(DefId),
}

impl<'a> Given<'a> {
    pub(crate) fn new(wire: &'a str, value: impl Into<String>, takes: Takes<'a>) -> Self {
        Self {
            wire,
            value: value.into(),
            takes,
        }
    }

    fn fits(&self, api: &Api, ty: &Type) -> bool {
        let shape = match ty {
            Type::Named(id) => Some(&api.def(*id).shape),
            _ => None,
        };
        let listed = |word: &str| match shape {
            Some(Shape::Enum(values)) => values.iter().any(|value| value.wire == word),
            _ => false,
        };
        let has = |is: &dyn Fn(&Type) -> bool| match shape {
            Some(Shape::Union(variants)) => variants.iter().any(|variant| is(&variant.ty)),
            _ => false,
        };
        match self.takes {
            Takes::Text => *ty == Type::Text,
            Takes::TextOrOther => is_text(ty) || has(&is_text),
            Takes::Word(word) => *ty == Type::Text || listed(word),
            Takes::Choice(word) => listed(word),
            Takes::Object => *ty == Type::Any || is_object(ty) || has(&is_object),
            Takes::Json => *ty == Type::Any,
            Takes::Named(id) => *ty == Type::Named(id),
            Takes::ListOf(id) => *ty == Type::List(Box::new(Type::Named(id))),
        }
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::TextOrJson)
}

fn is_object(ty: &Type) -> bool {
    match ty {
        Type::Object => true,
        Type::Map(inner) => **inner == Type::Any,
        _ => false,
    }
}

pub(crate) fn field<'a>(api: &'a Api, id: DefId, wire: &str) -> Option<&'a Field> {
    api.def(id).fields().iter().find(|field| field.wire == wire)
}

/// The expression, unless something else is asked for or one of these is not.
pub(crate) fn built(api: &Api, id: DefId, given: &[Given<'_>]) -> Option<String> {
    let def = api.def(id);
    let Shape::Struct { fields, .. } = &def.shape else {
        return None;
    };
    if !def.request || def.generic || def.options != Options::Nothing {
        return None;
    }
    let mut setters = String::new();
    for given in given {
        let field = field(api, id, given.wire)?;
        if !given.fits(api, &field.ty) || field.required && field.constant.is_some() {
            return None;
        }
        if !field.required {
            setters.push_str(&format!(".{}({})", field.ident, given.value));
        }
    }
    let arguments: Option<Vec<&str>> = required(fields)
        .map(|field| {
            let given = given.iter().find(|given| given.wire == field.wire);
            given.map(|given| given.value.as_str())
        })
        .collect();
    Some(format!(
        "{}::new({}){setters}",
        def.name,
        arguments?.join(", ")
    ))
}

/// The same for one alternative of several: `word` in the property `kind` tells which it is.
pub(crate) fn alternative<'a>(
    api: &Api,
    id: DefId,
    (kind, word): (&'a str, Takes<'a>),
    mut given: Vec<Given<'a>>,
) -> Option<String> {
    let (Takes::Word(text) | Takes::Choice(text)) = word else {
        return None;
    };
    match &api.def(id).shape {
        Shape::Struct { tag: Some(tag), .. } if tag.wire == kind => {
            (tag.value == text).then(|| built(api, id, &given))?
        }
        _ => {
            given.insert(0, Given::new(kind, format!("{text:?}"), word));
            built(api, id, &given)
        }
    }
}

/// A definition if it is a struct, or the structs that it is one of.
pub(crate) fn alternatives(api: &Api, id: DefId) -> Vec<DefId> {
    match &api.def(id).shape {
        Shape::Struct { .. } => vec![id],
        Shape::Union(variants) => variants
            .iter()
            .filter_map(|variant| match variant.ty {
                Type::Named(id) => Some(id),
                _ => None,
            })
            .filter(|id| matches!(api.def(*id).shape, Shape::Struct { .. }))
            .collect(),
        Shape::Enum(_) => Vec::new(),
    }
}
