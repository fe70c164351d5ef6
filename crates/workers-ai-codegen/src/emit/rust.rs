//! The Rust spelling of a type in the place where it stands: short paths, final names, the model parameter.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::Settings;
use crate::emit::limits;
use crate::emit::short::OfText;
use crate::ir::{Api, DefId, Type};
use crate::types::{self, FieldTypes};

/// Prints types of one module.
pub(crate) struct Rust<'a> {
    pub(crate) api: &'a Api,
    pub(crate) types: &'a FieldTypes,
    pub(crate) settings: &'a Settings,
    /// Definitions with something to check in them.
    pub(crate) checked: BTreeSet<DefId>,
    /// Definitions of which it is known what they say in an answer.
    pub(crate) speaking: BTreeSet<DefId>,
    /// Definitions that are made of a picture.
    pub(crate) pictures: OfText,
    /// Definitions that are made of text.
    pub(crate) texts: OfText,
}

impl Rust<'_> {
    /// The name of a definition, with `<model>` where it carries one.
    pub(crate) fn named(&self, id: DefId, model: &TokenStream) -> TokenStream {
        let def = self.api.def(id);
        let name = format_ident!("{}", def.name);
        if def.generic {
            quote!(#name<#model>)
        } else {
            quote!(#name)
        }
    }

    /// The type of a definition's field or alternative, as typify decided it.
    pub(crate) fn member(&self, id: DefId, index: usize, model: &TokenStream) -> TokenStream {
        let decided = self.types.get(&id).and_then(|types| types.get(index));
        decided.map_or_else(|| quote!(Value), |ty| self.spell(ty, model))
    }

    /// Whether typify boxed it.
    pub(crate) fn is_boxed(&self, id: DefId, index: usize) -> bool {
        let Some(syn::Type::Path(path)) = self.types.get(&id).and_then(|types| types.get(index))
        else {
            return false;
        };
        path.path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "Box")
    }

    fn spell(&self, ty: &syn::Type, model: &TokenStream) -> TokenStream {
        let syn::Type::Path(path) = ty else {
            return quote!(#ty);
        };
        let Some(last) = path.path.segments.last() else {
            return quote!(#ty);
        };
        if let Some(id) = types::definition(&last.ident.to_string()) {
            return self.named(id, model);
        }
        let ident = &last.ident;
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
            return quote!(#ident);
        };
        let arguments = arguments.args.iter().map(|argument| match argument {
            syn::GenericArgument::Type(inner) => self.spell(inner, model),
            other => quote!(#other),
        });
        quote!(#ident<#(#arguments),*>)
    }

    /// The type without help from typify, for places that are not fields.
    pub(crate) fn plain(&self, ty: &Type, model: &TokenStream) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::Integer { unsigned: true } => quote!(u64),
            Type::Integer { unsigned: false } => quote!(i64),
            Type::Number => quote!(f64),
            Type::Text => quote!(String),
            Type::Any => quote!(Value),
            Type::Object => quote!(Map<String, Value>),
            Type::Map(inner) if **inner == Type::Any => quote!(Map<String, Value>),
            Type::List(inner) => {
                let inner = self.plain(inner, model);
                quote!(Vec<#inner>)
            }
            Type::Map(inner) => {
                let inner = self.plain(inner, model);
                quote!(BTreeMap<String, #inner>)
            }
            Type::Named(id) => self.named(*id, model),
            Type::Media(_) => quote!(Media),
            Type::Matrix => quote!(Matrix),
            Type::TextOrJson => quote!(TextOrJson),
            Type::Padding => quote!(Padding),
            Type::Nullable(inner) => {
                let inner = self.plain(inner, model);
                quote!(Option<#inner>)
            }
        }
    }

    /// The type of a parameter: whatever converts into the field.
    pub(crate) fn parameter(&self, ty: &Type, model: &TokenStream) -> TokenStream {
        match ty {
            Type::Bool | Type::Integer { .. } | Type::Number | Type::Object => {
                self.plain(ty, model)
            }
            Type::List(inner) => {
                let inner = self.item(inner, model);
                quote!(impl IntoIterator<Item = #inner>)
            }
            Type::Map(inner) => {
                let inner = self.item(inner, model);
                quote!(impl IntoIterator<Item = (impl Into<String>, #inner)>)
            }
            _ => {
                let ty = self.plain(ty, model);
                quote!(impl Into<#ty>)
            }
        }
    }

    fn item(&self, ty: &Type, model: &TokenStream) -> TokenStream {
        let plain = self.plain(ty, model);
        if Self::converts(ty) {
            quote!(impl Into<#plain>)
        } else {
            plain
        }
    }

    fn converts(ty: &Type) -> bool {
        !matches!(
            ty,
            Type::Bool
                | Type::Integer { .. }
                | Type::Number
                | Type::Object
                | Type::List(_)
                | Type::Map(_)
        )
    }

    /// The conversion from a parameter called `name` to the field.
    pub(crate) fn conversion(ty: &Type, name: &proc_macro2::Ident) -> TokenStream {
        match ty {
            Type::Bool | Type::Integer { .. } | Type::Number | Type::Object => quote!(#name),
            Type::List(inner) if Self::converts(inner) => {
                quote!(#name.into_iter().map(Into::into).collect())
            }
            Type::List(_) => quote!(#name.into_iter().collect()),
            Type::Map(inner) if Self::converts(inner) => {
                quote!(#name.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
            }
            Type::Map(_) => {
                quote!(#name.into_iter().map(|(key, value)| (key.into(), value)).collect())
            }
            _ => quote!(#name.into()),
        }
    }

    /// Whether a value of this type may have something to check.
    pub(crate) fn has_checks(&self, ty: &Type) -> bool {
        limits::is_checked(ty, &self.checked)
    }
}
