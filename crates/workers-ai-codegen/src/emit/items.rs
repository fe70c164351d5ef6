//! One definition → its items: struct, union or enum, constants, constructor, setters, checks, decoding.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::emit::number::{double, readable, signed};
use crate::emit::rust::Rust;
use crate::emit::{docs, limits, says, short, tables, unions};
use crate::ir::{
    Api, Def, DefId, Encoding, EnumValue, Field, Options, Owner, Says, Shape, Tag, Type, Wire,
};
use crate::print::Piece;

/// Attributes from lines of documentation.
pub(crate) fn doc(paragraphs: &[String]) -> TokenStream {
    let lines = docs::lines(paragraphs).into_iter().map(|line| {
        if line.is_empty() {
            line
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// Everything that is printed for `id`.
pub(crate) fn items(rust: &Rust<'_>, id: DefId) -> Vec<Piece> {
    let def = rust.api.def(id);
    let mut out = match &def.shape {
        Shape::Struct { fields, tag } => structure(rust, id, def, fields, tag.as_ref()),
        Shape::Union(variants) => unions::union(rust, id, def, variants),
        Shape::Enum(values) => vec![Piece::Text(open_enum(def, values))],
    };
    out.extend(short::pieces(rust, id));
    if !def.request && rust.speaking.contains(&id) && says::is_root(rust.api, id) {
        out.push(Piece::Text(says::methods(def)));
    }
    out
}

/// How a definition is spelled where it is defined.
pub(crate) struct Head {
    pub(crate) name: Ident,
    /// `<M>` or nothing, with its bound where it is introduced.
    pub(crate) parameters: TokenStream,
    /// `<M>` or nothing.
    pub(crate) generics: TokenStream,
    /// What stands in for the model inside the definition.
    pub(crate) model: TokenStream,
}

pub(crate) fn head(rust: &Rust<'_>, def: &Def) -> Head {
    let name = format_ident!("{}", def.name);
    if def.generic {
        let bound = (def.options == Options::Extended).then(|| quote!(: Extended));
        return Head {
            name,
            parameters: quote!(<M #bound>),
            generics: quote!(<M>),
            model: quote!(M),
        };
    }
    let model = match def.owner {
        Owner::Model(index) => rust
            .api
            .models
            .get(index)
            .map(|model| format_ident!("{}", model.name)),
        Owner::Component(_) => None,
    };
    Head {
        name,
        parameters: quote!(),
        generics: quote!(),
        model: quote!(#model),
    }
}

fn derives(rust: &Rust<'_>, def: &Def) -> TokenStream {
    let default = (def.response || def.options == Options::Own).then(|| quote!(Default,));
    let bound = def.generic.then(|| quote!(, serde(bound = "")));
    // The options of a model that is not known yet can be read if they can.
    let bound = if def.options == Options::Extended {
        Some(quote!(, serde(bound(deserialize = "M::Options: serde::de::DeserializeOwned"))))
    } else {
        bound
    };
    let other = match (def.request, def.response) {
        (true, true) => None,
        (true, false) => Some(quote!(derive(serde::Deserialize) #bound)),
        (false, _) => Some(quote!(derive(serde::Serialize))),
    };
    let other = other.and_then(|other| roundtrip(rust, &other));
    quote!(#[derive(Debug, Clone, #default PartialEq)] #other)
}

/// An attribute for the feature that adds the other serde direction.
pub(crate) fn roundtrip(rust: &Rust<'_>, what: &TokenStream) -> Option<TokenStream> {
    rust.settings
        .features
        .then(|| quote!(#[cfg_attr(feature = "roundtrip", #what)]))
}

fn structure(
    rust: &Rust<'_>,
    id: DefId,
    def: &Def,
    fields: &[Field],
    tag: Option<&Tag>,
) -> Vec<Piece> {
    let Head {
        name,
        parameters,
        generics,
        model,
    } = head(rust, def);
    let docs = doc(&docs::described(&def.docs, &def.name));
    let derives = derives(rust, def);
    let printed = tables::printed(def, fields, tag);
    let declared = printed.iter().map(|(index, field)| {
        let ty = index.map_or_else(|| quote!(String), |index| rust.member(id, index, &model));
        // Nearly all events do without, and events are moved often.
        let ty = if field.says == Some(Says::Usage) && says::is_event(rust.api, id) {
            quote!(Box<#ty>)
        } else {
            ty
        };
        declaration(rust, def, field, &ty)
    });
    let extended = def.options == Options::Extended;
    let flatten = roundtrip(rust, &quote!(serde(flatten)));
    let options = extended.then(|| {
        quote! {
            /// What only this model takes.
            #flatten
            pub own: M::Options,
        }
    });
    let skip = roundtrip(rust, &quote!(serde(skip)));
    let marker = def
        .generic
        .then(|| quote!(#skip for_model: PhantomData<M>,));
    let mut out = vec![Piece::item(quote! {
        #docs
        #derives
        #[non_exhaustive]
        pub struct #name #parameters {
            #(#declared)*
            #options
            #marker
        }
    })];
    if def.request {
        out.push(Piece::Text(tables::writing(rust, def, fields, tag)));
    }
    if def.response {
        out.push(Piece::Text(tables::reading(def, &printed, tag)));
    }
    if def.response && rust.speaking.contains(&id) {
        out.extend(says::structure(rust, def, fields).map(Piece::item));
    }
    if def.options == Options::Own {
        let constants = limits::constants(fields);
        if !constants.is_empty() {
            out.push(Piece::item(
                quote!(impl #parameters #name #generics { #constants }),
            ));
        }
        out.push(checks(rust, def, fields));
    } else if def.request {
        out.push(methods(rust, id, def, fields));
        out.push(checks(rust, def, fields));
        if required(fields).next().is_none() && !def.response {
            out.push(Piece::item(quote! {
                impl #parameters Default for #name #generics {
                    fn default() -> Self {
                        Self::new()
                    }
                }
            }));
        }
    }
    out
}

/// Fields that a constructor asks for.
pub(crate) fn required(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields
        .iter()
        .filter(|field| field.required && field.constant.is_none())
}

pub(crate) fn is_optional(def: &Def, field: &Field) -> bool {
    def.response || !field.required
}

fn declaration(rust: &Rust<'_>, def: &Def, field: &Field, ty: &TokenStream) -> TokenStream {
    let docs = doc(&docs::field(field));
    let ident = format_ident!("{}", field.ident);
    let optional = is_optional(def, field);
    let both = def.request && def.response;
    let wire = &field.wire;
    let rename = (field.ident != field.wire && !both)
        .then(|| roundtrip(rust, &quote!(serde(rename = #wire))));
    let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
    let ty = if optional {
        quote!(Option<#ty>)
    } else {
        quote!(#ty)
    };
    let visibility = if is_transport(def, field) {
        quote!(pub(crate))
    } else {
        quote!(pub)
    };
    quote!(#docs #deprecated #rename #visibility #ident: #ty,)
}

/// `stream` of a streaming model: set by the one who sends, not by the one who asks.
fn is_transport(def: &Def, field: &Field) -> bool {
    def.streams && field.wire == "stream" && field.ty == Type::Bool
}

/// The field that is the whole body while the others travel in the query.
pub(crate) fn is_body(rust: &Rust<'_>, def: &Def, field: &Field) -> bool {
    let Owner::Model(index) = def.owner else {
        return false;
    };
    let model = rust.api.models.get(index);
    model.is_some_and(|model| {
        let body = matches!(&model.wire, Wire::Raw { field: body, .. } if *body == field.wire);
        body && field.ty == Type::Media(Encoding::Raw)
    })
}

fn methods(rust: &Rust<'_>, id: DefId, def: &Def, fields: &[Field]) -> Piece {
    let Head {
        name,
        parameters: impl_parameters,
        generics,
        model,
    } = head(rust, def);
    let constants = limits::constants(fields);
    let parameters = required(fields).map(|field| {
        let ident = format_ident!("{}", field.ident);
        let ty = rust.parameter(&field.ty, &model);
        quote!(#ident: #ty)
    });
    let values = fields.iter().enumerate().map(|(index, field)| {
        let ident = format_ident!("{}", field.ident);
        let value = match &field.constant {
            Some(value) if field.required => constant(value, &field.ty),
            _ if !field.required => return quote!(#ident: None,),
            _ => boxed(rust, id, index, Rust::conversion(&field.ty, &ident)),
        };
        let value = if is_optional(def, field) {
            quote!(Some(#value))
        } else {
            value
        };
        if ident == value.to_string() {
            quote!(#ident,)
        } else {
            quote!(#ident: #value,)
        }
    });
    let options = (def.options == Options::Extended).then(|| quote!(own: M::Options::default(),));
    let marker = def.generic.then(|| quote!(for_model: PhantomData,));
    let asked: Vec<String> = required(fields)
        .map(|field| format!("`{}`", field.ident))
        .collect();
    let summary = match asked.as_slice() {
        [] => "Starts with nothing set.".to_owned(),
        names => format!(
            "Starts from {}; everything else is unset.",
            names.join(", ")
        ),
    };
    let summary = doc(&[summary]);
    let setters = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !field.required && !is_transport(def, field));
    let setters = setters.map(|(index, field)| setter(rust, id, index, field, &model, &quote!()));
    Piece::item(quote! {
        impl #impl_parameters #name #generics {
            #constants

            #summary
            #[must_use]
            #[inline]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values)* #options #marker }
            }

            #(#setters)*
        }
    })
}

/// One chained method; `path` leads from the value to the field.
fn setter(
    rust: &Rust<'_>,
    id: DefId,
    index: usize,
    field: &Field,
    model: &TokenStream,
    path: &TokenStream,
) -> TokenStream {
    let ident = format_ident!("{}", field.ident);
    let ty = rust.parameter(&field.ty, model);
    let value = boxed(rust, id, index, Rust::conversion(&field.ty, &ident));
    let docs = doc(&docs::described(&field.docs, &field.wire)[..1]);
    let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
    quote! {
        #docs
        #deprecated
        #[must_use]
        #[inline]
        pub fn #ident(mut self, #ident: #ty) -> Self {
            self.#path #ident = Some(#value);
            self
        }
    }
}

/// The chained methods for a model's own options, on the shared input that carries them.
pub(crate) fn option_setters(rust: &Rust<'_>, options: DefId, model: &TokenStream) -> TokenStream {
    let Shape::Struct { fields, .. } = &rust.api.def(options).shape else {
        return quote!();
    };
    let setters = fields
        .iter()
        .enumerate()
        .map(|(index, field)| setter(rust, options, index, field, model, &quote!(own.)));
    quote!(#(#setters)*)
}

fn boxed(rust: &Rust<'_>, id: DefId, index: usize, value: TokenStream) -> TokenStream {
    if rust.is_boxed(id, index) {
        quote!(Box::new(#value))
    } else {
        value
    }
}

fn checks(rust: &Rust<'_>, def: &Def, fields: &[Field]) -> Piece {
    let Head {
        name,
        parameters,
        generics,
        ..
    } = head(rust, def);
    let mut checks: Vec<TokenStream> = fields
        .iter()
        .zip(limits::of_fields(fields))
        .flat_map(|(field, limits)| limits::checks(rust, is_optional(def, field), field, &limits))
        .collect();
    if def.options == Options::Extended {
        checks.push(quote!(check.nested("", &self.own);));
    }
    if checks.is_empty() {
        return Piece::item(quote!(impl #parameters Validate for #name #generics {}));
    }
    Piece::item(quote! {
        impl #parameters Validate for #name #generics {
            #[inline]
            fn check(&self, check: &mut Check<'_>) {
                #(#checks)*
            }
        }
    })
}

/// What the `stream` of an input is set to: a value where it has to be there, else perhaps one.
pub(crate) fn transport_value(rust: &Rust<'_>, input: &Type) -> TokenStream {
    let required = Api::named(input).is_some_and(|id| {
        let def = rust.api.def(id);
        def.fields()
            .iter()
            .any(|field| is_transport(def, field) && !is_optional(def, field))
    });
    if required {
        quote!(on)
    } else {
        quote!(Some(on))
    }
}

/// The one value a field may have.
fn constant(value: &Value, ty: &Type) -> TokenStream {
    match (value, ty) {
        (Value::String(text), _) => quote!(#text.to_owned()),
        (Value::Bool(flag), _) => quote!(#flag),
        (number, Type::Number) => double(number.as_f64().unwrap_or_default()),
        (number, _) => number
            .as_i64()
            .map_or_else(|| number.as_u64().map(readable).unwrap_or_default(), signed),
    }
}

/// Printed as text: the body of a macro call is not formatted by the printer.
fn open_enum(def: &Def, values: &[EnumValue]) -> String {
    let mut out = String::from("open_enum! {\n");
    let comment = |out: &mut String, indent: &str, paragraphs: &[String]| {
        for line in docs::lines(paragraphs) {
            let space = if line.is_empty() { "" } else { " " };
            out.push_str(&format!("{indent}///{space}{line}\n"));
        }
    };
    let mut paragraphs = docs::described(&def.docs, &def.name);
    if let Some(default) = def.docs.default.as_ref().and_then(|value| value.as_str()) {
        paragraphs.push(format!("Default: `{}`.", docs::visible(default)));
    }
    comment(&mut out, "    ", &paragraphs);
    out.push_str(&format!("    pub enum {} {{\n", def.name));
    for value in values {
        let fallback = format!("`{}`.", docs::visible(&value.wire));
        let docs = if value.docs.is_empty() {
            vec![fallback]
        } else {
            docs::paragraphs(&value.docs)
        };
        comment(&mut out, "        ", &docs);
        out.push_str(&format!("        {} = {:?},\n", value.name, value.wire));
    }
    out.push_str("    }\n}\n");
    out
}
