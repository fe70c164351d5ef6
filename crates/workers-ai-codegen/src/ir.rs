//! What the generator knows once schemas are understood: plain data, no JSON, no Rust syntax.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fault::{Loosened, Place};

/// Everything that is to be printed.
#[derive(Debug, Default)]
pub(crate) struct Api {
    pub(crate) defs: Vec<Def>,
    pub(crate) models: Vec<Model>,
    pub(crate) loosened: Vec<Loosened>,
}

/// Index into [`Api::defs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DefId(pub(crate) usize);

/// A type as a field, list item or alternative refers to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Type {
    Bool,
    Integer {
        unsigned: bool,
    },
    Number,
    Text,
    /// Any JSON value.
    Any,
    /// Any JSON object.
    Object,
    List(Box<Type>),
    Map(Box<Type>),
    Named(DefId),
    /// Bytes, and how they travel in JSON.
    Media(Encoding),
    /// Rows of numbers.
    Matrix,
    /// Text, or whatever JSON value stands in its place.
    TextOrJson,
    /// Text of which nothing matters but its length.
    Padding,
    /// A value or null, where null has a place of its own: in a list, a map, or as a whole answer.
    Nullable(Box<Type>),
}

/// How bytes travel inside a JSON document or form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Encoding {
    /// A JSON array of numbers from 0 to 255.
    Numbers,
    /// Base64 text.
    Base64,
    /// A part of a multipart form, or the whole body.
    Raw,
}

/// A struct, union or enum.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "marks that are independent of each other"
)]
pub(crate) struct Def {
    pub(crate) name: String,
    pub(crate) naming: Naming,
    pub(crate) owner: Owner,
    pub(crate) place: Place,
    pub(crate) docs: Docs,
    pub(crate) shape: Shape,
    /// Callers build it.
    pub(crate) request: bool,
    /// The service sends it.
    pub(crate) response: bool,
    /// It is a model's whole answer, or one form of it, and never an event.
    pub(crate) whole: bool,
    /// Carries the model it is meant for as a type parameter.
    pub(crate) generic: bool,
    /// The transport, not the caller, sets its `stream` field.
    pub(crate) streams: bool,
    /// What it is to this model's own options, if anything.
    pub(crate) options: Options,
    /// What the whole of it says in an answer.
    pub(crate) says: Option<Says>,
}

impl Def {
    /// The fields of a struct, apart from its tag; none of anything else.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Struct { fields, .. } => fields,
            Shape::Union(_) | Shape::Enum(_) => &[],
        }
    }
}

/// How a definition has to do with options that only one model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Options {
    #[default]
    Nothing,
    /// A shared input that each model extends by options of its own.
    Extended,
    /// Those options.
    Own,
}

impl Def {
    /// A place kept for a definition that turned out to be another one, or something simpler.
    pub(crate) fn is_dead(&self) -> bool {
        self.shape == Shape::Union(Vec::new())
    }
}

/// Where a definition lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owner {
    /// A file of shared components, by its stem.
    Component(String),
    /// A model, by its index.
    Model(usize),
}

/// How a definition gets its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Said by the schema: a component key, a model's input, a titled alternative.
    Fixed(String),
    /// Found inside another definition: the root's name and the steps that lead here.
    Nested { root: String, steps: Vec<String> },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Struct {
        fields: Vec<Field>,
        tag: Option<Tag>,
    },
    Union(Vec<Variant>),
    Enum(Vec<EnumValue>),
}

/// A property with one possible value: written by us, never asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) wire: String,
    pub(crate) ident: String,
    pub(crate) value: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) ident: String,
    pub(crate) ty: Type,
    pub(crate) required: bool,
    pub(crate) docs: Docs,
    pub(crate) limits: Limits,
    pub(crate) item_limits: Limits,
    pub(crate) deprecated: bool,
    /// Filled in by the constructor if it is required: the one value the service takes.
    pub(crate) constant: Option<Value>,
    /// What it says in an answer.
    pub(crate) says: Option<Says>,
}

/// What a part of an answer says: `x-says`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// The text itself, or parts whose text it is.
    Text,
    /// What the model thought before.
    Reasoning,
    /// The tools that are to be called; of a definition, that it is such a call.
    ToolCalls,
    /// What it cost; of a definition, that it is the bill.
    Usage,
    /// Whatever its type says.
    Part,
    /// Whatever the first of the list says.
    First,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) docs: Docs,
    pub(crate) limits: Limits,
    pub(crate) item_limits: Limits,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnumValue {
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) docs: String,
}

/// What a reader is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Docs {
    pub(crate) text: String,
    pub(crate) default: Option<Value>,
    pub(crate) uncertain: Option<String>,
    /// The values of an integer or boolean enum, a pattern: what the type does not say.
    pub(crate) notes: Vec<String>,
}

/// Limits as the schema gives them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) minimum: Option<Value>,
    pub(crate) maximum: Option<Value>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
}

impl Limits {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn has_range(&self) -> bool {
        self.minimum.is_some() || self.maximum.is_some()
    }

    pub(crate) fn has_length(&self) -> bool {
        self.min_length.is_some() || self.max_length.is_some()
    }

    pub(crate) fn has_items(&self) -> bool {
        self.min_items.is_some() || self.max_items.is_some()
    }
}

/// One model.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) file: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) author: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) facts: Value,
    pub(crate) input: Type,
    pub(crate) wire: Wire,
    pub(crate) output: Type,
    /// Media types the service may answer with instead of JSON.
    pub(crate) media: Vec<String>,
    pub(crate) stream: Option<Stream>,
    /// The type of one request in a batch.
    pub(crate) batch: Option<Type>,
    /// What this model takes beside what it shares with others.
    pub(crate) options: Option<DefId>,
    pub(crate) example: Option<Value>,
}

/// The body that goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wire {
    Json,
    /// The bytes of one field; the other fields travel in the query.
    Raw {
        content_type: String,
        field: String,
    },
    Multipart,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) event: Type,
    pub(crate) end: String,
    /// What the service does when nothing is said.
    pub(crate) default: bool,
}

impl Api {
    pub(crate) fn def(&self, id: DefId) -> &Def {
        &self.defs[id.0]
    }

    /// The definitions a type leads to directly.
    pub(crate) fn named(ty: &Type) -> Option<DefId> {
        match ty {
            Type::Named(id) => Some(*id),
            Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => Self::named(inner),
            _ => None,
        }
    }

    /// The definitions that one definition's fields or alternatives lead to.
    pub(crate) fn parts(&self, id: DefId) -> Vec<DefId> {
        match &self.def(id).shape {
            Shape::Struct { fields, .. } => fields
                .iter()
                .filter_map(|field| Self::named(&field.ty))
                .collect(),
            Shape::Union(variants) => variants
                .iter()
                .filter_map(|variant| Self::named(&variant.ty))
                .collect(),
            Shape::Enum(_) => Vec::new(),
        }
    }

    /// `start` and everything it leads to.
    pub(crate) fn reachable(&self, start: &Type) -> BTreeSet<DefId> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<DefId> = Self::named(start).into_iter().collect();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.parts(id));
            }
        }
        seen
    }
}
