//! A union → its items: variants, how it is written and read, conversions, checks.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::emit::items::{Head, doc, head, roundtrip, transport_value};
use crate::emit::rust::Rust;
use crate::emit::{decide, docs, limits, says};
use crate::ir::{Api, Def, DefId, Encoding, Options, Shape, Type, Variant};
use crate::print::Piece;

pub(crate) fn union(rust: &Rust<'_>, id: DefId, def: &Def, variants: &[Variant]) -> Vec<Piece> {
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
    out.extend(decide::reading(rust, id, variants).map(Piece::Text));
    if request {
        out.extend(conversions(rust, id, variants, &types));
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
    id: DefId,
    variants: &[Variant],
    types: &[TokenStream],
) -> Vec<Piece> {
    let def = rust.api.def(id);
    let Head {
        name,
        parameters: generics,
        generics: used,
        model,
    } = head(rust, def);
    let bounds = match (def.generic, def.options) {
        (false, _) => "",
        (true, Options::Extended) => "<M: Extended>",
        (true, _) => "<M>",
    };
    let mut out = Vec::new();
    for (index, (variant, ty)) in variants.iter().zip(types).enumerate() {
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
        let called = |conversion: &str| {
            Piece::Text(format!(
                "{conversion}! {{ {}{bounds}: {} }}",
                def.name, variant.name
            ))
        };
        match &variant.ty {
            Type::Text => {
                out.push(called("from_text"));
                continue;
            }
            Type::List(inner) if **inner == Type::Text => {
                out.push(called("from_texts"));
                continue;
            }
            _ => {}
        }
        if rust.is_boxed(id, index) {
            let plain = rust.plain(&variant.ty, &model);
            out.push(from(generics.clone(), plain, quote!(Box::new(value))));
        } else {
            out.push(from(generics.clone(), ty.clone(), quote!(value)));
        }
        match &variant.ty {
            Type::List(inner) => {
                let item = rust.plain(inner, &model);
                let bound = (def.options == Options::Extended).then(|| quote!(: Extended));
                let array = if def.generic {
                    quote!(<M #bound, const N: usize>)
                } else {
                    quote!(<const N: usize>)
                };
                out.push(from(array, quote!([#item; N]), quote!(value.into())));
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
        .zip(limits::variant_checks(rust, variants))
        .filter_map(|(variant, check)| {
            let ident = format_ident!("{}", variant.name);
            (!check.is_empty()).then(|| (quote!(Self::#ident(value)), check))
        })
        .collect();
    if arms.is_empty() {
        return Piece::item(quote!(impl #parameters Validate for #name #generics {}));
    }
    let choice = choice(&arms, arms.len() == variants.len() && !def.response);
    Piece::item(quote! {
        impl #parameters Validate for #name #generics {
            #[inline]
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
            let union = |id| matches!(rust.api.def(id).shape, Shape::Union(_));
            let set = if Api::named(&variant.ty).is_some_and(union) {
                quote!(input.set_stream(on))
            } else {
                let on = transport_value(rust, &variant.ty);
                quote!(input.stream = #on)
            };
            (quote!(Self::#ident(input)), set)
        })
        .collect();
    let choice = match arms.as_slice() {
        [] => quote!(let _ = (self, on);),
        arms => choice(arms, arms.len() == variants.len() && !def.response),
    };
    Piece::item(quote! {
        impl #parameters #name #generics {
            pub(crate) fn set_stream(&mut self, on: bool) {
                #choice
            }
        }
    })
}
