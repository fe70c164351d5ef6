//! A model's input → the form it travels in: a part for each field that is set.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::ir::{Api, Def, Field, Options, Shape, Type};

/// The form of `value`. None of what has no members: `operation` lets no model take such a form.
pub(crate) fn payload(
    api: &Api,
    input: &Type,
    own: Option<&Def>,
    value: &TokenStream,
) -> Option<TokenStream> {
    let def = match input {
        Type::Named(id) => api.def(*id),
        Type::Object | Type::Map(_) | Type::Any => {
            return Some(quote!(Form::new().members(#value).into_payload()));
        }
        _ => return None,
    };
    match &def.shape {
        Shape::Struct { tag, .. } => {
            let tag = tag.iter().map(|tag| {
                let (wire, value) = (&tag.wire, &tag.value);
                quote!(.text(#wire, #value))
            });
            let parts = parts(api, def, value);
            let own = own.filter(|_| def.options == Options::Extended);
            let own = own
                .into_iter()
                .flat_map(|own| self::parts(api, own, &quote!(#value.own)));
            Some(quote!(Form::new() #(#tag)* #(#parts)* #(#own)* .into_payload()))
        }
        Shape::Union(variants) => {
            let name = format_ident!("{}", def.name);
            let arms = variants.iter().map(|variant| {
                let ident = format_ident!("{}", variant.name);
                let payload = payload(api, &variant.ty, own, value)?;
                Some(quote!(#name::#ident(#value) => #payload,))
            });
            let arms: Vec<TokenStream> = arms.collect::<Option<_>>()?;
            Some(quote!(match #value { #(#arms)* }))
        }
        Shape::Enum(_) => None,
    }
}

/// The calls that add the fields of `value`.
fn parts(api: &Api, def: &Def, value: &TokenStream) -> Vec<TokenStream> {
    let structured = |ty: &Type| match ty {
        Type::Named(id) => !matches!(api.def(*id).shape, Shape::Enum(_)),
        Type::Map(_) | Type::Matrix | Type::Object | Type::Any | Type::Nullable(_) => true,
        _ => false,
    };
    let part = |field: &Field| {
        let (wire, ident) = (&field.wire, format_ident!("{}", field.ident));
        let required = field.required && !def.response;
        match (&field.ty, required) {
            (Type::Media(_), true) => quote!(.file(#wire, &#value.#ident)),
            (Type::Media(_), false) => quote!(.file_opt(#wire, #value.#ident.as_ref())),
            (Type::List(inner), required) => {
                let call = if matches!(**inner, Type::Media(_)) {
                    quote!(files)
                } else {
                    quote!(each)
                };
                if required {
                    quote!(.#call(#wire, &#value.#ident))
                } else {
                    quote!(.#call(#wire, #value.#ident.iter().flatten()))
                }
            }
            (ty, true) if structured(ty) => quote!(.json(#wire, &#value.#ident)),
            (ty, false) if structured(ty) => quote!(.json_opt(#wire, #value.#ident.as_ref())),
            (_, true) => quote!(.text(#wire, &#value.#ident)),
            (_, false) => quote!(.text_opt(#wire, #value.#ident.as_ref())),
        }
    };
    def.fields().iter().map(part).collect()
}
