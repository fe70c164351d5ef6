//! How a union is read: by what is present, never by the first alternative that parses.
//!
//! Values that are not objects are told apart by their JSON kind. Of an object, the forms of the alternatives are
//! printed: constants, members, and the shapes of their values; the core picks the one that fits best.

use crate::emit::rust::Rust;
use crate::ir::{Api, Def, DefId, Encoding, Options, Shape, Type, Variant};

/// The call that reads a union. `None` where nobody reads it.
pub(crate) fn reading(rust: &Rust<'_>, def: &Def, variants: &[Variant]) -> Option<String> {
    if !def.response && !rust.settings.features {
        return None;
    }
    let generics = match (def.generic, def.options) {
        (false, _) => "",
        (true, Options::Extended) => "<M: Extended>",
        (true, _) => "<M>",
    };
    let mut out = String::new();
    // What is compiled for `roundtrip` only names its path itself.
    let path = if def.response {
        String::new()
    } else {
        format!("{}::", rust.settings.core)
    };
    if !def.response {
        out.push_str("#[cfg(feature = \"roundtrip\")]\n");
    }
    out.push_str(&format!(
        "{path}alternatives! {{\n    {}{generics} {{\n",
        def.name
    ));
    for (index, kind) in kinds(rust.api, variants) {
        out.push_str(&format!("        @{kind} => {},\n", variants[index].name));
    }
    for variant in variants {
        for form in forms(rust.api, &variant.ty) {
            out.push_str(&format!(
                "        {} {{\n{}        }}\n",
                variant.name,
                form.lines()
            ));
        }
    }
    out.push_str(if def.response {
        "    } else Unknown\n}\n"
    } else {
        "    }\n}\n"
    });
    Some(out)
}

/// Alternatives that a JSON kind alone decides: the first of each kind, and a plain object, which takes any.
fn kinds(api: &Api, variants: &[Variant]) -> Vec<(usize, &'static str)> {
    let mut out: Vec<(usize, &'static str)> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        if let Some(kind) = kind(api, &variant.ty) {
            if !out.iter().any(|(_, known)| *known == kind) {
                out.push((index, kind));
            }
        }
    }
    out
}

/// The JSON kind of a type's values; `None` for structs and unions, whose members decide.
fn kind(api: &Api, ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Bool => "Bool",
        Type::Integer { .. } | Type::Number => "Number",
        Type::Text | Type::TextOrJson | Type::Media(Encoding::Base64 | Encoding::Raw) => "Text",
        Type::List(_) | Type::Matrix | Type::Media(Encoding::Numbers) => "List",
        Type::Any | Type::Object | Type::Map(_) => "Object",
        Type::Named(id) => match &api.def(*id).shape {
            Shape::Enum(_) => "Text",
            Shape::Struct { .. } | Shape::Union(_) => return None,
        },
    })
}

/// What is known of an object before it is read.
#[derive(Debug, Default, PartialEq, Eq)]
struct Form {
    constants: Vec<(String, String)>,
    members: Vec<(String, String)>,
}

impl Form {
    fn lines(&self) -> String {
        let mut out = String::new();
        for (key, value) in &self.constants {
            out.push_str(&format!("            const {key:?} = {value:?},\n"));
        }
        let mut line = String::new();
        for (key, shapes) in &self.members {
            let member = format!("{key:?}: {shapes:?},");
            if !line.is_empty() && 12 + line.len() + 1 + member.len() > 100 {
                out.push_str(&format!("            {line}\n"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&member);
        }
        if !line.is_empty() {
            out.push_str(&format!("            {line}\n"));
        }
        out
    }
}

/// The forms of a type's objects: one of a struct, those of its alternatives of a union.
fn forms(api: &Api, ty: &Type) -> Vec<Form> {
    let Type::Named(id) = ty else {
        return Vec::new();
    };
    match &api.def(*id).shape {
        Shape::Struct { fields, tag } => {
            let mut form = Form::default();
            if let Some(tag) = tag {
                form.constants.push((tag.wire.clone(), tag.value.clone()));
            }
            for field in fields {
                match &field.constant {
                    Some(value) => form.constants.push((field.wire.clone(), value.clone())),
                    None => form
                        .members
                        .push((field.wire.clone(), shapes(api, &field.ty).join(" "))),
                }
            }
            let own = |id: DefId| match &api.def(id).shape {
                Shape::Struct { fields, .. } => {
                    fields.iter().map(|field| field.wire.clone()).collect()
                }
                _ => Vec::new(),
            };
            if api.def(*id).options == Options::Extended {
                let options = api
                    .models
                    .iter()
                    .filter_map(|model| model.options)
                    .flat_map(own);
                let mut options: Vec<String> = options
                    .filter(|wire| form.members.iter().all(|(key, _)| key != wire))
                    .collect();
                options.sort();
                options.dedup();
                form.members
                    .extend(options.into_iter().map(|wire| (wire, String::new())));
            }
            vec![form]
        }
        Shape::Union(variants) => variants
            .iter()
            .flat_map(|variant| forms(api, &variant.ty))
            .collect(),
        Shape::Enum(_) => Vec::new(),
    }
}

/// How values of a type look in `Raw::shape`; an empty text is any.
fn shapes(api: &Api, ty: &Type) -> Vec<String> {
    let one = |shape: &str| vec![shape.to_owned()];
    match ty {
        Type::Bool => one("b"),
        Type::Integer { .. } | Type::Number => one("n"),
        Type::Text => one("s"),
        Type::Matrix => one("[["),
        Type::Object | Type::Map(_) => one("{"),
        Type::Media(_) => vec!["s".to_owned(), "[n".to_owned()],
        Type::Any | Type::TextOrJson => Vec::new(),
        Type::List(inner) => {
            let inner = shapes(api, inner);
            if inner.is_empty() {
                return one("[");
            }
            let mut all: Vec<String> = inner
                .iter()
                .filter_map(|shape| shape.chars().next())
                .map(|first| format!("[{first}"))
                .collect();
            all.dedup();
            all
        }
        Type::Named(id) => match &api.def(*id).shape {
            Shape::Enum(_) => one("s"),
            Shape::Struct { .. } => one("{"),
            Shape::Union(variants) => {
                let mut all = Vec::new();
                for variant in variants {
                    let inner = shapes(api, &variant.ty);
                    if inner.is_empty() {
                        return Vec::new();
                    }
                    all.extend(inner);
                }
                all.sort();
                all.dedup();
                all
            }
        },
    }
}

/// Alternatives of a union that would never be chosen: another has the same form, or the same kind.
pub(crate) fn blurred(api: &Api, id: DefId) -> Vec<String> {
    let def = api.def(id);
    let Shape::Union(variants) = &def.shape else {
        return Vec::new();
    };
    if !def.response {
        return Vec::new();
    }
    let decided = kinds(api, variants);
    let mut out = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        let hidden = if kind(api, &variant.ty).is_some() {
            !decided.iter().any(|(known, _)| *known == index)
        } else {
            let own = forms(api, &variant.ty);
            let earlier: Vec<Form> = variants[..index]
                .iter()
                .flat_map(|other| forms(api, &other.ty))
                .collect();
            let any = decided.iter().any(|(_, kind)| *kind == "Object");
            any || !own.is_empty() && own.iter().all(|form| earlier.contains(form))
        };
        if hidden {
            out.push(variant.name.clone());
        }
    }
    out
}
