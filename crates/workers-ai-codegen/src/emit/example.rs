//! The document's example → the Rust that builds it, for the model's page.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::emit::imports;
use crate::emit::items::required;
use crate::emit::model::constructor_names;
use crate::emit::rust::Rust;
use crate::ir::{Api, DefId, Field, Limits, Model, Shape, Type};
use crate::print;

/// What an example needs besides its one expression.
#[derive(Default)]
struct Needs {
    names: BTreeSet<String>,
    /// The field that is being given, by which a file is named.
    field: String,
    /// Reads a file: compiled, not run.
    file: bool,
    json: bool,
}

/// Lines of a code block, or nothing where the document has no usable example.
pub(crate) fn lines(rust: &Rust<'_>, model: &Model) -> Option<Vec<String>> {
    let home = rust.settings.examples.as_deref()?;
    let example = model.example.as_ref()?.as_object()?;
    let own = model.options.map(|id| rust.api.def(id).fields());
    let own = own.unwrap_or_default();
    let mut shared = example.clone();
    shared.retain(|key, _| !own.iter().any(|field| field.wire == *key));
    let (id, constructor) = constructor_names(rust.api, model)
        .into_iter()
        .find(|(id, _)| fits(rust.api, *id, &shared))?;
    let Shape::Struct { fields, .. } = &rust.api.def(id).shape else {
        return None;
    };
    let mut needs = Needs::default();
    needs.names.insert(model.name.clone());
    let asked: Vec<&Field> = required(fields).collect();
    let mut arguments = Vec::new();
    for field in &asked {
        let given = example.get(&field.wire)?;
        needs.field.clone_from(&field.wire);
        arguments.push(field_value(rust.api, field, given, &mut needs)?);
    }
    let mut calls = Vec::new();
    for field in fields.iter().chain(own).filter(|field| !field.required) {
        let transport = rust.api.def(id).streams && field.wire == "stream";
        if let Some(given) = example.get(&field.wire).filter(|_| !transport) {
            needs.field.clone_from(&field.wire);
            let argument = field_value(rust.api, field, given, &mut needs)?;
            calls.push(format!(".{}({argument})", field.ident));
        }
    }
    let start = format!("{}::{}({})", model.name, constructor, arguments.join(", "));
    needs.names.insert("ModelInput".to_owned());
    let names: Vec<String> = needs.names.into_iter().collect();
    let fence = if needs.file { "```no_run" } else { "```" };
    let mut out = vec!["# Example".to_owned(), String::new(), fence.to_owned()];
    out.extend(imports::line(home, &names).lines().map(str::to_owned));
    out.push(String::new());
    out.extend(print::statement(&format!(
        "let input = {start}{};",
        calls.concat()
    ))?);
    out.push("input.validate()?;".to_owned());
    out.push("# Ok::<(), Box<dyn std::error::Error>>(())".to_owned());
    out.push("```".to_owned());
    Some(out)
}

fn fits(api: &Api, id: DefId, example: &serde_json::Map<String, Value>) -> bool {
    let Shape::Struct { fields, tag } = &api.def(id).shape else {
        return false;
    };
    let tagged = tag.as_ref().is_none_or(|tag| {
        example
            .get(&tag.wire)
            .is_none_or(|value| *value == tag.value.as_str())
    });
    let known = |key: &String| {
        fields.iter().any(|field| field.wire == *key)
            || tag.as_ref().is_some_and(|tag| tag.wire == *key)
    };
    tagged
        && required(fields).all(|field| example.contains_key(&field.wire))
        && example.keys().all(known)
}

/// An expression for a field, unless the value is outside the limits: an example is one that works.
fn field_value(api: &Api, field: &Field, json: &Value, needs: &mut Needs) -> Option<String> {
    let each: &[Value] = json.as_array().map_or(&[], Vec::as_slice);
    let within = is_within(json, &field.limits)
        && each.iter().all(|item| is_within(item, &field.item_limits));
    value(api, &field.ty, json, needs).filter(|_| within)
}

fn is_within(json: &Value, limits: &Limits) -> bool {
    let count = |count: usize, min: Option<u64>, max: Option<u64>| {
        let count = count as u64;
        min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max)
    };
    let bound = |bound: &Option<Value>| bound.as_ref().and_then(Value::as_f64);
    match json {
        Value::Number(number) => number.as_f64().is_some_and(|number| {
            bound(&limits.minimum).is_none_or(|min| number >= min)
                && bound(&limits.maximum).is_none_or(|max| number <= max)
        }),
        Value::String(text) => count(text.chars().count(), limits.min_length, limits.max_length),
        Value::Array(list) => count(list.len(), limits.min_items, limits.max_items),
        Value::Object(map) => count(map.len(), limits.min_items, limits.max_items),
        _ => true,
    }
}

/// An expression that a parameter of this type takes.
fn value(api: &Api, ty: &Type, json: &Value, needs: &mut Needs) -> Option<String> {
    Some(match ty {
        Type::Bool => json.as_bool()?.to_string(),
        Type::Integer { unsigned: true } => json.as_u64()?.to_string(),
        Type::Integer { unsigned: false } => json.as_i64()?.to_string(),
        Type::Number => format!("{:?}", json.as_f64()?),
        Type::Text | Type::TextOrJson | Type::Padding => format!("{:?}", json.as_str()?),
        Type::Any => {
            needs.json = true;
            format!("serde_json::json!({json})")
        }
        Type::Media(_) => {
            needs.file = true;
            let name = match needs.field.as_str() {
                name if name.contains("audio") => "speech.mp3",
                name if name.contains("image") || name == "mask" => "picture.png",
                _ => "input.bin",
            };
            format!("std::fs::read({name:?})?")
        }
        Type::List(inner) => {
            // Nobody could tell of which type the items of an empty list are.
            let items = json.as_array().filter(|items| !items.is_empty())?;
            let alternatives: Option<Vec<usize>> = items
                .iter()
                .map(|item| alternative(api, inner, item))
                .collect();
            let alike =
                alternatives.is_none_or(|all| all.windows(2).all(|pair| pair[0] == pair[1]));
            let items: Option<Vec<String>> = items
                .iter()
                .map(|item| item_value(api, inner, item, alike, needs))
                .collect();
            format!("[{}]", items?.join(", "))
        }
        Type::Map(inner) => {
            let entries = json.as_object().filter(|entries| !entries.is_empty())?;
            let alternatives: Option<Vec<usize>> = entries
                .values()
                .map(|item| alternative(api, inner, item))
                .collect();
            let alike =
                alternatives.is_none_or(|all| all.windows(2).all(|pair| pair[0] == pair[1]));
            let entries: Option<Vec<String>> = entries
                .iter()
                .map(|(key, item)| {
                    Some(format!(
                        "({key:?}, {})",
                        item_value(api, inner, item, alike, needs)?
                    ))
                })
                .collect();
            format!("[{}]", entries?.join(", "))
        }
        Type::Object | Type::Matrix | Type::Nullable(_) => return None,
        Type::Named(id) => named(api, *id, json, needs)?,
    })
}

/// Which alternative of a union a value is.
fn alternative(api: &Api, ty: &Type, json: &Value) -> Option<usize> {
    let Type::Named(id) = ty else { return None };
    let Shape::Union(variants) = &api.def(*id).shape else {
        return None;
    };
    variants
        .iter()
        .position(|variant| value(api, &variant.ty, json, &mut Needs::default()).is_some())
}

/// An item of a list; where all are the same alternative they convert by themselves, else each says which it is.
fn item_value(
    api: &Api,
    ty: &Type,
    json: &Value,
    alike: bool,
    needs: &mut Needs,
) -> Option<String> {
    if matches!(ty, Type::List(_) | Type::Map(_)) {
        return None;
    }
    let inner = value(api, ty, json, needs)?;
    match (ty, alternative(api, ty, json)) {
        (Type::Named(id), Some(index)) if !alike => {
            let def = api.def(*id);
            let Shape::Union(variants) = &def.shape else {
                return None;
            };
            needs.names.insert(def.name.clone());
            let variant = variants.get(index)?;
            let takes_it = matches!(variant.ty, Type::Named(_));
            let how = if takes_it { &variant.name } else { "from" };
            Some(format!("{}::{how}({inner})", def.name))
        }
        _ => Some(inner),
    }
}

fn named(api: &Api, id: DefId, json: &Value, needs: &mut Needs) -> Option<String> {
    let def = api.def(id);
    match &def.shape {
        Shape::Enum(values) => {
            let known = values.iter().find(|value| *json == value.wire.as_str())?;
            needs.names.insert(def.name.clone());
            Some(format!("{}::{}", def.name, known.name))
        }
        Shape::Struct { fields, .. } => {
            let given = json.as_object()?;
            if !fits(api, id, given) {
                return None;
            }
            needs.names.insert(def.name.clone());
            let mut out = String::new();
            let mut arguments = Vec::new();
            for field in fields {
                let Some(json) = given.get(&field.wire) else {
                    continue;
                };
                let argument = field_value(api, field, json, needs)?;
                if field.required && field.constant.is_none() {
                    arguments.push(argument);
                } else if !field.required {
                    out.push_str(&format!(".{}({argument})", field.ident));
                }
            }
            Some(format!("{}::new({}){out}", def.name, arguments.join(", ")))
        }
        Shape::Union(variants) => variants.iter().find_map(|variant| {
            if let Type::List(inner) = &variant.ty
                && is_union(api, inner)
            {
                return typed_list(api, inner, json, needs);
            }
            let found = value(api, &variant.ty, json, needs)?;
            let converts = converts(api, &variant.ty) && is_within(json, &variant.limits);
            Some(match variant.ty {
                Type::Integer { unsigned: true } => format!("{found}_u64"),
                Type::Integer { unsigned: false } => format!("{found}_i64"),
                _ => found,
            })
            .filter(|_| converts)
        }),
    }
}

/// A list whose items say which alternative they are.
fn typed_list(api: &Api, inner: &Type, json: &Value, needs: &mut Needs) -> Option<String> {
    let items = json.as_array().filter(|items| !items.is_empty())?;
    let items = items
        .iter()
        .map(|item| item_value(api, inner, item, false, needs));
    let items: Option<Vec<String>> = items.collect();
    Some(format!("[{}]", items?.join(", ")))
}

fn is_union(api: &Api, ty: &Type) -> bool {
    matches!(ty, Type::Named(id) if matches!(api.def(*id).shape, Shape::Union(_)))
}

/// Whether what is written of an alternative converts into the union by itself.
fn converts(api: &Api, ty: &Type) -> bool {
    let plain = |ty: &Type| {
        let scalar = matches!(
            ty,
            Type::Bool | Type::Number | Type::Integer { .. } | Type::Text
        );
        scalar || matches!(ty, Type::Named(_)) && !is_union(api, ty)
    };
    match ty {
        Type::List(inner) => plain(inner),
        Type::Media(_) => true,
        ty => plain(ty),
    }
}
