//! Decides, over all definitions at once: final names, who sends each type, which types carry their model.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::fault::{Fault, Faults, Place};
use crate::ir::{Api, DefId, Naming, Options, Owner, Shape, Type};
use crate::marks;
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
    "Padding",
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
    "Arguments",
    "BatchFailure",
    "BatchResponse",
    "BatchStatus",
    "CalledTool",
    "Cow",
    "Extended",
    "Integer",
    "Length",
    "Members",
    "ModelOptions",
    "NoOptions",
    "Numbers",
    "Poll",
    "Queueable",
    "TokenUsage",
    "ToOwned",
    "ToString",
    "UnknownTask",
];

/// Whether generated code needs this name for something else, however its letters are cased.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// Where a model's name can be said.
const MODEL: &str = "`name` in `x-model`";

/// Gives every definition its name and marks.
///
/// # Errors
///
/// Two things with one name; a type that would have to carry a model in one place and not in another.
pub(crate) fn link(mut api: Api) -> Result<Api, Vec<Fault>> {
    let mut faults = Faults::default();
    assign_modules(&mut api);
    assign_names(&mut api, &mut faults);
    describe_roots(&mut api);
    mark_directions(&mut api);
    mark_whole(&mut api);
    mark_generic(&mut api, &mut faults);
    mark_streams(&mut api);
    mark_extended(&mut api);
    marks::check(&api, &mut faults);
    faults.settle(api)
}

/// Models of one author whose ids differ in signs only have files of their own all the same.
fn assign_modules(api: &mut Api) {
    let mut taken = BTreeSet::new();
    for model in &mut api.models {
        let author = model.author.clone();
        model.module = name::free(&model.module, |module| {
            taken.contains(&(author.clone(), module.to_owned()))
        });
        taken.insert((author, model.module.clone()));
    }
}

fn assign_names(api: &mut Api, faults: &mut Faults) {
    let mut taken: BTreeMap<String, Place> = RESERVED
        .iter()
        .map(|name| ((*name).to_owned(), Place::default()))
        .collect();
    let mut claim = |name: &str, place: &Place, how: &str, faults: &mut Faults| match taken
        .get(name)
    {
        _ if !name::is_type(name) => {
            faults.add(
                place,
                format!("`{name}` is no name for a type; say one with {how}: letters and digits, a capital first"),
            );
        }
        None => {
            taken.insert(name.to_owned(), place.clone());
        }
        Some(other) if other.file.is_empty() => {
            faults.add(
                place,
                format!("the name `{name}` is used by generated code; rename with {how}"),
            );
        }
        Some(other) => {
            faults.add(
                place,
                format!("the name `{name}` is also taken by {other}; rename one with {how}"),
            );
        }
    };
    for model in &api.models {
        let place = Place::file(&model.file);
        claim(&model.name, &place, MODEL, faults);
        // The rest is called after it.
        if !name::is_type(&model.name) {
            continue;
        }
        let event = model.stream.as_ref().map(|stream| &stream.event);
        for (ty, suffix) in [
            (Some(&model.input), "Input"),
            (Some(&model.output), "Output"),
            (event, "Event"),
        ] {
            let name = format!("{}{suffix}", model.name);
            let own = |ty: &Type| matches!(ty, Type::Named(id) if api.def(*id).naming == Naming::Fixed(name.clone()));
            if ty.is_some_and(|ty| !own(ty)) {
                claim(&name, &place, MODEL, faults);
            }
        }
    }
    for def in api.defs.iter().filter(|def| !def.is_dead()) {
        let named = match def.owner {
            Owner::Model(index) => api
                .models
                .get(index)
                .is_some_and(|m| name::is_type(&m.name)),
            Owner::Component(_) => true,
        };
        if let (Naming::Fixed(name), true) = (&def.naming, named) {
            claim(name, &def.place, "`x-name`", faults);
        }
    }
    let mut shorts: HashMap<String, usize> = HashMap::new();
    for def in api.defs.iter().filter(|def| !def.is_dead()) {
        if let Naming::Nested { root, steps } = &def.naming {
            *shorts.entry(short(root, steps)).or_default() += 1;
        }
    }
    for def in api.defs.iter_mut().filter(|def| !def.is_dead()) {
        def.name = match &def.naming {
            Naming::Fixed(name) => name.clone(),
            Naming::Nested { root, steps } => {
                let short = short(root, steps);
                let long = format!(
                    "{root}{}",
                    steps
                        .iter()
                        .map(|step| name::step(step))
                        .collect::<String>()
                );
                let alone = shorts.get(&short) == Some(&1);
                let used = |name: &str| taken.contains_key(name);
                let name = Some(short)
                    .filter(|name| alone && !used(name))
                    .unwrap_or_else(|| name::free(&long, used));
                taken.insert(name.clone(), def.place.clone());
                name
            }
        };
    }
}

fn short(root: &str, steps: &[String]) -> String {
    format!(
        "{root}{}",
        steps
            .last()
            .map_or_else(String::new, |step| name::step(step))
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

/// A whole answer has something in it that its document names. Events may be of a sort that nobody knows yet.
fn mark_whole(api: &mut Api) {
    let mut whole = BTreeSet::new();
    let mut events = BTreeSet::new();
    for model in &api.models {
        let mut output = &model.output;
        while let Type::List(inner) | Type::Nullable(inner) = output {
            output = inner;
        }
        whole.extend(
            Api::named(output)
                .into_iter()
                .flat_map(|root| forms(api, root)),
        );
        let event = model.stream.as_ref().map(|stream| &stream.event);
        events.extend(event.into_iter().flat_map(|event| api.reachable(event)));
    }
    for id in whole.difference(&events) {
        api.defs[id.0].whole = true;
    }
}

/// A shared input knows which model it is for: it and its alternatives take the model as a parameter.
fn mark_generic(api: &mut Api, faults: &mut Faults) {
    let mut takers: BTreeMap<DefId, BTreeSet<&String>> = BTreeMap::new();
    for model in &api.models {
        for ty in [Some(&model.input), model.batch.as_ref()]
            .into_iter()
            .flatten()
        {
            for id in Api::named(ty).into_iter().flat_map(|root| forms(api, root)) {
                if matches!(api.def(id).owner, Owner::Component(_)) {
                    takers.entry(id).or_default().insert(&model.file);
                }
            }
        }
    }
    let mut generic = BTreeSet::new();
    for (id, models) in &takers {
        // What is an answer too knows no model, and where there is no struct, nothing could hold one.
        let holds = |id: &DefId| {
            matches!(api.def(*id).shape, Shape::Struct { .. }) && takers.contains_key(id)
        };
        let def = api.def(*id);
        if !def.response && forms(api, *id).iter().any(holds) {
            generic.insert(*id);
        } else if let Some(other) = models.iter().nth(1) {
            let message = format!(
                "`{}` is the input of several models, such as {other}, and cannot also be an answer or a plain value; give each model a component of its own",
                def.name
            );
            faults.add(&def.place, message);
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

/// A definition and, if it is a union, its alternatives and theirs.
pub(crate) fn forms(api: &Api, root: DefId) -> BTreeSet<DefId> {
    let mut found = BTreeSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(alternatives(api, id));
        }
    }
    found
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
    let mut asked = BTreeSet::new();
    let mut batched = BTreeSet::new();
    for model in api.models.iter().filter(|model| model.stream.is_some()) {
        let of = |ty: &Type| match ty {
            Type::Named(root) => forms(api, *root),
            // Of a list, none is the one to say it.
            _ => BTreeSet::new(),
        };
        asked.extend(of(&model.input));
        batched.extend(model.batch.iter().flat_map(of));
    }
    for id in asked.union(&batched) {
        let has = match &mut api.defs[id.0].shape {
            Shape::Struct { fields, .. } => {
                let stream = fields
                    .iter_mut()
                    .find(|field| field.wire == "stream" && field.ty == Type::Bool);
                // Where it has to be there, it says no until the transport says otherwise.
                stream
                    .map(|field| field.constant = Some(Value::Bool(false)))
                    .is_some()
            }
            // Nobody sets it in a batch.
            Shape::Union(_) => asked.contains(id),
            Shape::Enum(_) => false,
        };
        api.defs[id.0].streams = has;
    }
}
