//! One definition → its items: struct, union or enum, constants, constructor, setters, checks, decoding.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::emit::decide;
use crate::emit::docs;
use crate::emit::limits;
use crate::emit::rust::Rust;
use crate::emit::says;
use crate::ir::{
    Def, DefId, Encoding, EnumValue, Field, Options, Owner, Shape, Tag, Type, Variant, Wire,
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
    match &def.shape {
        Shape::Struct { fields, tag } => structure(rust, id, def, fields, tag.as_ref()),
        Shape::Union(variants) => union(rust, id, def, variants),
        Shape::Enum(values) => vec![Piece::Text(open_enum(def, values))],
    }
}

/// How a definition is spelled where it is defined.
struct Head {
    name: Ident,
    /// `<M>` or nothing, with its bound where it is introduced.
    parameters: TokenStream,
    /// `<M>` or nothing.
    generics: TokenStream,
    /// What stands in for the model inside the definition.
    model: TokenStream,
}

fn head(rust: &Rust<'_>, def: &Def) -> Head {
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
    let other = match (def.request, def.response) {
        (true, true) => None,
        (true, false) => Some(quote!(derive(serde::Deserialize) #bound)),
        (false, _) => Some(quote!(derive(serde::Serialize))),
    };
    let other = other.and_then(|other| roundtrip(rust, &other));
    quote!(#[derive(Debug, Clone, #default PartialEq)] #other)
}

/// An attribute for the feature that adds the other serde direction.
fn roundtrip(rust: &Rust<'_>, what: &TokenStream) -> Option<TokenStream> {
    rust.settings
        .features
        .then(|| quote!(#[cfg_attr(feature = "roundtrip", #what)]))
}

/// The fields that are printed; in an answer, a constant is a field like any other.
fn printed(def: &Def, fields: &[Field], tag: Option<&Tag>) -> Vec<(Option<usize>, Field)> {
    let mut out: Vec<(Option<usize>, Field)> = Vec::new();
    if let Some(tag) = tag.filter(|_| def.response && !def.request) {
        out.push((
            None,
            Field {
                wire: tag.wire.clone(),
                ident: crate::name::snake_case(&tag.wire),
                ty: Type::Text,
                required: false,
                docs: crate::ir::Docs {
                    text: format!("Kind: `{}`.", tag.value),
                    ..Default::default()
                },
                limits: crate::ir::Limits::default(),
                item_limits: crate::ir::Limits::default(),
                deprecated: false,
                constant: None,
                says: None,
            },
        ));
    }
    out.extend(
        fields
            .iter()
            .cloned()
            .enumerate()
            .map(|(index, field)| (Some(index), field)),
    );
    out
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
    let printed = printed(def, fields, tag);
    let declared = printed.iter().map(|(index, field)| {
        let ty = index.map_or_else(|| quote!(String), |index| rust.member(id, index, &model));
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
        out.push(Piece::Text(writing(rust, def, fields, tag)));
    }
    if def.response {
        out.push(Piece::Text(reading(def, &printed, tag)));
    }
    if def.response && rust.speaking.contains(&id) {
        out.extend(says::structure(rust, def, fields).map(Piece::item));
    }
    if def.options == Options::Own {
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

/// How an input is written, as a macro call: which field is which member, and nothing for what is not set.
fn writing(rust: &Rust<'_>, def: &Def, fields: &[Field], tag: Option<&Tag>) -> String {
    let generics = match (def.generic, def.options) {
        (false, _) => "",
        (true, Options::Extended) => "<M: Extended>",
        (true, _) => "<M>",
    };
    let mut out = format!("members! {{\n    {}{generics} {{\n", def.name);
    if let Some(tag) = tag {
        out.push_str(&format!(
            "        const {:?} = {:?},\n",
            tag.wire, tag.value
        ));
    }
    for field in fields.iter().filter(|field| !is_body(rust, def, field)) {
        let how = match (&field.ty, is_optional(def, field)) {
            (Type::Media(Encoding::Numbers), true) => "opt_numbers",
            (Type::Media(Encoding::Numbers), false) => "numbers",
            (_, true) => "opt",
            (_, false) => "put",
        };
        out.push_str(&format!(
            "        {:?} => {how} {},\n",
            field.wire, field.ident
        ));
    }
    if def.options == Options::Extended {
        out.push_str("        .. own\n");
    }
    out.push_str("    }\n}\n");
    out
}

/// How an answer's object is read, as a macro call: which member goes into which field.
fn reading(def: &Def, fields: &[(Option<usize>, Field)], tag: Option<&Tag>) -> String {
    let mut out = format!("fields! {{\n    {} {{\n", def.name);
    // Where it is no field, since it is written too.
    if let Some(tag) = tag.filter(|_| def.request) {
        out.push_str(&format!(
            "        const {:?} = {:?},\n",
            tag.wire, tag.value
        ));
    }
    for (_, field) in fields {
        let how = match &field.ty {
            Type::Integer { .. } => "integer",
            Type::List(inner) if matches!(**inner, Type::Integer { .. }) => "integers",
            _ => "put",
        };
        out.push_str(&format!(
            "        {:?} => {how} {},\n",
            field.wire, field.ident
        ));
    }
    out.push_str("    }\n}\n");
    out
}

/// Fields that a constructor asks for.
pub(crate) fn required(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields
        .iter()
        .filter(|field| field.required && field.constant.is_none())
}

fn is_optional(def: &Def, field: &Field) -> bool {
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
fn is_body(rust: &Rust<'_>, def: &Def, field: &Field) -> bool {
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
            Some(constant) if field.required => quote!(#constant.to_owned()),
            _ if !field.required => return quote!(#ident: None,),
            _ => boxed(rust, id, index, Rust::conversion(&field.ty, &ident)),
        };
        let value = if is_optional(def, field) {
            quote!(Some(#value))
        } else {
            value
        };
        quote!(#ident: #value,)
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
        .flat_map(|field| limits::checks(rust, is_optional(def, field), field))
        .collect();
    if def.options == Options::Extended {
        checks.push(quote!(check.nested("", &self.own);));
    }
    if checks.is_empty() {
        return Piece::item(quote!(impl #parameters Validate for #name #generics {}));
    }
    Piece::item(quote! {
        impl #parameters Validate for #name #generics {
            fn check(&self, check: &mut Check<'_>) {
                #(#checks)*
            }
        }
    })
}

fn union(rust: &Rust<'_>, id: DefId, def: &Def, variants: &[Variant]) -> Vec<Piece> {
    let Head {
        name,
        parameters,
        generics,
        model,
    } = head(rust, def);
    let docs = doc(&docs::described(&def.docs, &def.name));
    let (request, response) = (def.request, def.response);
    let other = match (request, response) {
        (true, _) => None,
        (false, _) => roundtrip(rust, &quote!(derive(serde::Serialize), serde(untagged))),
    };
    let idents: Vec<Ident> = variants
        .iter()
        .map(|variant| format_ident!("{}", variant.name))
        .collect();
    let types: Vec<TokenStream> = (0..variants.len())
        .map(|index| rust.member(id, index, &model))
        .collect();
    let declared = variants
        .iter()
        .zip(&idents)
        .zip(&types)
        .map(|((variant, ident), ty)| {
            let docs = doc(&docs::described(&variant.docs, &variant.name)[..1]);
            quote!(#docs #ident(#ty),)
        });
    let unknown = response.then(|| {
        quote! {
            /// Something newer than this crate, as it came.
            Unknown(Value),
        }
    });
    let mut out = vec![Piece::item(quote! {
        #docs
        #[derive(Debug, Clone, PartialEq)]
        #other
        #[non_exhaustive]
        pub enum #name #parameters {
            #(#declared)*
            #unknown
        }
    })];
    if request {
        let unknown =
            response.then(|| quote!(Self::Unknown(value) => value.serialize(serializer),));
        let arms = variants.iter().zip(&idents).map(|(variant, ident)| {
            let numbers = variant.ty == Type::Media(Encoding::Numbers);
            let value = if numbers {
                quote!(Numbers(value))
            } else {
                quote!(value)
            };
            quote!(Self::#ident(value) => #value.serialize(serializer),)
        });
        out.push(Piece::item(quote! {
            impl #parameters Serialize for #name #generics {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        #(#arms)*
                        #unknown
                    }
                }
            }
        }));
    }
    out.extend(decide::reading(rust, def, variants).map(Piece::Text));
    if request {
        out.extend(conversions(rust, def, variants, &types));
        let constants = limits::variant_constants(variants);
        if !constants.is_empty() {
            out.push(Piece::item(
                quote!(impl #parameters #name #generics { #constants }),
            ));
        }
        out.push(union_checks(rust, def, variants));
    }
    if response && rust.speaking.contains(&id) {
        out.extend(says::union(rust, def, variants).map(Piece::item));
    }
    if def.streams {
        out.push(set_stream(rust, def, variants));
    }
    out
}

/// `From` for every alternative, so that setters take them as they are.
fn conversions(
    rust: &Rust<'_>,
    def: &Def,
    variants: &[Variant],
    types: &[TokenStream],
) -> Vec<Piece> {
    let Head {
        name,
        parameters: generics,
        generics: used,
        ..
    } = head(rust, def);
    let mut out = Vec::new();
    for (variant, ty) in variants.iter().zip(types) {
        let ident = format_ident!("{}", variant.name);
        let from = |parameters: TokenStream, source: TokenStream, value: TokenStream| {
            Piece::item(quote! {
                impl #parameters From<#source> for #name #used {
                    fn from(value: #source) -> Self {
                        Self::#ident(#value)
                    }
                }
            })
        };
        out.push(from(generics.clone(), ty.clone(), quote!(value)));
        match &variant.ty {
            Type::Text => out.push(from(
                generics.clone(),
                quote!(&str),
                quote!(value.to_owned()),
            )),
            Type::List(inner) => {
                let item = rust.plain(inner, &quote!(M));
                let bound = (def.options == Options::Extended).then(|| quote!(: Extended));
                let array = if def.generic {
                    quote!(<M #bound, const N: usize>)
                } else {
                    quote!(<const N: usize>)
                };
                out.push(from(
                    array.clone(),
                    quote!([#item; N]),
                    quote!(value.into()),
                ));
                if **inner == Type::Text {
                    let copy = quote!(value.into_iter().map(str::to_owned).collect());
                    out.push(from(array, quote!([&str; N]), copy.clone()));
                    out.push(from(generics.clone(), quote!(Vec<&str>), copy));
                }
            }
            Type::Media(_) => out.push(from(
                generics.clone(),
                quote!(Vec<u8>),
                quote!(value.into()),
            )),
            _ => {}
        }
    }
    out
}

fn union_checks(rust: &Rust<'_>, def: &Def, variants: &[Variant]) -> Piece {
    let Head {
        name,
        parameters,
        generics,
        ..
    } = head(rust, def);
    let arms: Vec<(TokenStream, TokenStream)> = variants
        .iter()
        .filter_map(|variant| {
            let ident = format_ident!("{}", variant.name);
            let check = limits::variant_check(rust, variant);
            (!check.is_empty()).then(|| (quote!(Self::#ident(value)), check))
        })
        .collect();
    if arms.is_empty() {
        return Piece::item(quote!(impl #parameters Validate for #name #generics {}));
    }
    let choice = choice(&arms, arms.len() == variants.len() && !def.response);
    Piece::item(quote! {
        impl #parameters Validate for #name #generics {
            fn check(&self, check: &mut Check<'_>) {
                #choice
            }
        }
    })
}

/// What to do with whichever alternative is there; nothing with those that have no arm.
fn choice(arms: &[(TokenStream, TokenStream)], whole: bool) -> TokenStream {
    match arms {
        [(pattern, body)] if !whole => quote!(if let #pattern = self { #body; }),
        _ => {
            let arms = arms
                .iter()
                .map(|(pattern, body)| quote!(#pattern => #body,));
            let rest = (!whole).then(|| quote!(_ => {}));
            quote!(match self { #(#arms)* #rest })
        }
    }
}

/// Passes the transport's wish on to the alternative that is there.
fn set_stream(rust: &Rust<'_>, def: &Def, variants: &[Variant]) -> Piece {
    let Head {
        name,
        parameters,
        generics,
        ..
    } = head(rust, def);
    let able =
        |variant: &&Variant| matches!(&variant.ty, Type::Named(id) if rust.api.def(*id).streams);
    let arms: Vec<(TokenStream, TokenStream)> = variants
        .iter()
        .filter(able)
        .map(|variant| {
            let ident = format_ident!("{}", variant.name);
            (quote!(Self::#ident(input)), quote!(input.stream = Some(on)))
        })
        .collect();
    let choice = choice(&arms, arms.len() == variants.len() && !def.response);
    Piece::item(quote! {
        impl #parameters #name #generics {
            pub(crate) fn set_stream(&mut self, on: bool) {
                #choice
            }
        }
    })
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
        paragraphs.push(format!("Default: `{default}`."));
    }
    comment(&mut out, "    ", &paragraphs);
    out.push_str(&format!("    pub enum {} {{\n", def.name));
    for value in values {
        let fallback = format!("`{}`.", value.wire.replace('`', "'"));
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
