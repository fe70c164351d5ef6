//! How a union is read: by what is present, never by the first alternative that parses.
//!
//! Values that are not objects are told apart by their JSON kind. Of an object, the forms of the alternatives are
//! printed: constants, members, and the shapes of their values; the core picks the one that fits best.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::emit::rust::Rust;
use crate::ir::{Api, DefId, Encoding, Options, Shape, Type, Variant};
use crate::link;

/// The call that reads a union. `None` where nobody reads it.
pub(crate) fn reading(rust: &Rust<'_>, id: DefId, variants: &[Variant]) -> Option<String> {
    let def = rust.api.def(id);
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
    let generics = if generics.contains("Extended") {
        "<M: Extended> where M::Options"
    } else {
        generics
    };
    out.push_str(&format!(
        "{path}alternatives! {{\n    {}{generics} {{\n",
        def.name
    ));
    let mut rest = None;
    for entry in kinds(rust.api, id, variants) {
        let variant = &variants[entry.variant];
        if entry.rest {
            rest = Some(variant.name.clone());
            continue;
        }
        let shape = entry.shape.map(|shape| format!("({shape:?})"));
        let how = match &variant.ty {
            Type::Integer { .. } => " as integer",
            Type::List(inner) if matches!(**inner, Type::Integer { .. }) => " as integers",
            _ => "",
        };
        out.push_str(&format!(
            "        @{}{} => {}{how},\n",
            entry.kind,
            shape.unwrap_or_default(),
            variant.name
        ));
    }
    for (index, form) in all_forms(rust.api, id, variants) {
        out.push_str(&format!(
            "        {} {{\n{}        }}\n",
            variants[index].name,
            form.lines(def.whole)
        ));
    }
    if let Some(rest) = rest {
        out.push_str(&format!("        .. => {rest},\n"));
    }
    out.push_str(if def.response {
        "    } else Unknown\n}\n"
    } else {
        "    }\n}\n"
    });
    Some(out)
}

/// An alternative that a JSON kind decides, and of lists perhaps the first item.
struct Entry {
    kind: &'static str,
    shape: Option<String>,
    variant: usize,
    /// Only of objects that are none of the structs: a map may take them, what takes anything loses nothing.
    rest: bool,
}

/// Alternatives that are no structs, by the kinds of their values: the first of each kind; of several lists the one
/// whose items look like the first.
fn kinds(api: &Api, id: DefId, variants: &[Variant]) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    let all: Vec<(usize, BTreeSet<&'static str>)> = variants
        .iter()
        .enumerate()
        .map(|(index, variant)| {
            let mut found = BTreeSet::new();
            kinds_of(api, &variant.ty, &mut BTreeSet::from([id]), &mut found);
            (index, found)
        })
        .collect();
    for kind in ["Bool", "Number", "Text", "List", "Object"] {
        let able: Vec<usize> = all
            .iter()
            .filter(|(_, kinds)| kinds.contains(kind))
            .map(|(index, _)| *index)
            .collect();
        if kind == "List" && able.len() > 1 {
            for variant in able.iter().skip(1) {
                let shape = shapes(api, &variants[*variant].ty, &mut BTreeSet::new()).join(" ");
                if !shape.is_empty() && out.iter().all(|known| known.shape.as_ref() != Some(&shape))
                {
                    let (shape, variant) = (Some(shape), *variant);
                    out.push(Entry {
                        kind,
                        shape,
                        variant,
                        rest: false,
                    });
                }
            }
        }
        // Text or JSON takes any plain value that nothing else takes.
        let scalar = ["Bool", "Number"].contains(&kind);
        let text = |variant: &Variant| scalar && variant.ty == Type::TextOrJson;
        let any = || variants.iter().position(text);
        let whole = variants
            .iter()
            .position(|variant| matches!(variant.ty, Type::Object | Type::Any));
        let whole = whole.filter(|_| kind == "Object");
        let first = able.first().copied().or_else(any);
        out.extend(whole.or(first).map(|variant| Entry {
            kind,
            shape: None,
            variant,
            rest: kind == "Object" && whole.is_none(),
        }));
    }
    out.sort_by_key(|entry| entry.variant);
    // What asks for a shape comes before what does not.
    out.sort_by_key(|entry| entry.shape.is_none());
    out
}

/// The JSON kinds of a type's values; none of a struct's, whose members decide.
fn kinds_of(api: &Api, ty: &Type, seen: &mut BTreeSet<DefId>, found: &mut BTreeSet<&'static str>) {
    found.insert(match ty {
        Type::Bool => "Bool",
        Type::Integer { .. } | Type::Number => "Number",
        Type::Text
        | Type::TextOrJson
        | Type::Padding
        | Type::Media(Encoding::Base64 | Encoding::Raw) => "Text",
        Type::List(_) | Type::Matrix | Type::Media(Encoding::Numbers) => "List",
        Type::Any | Type::Object | Type::Map(_) => "Object",
        Type::Nullable(inner) => return kinds_of(api, inner, seen, found),
        Type::Named(id) => match &api.def(*id).shape {
            Shape::Enum(_) => "Text",
            Shape::Struct { .. } => return,
            Shape::Union(variants) => {
                if seen.insert(*id) {
                    for variant in variants {
                        kinds_of(api, &variant.ty, seen, found);
                    }
                }
                return;
            }
        },
    });
}

/// What is known of an object before it is read.
#[derive(Debug, Default)]
struct Form {
    constants: Vec<(String, String)>,
    members: Vec<(String, String)>,
    /// The members that are structs, and their types.
    inside: Vec<(String, String)>,
}

impl Form {
    /// Whether nothing tells the two apart.
    fn is_like(&self, other: &Self) -> bool {
        self.constants == other.constants && self.members == other.members
    }

    fn lines(&self, whole: bool) -> String {
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
        // In an event there is little that could tell.
        for (key, ty) in self.inside.iter().filter(|_| whole) {
            out.push_str(&format!("            in {key:?}: {ty},\n"));
        }
        out
    }
}

/// The forms of all alternatives: those of structs first, so that of two that fit as well the nearest is taken and unions
/// that contain each other do not pass a value around.
fn all_forms(api: &Api, id: DefId, variants: &[Variant]) -> Vec<(usize, Form)> {
    let nested = |variant: &Variant| matches!(&variant.ty, Type::Named(id) if matches!(api.def(*id).shape, Shape::Union(_)));
    let mut order: Vec<usize> = (0..variants.len()).collect();
    order.sort_by_key(|index| nested(&variants[*index]));
    let forms = order.into_iter().map(|index| {
        let forms = forms(api, &variants[index].ty, &mut BTreeSet::from([id]));
        forms.into_iter().map(move |form| (index, form))
    });
    forms.flatten().collect()
}

/// The forms of a type's objects: one of a struct, those of its alternatives of a union.
fn forms(api: &Api, ty: &Type, seen: &mut BTreeSet<DefId>) -> Vec<Form> {
    let Type::Named(id) = ty else {
        return Vec::new();
    };
    if !seen.insert(*id) {
        return Vec::new();
    }
    match &api.def(*id).shape {
        Shape::Struct { fields, tag } => {
            let mut form = Form::default();
            if let Some(tag) = tag {
                form.constants.push((tag.wire.clone(), tag.value.clone()));
            }
            for field in fields {
                if let Some(Value::String(value)) = &field.constant {
                    form.constants.push((field.wire.clone(), value.clone()));
                } else {
                    let shapes = shapes(api, &field.ty, &mut BTreeSet::new());
                    form.members.push((field.wire.clone(), shapes.join(" ")));
                }
                if let Some(inner) = structure(api, &field.ty) {
                    let name = api.def(inner).name.clone();
                    form.inside.push((field.wire.clone(), name));
                }
            }
            if api.def(*id).options == Options::Extended {
                let options = api
                    .models
                    .iter()
                    .filter_map(|model| model.options)
                    .flat_map(|id| api.def(id).fields())
                    .map(|field| field.wire.clone());
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
            .flat_map(|variant| forms(api, &variant.ty, seen))
            .collect(),
        Shape::Enum(_) => Vec::new(),
    }
}

/// The struct that a field holds.
fn structure(api: &Api, ty: &Type) -> Option<DefId> {
    let mut ty = ty;
    while let Type::Nullable(inner) = ty {
        ty = inner;
    }
    Api::named(ty).filter(|id| {
        matches!(
            (ty, &api.def(*id).shape),
            (Type::Named(_), Shape::Struct { .. })
        )
    })
}

/// The structs inside the forms of a union that [`reading`] names.
pub(crate) fn inside(api: &Api, id: DefId) -> Vec<DefId> {
    let def = api.def(id);
    if !def.whole || !matches!(def.shape, Shape::Union(_)) {
        return Vec::new();
    }
    let fields = link::forms(api, id)
        .into_iter()
        .flat_map(|form| api.def(form).fields());
    fields
        .filter_map(|field| structure(api, &field.ty))
        .collect()
}

/// How values of a type look in `Raw::shape`; an empty text is any.
fn shapes(api: &Api, ty: &Type, seen: &mut BTreeSet<DefId>) -> Vec<String> {
    let one = |shape: &str| vec![shape.to_owned()];
    match ty {
        Type::Bool => one("b"),
        Type::Integer { .. } | Type::Number => one("n"),
        Type::Text | Type::Padding => one("s"),
        Type::Matrix => one("[["),
        Type::Object | Type::Map(_) => one("{"),
        Type::Media(_) => vec!["s".to_owned(), "[n".to_owned()],
        Type::Any | Type::TextOrJson => Vec::new(),
        Type::Nullable(inner) => shapes(api, inner, seen),
        Type::List(inner) => {
            let inner = shapes(api, inner, seen);
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
            // Deeper down, or around in a ring, any shape will do.
            Shape::Union(_) if seen.len() > 8 || !seen.insert(*id) => Vec::new(),
            Shape::Union(variants) => {
                let mut all = Vec::new();
                for variant in variants {
                    let inner = shapes(api, &variant.ty, seen);
                    if inner.is_empty() {
                        return Vec::new();
                    }
                    all.extend(inner);
                }
                seen.remove(id);
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
    let decided = kinds(api, id, variants);
    let mut chosen: BTreeSet<usize> = decided.iter().map(|entry| entry.variant).collect();
    // What takes any object is asked before the structs.
    let any = decided
        .iter()
        .any(|entry| entry.kind == "Object" && !entry.rest);
    let mut earlier: Vec<Form> = Vec::new();
    for (index, form) in all_forms(api, id, variants) {
        if !any && !earlier.iter().any(|known| known.is_like(&form)) {
            chosen.insert(index);
            earlier.push(form);
        }
    }
    let hidden = |(index, _): &(usize, &Variant)| !chosen.contains(index);
    let hidden = variants.iter().enumerate().filter(hidden);
    hidden.map(|(_, variant)| variant.name.clone()).collect()
}
