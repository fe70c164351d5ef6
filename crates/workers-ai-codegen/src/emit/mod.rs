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
mod modules;
mod number;
mod rust;
pub(crate) mod says;
mod short;
mod tables;
mod unions;

use std::collections::{BTreeMap, BTreeSet};

use crate::Settings;
use crate::fault::{Fault, Faults, Loosened, Place};
use crate::ir::{Api, DefId, Model, Owner, Shape, Type};
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
    let stems = modules::stems(&owners);
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
    let features = modules::features(api, &owners);
    for (path, pieces) in modules::files(api, settings, &features, &stems) {
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
