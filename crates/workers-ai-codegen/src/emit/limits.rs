//! Limits, printed twice from the same facts: as constants, and as the check of a value before it is sent.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::emit::items::doc;
use crate::emit::number::{readable, signed};
use crate::emit::rust::Rust;
use crate::ir::{Api, DefId, Encoding, Field, Limits, Options, Shape, Type, Variant};
use crate::name;

/// One limit: the constant's name, its number type and value, and what it limits.
struct Constant {
    name: Ident,
    number: TokenStream,
    value: TokenStream,
    what: String,
}

/// The constants of a struct's fields.
pub(crate) fn constants(fields: &[Field]) -> TokenStream {
    let all = fields.iter().flat_map(|field| {
        let what = format!("[`{0}`](Self::{0})", field.ident);
        of(
            &name::constant(&field.wire),
            &what,
            &field.ty,
            &field.limits,
            &field.item_limits,
        )
    });
    print(all)
}

/// The constants of a union's alternatives.
pub(crate) fn variant_constants(variants: &[Variant]) -> TokenStream {
    let all = variants.iter().flat_map(|variant| {
        let what = format!("[`{0}`](Self::{0})", variant.name);
        of(
            &name::constant(&variant.name),
            &what,
            &variant.ty,
            &variant.limits,
            &variant.item_limits,
        )
    });
    print(all)
}

fn print(constants: impl Iterator<Item = Constant>) -> TokenStream {
    let constants = constants.map(
        |Constant {
             name,
             number,
             value,
             what,
         }| {
            let docs = doc(&[what]);
            quote!(#docs pub const #name: Limit<#number> = #value;)
        },
    );
    quote!(#(#constants)*)
}

fn of(name: &str, what: &str, ty: &Type, own: &Limits, items: &Limits) -> Vec<Constant> {
    let mut out = Vec::new();
    let mut add = |suffix: &str, number: TokenStream, value: Option<TokenStream>, what: String| {
        if let Some(value) = value {
            out.push(Constant {
                name: format_ident!("{name}{suffix}"),
                number,
                value,
                what,
            });
        }
    };
    let range = |ty: &Type, limits: &Limits| {
        span(
            number(ty, limits.minimum.as_ref()),
            number(ty, limits.maximum.as_ref()),
        )
    };
    match ty {
        Type::Number | Type::Integer { .. } => {
            add(
                "",
                number_type(ty),
                range(ty, own),
                format!("Limits of {what}."),
            );
        }
        Type::Text => add(
            "_LENGTH",
            quote!(u64),
            length(own),
            format!("Characters of {what}."),
        ),
        Type::Map(_) => add(
            "_ITEMS",
            quote!(u64),
            item_count(own),
            format!("Items of {what}."),
        ),
        Type::List(inner) => {
            add(
                "_ITEMS",
                quote!(u64),
                item_count(own),
                format!("Items of {what}."),
            );
            match **inner {
                Type::Text => add(
                    "_EACH",
                    quote!(u64),
                    length(items),
                    format!("Characters of each of {what}."),
                ),
                Type::Number => add(
                    "_EACH",
                    number_type(inner),
                    range(inner, items),
                    format!("Limits of each of {what}."),
                ),
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
    let whole = || {
        bound
            .as_i64()
            .map(i128::from)
            .or_else(|| bound.as_u64().map(i128::from))
    };
    match ty {
        Type::Integer { unsigned: true } => Some(readable(u64::try_from(whole()?).ok()?)),
        Type::Integer { unsigned: false } => Some(signed(i64::try_from(whole()?).ok()?)),
        _ => {
            let value = bound.as_f64()?;
            let literal = proc_macro2::Literal::f64_unsuffixed(value.abs());
            Some(if value < 0.0 {
                quote!(-#literal)
            } else {
                quote!(#literal)
            })
        }
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

/// The checks of one field of `self`.
pub(crate) fn checks(rust: &Rust<'_>, optional: bool, field: &Field) -> Vec<TokenStream> {
    let ident = format_ident!("{}", field.ident);
    let wire = &field.wire;
    let named = name::constant(wire);
    let constants = of(&named, "", &field.ty, &field.limits, &field.item_limits);
    let mut out: Vec<TokenStream> = constants
        .iter()
        .map(|Constant { name, .. }| {
            let each = *name == format!("{named}_EACH");
            match &field.ty {
                Type::Number => quote!(check.number(#wire, self.#ident, Self::#name);),
                Type::Integer { .. } => quote!(check.integer(#wire, self.#ident, Self::#name);),
                Type::List(inner) if each && **inner == Type::Text => {
                    let items = if optional {
                        quote!(self.#ident.iter().flatten())
                    } else {
                        quote!(&self.#ident)
                    };
                    quote!(check.lengths(#wire, #items, Self::#name);)
                }
                Type::List(_) if each => {
                    let items = if optional {
                        quote!(self.#ident.iter().flatten())
                    } else {
                        quote!(&self.#ident)
                    };
                    quote!(check.numbers(#wire, #items, Self::#name);)
                }
                Type::List(_) | Type::Map(_) => {
                    let list = if matches!(field.ty, Type::List(_)) {
                        quote!(Vec)
                    } else {
                        quote!(BTreeMap)
                    };
                    let count = if optional {
                        quote!(self.#ident.as_ref().map(#list::len))
                    } else {
                        quote!(self.#ident.len())
                    };
                    quote!(check.items(#wire, #count, Self::#name);)
                }
                _ => quote!(check.length(#wire, &self.#ident, Self::#name);),
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

/// The check of a union's alternative, bound to `value`.
pub(crate) fn variant_check(rust: &Rust<'_>, variant: &Variant) -> TokenStream {
    let named = name::constant(&variant.name);
    let constants = of(
        &named,
        "",
        &variant.ty,
        &variant.limits,
        &variant.item_limits,
    );
    let checks = constants.iter().map(|Constant { name, .. }| {
        let each = *name == format!("{named}_EACH");
        match &variant.ty {
            Type::Number => quote!(check.number("", *value, Self::#name)),
            Type::Integer { .. } => quote!(check.integer("", *value, Self::#name)),
            Type::List(inner) if each && **inner == Type::Text => {
                quote!(check.lengths("", value, Self::#name))
            }
            Type::List(_) if each => quote!(check.numbers("", value, Self::#name)),
            Type::List(_) | Type::Map(_) => quote!(check.items("", value.len(), Self::#name)),
            _ => quote!(check.length("", value, Self::#name)),
        }
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
        Type::List(inner) | Type::Map(inner) => is_checked(inner, checked),
        Type::Named(id) => checked.contains(id),
        _ => false,
    }
}
