//! [`Api`] → files: one per model, one per set of components, and the modules that hold them together.

mod built;
mod card;
mod decide;
mod docs;
mod example;
mod form;
mod imports;
mod items;
mod limits;
mod model;
mod number;
mod rust;
pub(crate) mod says;
mod short;
mod tables;
mod unions;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::Settings;
use crate::fault::{Fault, Faults, Loosened, Place};
use crate::ir::{Api, DefId, Model, Owner, Shape, Type};
use crate::name;
use crate::print::{self, Piece};
use crate::types::FieldTypes;
use rust::Rust;

/// Paths below the generated folder, and what is in them.
pub(crate) type Files = BTreeMap<String, String>;

pub use card::TASKS;
pub(crate) use card::page;

/// Prints everything.
///
/// # Errors
///
/// A file that came out as something other than Rust: a mistake of the generator.
pub(crate) fn emit(
    api: &mut Api,
    types: &FieldTypes,
    settings: &Settings,
) -> Result<Files, Vec<Fault>> {
    report_blurred(api);
    let mut faults = Faults::default();
    let mut files = Files::new();
    let rust = Rust {
        api,
        types,
        settings,
        checked: limits::checked(api),
        speaking: says::speaking(api),
        pictures: short::pictures(api),
        texts: short::texts(api),
    };
    let owners = homes(api);
    let stems = component_modules(&owners);
    for (index, model) in api.models.iter().enumerate() {
        let own = owners
            .get(&Owner::Model(index))
            .map_or(&[][..], Vec::as_slice);
        let mut pieces = model::pieces(&rust, model);
        for id in own {
            pieces.extend(items::items(&rust, *id));
        }
        let path = format!("{}/{}.rs", model.author, model.module);
        let foreign = own
            .iter()
            .flat_map(|id| refers(api, *id))
            .chain(roots(model).filter_map(Api::named));
        let asked = model::inputs_of(api, model)
            .into_iter()
            .flat_map(|(id, _)| {
                let built = matches!(api.def(id).shape, Shape::Struct { .. });
                let named = Some(id).filter(|id| built || !api.def(*id).generic);
                model::asked_for(api, id).chain(named)
            });
        let foreign = foreign.chain(asked);
        let shared = imports::shared(api, foreign, &Owner::Model(index));
        file(
            settings,
            &mut files,
            &mut faults,
            path,
            &model.file,
            Some(&shared),
            &pieces,
        );
    }
    for (owner, ids) in &owners {
        let Owner::Component(stem) = owner else {
            continue;
        };
        let mut pieces = Vec::new();
        for id in ids {
            pieces.extend(items::items(&rust, *id));
            if api.def(*id).generic {
                pieces.push(Piece::item(model::shared_input(&rust, *id)));
            }
        }
        let path = format!("components/{}.rs", stems[stem]);
        let shared = imports::shared(api, ids.iter().flat_map(|id| refers(api, *id)), owner);
        file(
            settings,
            &mut files,
            &mut faults,
            path,
            &format!("components/{stem}.json"),
            Some(&shared),
            &pieces,
        );
    }
    let features = features(api, &owners);
    for (path, pieces) in modules(api, settings, &features, &stems) {
        file(
            settings,
            &mut files,
            &mut faults,
            path,
            "models/**",
            None,
            &pieces,
        );
    }
    files.insert("loosened.md".to_owned(), report(settings, &api.loosened));
    faults.settle(files)
}

/// What the code of a definition names.
fn refers(api: &Api, id: DefId) -> Vec<DefId> {
    let mut named = api.parts(id);
    named.extend(decide::inside(api, id));
    named.extend(short::named(api, id));
    named
}

/// Adds one file, with imports unless it only holds modules.
fn file(
    settings: &Settings,
    files: &mut Files,
    faults: &mut Faults,
    path: String,
    source: &str,
    shared: Option<&BTreeSet<String>>,
    pieces: &[Piece],
) {
    match print::pieces(pieces) {
        Ok(body) => {
            let imports = shared
                .map(|shared| imports::lines(settings, &body, shared))
                .unwrap_or_default();
            files.insert(
                path,
                format!(
                    "{}{imports}{body}",
                    print::head(&settings.command, &format!("schema/{source}"))
                ),
            );
        }
        Err(message) => faults.add(&Place::file(source), message),
    }
}

/// Definitions by the file they live in, in the order in which they are read about: a definition, then its parts.
fn homes(api: &Api) -> BTreeMap<Owner, Vec<DefId>> {
    let mut homes: BTreeMap<Owner, Vec<DefId>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for model in &api.models {
        for root in roots(model).filter_map(Api::named).chain(model.options) {
            visit(api, root, &mut seen, &mut homes);
        }
    }
    homes
}

fn visit(
    api: &Api,
    id: DefId,
    seen: &mut BTreeSet<DefId>,
    homes: &mut BTreeMap<Owner, Vec<DefId>>,
) {
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            homes.entry(api.def(id).owner.clone()).or_default().push(id);
            open.extend(api.parts(id).into_iter().rev());
        }
    }
}

/// The module of each set of components, by its file's name; no two of one name.
fn component_modules(owners: &BTreeMap<Owner, Vec<DefId>>) -> BTreeMap<String, String> {
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
type Features = BTreeMap<String, Gates>;

/// The features under which each set of components is compiled: those of all models that lead to it.
fn features(api: &Api, owners: &BTreeMap<Owner, Vec<DefId>>) -> Features {
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

fn roots(model: &Model) -> impl Iterator<Item = &Type> {
    let event = model.stream.as_ref().map(|stream| &stream.event);
    [
        Some(&model.input),
        model.batch.as_ref(),
        Some(&model.output),
        event,
    ]
    .into_iter()
    .flatten()
}

/// The feature under which a model is compiled; empty for one whose task has none.
fn feature(model: &Model) -> String {
    let task = model.facts.get("task").and_then(Value::as_str);
    task.filter(|task| TASKS.contains(task))
        .map(name::feature)
        .unwrap_or_default()
}

/// The module files: authors, components, and the root with its catalogue.
fn modules(
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

/// Alternatives that nothing tells from another are said, not hidden.
fn report_blurred(api: &mut Api) {
    for index in 0..api.defs.len() {
        for variant in decide::blurred(api, DefId(index)) {
            let place = api.defs[index].place.clone();
            let message =
                format!("alternative `{variant}` cannot be told from the others when read");
            api.loosened.push(Loosened { place, message });
        }
    }
    api.loosened.sort();
    api.loosened.dedup();
}

fn report(settings: &Settings, loosened: &[Loosened]) -> String {
    let mut out = format!(
        "<!-- @generated by `{}` -->\n\n# What the types say less about than the documents\n\n",
        settings.command
    );
    if loosened.is_empty() {
        out.push_str("Nothing.\n");
    }
    for entry in loosened {
        out.push_str(&format!("- `{}`: {}\n", entry.place, entry.message));
    }
    out
}
