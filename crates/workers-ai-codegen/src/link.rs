//! Decides, over all definitions at once: final names, who sends each type, which types carry their model.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::fault::{Fault, Faults, Place};
use crate::ir::{Api, DefId, Naming, Options, Owner, Shape, Type};
use crate::name;

/// Names that generated code uses for other things.
const RESERVED: &[&str] = &[
    "Self",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Vec",
    "String",
    "Box",
    "Iterator",
    "IntoIterator",
    "Into",
    "From",
    "Default",
    "Clone",
    "Copy",
    "Debug",
    "PartialEq",
    "Eq",
    "Hash",
    "Drop",
    "Fn",
    "Send",
    "Sync",
    "Value",
    "Map",
    "BTreeMap",
    "PhantomData",
    "Serialize",
    "Serializer",
    "Deserialize",
    "Deserializer",
    "Media",
    "Matrix",
    "TextOrJson",
    "Limit",
    "Validate",
    "Check",
    "Invalid",
    "Violation",
    "Model",
    "ModelInput",
    "ModelInfo",
    "Streaming",
    "Batched",
    "Batch",
    "BatchRequest",
    "BatchResults",
    "BatchState",
    "QueuedBatch",
    "Payload",
    "Form",
    "Part",
    "PartValue",
    "RawBody",
    "EncodeError",
    "MediaError",
    "Raw",
    "Kind",
    "Task",
    "Status",
    "Price",
    "Ability",
    "Reasoning",
    "OpenEnum",
    "Answer",
    "CATALOGUE",
];

/// Gives every definition its name and marks.
///
/// # Errors
///
/// Two things with one name; a type that would have to carry a model in one place and not in another.
pub(crate) fn link(mut api: Api) -> Result<Api, Vec<Fault>> {
    let mut faults = Faults::default();
    assign_names(&mut api, &mut faults);
    describe_roots(&mut api);
    mark_directions(&mut api);
    mark_generic(&mut api, &mut faults);
    mark_streams(&mut api);
    mark_extended(&mut api);
    faults.settle(api)
}

fn assign_names(api: &mut Api, faults: &mut Faults) {
    let mut taken: BTreeMap<String, Place> = RESERVED
        .iter()
        .map(|name| ((*name).to_owned(), Place::default()))
        .collect();
    let mut claim = |name: &str, place: &Place, faults: &mut Faults| match taken.get(name) {
        None => {
            taken.insert(name.to_owned(), place.clone());
        }
        Some(other) if other.file.is_empty() => {
            faults.add(
                place,
                format!("the name `{name}` is used by generated code; rename with `x-name`"),
            );
        }
        Some(other) => {
            faults.add(
                place,
                format!("the name `{name}` is also taken by {other}; rename one with `x-name`"),
            );
        }
    };
    for model in &api.models {
        let place = Place::file(&model.file);
        claim(&model.name, &place, faults);
        let event = model.stream.as_ref().map(|stream| &stream.event);
        for (ty, suffix) in [
            (Some(&model.input), "Input"),
            (Some(&model.output), "Output"),
            (event, "Event"),
        ] {
            let name = format!("{}{suffix}", model.name);
            let own = |ty: &Type| matches!(ty, Type::Named(id) if api.def(*id).naming == Naming::Fixed(name.clone()));
            if ty.is_some_and(|ty| !own(ty)) {
                claim(&name, &place, faults);
            }
        }
    }
    for def in api.defs.iter().filter(|def| !def.is_dead()) {
        if let Naming::Fixed(name) = &def.naming {
            claim(name, &def.place, faults);
        }
    }
    let mut shorts: HashMap<String, usize> = HashMap::new();
    for def in &api.defs {
        if let Naming::Nested { root, steps } = &def.naming {
            *shorts.entry(short(root, steps)).or_default() += 1;
        }
    }
    for def in &mut api.defs {
        def.name = match &def.naming {
            Naming::Fixed(name) => name.clone(),
            Naming::Nested { root, steps } => {
                let short = short(root, steps);
                let long = format!(
                    "{root}{}",
                    steps
                        .iter()
                        .map(|step| name::camel_case(step))
                        .collect::<String>()
                );
                let alone = shorts.get(&short) == Some(&1);
                let numbered = (2..).map(|number| format!("{long}{number}"));
                let mut candidates = Some(short)
                    .filter(|_| alone)
                    .into_iter()
                    .chain([long.clone()])
                    .chain(numbered);
                let name = candidates
                    .find(|name| !taken.contains_key(name))
                    .unwrap_or(long);
                taken.insert(name.clone(), def.place.clone());
                name
            }
        };
    }
}

fn short(root: &str, steps: &[String]) -> String {
    format!(
        "{root}{}",
        name::camel_case(steps.last().map_or("", String::as_str))
    )
}

/// An input, output or event without a description says at least whose it is.
fn describe_roots(api: &mut Api) {
    for index in 0..api.models.len() {
        let model = &api.models[index];
        let event = model.stream.as_ref().map(|stream| &stream.event);
        let roots = [
            (Some(&model.input), "takes"),
            (Some(&model.output), "answers"),
            (event, "sends piece by piece"),
        ];
        for (ty, what) in roots.map(|(ty, what)| (ty.cloned(), what)) {
            let text = format!("What `{}` {what}.", api.models[index].name);
            if let Some(Type::Named(id)) = ty {
                let def = &mut api.defs[id.0];
                if def.docs.text.is_empty() && def.owner == Owner::Model(index) {
                    def.docs.text = text;
                }
            }
        }
    }
}

fn mark_directions(api: &mut Api) {
    let mut request = BTreeSet::new();
    let mut response = BTreeSet::new();
    for model in &api.models {
        request.extend(api.reachable(&model.input));
        for ty in model
            .batch
            .iter()
            .cloned()
            .chain(model.options.map(Type::Named))
        {
            request.extend(api.reachable(&ty));
        }
        response.extend(api.reachable(&model.output));
        if let Some(stream) = &model.stream {
            response.extend(api.reachable(&stream.event));
        }
    }
    for id in request {
        api.defs[id.0].request = true;
    }
    for id in response {
        api.defs[id.0].response = true;
    }
}

/// A shared input knows which model it is for: it and its alternatives take the model as a parameter.
fn mark_generic(api: &mut Api, faults: &mut Faults) {
    let mut generic = BTreeSet::new();
    for model in &api.models {
        for ty in [Some(&model.input), model.batch.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Some(root) = Api::named(ty) {
                for id in std::iter::once(root).chain(alternatives(api, root)) {
                    if matches!(api.def(id).owner, Owner::Component(_))
                        && !matches!(api.def(id).shape, Shape::Enum(_))
                    {
                        generic.insert(id);
                    }
                }
            }
        }
    }
    for def in api
        .defs
        .iter()
        .filter(|def| matches!(def.shape, Shape::Struct { .. }))
    {
        if let Shape::Struct { fields, .. } = &def.shape {
            for field in fields {
                if let Some(inner) = Api::named(&field.ty).filter(|inner| generic.contains(inner)) {
                    let message = format!(
                        "`{}` is an input of a model and cannot also be a part of `{}`; give one of them a component of its own",
                        api.def(inner).name,
                        def.name
                    );
                    faults.add(&def.place, message);
                }
            }
        }
    }
    for id in generic {
        api.defs[id.0].generic = true;
    }
}

fn alternatives(api: &Api, root: DefId) -> Vec<DefId> {
    match &api.def(root).shape {
        Shape::Union(_) => api.parts(root),
        _ => Vec::new(),
    }
}

/// A shared union of extended inputs is extended with them; a model's own options count as something it sends.
fn mark_extended(api: &mut Api) {
    for index in 0..api.defs.len() {
        let id = DefId(index);
        let parts = alternatives(api, id);
        let extended = parts
            .iter()
            .any(|part| api.def(*part).options == Options::Extended);
        if extended && api.def(id).generic {
            api.defs[index].options = Options::Extended;
        }
    }
}

/// Where a model streams, `stream` is the transport's to set.
fn mark_streams(api: &mut Api) {
    let mut marked = BTreeSet::new();
    for model in api.models.iter().filter(|model| model.stream.is_some()) {
        for ty in [Some(&model.input), model.batch.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Some(root) = Api::named(ty) {
                marked.extend(std::iter::once(root).chain(alternatives(api, root)));
            }
        }
    }
    for id in marked {
        let has = match &api.def(id).shape {
            Shape::Struct { fields, .. } => fields.iter().any(|field| field.wire == "stream"),
            Shape::Union(_) => true,
            Shape::Enum(_) => false,
        };
        api.defs[id.0].streams = has;
    }
}
