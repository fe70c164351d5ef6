//! Limits, printed twice from the same facts: as constants, and as the check of a value before it is sent.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::emit::items::doc;
use crate::emit::number::{double, readable, signed};
use crate::emit::rust::Rust;
use crate::ir::{Api, DefId, Encoding, Field, Limits, Options, Shape, Type, Variant};
use crate::name;

/// One limit: the constant's name, its number type and value, and what it limits.
pub(crate) struct Constant {
    name: Ident,
    kind: Kind,
    number: TokenStream,
    value: TokenStream,
    what: String,
}

/// What of a value is limited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Length,
    Items,
    EachNumber,
    EachInteger,
    EachLength,
}

/// The constants of a struct's fields, field by field, no two of one name.
pub(crate) fn of_fields(fields: &[Field]) -> Vec<Vec<Constant>> {
    let mut taken = Vec::new();
    fields
        .iter()
        .map(|field| {
            let what = format!("[`{0}`](Self::{0})", field.ident);
            let name = name::constant(&field.wire);
            let all = of(&name, &what, &field.ty, &field.limits, &field.item_limits);
            distinct(all, &mut taken)
        })
        .collect()
}

/// The constants of a union's alternatives; none is called like an alternative.
fn of_variants(variants: &[Variant]) -> Vec<Vec<Constant>> {
    let mut taken: Vec<String> = variants
        .iter()
        .map(|variant| variant.name.clone())
        .collect();
    variants
        .iter()
        .map(|variant| {
            let what = format!("[`{0}`](Self::{0})", variant.name);
            let name = name::constant(&variant.name);
            let all = of(
                &name,
                &what,
                &variant.ty,
                &variant.limits,
                &variant.item_limits,
            );
            distinct(all, &mut taken)
        })
        .collect()
}

fn distinct(mut constants: Vec<Constant>, taken: &mut Vec<String>) -> Vec<Constant> {
    for constant in &mut constants {
        let name = name::free(&constant.name.to_string(), |name| {
            taken.iter().any(|known| known == name)
        });
        constant.name = format_ident!("{name}");
        taken.push(name);
    }
    constants
}

/// The constants of a struct's fields, as items.
pub(crate) fn constants(fields: &[Field]) -> TokenStream {
    print(of_fields(fields))
}

/// The constants of a union's alternatives, as items.
pub(crate) fn variant_constants(variants: &[Variant]) -> TokenStream {
    print(of_variants(variants))
}

fn print(constants: Vec<Vec<Constant>>) -> TokenStream {
    let constants = constants.into_iter().flatten().map(|constant| {
        let Constant {
            name,
            number,
            value,
            what,
            ..
        } = constant;
        let docs = doc(&[what]);
        quote!(#docs pub const #name: Limit<#number> = #value;)
    });
    quote!(#(#constants)*)
}

fn of(name: &str, what: &str, ty: &Type, own: &Limits, items: &Limits) -> Vec<Constant> {
    let mut out = Vec::new();
    let mut add = |kind: Kind, number: TokenStream, value: Option<TokenStream>| {
        let (suffix, words) = match kind {
            Kind::Number => ("", "Limits of"),
            Kind::Length => ("_LENGTH", "Characters of"),
            Kind::Items => ("_ITEMS", "Items of"),
            Kind::EachNumber | Kind::EachInteger => ("_EACH", "Limits of each of"),
            Kind::EachLength => ("_EACH", "Characters of each of"),
        };
        out.extend(value.map(|value| Constant {
            name: format_ident!("{name}{suffix}"),
            kind,
            number,
            value,
            what: format!("{words} {what}."),
        }));
    };
    let range = |ty: &Type, limits: &Limits| {
        span(
            number(ty, limits.minimum.as_ref()),
            number(ty, limits.maximum.as_ref()),
        )
    };
    match ty {
        Type::Number | Type::Integer { .. } => add(Kind::Number, number_type(ty), range(ty, own)),
        Type::Text => add(Kind::Length, quote!(u64), length(own)),
        Type::Map(_) | Type::Matrix => add(Kind::Items, quote!(u64), item_count(own)),
        Type::List(inner) => {
            add(Kind::Items, quote!(u64), item_count(own));
            match &**inner {
                Type::Text => add(Kind::EachLength, quote!(u64), length(items)),
                Type::Number => add(Kind::EachNumber, number_type(inner), range(inner, items)),
                Type::Integer { .. } => {
                    add(Kind::EachInteger, number_type(inner), range(inner, items));
                }
                _ => {}
            }
        }
        _ => {}
    }
    out
}

fn number_type(ty: &Type) -> TokenStream {
    match ty {
        Type::Integer { unsigned: true } => quote!(u64),
        Type::Integer { unsigned: false } => quote!(i64),
        _ => quote!(f64),
    }
}

/// A bound as a literal; one that the type cannot hold is no bound.
fn number(ty: &Type, bound: Option<&Value>) -> Option<TokenStream> {
    let bound = bound?;
    match ty {
        Type::Integer { unsigned: true } => {
            let whole = bound
                .as_u64()
                .or_else(|| u64::try_from(bound.as_i64()?).ok());
            Some(readable(whole?))
        }
        Type::Integer { unsigned: false } => Some(signed(bound.as_i64()?)),
        _ => Some(double(bound.as_f64()?)),
    }
}

fn count(bound: Option<u64>) -> Option<TokenStream> {
    bound.map(readable)
}

fn length(limits: &Limits) -> Option<TokenStream> {
    span(count(limits.min_length), count(limits.max_length))
}

fn item_count(limits: &Limits) -> Option<TokenStream> {
    span(count(limits.min_items), count(limits.max_items))
}

fn span(min: Option<TokenStream>, max: Option<TokenStream>) -> Option<TokenStream> {
    match (min, max) {
        (Some(min), Some(max)) => Some(quote!(Limit::range(#min, #max))),
        (Some(min), None) => Some(quote!(Limit::at_least(#min))),
        (None, Some(max)) => Some(quote!(Limit::at_most(#max))),
        (None, None) => None,
    }
}

/// The checks of one field of `self`, which has these constants.
pub(crate) fn checks(
    rust: &Rust<'_>,
    optional: bool,
    field: &Field,
    constants: &[Constant],
) -> Vec<TokenStream> {
    let ident = format_ident!("{}", field.ident);
    let wire = &field.wire;
    let items = if optional {
        quote!(self.#ident.iter().flatten())
    } else {
        quote!(&self.#ident)
    };
    let mut out: Vec<TokenStream> = constants
        .iter()
        .map(|Constant { name, kind, .. }| match kind {
            Kind::Number if field.ty == Type::Number => {
                quote!(check.number(#wire, self.#ident, Self::#name);)
            }
            Kind::Number => quote!(check.integer(#wire, self.#ident, Self::#name);),
            Kind::Length => quote!(check.length(#wire, &self.#ident, Self::#name);),
            Kind::EachLength => quote!(check.lengths(#wire, #items, Self::#name);),
            Kind::EachNumber => quote!(check.numbers(#wire, #items, Self::#name);),
            Kind::EachInteger => quote!(check.integers(#wire, #items, Self::#name);),
            Kind::Items => {
                let list = match field.ty {
                    Type::Matrix => quote!(Matrix),
                    Type::Map(ref inner) if **inner == Type::Any => quote!(Map),
                    Type::Map(_) => quote!(BTreeMap),
                    _ => quote!(Vec),
                };
                let count = if optional {
                    quote!(self.#ident.as_ref().map(#list::len))
                } else {
                    quote!(self.#ident.len())
                };
                quote!(check.items(#wire, #count, Self::#name);)
            }
        })
        .collect();
    match &field.ty {
        Type::Number if out.is_empty() => out.push(quote!(check.finite(#wire, self.#ident);)),
        Type::Number => {}
        ty if rust.has_checks(ty) => out.push(quote!(check.nested(#wire, &self.#ident);)),
        _ => {}
    }
    out
}

/// The checks of a union's alternatives, each bound to `value`.
pub(crate) fn variant_checks(rust: &Rust<'_>, variants: &[Variant]) -> Vec<TokenStream> {
    let one = |(variant, constants): (&Variant, Vec<Constant>)| {
        let checks = constants
            .iter()
            .map(|Constant { name, kind, .. }| match kind {
                Kind::Number if variant.ty == Type::Number => {
                    quote!(check.number("", *value, Self::#name))
                }
                Kind::Number => quote!(check.integer("", *value, Self::#name)),
                Kind::Length => quote!(check.length("", value, Self::#name)),
                Kind::EachLength => quote!(check.lengths("", value, Self::#name)),
                Kind::EachNumber => quote!(check.numbers("", value, Self::#name)),
                Kind::EachInteger => quote!(check.integers("", value, Self::#name)),
                Kind::Items => quote!(check.items("", value.len(), Self::#name)),
            });
        let nested = rust
            .has_checks(&variant.ty)
            .then(|| quote!(value.check(check)));
        let all: Vec<TokenStream> = checks.chain(nested).collect();
        match all.as_slice() {
            [] => quote!(),
            [one] => one.clone(),
            many => quote!({ #(#many;)* }),
        }
    };
    variants
        .iter()
        .zip(of_variants(variants))
        .map(one)
        .collect()
}

/// Every definition that has something to check, itself or in a part.
pub(crate) fn checked(api: &Api) -> BTreeSet<DefId> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (index, def) in api.defs.iter().enumerate().filter(|(_, def)| def.request) {
            let any = match &def.shape {
                Shape::Enum(_) => true,
                Shape::Struct { .. } if def.options == Options::Extended => true,
                Shape::Struct { fields, .. } => fields.iter().any(|field| {
                    limited(&field.ty, &field.limits, &field.item_limits)
                        || is_checked(&field.ty, &found)
                }),
                Shape::Union(variants) => variants.iter().any(|variant| {
                    limited(&variant.ty, &variant.limits, &variant.item_limits)
                        || is_checked(&variant.ty, &found)
                }),
            };
            if any {
                found.insert(DefId(index));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

fn limited(ty: &Type, own: &Limits, items: &Limits) -> bool {
    !of("N", "", ty, own, items).is_empty()
}

/// Whether a value of this type may be wrong, given the definitions that may.
pub(crate) fn is_checked(ty: &Type, checked: &BTreeSet<DefId>) -> bool {
    match ty {
        Type::Number | Type::Matrix | Type::Media(Encoding::Base64) => true,
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => is_checked(inner, checked),
        Type::Named(id) => checked.contains(id),
        _ => false,
    }
}
