//! The modules that hold the files together, and the features under which each is compiled.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::{TASKS, model, roots};
use crate::Settings;
use crate::ir::{Api, DefId, Model, Owner};
use crate::name;
use crate::print::Piece;

/// The module of each set of components, by its file's name; no two of one name.
pub(super) fn stems(owners: &BTreeMap<Owner, Vec<DefId>>) -> BTreeMap<String, String> {
    let mut modules = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for owner in owners.keys() {
        if let Owner::Component(stem) = owner {
            let module = name::free(&name::module(stem), |name| taken.contains(name));
            taken.insert(module.clone());
            modules.insert(stem.clone(), module);
        }
    }
    modules
}

/// Features of which one is enough; an empty one stands for code that is always compiled.
type Gates = BTreeSet<String>;
pub(super) type Features = BTreeMap<String, Gates>;

/// The features under which each set of components is compiled: those of all models that lead to it.
pub(super) fn features(api: &Api, owners: &BTreeMap<Owner, Vec<DefId>>) -> Features {
    let mut needs: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (owner, ids) in owners {
        if let Owner::Component(stem) = owner {
            let others = ids
                .iter()
                .flat_map(|id| api.parts(*id))
                .filter_map(|id| component(api, id));
            needs.insert(stem, others.collect());
        }
    }
    let mut features = Features::new();
    for (index, model) in api.models.iter().enumerate() {
        let feature = feature(model);
        let mut open: Vec<String> = owners
            .get(&Owner::Model(index))
            .into_iter()
            .flatten()
            .flat_map(|id| api.parts(*id))
            .chain(roots(model).filter_map(Api::named))
            .chain(model::inputs_of(api, model).into_iter().map(|(id, _)| id))
            .filter_map(|id| component(api, id))
            .collect();
        while let Some(stem) = open.pop() {
            if features
                .entry(stem.clone())
                .or_default()
                .insert(feature.clone())
            {
                open.extend(needs.get(&stem).into_iter().flatten().cloned());
            }
        }
    }
    features
}

fn component(api: &Api, id: DefId) -> Option<String> {
    match &api.def(id).owner {
        Owner::Component(stem) => Some(stem.clone()),
        Owner::Model(_) => None,
    }
}

/// The feature under which a model is compiled; empty for one whose task has none.
fn feature(model: &Model) -> String {
    let task = model.facts.get("task").and_then(Value::as_str);
    task.filter(|task| TASKS.contains(task))
        .map(name::feature)
        .unwrap_or_default()
}

/// The module files: authors, components, and the root with its catalogue.
pub(super) fn files(
    api: &Api,
    settings: &Settings,
    features: &Features,
    stems: &BTreeMap<String, String>,
) -> Vec<(String, Vec<Piece>)> {
    let gate = |features: &Gates| {
        if settings.features {
            gate(features)
        } else {
            quote!()
        }
    };
    let module = |name: &str, features: &Gates| module(name, &gate(features));
    let core: TokenStream = settings.core.parse().unwrap_or_default();
    let mut authors: BTreeMap<&str, Vec<&Model>> = BTreeMap::new();
    for model in &api.models {
        authors.entry(&model.author).or_default().push(model);
    }
    let mut out = Vec::new();
    // Retired models are deprecated for callers; the rest is the shape of the schemas, not of this code.
    let mut root = vec![Piece::Text(
        "#![allow(deprecated)]\n#![allow(clippy::large_enum_variant, clippy::struct_excessive_bools, clippy::too_many_arguments, clippy::doc_markdown, clippy::unreadable_literal)]\n".to_owned(),
    )];
    for (author, models) in &authors {
        let mut models = models.clone();
        models.sort_by(|a, b| a.module.cmp(&b.module));
        let shown = models
            .iter()
            .find_map(|model| model.facts.get("author").and_then(Value::as_str))
            .unwrap_or(author);
        let pieces = models
            .iter()
            .map(|model| Piece::item(module(&model.module, &Gates::from([feature(model)]))));
        out.push((format!("{author}/mod.rs"), pieces.collect()));
        let ident = format_ident!("{author}");
        let docs = format!(" Models by `{shown}`.");
        let gate = gate(&models.iter().map(|model| feature(model)).collect());
        root.push(Piece::item(quote!(#[doc = #docs] #gate pub mod #ident;)));
        root.push(Piece::item(quote!(#gate pub use #ident::*;)));
    }
    let pieces: Vec<Piece> = features
        .iter()
        .map(|(stem, features)| Piece::item(module(&stems[stem], features)))
        .collect();
    if !pieces.is_empty() {
        out.push(("components/mod.rs".to_owned(), pieces));
        let gate = gate(&features.values().flatten().cloned().collect());
        root.push(Piece::item(quote! {
            /// What models share.
            #gate
            pub mod components;
            #gate
            pub use components::*;
        }));
    }
    let mut by_id: Vec<&Model> = api.models.iter().collect();
    by_id.sort_by(|a, b| a.id.cmp(&b.id));
    let entries = by_id.into_iter().map(|model| {
        let (author, marker) = (
            format_ident!("{}", model.author),
            format_ident!("{}", model.name),
        );
        let gate = gate(&Gates::from([feature(model)]));
        quote!(#gate <#author::#marker as #core::Model>::INFO,)
    });
    root.push(Piece::item(quote! {
        /// What is known of every model that is compiled in, in the order of their ids.
        pub static CATALOGUE: &[&#core::ModelInfo] = &[#(#entries)*];
    }));
    out.push(("mod.rs".to_owned(), root));
    out
}

fn module(name: &str, gate: &TokenStream) -> TokenStream {
    let ident = format_ident!("{name}");
    quote!(#gate mod #ident; #gate pub use #ident::*;)
}

fn gate(features: &Gates) -> TokenStream {
    if features.contains("") {
        return quote!();
    }
    let all: Vec<&String> = features.iter().collect();
    match all.as_slice() {
        [] => quote!(),
        [one] => quote!(#[cfg(feature = #one)]),
        many => quote!(#[cfg(any(#(feature = #many),*))]),
    }
}
