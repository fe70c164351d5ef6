//! Definitions → Rust types of their fields, by typify.
//!
//! typify sees only what it is good at: objects whose properties are plain or refer to a definition by name, under
//! neutral names (`T7`, `f2`), so that its own naming, defaults and limits never come into play. What it decides is
//! which Rust type a schema has, and where recursion needs a `Box`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use typify::{TypeSpace, TypeSpaceSettings};

use crate::fault::{Fault, Faults, Place};
use crate::ir::{Api, DefId, Owner, Shape, Type};

/// The Rust types of every definition's fields or alternatives, in their order.
pub(crate) type FieldTypes = HashMap<DefId, Vec<syn::Type>>;

/// Asks typify for all types: one space for the shared components, one for each model.
///
/// # Errors
///
/// One fault for each space that typify refuses or answers with something else than asked.
pub(crate) fn types(api: &Api) -> Result<FieldTypes, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut spaces: BTreeMap<Option<usize>, Vec<DefId>> = BTreeMap::new();
    for (index, def) in api.defs.iter().enumerate() {
        let space = match def.owner {
            Owner::Component(_) => None,
            Owner::Model(model) => Some(model),
        };
        if !def.is_dead() {
            spaces.entry(space).or_default().push(DefId(index));
        }
    }
    let mut found = FieldTypes::new();
    for (space, ids) in spaces {
        let place = space.and_then(|model| api.models.get(model)).map_or_else(
            || Place::file("components"),
            |model| Place::file(&model.file),
        );
        // typify is known to panic on schemas it does not expect.
        match catch_unwind(AssertUnwindSafe(|| one_space(api, &ids))) {
            Ok(Ok(types)) => found.extend(types),
            Ok(Err(message)) => faults.add(&place, message),
            Err(_) => faults.add(
                &place,
                "typify panicked on this document; please report it with the document",
            ),
        }
    }
    faults.settle(found)
}

fn one_space(api: &Api, ids: &[DefId]) -> Result<FieldTypes, String> {
    let own: BTreeSet<DefId> = ids.iter().copied().collect();
    let foreign: BTreeSet<DefId> = ids
        .iter()
        .flat_map(|id| api.parts(*id))
        .filter(|id| !own.contains(id))
        .collect();
    let mut definitions = BTreeMap::new();
    for name in ["Media", "Matrix", "TextOrJson", "Padding"] {
        definitions.insert(name.to_owned(), json!({"type": "object"}));
    }
    for id in &foreign {
        definitions.insert(neutral(*id), json!({"type": "object"}));
    }
    for id in ids {
        definitions.insert(neutral(*id), object(api, *id));
    }
    let mut settings = TypeSpaceSettings::default();
    settings.with_map_type("::std::collections::BTreeMap".to_owned());
    let mut space = TypeSpace::new(&settings);
    let mut schemas = Vec::with_capacity(definitions.len());
    for (name, definition) in definitions {
        schemas.push((
            name,
            serde_json::from_value(definition).map_err(|error| format!("typify: {error}"))?,
        ));
    }
    space
        .add_ref_types(schemas)
        .map_err(|error| format!("typify: {error}"))?;
    let file: syn::File = syn::parse2(space.to_stream())
        .map_err(|error| format!("typify printed no Rust: {error}"))?;
    let mut structs: HashMap<String, syn::ItemStruct> = HashMap::new();
    for item in file.items {
        if let syn::Item::Struct(item) = item {
            structs.insert(item.ident.to_string(), item);
        }
    }
    let mut found = FieldTypes::new();
    for id in ids {
        let expected = members(api, *id).len();
        let mut types: Vec<Option<syn::Type>> = vec![None; expected];
        for field in structs
            .remove(&neutral(*id))
            .into_iter()
            .flat_map(|item| item.fields)
        {
            let index = field
                .ident
                .as_ref()
                .and_then(|ident| ident.to_string().get(1..)?.parse::<usize>().ok());
            if let Some(slot) = index.and_then(|index| types.get_mut(index)) {
                *slot = Some(field.ty);
            }
        }
        let types: Option<Vec<syn::Type>> = types.into_iter().collect();
        let types =
            types.ok_or_else(|| format!("typify lost a field of `{}`", api.def(*id).name))?;
        found.insert(*id, types);
    }
    Ok(found)
}

/// The name under which typify knows a definition.
pub(crate) fn neutral(id: DefId) -> String {
    format!("T{}", id.0)
}

/// The definition that a neutral name stands for.
pub(crate) fn definition(name: &str) -> Option<DefId> {
    name.strip_prefix('T')?.parse().ok().map(DefId)
}

fn members(api: &Api, id: DefId) -> Vec<&Type> {
    match &api.def(id).shape {
        Shape::Struct { fields, .. } => fields.iter().map(|field| &field.ty).collect(),
        Shape::Union(variants) => variants.iter().map(|variant| &variant.ty).collect(),
        Shape::Enum(_) => Vec::new(),
    }
}

fn object(api: &Api, id: DefId) -> Value {
    let mut properties = serde_json::Map::new();
    for (index, ty) in members(api, id).into_iter().enumerate() {
        properties.insert(format!("f{index}"), schema(ty));
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "required": required, "properties": properties})
}

fn schema(ty: &Type) -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/definitions/{name}")});
    match ty {
        Type::Bool => json!({"type": "boolean"}),
        Type::Integer { unsigned: true } => json!({"type": "integer", "format": "uint64"}),
        Type::Integer { unsigned: false } => json!({"type": "integer", "format": "int64"}),
        Type::Number => json!({"type": "number", "format": "double"}),
        Type::Text => json!({"type": "string"}),
        Type::Any => json!({}),
        Type::Object => json!({"type": "object"}),
        Type::List(inner) => json!({"type": "array", "items": schema(inner)}),
        Type::Map(inner) => json!({"type": "object", "additionalProperties": schema(inner)}),
        Type::Named(id) => reference(&neutral(*id)),
        Type::Media(_) => reference("Media"),
        Type::Matrix => reference("Matrix"),
        Type::TextOrJson => reference("TextOrJson"),
        Type::Padding => reference("Padding"),
        Type::Nullable(inner) => json!({"oneOf": [schema(inner), {"type": "null"}]}),
    }
}
